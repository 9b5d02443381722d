import io
import sys

import pytest
from numba.core import event
from rxreplay.cli import progress as progress_module
from rxreplay.cli.progress import announced, corpus_bar, progress_bar
from rxreplay.options import no_progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def compiling(tmp_path, monkeypatch):
    """Give what numba does around the compilation of a kernel, with a cache folder."""
    monkeypatch.setattr(progress_module, "cache_folder", lambda: tmp_path)
    return lambda: event.trigger_event("numba:compile")


def test_the_first_kernel_that_compiles_is_announced(compiling, capsys):
    with announced():
        assert capsys.readouterr().err == ""
        with compiling():
            told = "rxreplay: compiling the emulator, once, some seconds ...\n"
            assert capsys.readouterr().err == told
        with compiling():
            pass
    with compiling():
        assert capsys.readouterr().err == ""


def test_without_a_cache_every_run_is_announced(compiling, monkeypatch, capsys):
    monkeypatch.setattr(progress_module, "cache_folder", lambda: None)
    with announced(), compiling():
        assert "each time, as no cache folder can be written" in capsys.readouterr().err


def test_quiet_announces_and_shows_nothing(capsys):
    with progress_bar(quiet=True) as progress:
        assert progress is no_progress
        progress(1, 2)
    assert capsys.readouterr().err == ""


def test_without_a_terminal_there_is_no_bar(capsys):
    with progress_bar(quiet=False) as progress:
        assert progress is no_progress
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("whole", [None, 4_000_000])
def test_a_terminal_gets_packets_and_a_rate(monkeypatch, whole):
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    monkeypatch.setenv("TERM", "xterm")
    with progress_bar(quiet=False) as progress:
        for done in (1_000_000, 2_000_000, 3_000_000):
            progress(done, whole)
    assert "3,000,000 packets" in terminal.getvalue()
    assert "M packets/s" in terminal.getvalue()


@pytest.mark.parametrize("quiet", [True, False])
def test_a_corpus_has_no_bar_without_a_terminal(capsys, quiet):
    with corpus_bar(quiet=quiet) as told:
        told(1, 2)
    assert capsys.readouterr().err == ""


def test_a_terminal_gets_bytes_and_the_time_to_go_of_a_corpus(monkeypatch):
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    monkeypatch.setenv("TERM", "xterm")
    with corpus_bar(quiet=False) as told:
        for done in (1_000_000, 2_000_000, 3_000_000):
            told(done, 4_000_000)
    assert "3.0/4.0 MB" in terminal.getvalue()
