import io
import sys

import pytest
from rxreplay import _jit
from rxreplay.cli.progress import announce_compiling, progress_bar
from rxreplay.options import no_progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """Put the cache of kernels into an empty folder."""
    monkeypatch.setattr(_jit, "cache_folder", lambda: tmp_path)
    monkeypatch.setattr(_jit.config, "DISABLE_JIT", 0)
    return tmp_path


def test_a_cold_cache_is_announced_and_a_warm_one_is_not(cache, capsys):
    announce_compiling()
    assert capsys.readouterr().err.startswith("rxreplay: compiling the emulator")
    (cache / "rxreplay").mkdir()
    (cache / "rxreplay" / "kernel.nbi").touch()
    announce_compiling()
    assert capsys.readouterr().err == ""


def test_without_a_cache_every_run_is_announced(monkeypatch, capsys):
    monkeypatch.setattr(_jit, "cache_folder", lambda: None)
    monkeypatch.setattr(_jit.config, "DISABLE_JIT", 0)
    announce_compiling()
    assert "each time, as no cache folder can be written" in capsys.readouterr().err


@pytest.mark.usefixtures("cache")
def test_where_nothing_is_compiled_nothing_is_announced(capsys, monkeypatch):
    monkeypatch.setattr(_jit.config, "DISABLE_JIT", 1)
    announce_compiling()
    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("cache")
def test_quiet_announces_and_shows_nothing(capsys):
    with progress_bar(quiet=True) as progress:
        assert progress is no_progress
        progress(1, 2)
    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("cache")
def test_without_a_terminal_there_is_no_bar(capsys):
    with progress_bar(quiet=False) as progress:
        assert progress is no_progress
    assert "compiling" in capsys.readouterr().err


@pytest.mark.usefixtures("cache")
@pytest.mark.parametrize("whole", [None, 4_000_000])
def test_a_terminal_gets_packets_and_a_rate(monkeypatch, whole):
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    monkeypatch.setenv("TERM", "xterm")
    with progress_bar(quiet=False) as progress:
        for done in (1_000_000, 2_000_000, 3_000_000):
            progress(done, whole)
    assert "3,000,000 packets" in terminal.getvalue()
    assert "M packets/s" in terminal.getvalue()
