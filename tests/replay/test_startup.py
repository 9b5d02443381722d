"""Starting: little is loaded, whoever starts at once gets one answer, and no folder is needed."""

import os
import subprocess
import sys
from types import SimpleNamespace

import pytest
from rxreplay import _jit
from rxreplay.cli import start_quickly

LOAD = (
    "import sys, numpy as np\n"
    "from rxreplay.traces.load import u32\n"
    "print(u32(np.array([0, 0, 1, 2], np.uint8), 0, 1), 'numba.np.arrayobj' in sys.modules)\n"
)


def start(cache, **more):
    """Start a process that calls a kernel, and says whether numba has filled its registries."""
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "0", "NUMBA_CACHE_DIR": str(cache), **more}
    return subprocess.Popen(
        [sys.executable, "-c", LOAD],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )


def answer(process):
    out, err = process.communicate(timeout=300)
    assert (process.returncode, err) == (0, "")
    return out


def test_a_second_process_loads_what_the_first_compiled_and_no_registries(tmp_path):
    assert answer(start(tmp_path)) == "258 True\n"
    assert answer(start(tmp_path)) == "258 False\n"


def test_processes_that_start_at_once_on_a_cold_cache_all_answer(tmp_path):
    together = [start(tmp_path) for _ in range(4)]
    assert {answer(process).split()[0] for process in together} == {"258"}
    assert answer(start(tmp_path)) == "258 False\n"


def test_where_nothing_can_be_written_a_process_compiles_for_itself(tmp_path):
    shut = tmp_path / "file"
    shut.touch()  # a folder cannot be made below a file, even by root
    nowhere = {"XDG_CACHE_HOME": str(shut), "HOME": str(shut)}
    for _ in range(2):
        assert answer(start(shut, **nowhere)) == "258 True\n"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


class Context:
    """Stand in for numba's target context, as far as the cache uses it."""

    def __init__(self):
        self.filled = 0

    def refresh(self):
        self.filled += 1


def lightly(load):
    """Give a kernel whose cache loads with `load`, as the door leaves it."""
    compiled = SimpleNamespace(_cache=SimpleNamespace(load_overload=load))
    return _jit._starts_lightly(compiled)._cache.load_overload


def test_registries_stay_empty_while_a_kernel_loads_and_only_then():
    context = Context()

    def load(signature, given):
        given.refresh()
        return signature, given

    assert lightly(load)("sig", context) == ("sig", context)
    assert context.filled == 0
    context.refresh()
    assert context.filled == 1


def test_registries_can_be_filled_again_after_a_load_that_loads_another_or_fails():
    context = Context()
    inner = lightly(lambda _signature, given: given.refresh())

    def load(signature, given):
        inner(signature, given)
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        lightly(load)("sig", context)
    context.refresh()
    assert context.filled == 1


def test_a_plain_function_has_no_cache_to_change():
    def plain():
        return 1

    assert _jit._starts_lightly(plain) is plain


@pytest.mark.parametrize(("given", "kept"), [(None, "1"), ("4", "4")])
def test_numpy_starts_no_threads_unless_the_user_says_how_many(monkeypatch, given, kept):
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", given or "")
    if given is None:
        monkeypatch.delenv("OPENBLAS_NUM_THREADS")
    start_quickly()
    assert os.environ["OPENBLAS_NUM_THREADS"] == kept
