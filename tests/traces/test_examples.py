"""The examples in the docstrings of the package are true."""

import doctest
import importlib
import pkgutil

import pytest
import rxreplay.traces

MODULES = sorted(m.name for m in pkgutil.iter_modules(rxreplay.traces.__path__, "rxreplay.traces."))


@pytest.mark.all_variants
@pytest.mark.parametrize("name", MODULES)
def test_examples(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0
