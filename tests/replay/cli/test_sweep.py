"""`sweep`: the forms agree, and say where curves step."""

import csv
import io
import json

import pytest


def test_all_forms_have_the_same_points(rxreplay, capture):
    asked = ("sweep", capture(), "-s", "mst-2016/mergeable", "--knob", "min_avg=128:1664:512")
    shown = {f: rxreplay(*asked, "-q", "--format", f) for f in ("table", "json", "csv")}
    assert {(each.exit_code, each.stderr) for each in shown.values()} == {(0, "")}
    whole = json.loads(shown["json"].stdout)
    assert whole["schema"] == "rxreplay-sweep/1.2"
    rows = list(csv.DictReader(io.StringIO(shown["csv"].stdout)))
    assert [p["value"] for p in whole["points"]] == [128, 640, 1152, 1664]
    lines = [line.split() for line in shown["table"].stdout.splitlines()]
    for point, row in zip(whole["points"], rows, strict=True):
        assert row["min_avg"] == str(point["value"])
        assert row["figures.truesize_bytes"] == str(point["figures"]["truesize_bytes"])
        assert any(line[:1] == [f"{point['value']:,}"] for line in lines)


def test_cliffs_are_named_or_said_to_be_none(rxreplay, capture):
    asked = ("sweep", capture(), "-s", "5.10/small", "-q", "--knob")
    assert "No cliff" in rxreplay(*asked, "ring=64,128,256,512").stdout
    assert "Cliff between rcvbuf" in rxreplay(*asked, "rcvbuf=1:100001:20000").stdout


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ("64", "1 value cannot show a cliff: give 4 or more."),
        ("64,128,4096", "3 values cannot show a cliff: give 4 or more."),
    ],
)
def test_too_few_values_are_said_to_be_too_few(rxreplay, capture, values, says):
    shown = rxreplay("sweep", capture(), "-s", "5.10/small", "-q", "--knob", f"ring={values}")
    assert shown.stdout.splitlines()[-1] == says
    assert "No cliff" not in shown.stdout


def test_wrong_usage(rxreplay, capture):
    for knob, says in (("ring", "write FROM:TO:STEP"), ("x=1", "has no knob 'x'")):
        done = rxreplay("sweep", capture(), "-s", "5.10/small", "--knob", knob)
        assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (2, "", 1)
        assert says in done.stderr


def test_no_packet_has_no_bar(rxreplay, capture):
    asked = ("sweep", capture(lengths=[]), "-s", "5.10/small", "-q", "--knob", "ring=64,128")
    assert "█" not in rxreplay(*asked).stdout


@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_a_what_if_is_said_once(rxreplay, capture, tmp_path, form):
    asked = ("sweep", capture(), "-s", "5.10/small", "--knob", "tailroom=64,128", "--format", form)
    says = "tailroom: a what-if, 5.10/small's own is 320"
    shown = rxreplay(*asked)
    told = (f"not established: {says}" in shown.stdout, f"warning: {says}" in shown.stderr)
    assert told == ((True, False) if form == "table" else (False, True))
    elsewhere = rxreplay(*asked, "-o", tmp_path / "x")
    assert f"warning: {says}" in elsewhere.stderr  # nobody has read the file yet


@pytest.mark.parametrize(
    ("knob", "rules"),
    [
        ("ring=64", "polls of 1, a socket of 212,992 B, skbs freed by the rule 'drop'"),
        ("poll=8", "ring of 256, a socket of 212,992 B, skbs freed by the rule 'drop'"),
        ("rcvbuf=4KiB", "ring of 256, polls of 1, skbs freed by the rule 'drop'"),
    ],
)
def test_what_is_not_varied_is_said(rxreplay, capture, knob, rules):
    shown = rxreplay("sweep", capture(), "-s", "5.10/small", "-q", "--knob", knob)
    assert rules in shown.stdout.splitlines()
