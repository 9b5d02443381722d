"""When a vCPU stands still, as it is written."""

import io

import numpy as np
import pytest
import rxreplay
from oracles import capture_writer as w
from rxreplay.emulator.clock import Stall
from rxreplay.errors import OptionError, StrategyError
from rxreplay.moments import Moment
from rxreplay.stalls import FixedStall, parse_stalls
from rxreplay.timeline import Timeline
from rxreplay.timing import Timing
from rxreplay.traces import NO_TIME

NO_STALL = "write LENGTH/PERIOD, as 2ms/100ms"


def relative(start, length):
    return FixedStall(Moment(start, relative=True), length)


def test_a_text_or_several():
    assert parse_stalls("2ms/100ms") == parse_stalls(["2ms/100ms"])
    assert parse_stalls(["", "2ms/100ms"]).period_ns == 10**8
    several = parse_stalls(["1us@+1s", "2ms/100ms", "3@1970-01-01T00:00:09", "4ns@+1"])
    assert (several.length_ns, several.period_ns) == (2 * 10**6, 10**8)
    date = FixedStall(Moment(9 * 10**9, relative=False), 3 * 10**9)
    assert several.fixed == [relative(10**9, 1000), date, relative(10**9, 4)]
    assert parse_stalls(()) == parse_stalls("")


@pytest.mark.parametrize(
    ("texts", "error"),
    [
        ("2ms", f"--stall 2ms: {NO_STALL}, LENGTH@TIME"),
        (["1ms/2ms", "1ms/3ms"], r"--stall 1ms/3ms: .*\(one period is enough\)"),
        ("2/x", "--stall x: write a time span"),
        ("x@+1s", "--stall x: write a time span"),
        ("1ms@soon", "time 'soon': write it as"),
        ("1ms@", "time '': write it as"),
        (f"{2**60}ns@+1s", None),
        (f"{2**60 + 1}ns@+1s", "longer than any capture"),
        ("file:/nowhere", "--stall file:/nowhere: No such file"),
    ],
)
def test_what_is_no_stall(texts, error):
    if error is None:
        assert parse_stalls(texts).fixed == [relative(10**9, 2**60)]
        return
    with pytest.raises(OptionError, match=error):
        parse_stalls(texts)


def test_a_file_has_a_start_and_a_length_in_each_line(tmp_path):
    path = tmp_path / "stalls.txt"
    path.write_text("# start  length\n\n+1.5s 2ms\n  9.5,0.002   # of the host\n+0 1us\n")
    date = FixedStall(Moment(9_500_000_000, relative=False), 2 * 10**6)
    expected = [relative(1_500_000_000, 2 * 10**6), date, relative(0, 1000)]
    assert parse_stalls(f"file:{path}").fixed == expected


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (b"+1s 2ms\n+2s\n", "line 2: 1 columns, where a start and a length belong"),
        (b"+1s 2ms 3\n", "line 1: 3 columns"),
        (b"\n+1s soon\n", "line 2: --stall soon: write a time span"),
        (b"soon 2ms\n", "line 1: time 'soon'"),
        (b"+1s " + b"9" * 5000 + b"ms\n", r"line 1: --stall 9{80}\.\.\.: write a time span"),
        (b"\xff\xfe\n", "it is no text"),
    ],
)
def test_a_file_that_is_none_says_where(tmp_path, text, error):
    path = tmp_path / "stalls.txt"
    path.write_bytes(text)
    with pytest.raises(OptionError, match=f"--stall file:{path}: {error}"):
        parse_stalls(f"file:{path}")


@pytest.mark.parametrize(("time", "factor"), [("recorded", 1), ("scale:4", 4), ("rate:9", 1)])
def test_stalls_move_as_packets_do(time, factor):
    timeline = Timeline(time)
    timeline.times(np.array([NO_TIME, 10**18, 10**18 + 8]))
    assert timeline.placed([relative(8, 3)]) == [Stall(8 // factor, 3)]
    date = FixedStall(Moment(10**18 + 12, relative=False), 5)
    if time != "rate:9":
        assert timeline.placed([date]) == [Stall(12 // factor, 5)]
        return
    with pytest.raises(OptionError, match="a stall has a date, and the first packets have none"):
        timeline.placed([date])


def test_a_date_needs_packets_that_have_one():
    date = FixedStall(Moment(10**18, relative=False), 5)
    timeline = Timeline("recorded")
    timeline.times(np.array([NO_TIME]))
    with pytest.raises(OptionError, match=r"write \+TIME"):
        timeline.placed([date])


def capture(count=40):
    rows = [w.enhanced(w.frame(60), ticks=10**6 + 10 * number) for number in range(count)]
    return w.section() + w.interface() + b"".join(rows)  # ten microseconds apart, at one second


@pytest.mark.parametrize(
    ("stall", "lost"),
    [
        ((), 0),
        ("300us@+100us", 22),  # 30 come meanwhile, and 8 have room
        ("300us@1.0001", 22),
        (("100us@+100us", "250us@+150us", "0s@+0s"), 22),
        ("300us@+2s", 0),
    ],
)
def test_a_guest_stands_still_at_times_of_the_capture(stall, lost):
    timing = Timing(irq_delay="1us", service="0s", backend_queue=0, stall=stall)
    how = {"ring": 8, "timing": timing}
    [result] = rxreplay.replay(io.BytesIO(capture()), "4.11/small", **how).results
    assert result.figures.drops.backend_full == lost
    [tried] = rxreplay.ring(io.BytesIO(capture()), ["4.11/small"], [8], timing).tried
    assert tried.figures == result.figures


@pytest.mark.parametrize("function", [rxreplay.compare, rxreplay.ring])
def test_stalls_before_the_first_packet_are_told(function):
    timing = Timing(stall=("5us@0.5", "1us@+1us"))
    source = io.BytesIO(capture())
    sources = source if function is rxreplay.ring else [source]
    results = function(sources, ["5.10/small"], timing=timing)
    [warning] = [each for each in results.warnings if each.code == "clock_stalls"]
    assert warning.text == "<stream>: 1 stalls are over before the first packet"


def test_a_stall_that_cannot_be():
    with pytest.raises(StrategyError, match=r"a stall of 5 ns at .* ns cannot be"):
        rxreplay.ring(
            io.BytesIO(capture()), ["5.10/small"], [8], Timing("scale:0.000001", stall="5ns@+9h")
        )


def test_they_are_in_the_config_and_in_the_head(rxreplay_of):
    asked = ("--stall", "2us/9us", "--stall", "3us@+1us", "--stall", "5us@1.5")
    whole = rxreplay_of("--format", "json", *asked)
    assert whole["config"]["clock"]["stalls"] == [
        {"start_ns": 1000, "from_first_packet": True, "length_ns": 3000},
        {"start_ns": 1_500_000_000, "from_first_packet": False, "length_ns": 5000},
    ]
    text = rxreplay_of(*asked)
    assert "for 2.00 µs in each 9.00 µs and 2 times, for 5.00 µs at most" in text
    assert "the vCPU stands still once for 3.00 µs" in rxreplay_of(*asked[2:4])


@pytest.fixture
def rxreplay_of(tmp_path, rxreplay):
    import json

    path = tmp_path / "steady.pcapng"
    path.write_bytes(capture())

    def run(*options):
        out = rxreplay("ring", path, "-s", "5.10/small", "--size", "8", *options).stdout
        return json.loads(out) if "json" in options else " ".join(out.split())

    return run
