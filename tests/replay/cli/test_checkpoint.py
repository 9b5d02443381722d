"""`--checkpoint`: what a run says, and how it ends; figures are held to in test_checkpointing."""

import json

import pytest
from rxreplay.checkpoint_file import checkpoint_file

SMALL = ("-s", "5.10/small", "--direction", "both")


@pytest.mark.parametrize("command", ["replay", "compare"])
def test_two_nights_are_one_trace(rxreplay, capture, tmp_path, command):
    nights, state = [capture(name) for name in ("a.pcap", "b.pcap")], tmp_path / "state"
    for night in nights:
        run = rxreplay(command, night, *SMALL, "--checkpoint", state, "--format", "json")
        assert (run.exit_code, "passed over" in run.stderr) == (0, False)
    joined = rxreplay("compare", *nights, "--join=given", *SMALL, "--format", "json")
    ours, theirs = json.loads(run.stdout), json.loads(joined.stdout)
    assert [ours[part] for part in ("config", "traces", "results")] == [
        theirs[part] for part in ("config", "traces", "results")
    ]


def test_what_was_had_is_passed_over_with_a_warning(rxreplay, capture, tmp_path):
    given = ("compare", capture("a.pcap"), capture("b.pcap"), *SMALL)
    first = rxreplay(*given, "--checkpoint", tmp_path / "state")
    again = rxreplay(*given, "--checkpoint", tmp_path / "state")
    assert (again.exit_code, again.stdout) == (0, first.stdout)
    state, names = tmp_path / "state", f"{tmp_path / 'a.pcap'}, {tmp_path / 'b.pcap'}"
    assert again.stderr == f"{first.stderr}warning: {state}: has had {names} already: passed over\n"
    written = rxreplay(*given, "--checkpoint", state, "--format", "json")
    assert json.loads(written.stdout)["warnings"][-1]["code"] == "passed_over"


def test_a_series_goes_on_too(rxreplay, capture, tmp_path):
    nights = [capture("a.pcap", (60, 1514)), capture("b.pcap", (300, 1000, 2000))]
    clock = ("--time", "recorded", "--series")
    for night in nights:
        asked = (*SMALL, "--checkpoint", tmp_path / "state", *clock, tmp_path / "nights.csv")
        assert rxreplay("replay", night, *asked, "--force").exit_code == 0
    joined = ("compare", *nights, "--join=given", *SMALL, *clock, tmp_path / "joined.csv")
    assert rxreplay(*joined).exit_code == 0
    ours, theirs = ((tmp_path / f"{name}.csv").read_text() for name in ("nights", "joined"))
    assert ours == theirs


def refused(run, status, *texts):
    assert (run.exit_code, run.stdout) == (status, "")
    assert run.stderr.count("\n") == 1
    assert all(text in run.stderr for text in texts)


def test_what_cannot_go_on_is_one_line(rxreplay, capture, tmp_path):
    state, night = tmp_path / "state", capture("a.pcap")
    given = ("replay", night, *SMALL, "--checkpoint", state)
    assert rxreplay(*given).exit_code == 0
    refused(rxreplay(*given, "--ring", "64"), 1, f"{state}: replay: ring was 256 ")
    refused(rxreplay(*given, "--packets", "1:2"), 2, "--packets 1:2: a checkpoint goes on")
    refused(rxreplay("replay", "-", *given[2:], stdin=b""), 2, "cannot be known again")
    with checkpoint_file(str(state)):
        refused(rxreplay(*given), 1, f"{state}: another run goes on with it now")
    refused(rxreplay(*given[:-1], night), 1, f"{night}: no checkpoint: it does not begin with")
    state.write_bytes(state.read_bytes()[:-9])
    refused(rxreplay(*given), 1, f"{state}: the checkpoint is damaged")


@pytest.mark.parametrize("option", ["-o", "--series"])
def test_nothing_else_is_written_over_a_checkpoint(rxreplay, capture, tmp_path, option):
    state = tmp_path / "state.csv"
    given = ("replay", capture(), *SMALL, "--time", "recorded", "--checkpoint", state)
    refused(rxreplay(*given, option, state), 2, f"{state} is the same file; name another")
    assert not state.exists()
    assert rxreplay(*given, option, tmp_path / "other.csv").exit_code == 0
