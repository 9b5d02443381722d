"""The page of a report: its numbers are those of JSON, it is well-formed, and it needs nothing."""

import io
from pathlib import Path

import pytest
import rxreplay
from helpers.pages import Page, whole
from oracles import capture_writer as writer
from rxreplay.report.as_html import pages, write_report

STRATEGIES = ["5.10/small", "4.11/mergeable", "mst-2016/mergeable", "5.10/big"]
LENGTHS = [60, 300, 1514, 9014, 60, 129, 128, 1519, 46] * 12
SIZES = [16, 64]
RING = 64


pytestmark = pytest.mark.usefixtures("few_lengths")


@pytest.fixture
def path(tmp_path):
    """Write a capture of frames 100 ns apart: some find no room in a ring of 64."""
    records = [writer.pcap_record(writer.frame(60), wire_len=n) for n in LENGTHS]
    name = tmp_path / "a.pcap"
    name.write_bytes(writer.pcap_header() + b"".join(records))
    return str(name)


def made(source, strategies=STRATEGIES, **options):
    return rxreplay.make_report([source], strategies, sizes=SIZES, ring=RING, **options)


def text_of(report):
    write_report(report, out := io.StringIO())
    return out.getvalue()


def page_of(report):
    return Page(text_of(report))


def test_the_best_are_marked_and_the_reference_is_the_first(path):
    table = page_of(made(path, STRATEGIES[1:4])).table("Strategies side by side")
    cells = [text for text, _ in table.by_head()["truesize a packet"]]
    assert [text.count("*") for text in cells].count(1) == 1
    assert cells[0].endswith("×1.00")


def kind(table):
    """Say which of the three ledgers a table is, if any: "1 · Buffers: ..."."""
    return table.caption.partition(" · ")[2].partition(" ")[0].rstrip(":")


def test_every_ledger_balances_in_its_table(path):
    tables = page_of(made(path)).tables
    wholes = {"Buffers": "carved", "Chunks": "filled", "Heads": "bytes"}
    found = [table for table in tables if kind(table) in wholes]
    assert len(found) == 3 * len(STRATEGIES)
    for table in found:
        values = {
            name.rpartition(".")[2]: value for name, [(_, value), _] in table.by_head().items()
        }
        whole = values.pop(wholes[kind(table)])
        assert whole == sum(values.values())


def test_the_shares_of_owners_are_all_of_the_buffers(path):
    table = page_of(made(path)).table("Shares of the bytes of used buffers")
    assert len(table.rows) == len(STRATEGIES)
    for values in table.values().values():
        assert sum(values[1:]) == pytest.approx(1)


def test_frames_by_length_add_up_and_thresholds_are_both_sides_known(path):
    page = page_of(made(path))
    table = page.table("Frames by length")
    frames, size = (sum(row[n][1] for row in table.rows) for n in (1, 3))
    assert (frames, size) == (len(LENGTHS), sum(LENGTHS))
    for (span, _), *_ in table.rows:
        low, high = (int(n.replace(",", "")) for n in span.split(" to "))
        inside = [n for n in LENGTHS if low <= n <= high]
        assert table.by_head()[span][0][1] == len(inside)
    thresholds = {text: what for _, (text, _), (what, _), _ in page.table("Thresholds").rows}
    assert thresholds["128"] == "the longest frame that is copied whole"
    assert thresholds["1,518"] == thresholds["73,712"] == "the longest frame that a buffer holds"


def test_curves_are_in_their_table(path):
    report = made(path)
    values = page_of(report).table("Mean truesize in bytes, by length").values()
    curves = report.curves
    for row, length in enumerate(curves.lengths):
        assert values[f"{length:,}"] == [each[row] for each in curves.truesize.values()]


def test_rings_are_those_of_the_command(path):
    tables = page_of(made(path)).tables
    rings = rxreplay.ring(path, STRATEGIES, SIZES)
    table = next(table for table in tables if table.caption == "Rings by the clock")
    expected = [
        [
            each.ring,
            each.lost,
            each.peak_waiting,
            each.figures.ring_bytes.peak,
            each.figures.resident_bytes.peak,
            each.figures.resident_bytes.mean,
        ]
        for each in rings.tried
    ]
    shown = [[value for _, value in row if value is not None] for row in table.rows]
    assert shown == [[v for v in row if v is not None] for row in expected]


def test_losses_of_rings_are_a_picture_and_a_sentence(path):
    timing = rxreplay.Options(timing=rxreplay.timing.Timing(backend_queue=0))
    page = page_of(made(path, ["5.10/small", "4.11/mergeable"], options=timing))
    assert "losses" in page.ids
    assert "No ring that was tried is enough under any strategy." in page.said("p")
    assert any("0 packets wait in the host" in text for text in page.said("p"))


def test_rings_stand_still_with_the_guest(path):
    stall = rxreplay.timing.Timing(stall=("1s@+0s",), backend_queue=0)
    report = made(path, ["5.10/small"], options=rxreplay.Options(timing=stall))
    rings = rxreplay.ring(path, ["5.10/small"], SIZES, stall)
    assert [each.lost for each in report.chapters[0].rings] == [e.lost for e in rings.tried]
    assert report.chapters[0].rings[0].lost > 0


def test_memory_over_time_is_that_of_the_clock(path):
    page, report = page_of(made(path)), made(path)
    assert "over-time" in page.ids
    for name, series in report.chapters[0].series.items():
        [timed] = rxreplay.replay(path, name, ring=RING, timing=rxreplay.timing.Timing()).results
        assert series.highest["resident_bytes"].max() == timed.figures.resident_bytes.peak
        assert series.at_peak == timed.at_peak


@pytest.mark.parametrize(
    ("lengths", "texts"),
    [
        ([], ["There was no packet to replay.", "No buffer was used.", "No packet was delivered."]),
        ([1 << 20] * 9, ["No buffer was used.", "No packet was delivered."]),
        ([13] * 9, ["No packet was delivered."]),
        ([0] * 9, ["No packet was delivered."]),
        ([60], ["No ring was tried by the clock: lengths have no times."]),
        ([1518] * 300, []),
        ([1 << 20, 60], []),
    ],
    ids=[
        "none",
        "all too long",
        "all too short",
        "empty",
        "one",
        "one length",
        "longer than the axis",
    ],
)
def test_any_traffic_makes_a_whole_page(lengths, texts):
    page, outside = whole(text_of(made(lengths)))
    assert outside == set()
    assert set(texts) <= set(page.said("p"))


def test_a_capture_whose_packets_have_no_times_tries_no_ring(tmp_path):
    simple = writer.block(3, (60).to_bytes(4, "little") + writer.frame(60))
    interface = writer.block(1, bytes([1, 0, 0, 0, 0, 0, 0, 0]))
    path = tmp_path / "simple.pcapng"
    path.write_bytes(writer.section() + interface + simple)
    page = page_of(made(str(path), ["5.10/small"]))
    assert "No ring was tried by the clock: its packets have no times." in page.said("p")


@pytest.mark.parametrize(
    ("options", "why"),
    [({"sizes": []}, "no ring was asked for"), ({"queues": 2}, "rings are tried for one queue")],
    ids=["no size", "queues"],
)
def test_where_no_ring_is_tried_it_is_said_why(path, options, why):
    options = {"sizes": SIZES} | options
    report = rxreplay.make_report([path], ["5.10/small"], **options)
    page, _ = whole(text_of(report))
    assert f"No ring was tried by the clock: {why}." in page.said("p")


def test_one_size_is_a_picture_too(path):
    report = rxreplay.make_report([path], ["5.10/small", "5.10/big"], sizes=[128])
    whole(text_of(report))


def test_the_bytes_are_the_same_on_every_run_and_with_any_threads(path):
    texts = {text_of(made(path, threads=threads)) for threads in (1, 1, 2)}
    assert len(texts) == 1


def test_a_name_is_no_markup(tmp_path, path):
    name = "<img src=x onerror=alert(1)>\"'&\x1b[31m\u202e{{ 1 }}"
    hostile = tmp_path / name
    hostile.write_bytes(Path(path).read_bytes() + b"cut")
    report = rxreplay.make_report([str(hostile), path], ["5.10/small"], filter="ip or not ip")
    made_of = pages(report)
    shown = name.replace("\x1b", "\\x1b").replace("\u202e", "\\u202e")
    for text in made_of.values():
        _, outside = whole(text)
        assert outside <= set(made_of)
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert "<img" not in text
    assert f"{tmp_path}/{shown}" in Page(made_of["1-img-src-x-onerror-alert-1-31m-1.html"]).said(
        "h1"
    )
    [warning] = [w for w in page_texts(made_of) if "cut inside record" in w]
    assert shown in warning


def page_texts(made_of):
    return [
        text for name, each in made_of.items() if name[0] == "1" for text in Page(each).said("li")
    ]


def test_an_index_leads_to_every_page_and_says_what_failed(tmp_path, path):
    report = rxreplay.make_report(
        [path, str(tmp_path / "missing"), [60, 1514], []], ["5.10/small", "5.10/big"], sizes=SIZES
    )
    made_of = pages(report)
    assert list(made_of) == ["1-a.pcap.html", "2-lengths.html", "3-lengths.html", "index.html"]
    index, outside = whole(made_of["index.html"])
    assert outside == set(made_of) - {"index.html"}
    assert any(text.startswith("Not replayed: ") for text in index.said("li"))
    assert "There was no packet to replay." in index.said("li")
    assert len(index.tables[0].rows) == 3
    _, outside = whole(made_of["2-lengths.html"])
    assert outside == {"index.html"}


def test_the_record_has_all_that_decides_and_nothing_that_does_not(path):
    report = made(path)
    report.run["command"] = ["report", "a b.pcap"]
    text = text_of(report)
    for name in report.results.config:
        assert f"<dt>{name}</dt>" in text
    assert "<dt>threads</dt>" not in text
    assert "rxreplay report &#39;a b.pcap&#39;" in text
    assert f"<dd><code>{rxreplay.__version__}</code></dd>" in text
