"""The benchmark: its captures are what they are called, and its tables what was measured."""

import json
import sys
from io import BytesIO

import captures
import dpkt
import numpy as np
import pytest
from bars import MARGINAL, START_UP, bars
from documents import PAGES, PARTS, RESULTS, as_text, keep, refreshed
from loads import SMALL, TITLES, Pair, gzip_pair, packets_of, pair
from machine import cpu_model, machine
from table import full_table, summary
from timing import Task, interleaved, seconds, start_up

RESULT = json.loads(RESULTS.read_text())


def read_back(kind, packets, **how):
    data = b"".join(bytes(piece) for piece in captures.pieces(kind, packets, **how))
    return data, [(float(time), bytes(frame)) for time, frame in dpkt.pcap.Reader(BytesIO(data))]


@pytest.mark.parametrize("kind", TITLES)
@pytest.mark.parametrize("packets", [1, 49, 50, 51, 120])
def test_a_capture_holds_the_lengths_of_its_load_a_microsecond_apart(monkeypatch, kind, packets):
    monkeypatch.setattr(captures, "BLOCK", 50)  # so that blocks are used again
    _, records = read_back(kind, packets)
    assert [len(frame) for _, frame in records] == captures.lengths(kind, packets).tolist()
    assert [round(1e6 * time) for time, _ in records] == list(range(packets))
    assert {frame[:12] for _, frame in records} == {captures.ADDRESSES.tobytes()}


def test_times_go_on_over_a_second():
    starts, block = captures.laid_out(np.full(3, 60), payload=False)
    captures.stamp(block, starts, 999_999)
    times = [block[start : start + 8].view("<u4").tolist() for start in starts]
    assert captures.records(np.full(3, 60), 999_999) == block.tobytes()
    assert times == [[0, 999_999], [1, 0], [1, 1]]


def test_large_records_come_in_blocks_of_bounded_size(monkeypatch):
    monkeypatch.setattr(captures, "BLOCK_BYTES", 100_000)
    sizes = [len(piece) for piece in captures.pieces("1514", 200)]
    assert sizes == [24, 65 * 1530, 65 * 1530, 65 * 1530, 5 * 1530]


def test_a_payload_is_no_zeros_and_the_same_every_time():
    once, records = read_back("imix", 200, payload=True)
    assert once == read_back("imix", 200, payload=True)[0]
    assert all(any(frame[12:]) for _, frame in records)


@pytest.mark.parametrize(("kind", "packets"), [("64", 25_000_000), ("1514", 1_307_189)])
def test_gigabytes_are_those_of_the_file(kind, packets):
    assert packets_of(kind, 1) == packets
    assert packets_of(kind, 0) == 2 * SMALL


def test_pairs_lie_there_while_they_are_used(tmp_path):
    for files in (pair(tmp_path, "64", SMALL + 2000), gzip_pair(tmp_path, SMALL + 2000)):
        with files as made:
            assert made.packets == 2000
            assert made.large.stat().st_size > made.small.stat().st_size > 0
    assert list(tmp_path.iterdir()) == []


def task(large, small, packets=1000):
    files = Pair(None, None, packets)
    return Task("64", "x", [], 1, files, large=large, small=small)


def test_a_row_is_the_median_of_the_differences():
    row = task([0.5, 0.58, 0.75], [0.1, 0.1, 0.4]).as_row()  # 0.4, 0.48, 0.35
    assert row["ns_per_packet"] == pytest.approx(400_000)
    assert row["packets_per_second"] == 2500
    assert row["start_up_seconds"] == 0.1
    assert row["spread"] == 0.125
    assert row["large_seconds"] == [0.5, 0.58, 0.75]


@pytest.mark.parametrize(
    ("large", "clear"),
    [
        ([0.0625], False),  # less than the start
        ([0.125], False),  # no more
        ([0.25, 0.375, 0.375], True),  # 0.125, 0.25, 0.25
        ([0.5, 0.625, 0.75], False),  # 0.125 from 0.5: as much as its fourth
        ([0.51, 0.625, 0.75], True),
    ],
)
def test_a_row_within_the_noise_of_starts_has_no_figure(large, clear):
    measured = {**task(large, [0.125] * len(large)).as_row(), "what": "walk"}
    assert (measured["ns_per_packet"] is not None) is clear
    [bar] = bars(result(measured, row("64", "C walk", 1, 1.0)))
    assert (bar.met is None, bar.measured == "not clear") == (not clear, not clear)


def test_a_process_that_fails_ends_the_benchmark():
    command = [sys.executable, "-c", "import sys; sys.exit('no such thing')"]
    with pytest.raises(SystemExit, match="no such thing"):
        seconds(command, 1)


def test_tasks_take_turns_and_the_first_round_does_not_count(tmp_path):
    log = tmp_path / "log"
    files = Pair(tmp_path / "large", tmp_path / "small", 10)
    tasks = [
        Task("64", what, ["sh", "-c", f'echo {what} "${{0##*/}}" >> {log}'], 1, files)
        for what in ("a", "b")
    ]
    rows = interleaved(tasks, 2)
    turn = ["a large", "a small", "b large", "b small"]
    assert log.read_text().splitlines() == 3 * turn
    assert [len(row["large_seconds"]) for row in rows] == [2, 2]


def test_starts_are_medians_without_the_first():
    [row] = start_up({"true": ["true"]}, 3)
    assert row["what"] == "true"
    assert len(row["runs"]) == 3
    assert min(row["runs"]) <= row["seconds"] + 0.001


def row(load, what, cores, ns, strategies=0):
    return {
        "load": load,
        "what": what,
        "cores": cores,
        "ns_per_packet": ns,
        "packets_per_second": 1e9 / ns,
        "spread": 0.014,
        "start_up_seconds": 0.5,
        "strategies": strategies,
    }


def result(*rows, start_up=()):
    return {"rows": list(rows), "start_up": list(start_up)}


@pytest.mark.parametrize(
    ("rows", "met"),
    [
        ([row("64", "C walk", 1, 9.5), row("64", "walk", 1, 10.0)], True),
        ([row("64", "C walk", 1, 9.4), row("64", "walk", 1, 10.0)], False),
        ([row("imix", "C walk", 2, 9.0), row("imix", "5.10/small", 2, 10.0)], True),
        ([row("imix", "C walk", 2, 8.9), row("imix", "5.10/small", 2, 10.0)], False),
        ([row("imix", "compare", 2, 9.0), row("imix", "capinfos -c", 2, 9.1)], True),
        ([row("imix", "compare", 2, 9.0), row("imix", "capinfos -c", 2, 9.0)], False),
        ([row("imix.gz", "decompression", 2, 10.0), row("imix.gz", "5.10/small", 2, 11.0)], True),
        ([row("imix.gz", "decompression", 2, 10.0), row("imix.gz", "5.10/small", 2, 11.1)], False),
        ([row("imix", "5.10/small by the clock", 1, 100.0)], True),
        ([row("64", "5.10/small by the clock", 1, 100.1)], False),
    ],
)
def test_a_bar_is_met_up_to_its_threshold(rows, met):
    [bar] = bars(result(*rows))
    assert bar.met is met


@pytest.mark.parametrize(("group", "most"), MARGINAL.items())
@pytest.mark.parametrize(("above", "met"), [(-0.5, True), (0.0, False)])
def test_a_further_strategy_costs_what_is_between_one_and_all(group, most, above, met):
    one = row("imix", f"one of {group}", 1, 30.0, 1)
    every = row("imix", f"all of {group}", 1, 30.0 + 4 * (most + above), 5)
    [bar] = bars(result(one, every))
    assert bar.measured == f"{most + above:.1f} ns"
    assert bar.met is met


@pytest.mark.parametrize(("what", "most"), START_UP.items())
@pytest.mark.parametrize(("late", "met"), [(-0.01, True), (0.0, False)])
def test_a_start_has_its_bar(what, most, late, met):
    [bar] = bars(result(start_up=[{"what": what, "seconds": most + late}]))
    assert bar.met is met


def test_what_was_not_measured_has_no_bar_and_no_cell():
    alone = result(row("64", "walk", 1, 10.0), row("imix", "C walk", 1, 4.0))
    assert bars(alone) == []
    assert summary(alone).splitlines()[2:] == [
        "| one core | C walk |  | 250 |",
        "| one core | walk alone | 100 |  |",
    ]


def test_the_summary_has_shares_of_the_same_cores_and_no_raw_groups():
    rows = [
        row("imix", "C walk", 1, 10.0),
        row("imix", "C walk", 2, 20.0),
        row("imix", "compare", 2, 40.0, 79),
        row("imix", "all of page_frag", 1, 40.0, 27),
    ]
    assert summary(result(*rows)).splitlines()[2:] == [
        "| one core | C walk | 100 |",
        "| two cores | C walk | 50 |",
        "| two cores | comparison of 79 strategies | 25 (0.5) |",
    ]
    *_, last = full_table(result(*rows)).splitlines()
    assert last == "| imix | one core | all of page_frag, 27 | 25 | 40 | 1 % | 0.50 s |"
    unclear = {**rows[0], "ns_per_packet": None}
    assert "| C walk |  | not clear |  |" in full_table(result(unclear))
    assert summary(result(unclear)).endswith("| one core | C walk | not clear |")


def test_rows_come_by_cores_then_walks_then_strategies():
    order = ["dpkt loop", "5.10/small", "compare", "walk", "C walk", "cat > /dev/null", "info"]
    rows = [row("imix", what, 1, 10.0) for what in order]
    whats = [line.split(" | ")[1] for line in summary(result(*rows)).splitlines()[2:]]
    assert whats == [
        *("C walk", "walk alone", "`info`", "5.10/small"),
        *("cat > /dev/null", "comparison of 0 strategies", "dpkt loop"),
    ]


def test_the_machine_is_named():
    text = (
        "processor: 0\nmodel name\t: Good CPU\ncpu family\t: 25\nmodel\t\t: 17\n\nmodel name: no\n"
    )
    assert cpu_model(text) == "Good CPU (family 25, model 17)"
    assert cpu_model("") != ""
    assert machine()["cores"] >= 1


def test_a_result_reads_back_as_it_was():
    assert json.loads(as_text(RESULT)) == RESULT
    assert as_text(RESULT) == RESULTS.read_text()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_pages_tables_are_those_of_the_result(page):
    text = page.read_text()
    assert "<!-- bench: " in text
    assert refreshed(text, RESULT) == text


def test_every_part_is_on_a_page():
    text = "".join(page.read_text() for page in PAGES)
    assert [part for part in PARTS if f"<!-- bench: {part} -->" not in text] == []


def test_a_result_is_kept_with_the_pages(monkeypatch, tmp_path):
    page, kept = tmp_path / "page.md", tmp_path / "results.json"
    page.write_text("a\n<!-- bench: bars -->\nold\n<!-- end -->\nb\n")
    monkeypatch.setattr("documents.PAGES", (page,))
    monkeypatch.setattr("documents.RESULTS", kept)
    starts = [{"what": "--help", "seconds": 0.1}]
    keep(result(start_up=starts))
    assert (
        "| start: --help | less than 0.3 s | 0.10 s | met |\n<!-- end -->\nb\n" in page.read_text()
    )
    assert json.loads(kept.read_text())["start_up"] == starts
