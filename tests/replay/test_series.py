"""Series over trace time: one time axis for all queues and strategies, and files of them."""

import csv
import json
from io import StringIO

import pytest
from click.testing import CliRunner
from helpers.shared_data import CHECKOUT
from rxreplay import compare, replay
from rxreplay.cli import main
from rxreplay.emulator.at_peak import AtPeak, Chunks
from rxreplay.emulator.state import LEVELS
from rxreplay.report import reporter
from rxreplay.report.as_series import column_lists
from rxreplay.report.over_time import at_peak_text
from rxreplay.timing import Timing

SAMPLES = CHECKOUT / "traces" / "samples"
BURSTS = SAMPLES / "tcp-gso-tap-snap96.pcap"
MIXED = SAMPLES / "http-mixed.pcapng"
NAMES = ("5.10/mergeable", "7.2/mergeable", "4.10/big")
STALLED = Timing(stall="2ms/100ms", backend_queue=16)
NONE = Chunks(0, 0)


@pytest.fixture(scope="module")
def two_queues():
    return compare([BURSTS], NAMES, timing=STALLED, queues=2, packet_range=":1500")


def table_of(results, command):
    out = StringIO()
    reporter("table", command)(results, out)
    return out.getvalue()


def test_all_share_one_time_axis_and_the_traffic(two_queues):
    series = [result.series for result in two_queues.results]
    assert len(series) == 3 * len(NAMES)
    assert {(each.width_ns, each.end_ns) for each in series} == {(131_072, series[0].end_ns)}
    assert 256 < series[0].start_ns.size <= 512
    device, one, other = series[:3]
    for name, column in device.traffic.items():
        assert (column == one.traffic[name] + other.traffic[name]).all()
        assert (column == series[3].traffic[name]).all()
    trace = two_queues.traces[0]
    assert device.traffic["packets"].sum() == trace.packets
    assert device.traffic["bytes"].sum() == two_queues.results[0].figures.frame_bytes
    classes = [column for name, column in device.traffic.items() if "_" in name]
    assert (sum(classes) == device.traffic["packets"]).all()


def test_bins_agree_with_the_figures(two_queues):
    for result in two_queues.results:
        figures, series = result.figures, result.series
        for level in LEVELS:
            most, peak = int(series.highest[level].max()), getattr(figures, level).peak
            assert most <= peak if result.queue is None else most == peak
        dropped = sum(c.sum() for name, c in series.counts.items() if "delivered" not in name)
        assert dropped == figures.drops.total()
        assert series.counts["delivered_packets"].sum() == figures.delivered_packets
        assert (result.at_peak is None) == (result.queue is None)


def test_one_queue_alone_has_the_mean_of_the_figures():
    result = replay(BURSTS, "5.10/mergeable", timing=Timing(), packet_range=":1500").results[0]
    for level in LEVELS:
        mean = result.series.byte_ns[level].sum() / result.series.end_ns
        assert mean == pytest.approx(getattr(result.figures, level).mean, rel=1e-9)


def test_an_idle_queue_has_its_ring_all_the_time():
    how = {"timing": Timing(), "queues": 2, "packet_range": "1"}
    results = replay(BURSTS, "5.10/small", **how).results
    idle = next(r for r in results if r.queue is not None and not r.figures.packets)
    assert idle.series.start_ns.size > 256
    assert (idle.series.mean("ring_bytes")[:-1] == idle.figures.ring_bytes.end).all()


def test_points_are_as_many_as_asked_or_none():
    few = replay(MIXED, "5.10/mergeable", timing=Timing(), points=4).results[0]
    assert 2 < few.series.start_ns.size <= 4
    none = replay(MIXED, "5.10/mergeable", timing=Timing(), points=0).results[0]
    assert (none.series, none.at_peak) == (None, None)
    assert none.figures == few.figures
    assert replay(MIXED, "5.10/mergeable").results[0].series is None


def test_time_zero_is_the_first_packet_of_the_capture():
    recorded = replay(BURSTS, "5.10/small", timing=Timing(), packet_range=":10")
    assert recorded.zero_ns == [recorded.traces[0].first_ns]
    scaled = replay(BURSTS, "5.10/small", timing=Timing("scale:2"), packet_range=":10")
    assert scaled.zero_ns == [None]


def run(*arguments):
    return CliRunner().invoke(main, [str(each) for each in arguments])


def test_files_agree_with_the_library(tmp_path):
    paths = {suffix: tmp_path / f"series.{suffix}" for suffix in ("csv", "json", "jsonl")}
    for path in paths.values():
        done = run("compare", MIXED, *("-s", NAMES[0], "-s", NAMES[1]), "--time", "recorded",
                   "--points", 16, "--series", path)  # fmt: skip
        assert done.exit_code == 0, done.output
        assert f"Wrote {path}" in done.stderr
    results = compare([MIXED], NAMES[:2], timing=Timing(), points=16)
    with paths["csv"].open() as file:
        from_csv = list(csv.DictReader(file))
    from_jsonl = [json.loads(line) for line in paths["jsonl"].read_text().splitlines()]
    whole = json.loads(paths["json"].read_text())
    assert whole["schema"] == "rxreplay-series/1.1"
    assert whole["traces"] == [
        {"path": str(MIXED), "digest": trace.digest, "zero_ns": trace.first_ns}
        for trace in results.traces
    ]
    for result, found in zip(results.results, whole["series"], strict=True):
        assert found["columns"] == column_lists(result.series)
        assert found["at_peak"] == result.at_peak.as_dict()
        mine = [row for row in from_jsonl if row["strategy"] == result.strategy]
        for name, column in found["columns"].items():
            assert [row[name] for row in mine] == column
    assert [
        {k: "" if v is None else str(v) for k, v in row.items()} for row in from_jsonl
    ] == from_csv
    assert from_jsonl[1]["epoch_ns"] == results.zero_ns[0] + from_jsonl[1]["start_ns"]


def test_a_trace_of_no_length_has_no_means(tmp_path):
    path = tmp_path / "one.jsonl"
    done = run("replay", MIXED, "-s", "5.10/small", *("--time", "rate:1", "--packets", 1),
               *("--irq-delay", "0ns", "--service", "0ns", "--series", path))  # fmt: skip
    assert done.exit_code == 0, done.output
    [row] = map(json.loads, path.read_text().splitlines())
    assert (row["span_ns"], row["ring_bytes_mean"], row["epoch_ns"]) == (0, None, None)
    assert "over time: 0 ns in one point" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("--series", "a.csv"), "--series is over trace time, and needs a clock"),
        (("--series", "a.txt", "--time", "recorded"), "name a file that ends with .csv, .json"),
        (("--series", "a.csv", "-o", "a.csv", "--time", "recorded"), "-o is the same file"),
        (
            ("--series", "a.csv", "--time", "recorded", "--gro", "on"),
            "--series is of what the driver keeps: leave --gro out",
        ),
        (("--points", "3", "--time", "recorded"), "a power of two, not 3"),
    ],
)
def test_what_cannot_be_is_said_first(arguments, text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = run("replay", BURSTS, "-s", "5.10/small", *arguments)
    assert done.exit_code == 2
    assert text in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_no_file_is_written_over(tmp_path):
    path = tmp_path / "kept.csv"
    path.write_text("mine")
    how = ("replay", MIXED, "-s", "5.10/small", "--time", "recorded", "-q", "--series", path)
    assert "exists already" in run(*how).stderr
    assert path.read_text() == "mine"
    done = run(*how, "--force")
    assert (done.exit_code, done.stderr) == (0, "")
    assert path.read_text().startswith("trace,path,strategy")


def test_nothing_to_replay_is_an_empty_file(tmp_path):
    path = tmp_path / "none.csv"
    done = run("replay", MIXED, "-s", "5.10/small", "--time", "recorded", "--packets", "9999999",
               "--series", path)  # fmt: skip
    assert done.exit_code == 0
    assert len(path.read_text().splitlines()) == 2  # the ring is there all the same


def test_tables_draw_what_happens(two_queues):
    shown = table_of(two_queues, "compare")
    assert "over time: 59.9 ms in 458 points of 131 µs" in shown
    both = "; of all queues in the same point (figures above add up peaks of queues)"
    assert both in " ".join(shown.split())
    curves = [line for line in shown.splitlines() if line.startswith(("arriving ", *NAMES))]
    assert len([line for line in curves if "keeps the least" not in line]) == 4
    text = " ".join(table_of(two_queues, "replay").split())
    assert "queue 1: most memory" in text
    assert both in text
    alone = compare([MIXED], NAMES, timing=Timing())
    assert not any("of all queues" in table_of(alone, form) for form in ("compare", "replay"))
    assert "most memory" not in table_of(compare([MIXED], NAMES), "replay")
    assert "over time" not in table_of(compare([MIXED], NAMES), "compare")


def peak(**changes):
    plain = dict.fromkeys(AtPeak.__slots__, 0)
    kinds = ("page_frag", "page_pool", "head_blocks", "xdp_pages", "big_pages")
    return AtPeak(**plain | dict.fromkeys(kinds, NONE) | {"packet": None} | changes)


def test_what_was_held_in_words():
    first = peak(resident_bytes=589_824, slab_bytes=589_824, buffers=255)
    said = "most memory when the ring was first filled: 576 KiB of slab objects. "
    assert at_peak_text(first, "4.10/small") == (
        f"{said}255 posted buffers owned 0 B (heads from the slab not counted)."
    )
    assert at_peak_text(first, "4.11/small") == f"{said}255 posted buffers owned 0 B."
    assert at_peak_text(peak(buffers=1), "4.11/small").endswith("1 posted buffer owned 0 B.")
    how = {"at_ns": 5000, "packet": 7, "resident_bytes": 8448, "slab_bytes": 256, "skbs": 1}
    pool = at_peak_text(peak(**how, idle_pages=1, page_pool=Chunks(2, 8192)), "6.12/mergeable")
    assert pool.startswith(
        "most memory 5.00 µs in, after frame 7: 8.25 KiB are 2 pages of a page_pool (8.00 KiB, 1 "
        "of them idle), 256 B of slab objects. 0 posted"
    )
    assert "; 1 skb of 0 B truesize with 0 B of packets kept 0 B." in pool
    lone = at_peak_text(peak(page_frag=Chunks(1, 32_768), skbs=2), "4.11/small")
    assert "1 page_frag chunk (32.0 KiB), 0 B" in lone
    assert "; 2 skbs of" in lone
