"""The rules of the house that nobody should have to remember."""

import ast
import subprocess
import sys
from importlib import import_module
from importlib.util import find_spec, resolve_name
from pathlib import Path
from pkgutil import walk_packages

import numpy as np
import pytest
import rxreplay
from helpers.shared_data import CHECKOUT
from rxreplay._jit import kernel

PACKAGES = {"replay": "rxreplay", "emulator": "rxreplay.emulator", "traces": "rxreplay.traces"}
FORBIDDEN = {
    "emulator": ("dpkt", "click", "numba", "rxreplay.traces"),
    "traces": ("dpkt", "click", "rxreplay.emulator"),
    "replay": ("dpkt", "numba"),
}
DOORS = ("_jit", "_prefetch")  # to numba
FROM_ABOVE = (*(f"rxreplay.{door}" for door in DOORS), "rxreplay.errors")  # for the lower packages
SOURCES = [
    (folder, path) for folder in PACKAGES for path in sorted((CHECKOUT / folder).rglob("*.py"))
]
MOST_LINES, LONGEST_BODY = 400, 45


def label(source):
    return str(source[1].relative_to(CHECKOUT)) if isinstance(source, tuple) else None


every_source = pytest.mark.parametrize("source", SOURCES, ids=label)


def tree_of(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def package_of(folder, path):
    return ".".join([PACKAGES[folder], *path.relative_to(CHECKOUT / folder).parts[:-1]])


def imported(tree, package):
    """Give the absolute names of all that is imported, of `from x import y` both x and x.y."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = resolve_name("." * node.level + (node.module or ""), package)
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def within(name, *packages):
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def wrong_imports(folder, tree, package, stem):
    names = set(imported(tree, package))
    if stem in DOORS:
        return set()
    wrong = {name for name in names if within(name, *FORBIDDEN[folder])}
    if folder != "replay":
        ours = {name for name in names if within(name, "rxreplay") and name != "rxreplay"}
        wrong |= {name for name in ours if not within(name, PACKAGES[folder], *FROM_ABOVE)}
        wrong |= names & set(PACKAGES)  # the folders' names, that load a second copy
    return wrong


@every_source
def test_imports_point_one_way(source):
    folder, path = source
    assert wrong_imports(folder, tree_of(path), package_of(folder, path), path.stem) == set()


@pytest.mark.parametrize(
    ("folder", "package", "line", "wrong"),
    [
        ("emulator", "rxreplay.emulator", "import dpkt", "dpkt"),
        ("emulator", "rxreplay.emulator", "from numba import njit", "numba"),
        ("emulator", "rxreplay.emulator", "from .. import traces", "rxreplay.traces"),
        ("emulator", "rxreplay.emulator.strategies", "from ...traces import x", "rxreplay.traces"),
        ("emulator", "rxreplay.emulator", "from rxreplay.units import x", "rxreplay.units"),
        ("emulator", "rxreplay.emulator", "from rxreplay import _version", "rxreplay._version"),
        ("emulator", "rxreplay.emulator", "import emulator", "emulator"),
        ("traces", "rxreplay.traces", "from rxreplay.emulator import x", "rxreplay.emulator"),
        ("traces", "rxreplay.traces", "import click.testing", "click.testing"),
        ("replay", "rxreplay.cli", "import numba", "numba"),
    ],
)
def test_a_planted_import_is_caught(folder, package, line, wrong):
    assert wrong in wrong_imports(folder, ast.parse(line), package, "planted")


@every_source
def test_a_file_says_what_it_is_and_fits_in_a_head(source):
    _, path = source
    tree = tree_of(path)
    assert ast.get_docstring(tree)
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES


@every_source
def test_a_function_fits_on_a_screen(source):
    _, path = source
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    lengths = {n.name: body_lines(n) for n in ast.walk(tree_of(path)) if isinstance(n, functions)}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_BODY} == {}


def body_lines(function):
    body = function.body[bool(ast.get_docstring(function, clean=False)) :] or function.body
    return function.end_lineno - body[0].lineno + 1


def python(code):
    """Run `code` in a process of its own; give what it printed."""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return ran.stdout.splitlines()


LOADED = "import sys; print([name for name in ('numba', 'dpkt') if name in sys.modules])"


def test_the_catalogue_needs_no_numba():
    code = (
        "from rxreplay.emulator import STRATEGIES\n"
        "print(sum(strategy.layout(256).ring_size for strategy in STRATEGIES))\n"
    )
    sizes, loaded = python(code + LOADED)
    assert int(sizes) % 256 == 0
    assert loaded == "[]"


def test_help_needs_no_numba():
    if not hasattr(import_module("rxreplay.cli"), "main"):
        pytest.skip("rxreplay.cli has no main yet")
    code = "from rxreplay.cli import main\nmain(['--help'], standalone_mode=False)\n"
    *shown, loaded = python(code + LOADED)
    assert any("Usage" in line for line in shown)
    assert loaded == "[]"


def test_no_module_bears_the_name_of_an_api_function():
    modules = {path.stem for path in (CHECKOUT / "replay").iterdir()}
    assert modules.isdisjoint(set(rxreplay.__all__) - {"__version__"})


def kernels():
    for package in ("rxreplay.emulator", "rxreplay.traces"):
        for found in walk_packages(import_module(package).__path__, f"{package}."):
            module = import_module(found.name)
            for name, value in vars(module).items():
                if hasattr(value, "targetoptions") and value.__module__ == found.name:
                    yield f"{found.name}.{name}", value


def test_no_kernel_allocates():
    """Numba's runtime, which counts references to what is allocated, is off in every kernel."""
    numba = import_module("numba")
    if numba.config.DISABLE_JIT:
        pytest.skip("kernels are plain functions with NUMBA_DISABLE_JIT=1")
    options = {name: compiled.targetoptions for name, compiled in kernels()}
    assert len(options) > 20
    assert [name for name, given in options.items() if given.get("_nrt") is not False] == []


def zeros(size):
    return np.zeros(size, np.int64).sum()


def test_a_kernel_that_allocates_does_not_compile():
    numba = import_module("numba")
    if numba.config.DISABLE_JIT:
        pytest.skip("kernels are plain functions with NUMBA_DISABLE_JIT=1")
    with pytest.raises(numba.core.errors.NumbaError):
        kernel(zeros)(3)
    assert numba.njit(zeros)(3) == 0  # it is the allocation that is refused


def test_the_checkout_is_what_is_tested():
    assert Path(find_spec("rxreplay").origin) == CHECKOUT / "replay" / "__init__.py"
