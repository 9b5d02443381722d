"""Importing costs nothing, and no module bears the name of a function."""

import subprocess
import sys

import pytest
import rxreplay


def python(code):
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False
    )


def test_importing_the_package_imports_nothing_heavy():
    heavy = {"numpy", "numba", "click", "dpkt", "rich", "zstandard"}
    done = python(f"import sys, rxreplay; sys.exit(','.join({heavy} & set(sys.modules)) or 0)")
    assert (done.returncode, done.stderr) == (0, "")


def test_the_functions_are_functions_after_everything_was_imported():
    done = python(
        "import importlib, pkgutil, rxreplay\n"
        "for module in pkgutil.walk_packages(rxreplay.__path__, 'rxreplay.'):\n"
        "    if not module.name.endswith('__main__'):\n"
        "        importlib.import_module(module.name)\n"
        "names = 'compare fleet info join_traces open_trace plan replay strategies verify'\n"
        "kinds = {name: type(getattr(rxreplay, name)).__name__ for name in names.split()}\n"
        "print([name for name, kind in kinds.items() if kind != 'function'])\n"
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_every_public_name_is_there_and_listed():
    assert dir(rxreplay) == sorted(rxreplay.__all__)
    assert [name for name in rxreplay.__all__ if not hasattr(rxreplay, name)] == []


def test_any_other_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'rxreplay' has no attribute 'nothing'"):
        rxreplay.nothing  # noqa: B018
