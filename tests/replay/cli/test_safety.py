"""Nothing of a name, a comment or an option reaches a terminal or a report but as letters."""

import ast
import io
import json
import os

import pytest
from helpers.shared_data import CHECKOUT
from oracles import capture_writer as writer
from pyarrow import parquet

RED = "\x1b[31m"
NAMES = {
    "an escape sequence": f"{RED}a",
    "a title": "\x1b]0;b\x07",
    "a newline": f"{RED}a\nrxreplay: all is well",
    "a return": "a\rb",
    "eight bits": "\x9b31m",
    "right to left": "\u202egnp",
    "invisible": "\u200b\u2066\ufeff",
    "a line separator": "a\u2028b",
    "no UTF-8": os.fsdecode(b"\xff\xfe"),
    "markup": "[red][bold]:smile:",
}
FORMS = ("table", "json", "csv")
HEAD = '# {"kernel": "5.10", "mode": "small"}\n'
PACKET = "packet\t0\t60\t46\t0\t%d\t0\npoll\t1\n"

every_name = pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
every_form = pytest.mark.parametrize("form", FORMS)


def is_safe(*texts):
    """Say whether all lines are letters; a line of CSV may not be parted by a name either."""
    return all(line.isprintable() for text in texts for line in text.split("\n"))


def safe(result, *, status=0):
    assert result.exit_code == status, result.output
    assert is_safe(result.stdout, result.stderr)
    assert "\nrxreplay: all is well" not in result.output
    return result


@every_name
@every_form
@pytest.mark.parametrize(
    "command",
    [
        ["info"],
        ["replay", "-s", "5.10/small"],
        ["compare", "-s", "5.10/small", "-s", "4.10/small"],
        ["explain", "-s", "5.10/small", "-n", "1"],
    ],
    ids=lambda command: command[0],
)
def test_a_name_is_letters_in_every_report(rxreplay, capture, command, form, name):
    path = str(capture(name, tail=bytes(3)))  # cut, so that there is a warning with the name
    result = safe(rxreplay(*command, path, "--format", form))
    assert "cut inside record 3" in result.stderr
    if form == "json":
        found = json.loads(result.stdout)
        assert (found.get("trace") or found["traces"][0])["path"] == path


@every_name
def test_a_name_is_letters_in_every_error(rxreplay, tmp_path, capture, name):
    missing, no_capture = tmp_path / name, tmp_path / f"{name}.txt"
    no_capture.write_text("text")
    good = str(capture())
    for wrong in (missing, no_capture):
        safe(rxreplay("info", wrong), status=1)
        safe(rxreplay("info", good, wrong), status=4)
        safe(rxreplay("verify", wrong), status=1)
    safe(rxreplay("info", good, "-o", no_capture), status=1)
    safe(rxreplay("info", good, "-o", missing / "a"), status=1)
    assert f"Wrote {tmp_path}" in safe(rxreplay("info", good, "-o", missing)).stderr


@every_name
@pytest.mark.parametrize("truesize", [2176, 2177], ids=["equal", "different"])
def test_a_log_is_letters_in_a_verdict(rxreplay, tmp_path, name, truesize):
    log = tmp_path / name
    log.write_text(HEAD + PACKET % truesize)
    safe(rxreplay("verify", log), status=int(truesize != 2176))
    log.write_text(f"{HEAD}{RED}\n")
    assert r"\x1b[31m" in safe(rxreplay("verify", log), status=1).stdout
    log.write_text(json.dumps({"kernel": RED, "mode": RED}) + "\n")
    safe(rxreplay("verify", log), status=1)


OPTIONS = (
    *("--filter", "--packets", "--start", "--end", "--linktype", "--guest-mac", "--set", "--ring"),
    *("--format", "--strategy", "--join", "--"),
)


@every_name
@pytest.mark.parametrize("option", OPTIONS)
def test_an_option_is_letters_in_an_error(rxreplay, capture, option, name):
    value = [f"{option}={name}"] if option == "--join" else [option, name]
    safe(rxreplay("replay", capture(), "-s", "5.10/small", *value), status=2)


@every_name
@pytest.mark.parametrize("dashes", ["-", "--", "--ring"])
def test_no_option_is_letters_in_an_error(rxreplay, capture, dashes, name):
    safe(rxreplay("info", capture(), dashes + name), status=2)


@every_name
def test_a_command_and_a_release_are_letters_in_an_error(rxreplay, name):
    safe(rxreplay(name), status=2)
    safe(rxreplay(f"--{name}"), status=2)
    safe(rxreplay("strategies", "--for", name), status=2)
    kept = rxreplay("strategies", "--for", f"6.1.0-{name}")  # a packager may call it so
    safe(kept, status=0 if name.isascii() and name.isprintable() else 2)
    safe(rxreplay("verify", "x", "--strategy", name), status=2)


def test_what_a_trace_calls_its_devices_is_letters(rxreplay, tmp_path):
    gro = "len=46 data_len=0 truesize=768 nr_frags=0"
    entry = f" x-1 [000] 1.0: napi_gro_receive_entry: dev={RED} {gro}\n"
    (tmp_path / "trace").write_text(entry + entry.replace(RED, "eth0"))
    result = safe(rxreplay("verify", tmp_path / "trace", "--dev", "eth1"), status=1)
    assert r"\x1b[31m (1)" in result.stdout


@every_form
@pytest.mark.parametrize("command", [["info"], ["replay", "-s", "5.10/small"]])
def test_comments_and_names_inside_a_capture_are_shown_nowhere_raw(
    rxreplay, tmp_path, command, form
):
    said = writer.option(1, f"{RED}comment\n".encode()) + writer.option(2, f"{RED}eth\n".encode())
    interface = writer.block(1, bytes([1, 0, 0, 0, 0, 0, 0, 0]) + said)
    section = writer.block(0x0A0D0D0A, writer.section()[8:-4] + said)
    path = tmp_path / "said.pcapng"
    path.write_bytes(section + interface + writer.enhanced(writer.frame(60)))
    safe(rxreplay(*command, path, "--format", form))


def test_addresses_of_ipv6_are_no_markup(rxreplay, tmp_path):
    ip = bytes([0x60, 0, 0, 0, 0, 8, 17, 64]) + (b"\xfe\x80" + bytes(13) + b"\1") * 2
    frames = [bytes(12) + b"\x86\xdd" + ip + bytes([0, port, 0, 53, 0, 8, 0, 0]) for port in (1, 2)]
    path = tmp_path / "six.pcap"
    path.write_bytes(writer.pcap_header() + b"".join(map(writer.pcap_record, frames)))
    shown = safe(rxreplay("explain", path, "-s", "5.10/small", "--range", "1:2")).stdout
    assert "UDP [fe80::1]:2 > [fe80::1]:53" in shown


@every_name
def test_a_traceback_is_letters(process, tmp_path, name):
    done = process("--debug", "info", os.path.join(tmp_path, name))
    assert done.returncode == 1
    text = done.stderr.decode()
    assert "Traceback" in text
    assert is_safe(text.replace("\nrxreplay: all is well", ""))


DOORS = {"saying.py": {"echo"}, "showing.py": {"Text", "Console"}, "progress.py": {"Console"}}
GUARDED = {"echo", "secho", "print", "Text", "Console", "writelines"}


def test_there_is_one_way_to_a_terminal():
    sources = [*(CHECKOUT / "replay").rglob("*.py"), *(CHECKOUT / "traces").rglob("*.py")]
    for source in sources:
        calls = (
            node.func
            for node in ast.walk(ast.parse(source.read_text()))
            if isinstance(node, ast.Call)
        )
        names = {
            getattr(call, "id", None) or (call.attr if _of_click(call) else "") for call in calls
        }
        assert names & GUARDED <= DOORS.get(source.name, set()), source


def _of_click(call):
    return isinstance(call, ast.Attribute) and getattr(call.value, "id", "") in ("click", "sys")


@pytest.mark.parametrize("spelled", ["y.csv", "./y.csv", "sub/../y.csv"])
def test_the_series_is_never_the_results_file(rxreplay, capture, tmp_path, monkeypatch, spelled):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sub").mkdir()
    asked = ("replay", capture(), "-s", "5.10/small", "--time", "recorded", "-q")
    done = rxreplay(*asked, "--series", spelled, "-o", str(tmp_path / "y.csv"))
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
    assert "-o is the same file" in done.stderr
    assert not (tmp_path / "y.csv").exists()


def test_files_that_options_read_are_never_written_over(rxreplay, capture, tmp_path):
    stalls, config = tmp_path / "s.txt", tmp_path / "c.toml"
    stalls.write_text("+1s 2ms\n")
    config.write_text("ring = 64\n")
    for file, before, stall in ((stalls, (), f"file:{stalls}"), (config, ("--config", config), "")):
        asked = [*before, "replay", capture(), "-s", "5.10/small", "--time", "recorded", "--force"]
        done = rxreplay(*asked, *(["--stall", stall] if stall else []), "-o", file)
        assert done.exit_code == 1
        assert f"{file} is a file to read" in done.stderr
    assert (stalls.read_text(), config.read_text()) == ("+1s 2ms\n", "ring = 64\n")


def test_a_name_that_is_no_text_goes_into_parquet(rxreplay, capture):
    name = os.fsdecode(b"n\xff.pcap")
    done = rxreplay("replay", capture(name), "-s", "5.10/small", "-q", "--format", "parquet")
    table = parquet.read_table(io.BytesIO(done.stdout_bytes))
    assert table["path"].to_pylist()[0].endswith("n\\udcff.pcap")
