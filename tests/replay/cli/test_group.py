"""What holds for every command: help, exit status, errors of one line."""

import subprocess
import sys

import pytest
from click.shell_completion import ShellComplete
from rxreplay import __version__, cataloguing
from rxreplay.cli import COMMANDS, main
from rxreplay.errors import LedgerError


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_lists_every_command_and_every_exit_status(rxreplay, flag):
    result = rxreplay(flag)
    assert result.exit_code == 0
    for name, line in COMMANDS.items():
        assert f"  {name} " in result.stdout
        assert line in result.stdout
    for status in ("0 done", "1 error", "2 wrong usage", "4 finished", "130 interrupted"):
        assert status in result.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_a_help_text_that_fits_a_terminal(rxreplay, command):
    for flag in ("-h", "--help"):
        result = rxreplay(command, flag)
        assert result.exit_code == 0
        assert result.stdout.startswith(f"Usage: main {command} ")
        assert max(map(len, result.stdout.splitlines())) <= 80


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("info", ["CAPTURE...", "--guest-mac MAC", "--join", "--keep-damaged", "-o, --output"]),
        ("replay", ["CAPTURE", "-s, --strategy", "--ring", "--poll", "--rcvbuf", "--set"]),
        ("compare", ["CAPTURE...", "-s, --strategy", "--set", "--force", "-q, --quiet", "--row"]),
        ("strategies", ["--format [table|json]"]),
        ("verify", ["LOG..."]),
    ],
)
def test_a_help_text_names_the_options(rxreplay, command, words):
    text = rxreplay(command, "--help").stdout
    assert [word for word in words if word not in text] == []


def test_the_version_is_the_packages(rxreplay):
    assert rxreplay("--version").stdout == f"rxreplay, version {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ([], "Usage: "),
        (["nope"], "No such command 'nope'"),
        (["info"], "Missing argument 'CAPTURE...'"),
        (["replay", "x", "y", "-s", "5.10/small"], "Got unexpected extra argument (y)"),
        (["replay", "x"], "Missing option '--strategy'"),
        (["compare", "x", "--format", "xml"], "'xml' is not one of"),
        (["compare", "x", "--poll", "many"], "'many' is not a valid integer"),
        (["compare", "x", "--rcvbuf", "0"], "0 is not in the range"),
        (["compare", "x", "--join=no"], "'no' is not one of 'time', 'given'"),
        (["compare", "x", "--nope"], "No such option"),
        (["verify"], "Missing argument 'LOG...'"),
    ],
)
def test_wrong_usage_is_status_2_and_says_what(rxreplay, arguments, text):
    result = rxreplay(*arguments)
    assert result.exit_code == 2
    assert text in result.stderr
    assert result.stdout == ""


def test_a_shell_can_complete_the_commands():
    completion = ShellComplete(main, {}, "rxreplay", "_RXREPLAY_COMPLETE")
    assert [item.value for item in completion.get_completions([], "")] == list(COMMANDS)
    assert [item.value for item in completion.get_completions([], "com")] == ["compare"]


def fail_with(monkeypatch, error):
    def fail():
        raise error

    monkeypatch.setattr(cataloguing, "strategies", fail)


def test_an_error_of_ours_is_one_line_and_status_1(rxreplay, monkeypatch):
    fail_with(monkeypatch, LedgerError("it does not balance"))
    result = rxreplay("strategies")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "rxreplay: it does not balance\n"


def test_debug_shows_the_traceback(rxreplay, monkeypatch):
    fail_with(monkeypatch, LedgerError("it does not balance"))
    result = rxreplay("--debug", "strategies")
    assert isinstance(result.exception, LedgerError)
    assert result.exit_code == 1


def test_a_full_disk_is_one_line_and_status_1(rxreplay, monkeypatch):
    fail_with(monkeypatch, OSError(28, "No space left on device", "/cache"))
    result = rxreplay("strategies")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("rxreplay: [Errno 28] No space left on device: '/cache'")


def test_a_reader_that_leaves_is_no_error_of_ours(rxreplay, monkeypatch):
    fail_with(monkeypatch, BrokenPipeError())
    assert "rxreplay:" not in rxreplay("strategies").stderr


def test_an_interrupt_is_status_130_without_a_traceback(rxreplay, monkeypatch):
    fail_with(monkeypatch, KeyboardInterrupt())
    result = rxreplay("strategies")
    assert (result.exit_code, result.stdout) == (130, "")
    assert result.stderr.splitlines()[-1] == "rxreplay: interrupted"


def test_help_and_catalogue_import_no_numba():
    code = (
        "import sys\n"
        "from rxreplay.cli import main\n"
        "for arguments in (['--help'], ['compare', '--help'], ['strategies']):\n"
        "    main(arguments, standalone_mode=False)\n"
        "heavy = {'numba', 'dpkt', 'rich', 'zstandard'} & set(sys.modules)\n"
        "sys.exit(','.join(heavy) or 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
