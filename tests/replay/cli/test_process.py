"""The command as a process: streams, pipes, status."""

import json
import shlex
import signal
import subprocess
import sys

import pytest
from oracles import capture_writer as writer

COMMAND = f"{shlex.quote(sys.executable)} -m rxreplay"


def shell(line):
    return subprocess.run(
        ["bash", "-c", f"set -o pipefail; {line}"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_data_and_warnings_go_different_ways(process, damaged):
    done = process("compare", damaged, "--keep-damaged", "-s", "5.10/small", "--format", "json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["results"][0]["figures"]["packets"] == 2
    assert b"warning: " in done.stderr


def test_an_error_is_one_line_on_stderr(process, tmp_path):
    done = process("info", tmp_path / "nowhere.pcap", "-q")
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.count(b"\n") == 1
    assert b"Traceback" not in done.stderr


def test_a_pipe_is_read_from_standard_input(process):
    done = process("info", "-", "--format", "json", input=writer.pcap((60, 70)))
    trace = json.loads(done.stdout)["traces"][0]
    assert (trace["path"], trace["size_bytes"], trace["packets"]) == ("-", None, 2)


def test_a_pipe_that_is_cut_is_a_warning(process):
    done = process("info", "-", "--format", "json", input=writer.pcap((60, 70))[:-1])
    assert json.loads(done.stdout)["traces"][0]["packets"] == 1
    assert b"warning: standard input: cut inside record 1" in done.stderr


@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_a_reader_that_stops_early_gives_no_traceback(capture, form):
    paths = " ".join(str(capture(f"{n}.pcap")) for n in range(30))
    options = f"-s 5.10/small -s 4.10/small --format {form} -q"
    done = shell(f"{COMMAND} compare {paths} {options} | head -1")
    assert done.stdout.count("\n") == 1
    assert done.stderr == ""


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/full is of Linux")
@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_a_full_disk_behind_standard_output_is_one_line(capture, form):
    done = shell(f"{COMMAND} replay {capture()} -s 5.10/small --format {form} -q > /dev/full")
    assert done.returncode == 1
    assert done.stderr == (
        "rxreplay: standard output: No space left on device; name another file with -o\n"
    )


@pytest.mark.parametrize(
    "arguments", ["--help", "-h", "--version", "info --help", "strategies", "verify nowhere"]
)
@pytest.mark.parametrize(
    ("sink", "text"),
    [("> /dev/full", "No space left on device"), (">&-", "the stream is closed")],
)
def test_text_that_does_not_arrive_is_one_line_and_status_1(arguments, sink, text):
    done = shell(f"{COMMAND} {arguments} {sink}")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == f"rxreplay: {text}; nothing was lost"
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_a_closed_standard_output_is_one_line(capture, tmp_path, form):
    line = f"{COMMAND} info {capture()} --format {form} -q"
    done = shell(f"{line} >&-")
    assert (done.returncode, done.stderr) == (
        1,
        "rxreplay: standard output: the stream is closed; name another file with -o\n",
    )
    done = shell(f"{line} -o {tmp_path / 'out'} >&-")
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "out").read_text()


@pytest.mark.parametrize("closed", ["2>&-", "2>/dev/full", "<&- 2>&-"])
def test_without_standard_error_results_and_status_are_the_same(capture, closed):
    done = shell(f"{COMMAND} info {capture(tail=bytes(3))} {closed}")
    assert (done.returncode, done.stderr) == (0, "")
    assert "packets" in done.stdout
    assert shell(f"{COMMAND} info nowhere {closed}").returncode == 1
    done = shell(f"{COMMAND} nope {closed}")
    assert (done.returncode, done.stdout) == (2, "")


def test_a_closed_standard_input_is_one_line():
    done = shell(f"{COMMAND} info - -q <&-")
    assert done.returncode == 1
    assert done.stderr == "rxreplay: standard input is closed; name a capture, or pipe one in\n"


def test_all_streams_closed():
    assert shell(f"{COMMAND} --help <&- >&- 2>&-").returncode == 1


def test_a_terminal_without_unicode_gets_escapes(capture):
    options = "-s 5.10/small -s 4.10/small -q"
    done = shell(f"PYTHONIOENCODING=ascii {COMMAND} compare {capture()} {options}")
    assert (done.returncode, done.stderr) == (0, "")
    assert r"\xd71.00" in done.stdout


def test_an_interrupt_while_it_waits_for_packets_is_status_130():
    """Interrupted once the walk has begun: the first record is read and more is awaited."""
    command = [sys.executable, "-m", "rxreplay", "info", "-", "-q"]
    started = (
        "import signal, sys\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # a shell's job may ignore it
        "from rxreplay.traces.window import StreamWindow\n"
        "fill, fills = StreamWindow.fill, []\n"
        "def tell(*arguments):\n"
        "    fills.append(1)\n"
        "    if len(fills) > 1:\n"
        "        print('waiting', file=sys.stderr, flush=True)\n"
        "    return fill(*arguments)\n"
        "StreamWindow.fill = tell\n"
        "from rxreplay.cli import main\n"
        "sys.argv = sys.argv[1:]\n"
        "main()\n"
    )
    command[1:3] = ["-c", started, "rxreplay"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe) as running:
        running.stdin.write(writer.pcap((60, 70)))
        running.stdin.flush()
        assert running.stderr.readline() == b"waiting\n"
        running.send_signal(signal.SIGINT)
        out, error = running.communicate(timeout=60)
    assert (running.returncode, out) == (130, b"")
    assert error.splitlines()[-1] == b"rxreplay: interrupted"
    assert b"Traceback" not in error


def test_the_module_runs_as_the_command(monkeypatch, capsys):
    import runpy

    monkeypatch.setattr(sys, "argv", ["rxreplay", "--version"])
    with pytest.raises(SystemExit) as end:
        runpy.run_module("rxreplay", run_name="__main__")
    assert end.value.code == 0
    assert capsys.readouterr().out.startswith("rxreplay, version ")
