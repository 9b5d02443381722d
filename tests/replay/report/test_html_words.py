"""What pages say and mark: who is best, who cannot be beaten, where the steps are."""

import io
from types import SimpleNamespace

import pytest
import rxreplay
from helpers.pages import Page
from oracles import capture_writer as writer
from rxreplay.emulator import strategy
from rxreplay.report.as_html import write_report
from rxreplay.report.as_table import heading
from rxreplay.report.page.copies_section import front
from rxreplay.report.page.parts import page_of
from rxreplay.report.page.rings_section import answers
from rxreplay.report.page.tables import comparison_table
from rxreplay.report.page.time_section import OTHER_CLOCK, STILL
from rxreplay.report.page.truesize_picture import cliffs
from rxreplay.report.page.waste_section import waste_section

pytestmark = pytest.mark.usefixtures("few_lengths")


def costing(number, resident, copied, drops=0):
    """Make a column of these costs."""
    figures = SimpleNamespace(
        resident_bytes=SimpleNamespace(peak=resident),
        copied_bytes=copied,
        delivered_packets=1,
        drops=SimpleNamespace(total=lambda: drops),
    )
    return SimpleNamespace(number=number, figures=figures)


@pytest.mark.parametrize(
    ("costs", "best"),
    [
        ([(2, 1), (1, 2)], [1, 2]),
        ([(2, 1), (1, 1)], [2]),
        ([(1, 2), (1, 1)], [2]),
        ([(1, 1), (1, 1)], [1, 2]),
        ([(2, 2), (1, 1), (1, 3), (3, 1)], [2]),
        ([(1, 1, 9), (2, 2)], [2]),
        ([(1, 1, 9)], []),
    ],
)
def test_the_front_is_who_is_not_beaten_on_both_and_drops_nothing(costs, best):
    columns = [costing(number, *cost) for number, cost in enumerate(costs, 1)]
    assert [column.number for column in front(columns)] == best


def test_who_drops_is_never_marked_as_the_best():
    report = rxreplay.make_report([[60, 9014] * 20], ["4.11/small", "4.11/mergeable", "4.11/big"])
    page = page_of(report, 0)
    marked = [
        [cell.kind for cell in row[1:]] for row in comparison_table(page).rows if row[1].value == 0
    ]
    assert page.columns[0].figures.copied_bytes == 0
    assert marked
    assert all(kinds[0] == "" for kinds in marked)


@pytest.mark.parametrize(
    ("known", "words"),
    [
        ([[1.0, 1.1, 3.3]], "Steepest steps: from 20 to 30 bytes ×3.00 (1)."),
        ([[1.0, 2.0, 3.0]], "Steepest steps: from 10 to 20 bytes ×2.00 (1)."),
        ([[1.0, 2.0, None], [2.0, 4.0, 4.0]], "Steepest steps: from 10 to 20 bytes ×2.00 (1, 2)."),
        (
            [[1.0, 1.0, 2.0], [1.0, 3.0, 3.0]],
            "Steepest steps: from 10 to 20 bytes ×3.00 (2); from 20 to 30 bytes ×2.00 (1).",
        ),
        ([[1.0, 1.19, 1.19]], "No step is steep."),
        ([[1.0, None, 9.0]], "No step is steep."),
    ],
)
def test_the_steepest_step_of_each_is_named(known, words):
    columns = [SimpleNamespace(number=number) for number, _ in enumerate(known, 1)]
    assert cliffs(columns, [10, 20, 30], dict(enumerate(known, 1))) == words


@pytest.mark.parametrize(
    ("lost", "words"),
    [
        ([[0, 0], [0, 0]], ["No ring from 64 buffers on loses a packet under any strategy."]),
        ([[1, 0], [2, 0]], ["128 buffers are enough for a, b."]),
        ([[1, 1], [2, 1]], ["No ring that was tried is enough under any strategy."]),
        ([[0, 0], [1, 0]], ["64 buffers are enough for a.", "128 buffers are enough for b."]),
        (
            [[1, 1], [1, 0]],
            ["No ring that was tried is enough for a.", "128 buffers are enough for b."],
        ),
    ],
)
def test_the_ring_that_is_enough_is_named(lost, words):
    columns = [SimpleNamespace(number=n, names=[name]) for n, name in enumerate("ab")]
    runs = {
        n: [
            SimpleNamespace(ring=ring, lost=each)
            for ring, each in zip((64, 128), losses, strict=True)
        ]
        for n, losses in enumerate(lost)
    }
    assert answers(columns, runs) == words


@pytest.mark.parametrize("length", [60, 9014], ids=["received", "dropped"])
def test_a_strategy_without_a_used_buffer_is_named_and_not_drawn(length):
    names = ["4.10/small", "5.10/mergeable"]  # the first posts heads from the slab before others
    section = waste_section(page_of(rxreplay.make_report([[length]], names), 0))
    text = "Not shown, as no buffer cut from a chunk was used: 4.10/small."
    assert text in section.words
    assert [picture.ident for picture in section.pictures] == ["owners", "fall-2"]


def test_modes_have_colours_and_those_of_a_mode_dashes():
    names = ["4.10/small", "4.11/small", "mst-2016/mergeable", "5.10/mergeable", "5.10/big"]
    report = rxreplay.make_report([[60, 1514] * 300], names)
    looks = {column.names[0]: column.look for column in page_of(report, 0).columns}
    assert looks == {
        "4.10/small": "small d0",
        "4.11/small": "small d1",
        "mst-2016/mergeable": "prototype d0",
        "5.10/mergeable": "mergeable d0",
        "5.10/big": "big d0",
    }
    assert strategy("mst-2016/mergeable").mode.name == "mergeable"


@pytest.mark.parametrize("apart_us", [0, 10])
def test_packets_of_one_time_are_said_to_be_a_burst(tmp_path, apart_us):
    records = [writer.pcap_record(writer.frame(60), time=(0, n * apart_us)) for n in range(9)]
    path = tmp_path / "burst.pcap"
    path.write_bytes(writer.pcap_header() + b"".join(records))
    how = {"sizes": [16], "direction": "both"}
    write_report(rxreplay.make_report([str(path)], ["5.10/small"], **how), out := io.StringIO())
    page = Page(out.getvalue())
    assert (STILL in page.said("p")) is (apart_us == 0)
    for text in ("bit/s", ">traffic,<wbr>", "rate of the traffic over"):
        assert (text in out.getvalue()) is (apart_us > 0)
    assert OTHER_CLOCK in page.said("p")
    timing = rxreplay.timing.Timing()
    report = rxreplay.make_report([str(path)], ["5.10/small"], timing=timing, **how)
    write_report(report, out := io.StringIO())
    assert OTHER_CLOCK not in Page(out.getvalue()).said("p")
    timing = rxreplay.timing.Timing(time="rate:1000")
    report = rxreplay.make_report([str(path)], ["5.10/small"], timing=timing, **how)
    write_report(report, out := io.StringIO())
    assert STILL not in Page(out.getvalue()).said("p")
    assert "bit/s at most" in out.getvalue()


@pytest.mark.parametrize(("apart_s", "marks"), [(1, "5 s"), (3600, "5 h"), (86_400, "5 days")])
def test_the_axis_of_time_has_one_unit(tmp_path, apart_s, marks):
    records = [writer.pcap_record(writer.frame(60), time=(n * apart_s, 0)) for n in range(11)]
    path = tmp_path / "long.pcap"
    path.write_bytes(writer.pcap_header() + b"".join(records))
    how = {"sizes": [16], "direction": "both"}
    write_report(rxreplay.make_report([str(path)], ["5.10/small"], **how), out := io.StringIO())
    assert f">{marks}</text>" in out.getvalue()
    assert f"The trace lasts 10.0 {marks.split()[1]} by the clock." in out.getvalue()


@pytest.mark.parametrize(("lengths", "shown"), [([60] * 99, False), ([60, 13] * 99, True)])
def test_the_key_of_owners_has_the_colours_that_are_there(lengths, shown):
    write_report(rxreplay.make_report([lengths], ["5.10/small"], sizes=[16]), out := io.StringIO())
    legend = out.getvalue().partition('id="owners"')[2].partition("</figure>")[0]
    key = legend.rpartition('class="legend"')[2].partition("</ul>")[0]
    assert ("of dropped packets" in key) is shown
    assert "skb_shared_info" in key


@pytest.mark.parametrize(
    ("times", "lengths", "says"),
    [
        ([5], [60], "1 packet, 60 B on the wire, length 60"),
        ([5, 5], [60, 60], "2 packets, 120 B on the wire, all at one time, length 60"),
        ([5, 6], [60, 62], "2 packets, 122 B on the wire, 1.00 s, length 60 to 62 (median 60)"),
    ],
)
def test_the_heading_says_what_there_is_to_say(tmp_path, times, lengths, says):
    pairs = zip(times, lengths, strict=True)
    records = [writer.pcap_record(writer.frame(n), time=(at, 0)) for at, n in pairs]
    (path := tmp_path / "a.pcap").write_bytes(writer.pcap_header() + b"".join(records))
    [trace] = rxreplay.info([path]).traces
    assert heading(trace) == f"{path}: {says}"
