"""Every example in a docstring is true; modules go by import name, so that none loads twice."""

import doctest
from importlib import import_module
from pkgutil import walk_packages

import pytest

PACKAGES = ("rxreplay", "rxreplay.emulator", "rxreplay.traces")  # whose folders stand side by side
MODULES = sorted(
    {
        name
        for package in PACKAGES
        for found in walk_packages(import_module(package).__path__, f"{package}.")
        for name in (package, found.name)
        if not name.endswith("__main__")
    }
)


@pytest.mark.all_variants
@pytest.mark.parametrize("name", MODULES)
def test_examples(name):
    failed, _ = doctest.testmod(import_module(name), optionflags=doctest.ELLIPSIS)
    assert failed == 0


def test_the_parts_of_the_package_are_among_them():
    assert {"rxreplay.emulator.abi", "rxreplay.emulator.strategies.small"} <= set(MODULES)
    assert {"rxreplay.traces.pcap", "rxreplay.errors"} <= set(MODULES)
