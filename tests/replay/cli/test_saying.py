"""Lines on a terminal: what is no letter is escaped, and a stream that is not there is no fault."""

import sys

import click
import pytest
from rxreplay import cataloguing
from rxreplay.cli import main, saying


@pytest.fixture
def kept_streams(monkeypatch):
    """Let a test change the standard streams and the hook."""
    for name in ("stdout", "stderr", "excepthook"):
        monkeypatch.setattr(sys, name, getattr(sys, name))
    return monkeypatch


def test_what_is_said_and_complained_of_is_letters(capsys):
    saying.say("a\x1b[31m", "b\n")
    saying.complain("c\u202e")
    assert capsys.readouterr() == ("a\\x1b[31m\nb\\n\n", "c\\u202e\n")


def test_a_closed_standard_output_takes_nothing(kept_streams):
    kept_streams.setattr(sys, "stdout", None)
    saying.prepare_streams()
    assert not sys.stdout.isatty()
    with pytest.raises(OSError, match="the stream is closed"):
        saying.say("text")


def test_a_closed_standard_error_takes_all(kept_streams):
    kept_streams.setattr(sys, "stderr", None)
    saying.prepare_streams()
    saying.complain("text")
    sys.stderr.close()


def test_a_full_standard_error_is_borne(kept_streams):
    kept_streams.setattr(sys, "stderr", saying.ClosedOutput())
    saying.complain("text")


def test_a_fault_that_nobody_has_caught_is_shown_as_letters(kept_streams, capsys):
    kept_streams.setattr(sys, "excepthook", sys.__excepthook__)
    saying.prepare_streams()
    try:
        raise ValueError("\x1b[31mred")
    except ValueError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    shown = capsys.readouterr().err
    assert shown.startswith("Traceback (most recent call last):\n")
    assert shown.endswith("ValueError: \\x1b[31mred\n")


def test_another_hook_stays(kept_streams):
    kept_streams.setattr(sys, "excepthook", print)
    saying.prepare_streams()
    assert sys.excepthook is print


@pytest.mark.parametrize(
    ("error", "status", "text"),
    [
        (OSError(28, "No space left on device"), 1, "No space left on device; nothing was lost"),
        (OSError("odd"), 1, "odd; nothing was lost"),
        (click.Abort(), 130, "interrupted"),
        (click.ClickException("\x1b[31m"), 1, "\\x1b[31m"),
    ],
)
@pytest.mark.parametrize("command", [["--help"], ["strategies"]])
def test_what_goes_wrong_is_one_line(rxreplay, monkeypatch, command, error, status, text):
    def fail(*_given):
        raise error

    monkeypatch.setattr(main, "get_help", fail)
    monkeypatch.setattr(cataloguing, "strategies", fail)
    result = rxreplay(*command)
    assert (result.exit_code, result.stdout) == (status, "")
    assert result.stderr in (f"rxreplay: {text}\n", f"Error: {text}\n")


def test_who_runs_commands_from_python_gets_what_goes_wrong():
    with pytest.raises(click.UsageError, match="nope"):
        main.main(["nope"], standalone_mode=False)
