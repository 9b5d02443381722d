"""Tables that people read: they fit, equal strategies share a column, the best is marked."""

import io
import re
from dataclasses import replace

import pytest
import rxreplay
from rxreplay.comparing import default_strategies
from rxreplay.report import as_table, showing

ALL = [strategy.name for strategy in default_strategies()]
TRAFFIC = {
    "small": [60] * 200,
    "mixed": [60, 1514, 300, 9014] * 60,
    "too long for some": [1519, 60] * 100,
    "too long for all": [80_000] * 20,
    "shorter than a header": [13] * 1500,
    "none": [],
}


def render(results, width, monkeypatch):
    monkeypatch.setattr(showing, "PLAIN_WIDTH", width)
    as_table.write_compare(results, out := io.StringIO())
    return out.getvalue().splitlines()


@pytest.mark.compiled
@pytest.mark.parametrize("width", [80, 100, 132])
@pytest.mark.parametrize("traffic", TRAFFIC.values(), ids=TRAFFIC)
@pytest.mark.parametrize("ring", [2, 256])
def test_tables_fit_and_nothing_in_them_is_cut(traffic, width, ring, monkeypatch):
    results = rxreplay.compare([traffic], options=rxreplay.Options(ring=ring))
    lines = render(results, width, monkeypatch)[1:]  # the heading holds a path, of any length
    assert max(map(len, lines)) <= width
    assert "…" not in "".join(lines)
    assert sum(line.startswith("packets that fit a socket") for line in lines) >= 1


def test_numbers_of_many_digits_fit_as_well(monkeypatch):
    results = rxreplay.compare([[80_000] * 3])
    many = 999_999_999
    for number, result in enumerate(results.results):
        drops = replace(result.figures.drops, device_too_long=many)
        figures = replace(result.figures, drops=drops, packets=many, wire_bytes=number)
        results.results[number] = replace(result, figures=figures)
    lines = render(results, 80, monkeypatch)
    assert max(map(len, lines[1:])) <= 80
    assert "…" not in "".join(lines)


def test_strategies_of_equal_figures_share_a_column(monkeypatch):
    results = rxreplay.compare([[60] * 50])
    lines = render(results, 400, monkeypatch)
    head = " ".join(lines[3:7])
    figures = results.of(0)
    assert figures["4.10/mergeable"] == figures["4.11/mergeable"]
    assert "= 4.11" in head
    columns = next(line for line in lines if line.startswith("frags coalesced")).split()[2:]
    distinct = []
    for each in figures.values():
        if each not in distinct:
            distinct.append(each)
    assert len(columns) == len(distinct) < len(ALL)


def test_every_strategy_is_named_in_a_head(monkeypatch):
    results = rxreplay.compare([[60, 9014, 1514] * 30])
    lines = render(results, 1000, monkeypatch)
    head = lines[2 : next(n for n, line in enumerate(lines) if line.startswith("packets dropped"))]
    text = " ".join(head)
    for name in ALL:
        base, *settings = name.split(",")
        kernel, mode = base.split("/")
        assert base in text or f"= {kernel}" in text or (f"{kernel}/" in text and mode in text)
        assert all(setting in text for setting in settings)


@pytest.mark.parametrize(
    ("names", "lines"),
    [
        (["4.10/small"], ["4.10/", "small"]),
        (["4.10/big", "4.11/big", "5.10/big"], ["4.10/", "big", "= 4.11", "= 5.10"]),
        (["4.10/big", "4.11/small"], ["4.10/", "big", "= 4.11/small"]),
        (["mst-2016/mergeable,min_avg=640"], ["mst-2016/", "mergeable", "min_avg=640"]),
    ],
)
def test_the_head_of_a_column_is_stacked(names, lines):
    assert as_table.title(names).splitlines() == lines


def marked(lines):
    """Give (label, cell) of the marked cells of a table of one line a row."""
    rows = [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in lines]
    return {
        row[0]: [index for index, cell in enumerate(row[1:]) if cell.endswith("*")]
        for row in rows
        if len(row) > 1
    }


def test_the_best_is_marked_and_ties_are_all_marked(monkeypatch):
    names = ["4.10/small", "5.10/small", "4.11/mergeable"]
    marks = marked(render(rxreplay.compare([[1514] * 1000], names), 400, monkeypatch))
    assert marks["copied a packet"] == [0, 1]
    assert marks["linear packets"] == [0, 1]
    assert marks["posted in the ring, at most"] == []
    assert marks["packets dropped"] == []
    assert marks["frags a packet"] == []  # neither end is better


def test_a_strategy_that_drops_is_never_marked(monkeypatch):
    names = ["4.10/small", "mst-2016/mergeable", "5.10/big"]
    marks = marked(render(rxreplay.compare([[9014, 60] * 50], names), 400, monkeypatch))
    assert [index for indexes in marks.values() for index in indexes if index == 0] == []
    assert marks["copied a packet"] == [1]  # the small one copies as little, of what it kept


def test_with_the_reference_alone_nothing_is_marked(monkeypatch):
    marks = marked(render(rxreplay.compare([[60]], ["5.10/small"]), 400, monkeypatch))
    assert not any(marks.values())


def test_relative_figures_are_times_the_reference(monkeypatch):
    results = rxreplay.compare([[60] * 10], ["5.10/small", "mst-2016/mergeable"])
    lines = render(results, 400, monkeypatch)
    at = next(n for n, line in enumerate(lines) if line.startswith("posted in the ring, at most"))
    small, prototype = (figures.ring_bytes.peak for figures in results.of(0).values())
    assert lines[at + 1].split() == ["×1.00", f"×{prototype / small:.2f}"]
    assert any("times the reference 5.10/small" in line for line in lines)


def test_a_reference_that_was_not_replayed_leaves_no_ratio(monkeypatch):
    results = rxreplay.compare([[60] * 10], ["5.10/small"])
    results.config["reference"] = "4.10/small"
    assert not any("×1" in line for line in render(results, 400, monkeypatch))


@pytest.mark.parametrize(("polls", "text"), [(8, "polls of 8"), ([1, 2], "polls as given")])
def test_the_rules_of_the_replay_are_said(monkeypatch, polls, text):
    options = rxreplay.Options(polls=polls, ring=64, rcvbuf=5000)
    lines = render(rxreplay.compare([[60] * 10], ["5.10/small"], options), 100, monkeypatch)
    assert lines[4] == f"ring of 64, {text}, skbs freed by the rule 'drop', a socket of 5,000 B"


def test_a_terminal_gets_its_own_width(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setenv("COLUMNS", "66")
    monkeypatch.setenv("TERM", "xterm")
    as_table.write_compare(rxreplay.compare([[60, 9014] * 9]), out := Terminal())
    plain = re.sub(r"\x1b\[[\d;]*m", "", out.getvalue())
    table = [line for line in plain.splitlines() if line.startswith("frags coalesced")]
    assert len(table) > 2
    assert max(map(len, table)) <= 66


def test_a_mark_stands_behind_the_column_of_the_figures(monkeypatch):
    results = rxreplay.compare([TRAFFIC["mixed"]], ["5.10/mergeable", "4.10/mergeable"])
    lines = render(results, 100, monkeypatch)
    table = lines[next(n for n, text in enumerate(lines) if text.startswith("packets dropped")) :]
    shown = [text for text in table[: table.index("")] if not text.startswith("* best")]
    ends = {bool(text.rstrip().endswith("*")): len(text.rstrip()) for text in shown}
    assert ends[True] == ends[False] + 1
    for text in shown:
        assert len(text.rstrip()) == ends[text.rstrip().endswith("*")] or not text[40:].strip()
