"""One run, three forms, the same numbers."""

import csv
import io
import json

import pytest
import rxreplay
from rxreplay.report import reporter, showing
from rxreplay.report.as_csv import flat

STRATEGIES = ["4.10/small", "5.10/mergeable", "5.10/big"]


@pytest.fixture
def results():
    return rxreplay.compare([[60, 300, 1514] * 50, [9014] * 20], STRATEGIES)


def write(results, form, command="compare"):
    reporter(form, command)(results, out := io.StringIO())
    return out.getvalue()


def cells_of(table):
    """Give the rows of a table, printed wide enough for one line each: label and cells."""
    rows = [[cell.strip(" *") for cell in line.split("  ") if cell.strip()] for line in table]
    return {row[0]: row[1:] for row in rows if len(row) == 1 + len(STRATEGIES)}


def test_csv_columns_are_json_paths_and_the_values_are_equal(results):
    rows = list(csv.DictReader(io.StringIO(write(results, "csv"))))
    whole = json.loads(write(results, "json"))["results"]
    assert len(rows) == len(whole) == 6
    for row, result in zip(rows, whole, strict=True):
        leaves = dict(flat(result))
        for path, text in row.items():
            value = leaves.pop(path, None)  # an object that is null here has columns all the same
            assert text == ("" if value is None else str(value)), path
        assert set(leaves.values()) <= {None}


def test_csv_has_the_same_columns_whether_an_object_is_null_or_not():
    full, empty = (
        write(rxreplay.compare([frames], ["5.10/small"]), "csv") for frames in ([60], [])
    )
    assert full.splitlines()[0] == empty.splitlines()[0]
    assert "figures.amplification.peak.ratio" in full.splitlines()[0].split(",")


def test_a_comparison_shows_the_counts_of_the_json(results, monkeypatch):
    monkeypatch.setattr(showing, "PLAIN_WIDTH", 400)
    tables = write(results, "table").split("lengths: ")[1:]
    whole = json.loads(write(results, "json"))["results"]
    assert len(tables) == 2
    for number, table in enumerate(tables):
        figures = [each["figures"] for each in whole if each["trace"] == number]
        cells = cells_of(table.splitlines())
        for label, name in (
            ("frags coalesced", "coalesced_frags"),
            ("packets with a frag_list", "frag_list_packets"),
            ("packets that fit a socket", "fit_packets"),
        ):
            counts = [int(cell.removeprefix("all ").replace(",", "")) for cell in cells[label]]
            assert counts == [f[name] for f in figures]
        dropped = [sum(filter(None, f["drops"].values())) for f in figures]
        assert [int(cell.split()[0]) for cell in cells["packets dropped"]] == dropped
        each = [f["truesize_bytes"] / (f["delivered_packets"] or 1) for f in figures]
        for cell, value in zip(cells["truesize a packet"], each, strict=True):
            number_of = 0 if cell == "-" else float(cell.removesuffix(" B").replace(",", ""))
            assert number_of == pytest.approx(value, rel=0.005)


def test_a_replay_shows_every_figure_of_the_json():
    results = rxreplay.replay([60, 300, 1514] * 50, "5.10/mergeable")
    lines = write(results, "table", "replay").splitlines()
    shown = dict(line.split()[:2] for line in lines[5:])
    figures = json.loads(write(results, "json", "replay"))["results"][0]["figures"]
    for path, value in flat(figures):
        if path.startswith("nr_frags.") and not value:
            assert path not in shown
            continue
        text = shown.pop(path)
        if isinstance(value, str):
            assert text == value
        elif value is None:
            assert text == "null"
        else:
            assert float(text.replace(",", "")) == pytest.approx(value, abs=5e-5)
    assert shown == {}


def test_info_shows_the_counts_of_the_json():
    results = rxreplay.info([[60, 1514, 9014]])
    table = write(results, "table", "info")
    trace = json.loads(write(results, "json", "info"))["traces"][0]
    [row] = csv.DictReader(io.StringIO(write(results, "csv", "info")))
    assert row == {path: "" if v is None else str(v) for path, v in flat(trace)}
    for name in ("packets", "wire_bytes"):
        assert f"  {trace[name]:,}" in table


@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_every_form_can_be_written_without_any_packet(form):
    assert write(rxreplay.compare([[]], STRATEGIES), form)
    assert write(rxreplay.replay([], "5.10/small"), form, "replay")
    assert write(rxreplay.info([[]]), form, "info")
