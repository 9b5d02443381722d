"""`rxreplay corpus` with a scheduler: who does the work, and what is said where nobody is there."""

import click
import pytest
from helpers.archives import archive
from rxreplay.cli.corpus_command import engine_of
from rxreplay.corpus import on_dask
from rxreplay.corpus.on_dask import DaskEngine


def test_a_scheduler_does_the_work():
    engine = engine_of(None, "tcp://10.0.0.1:8786", quiet=False)
    assert isinstance(engine, DaskEngine)
    assert engine.address == "tcp://10.0.0.1:8786"


@pytest.mark.parametrize(("quiet", "said"), [(False, "nobody is there\n"), (True, "")])
def test_what_a_scheduler_waits_for_is_said_on_standard_error(capsys, quiet, said):
    engine_of(None, "tcp://10.0.0.1:8786", quiet=quiet)._say("nobody is there")
    assert capsys.readouterr() == ("", said)


def test_workers_of_this_machine_have_no_say_on_a_cluster():
    with pytest.raises(click.UsageError, match="--workers is for this machine"):
        engine_of(2, "tcp://10.0.0.1:8786", quiet=False)


def test_without_a_scheduler_one_line_says_so(rxreplay, tmp_path, monkeypatch):
    monkeypatch.setattr(on_dask, "SECONDS", 0.2)
    where = ("-o", str(tmp_path / "r"), "--direction=both", "--scheduler", "tcp://127.0.0.1:1")
    done = rxreplay("corpus", archive(tmp_path / "a", 2), *where, "-s", "5.10/small")
    assert done.exit_code == 1
    assert "tcp://127.0.0.1:1: no scheduler answers there" in done.stderr
