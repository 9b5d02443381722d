"""Kernels of several strategies compiled by several processes, and what if one of them cannot."""

import json
import runpy
import sys
from types import SimpleNamespace

import pytest
from helpers.cold_cache import printed_by
from rxreplay import _jit, compiling
from rxreplay.emulator import strategy
from rxreplay.options import Options

BIG, SMALL, SKB = "5.10/big", "5.10/small", "4.10/small"


@pytest.fixture
def other(monkeypatch, tmp_path):
    """Put a shell script in the place of the other processes; give what sets its text."""
    script = tmp_path / "other"

    def runs(text):
        script.write_text(f"#!/bin/sh\necho $* >> {tmp_path}/called\n{text}\n")
        script.chmod(0o755)
        monkeypatch.setattr(sys, "executable", str(script))
        monkeypatch.setattr(compiling, "is_kept", lambda _kernel: False)
        return tmp_path / "called"

    return runs


def together(*names, threads=2):
    compiling.compile_together(list(map(strategy, names)), Options(threads=threads))


@pytest.mark.parametrize(
    ("names", "threads", "called"),
    [
        ((BIG, SMALL), 2, [SMALL]),
        ((BIG, "4.11/big", SMALL), 2, [SMALL]),  # one of each way to receive
        ((BIG, SMALL, SKB), 2, [SMALL]),
        ((BIG, SMALL, SKB), 3, [SMALL, SKB]),
        ((BIG, SMALL, SKB), 8, [SMALL, SKB]),
    ],
)
def test_other_processes_get_their_share(other, names, threads, called):
    noted = other("exit 0")
    together(*names, threads=threads)
    lines = sorted(noted.read_text().splitlines())
    assert lines == sorted(f"-P -m rxreplay.compiling {name}" for name in called)


@pytest.mark.parametrize(("names", "threads"), [((BIG, SMALL), 1), ((BIG, "4.11/big"), 2), ((), 2)])
def test_one_thread_or_one_way_to_receive_needs_no_other_process(other, names, threads):
    noted = other("exit 0")
    together(*names, threads=threads)
    assert not noted.exists()


def test_what_is_kept_is_not_compiled(other, monkeypatch):
    noted = other("exit 0")
    monkeypatch.setattr(compiling, "is_kept", lambda _kernel: True)
    together(BIG, SMALL)
    assert not noted.exists()


def test_a_process_that_fails_is_no_error(other, capfd):
    noted = other("echo broken >&2; exit 3")
    together(BIG, SMALL)
    assert noted.exists()
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("executable", ["", "/nowhere/python"])
def test_without_an_interpreter_to_run_nothing_else_happens(other, monkeypatch, executable):
    other("exit 0")
    monkeypatch.setattr(sys, "executable", executable)
    together(BIG, SMALL)


def test_who_is_interrupted_does_not_wait_for_the_others(other, monkeypatch):
    other("exec sleep 600")

    def interrupted(_names):
        raise KeyboardInterrupt

    monkeypatch.setattr(compiling, "compile_kernels", interrupted)
    with pytest.raises(KeyboardInterrupt):
        together(BIG, SMALL)


@pytest.mark.filterwarnings("ignore:.*found in sys.modules:RuntimeWarning")
def test_the_other_process_says_nothing(monkeypatch, capfd):
    monkeypatch.setattr(sys, "argv", ["compiling", BIG, SKB])
    runpy.run_module("rxreplay.compiling", run_name="__main__")
    assert capfd.readouterr() == ("", "")


def test_a_kernel_is_kept_once_its_index_is_there(tmp_path):
    index = tmp_path / "receive.nbi"
    files = SimpleNamespace(_index_path=str(index))
    compiled = SimpleNamespace(_cache=SimpleNamespace(_cache_file=files))
    assert not _jit.is_kept(compiled)
    index.touch()
    assert _jit.is_kept(compiled)


def test_where_there_is_no_cache_nothing_is_missing():
    assert _jit.is_kept(together)


WALK = f"""
import json
from rxreplay import compare
from rxreplay.emulator import strategy
names = "{BIG}", "{SMALL}"
found = compare([[60, 1514, 9014] * 400], names, threads=2)
own = [name for name in names if strategy(name).load().receive.stats.cache_misses]
print(json.dumps([own, [each.figures.truesize_bytes for each in found.results]]))
"""


@pytest.mark.compiled
def test_an_empty_cache_is_filled_by_two_processes(tmp_path):
    told, complaints = printed_by(WALK, tmp_path)
    assert complaints == ""
    assert json.loads(told) == [[BIG], [7475200, 1740800]]
