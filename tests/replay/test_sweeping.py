"""A sweep is what separate replays give; cliffs are steps off a curve's usual slope."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rxreplay import RxReplayError, replay, sweep
from rxreplay.emulator import strategy
from rxreplay.errors import OptionError, StrategyError
from rxreplay.meanings import meaning
from rxreplay.sweep_values import parse_values
from rxreplay.sweeping import CLIFF, FEWEST, STEEPER, Point, cliffs, what_if

FRAMES = [64, 1514, 300, 9014] * 100


@pytest.mark.parametrize(
    ("name", "knob", "values", "changes"),
    [
        ("7.2/mergeable", "ring", [64, 128, 1024], "ring"),
        ("5.10/small", "poll", [1, 7, 64], "polls"),
        ("5.10/small", "rcvbuf", [4096, 212_992], "rcvbuf"),
    ],
)
def test_what_is_of_the_replay_is_as_in_separate_replays(name, knob, values, changes):
    found = sweep(FRAMES, name, knob, values)
    assert [point.value for point in found.points] == values
    for point in found.points:
        [alone] = replay(FRAMES, name, **{changes: point.value}).results
        assert point.figures == alone.figures


def test_a_knob_is_as_in_separate_replays():
    values = [128, 1000, 1518, 3584]
    found = sweep(FRAMES, "mst-2016/mergeable", "min_avg", values)
    for point in found.points:
        chosen = strategy("mst-2016/mergeable").with_settings({"min_avg": point.value})
        assert point.figures == replay(FRAMES, chosen).results[0].figures


def test_a_cliff_says_what_is_received_differently():
    found = sweep([256] * 200, "4.10/mergeable", "copy_len", [64, 128, 192, 256, 320, 384])
    [cliff] = [c for c in found.cliffs if c.curve == "linear packets"]
    assert (cliff.below, cliff.above, cliff.before, cliff.after) == (192, 256, 0, 1)
    assert cliff.meaning.startswith("a packet of 256 bytes is copied whole, ")
    assert found.as_dict()["cliffs"][0]["meaning"] == cliff.meaning


@pytest.mark.parametrize(
    ("name", "knob", "says"),
    [
        ("5.10/small", "headroom", ["headroom: a what-if, every kernel's is 64"]),
        ("5.10/small", "hdr_len", []),
    ],
)
def test_a_knob_that_no_kernel_has_is_said_to_be_a_what_if(name, knob, says):
    found = sweep([60], name, knob, [12, 10] if knob == "hdr_len" else [64, 96, 128])
    assert [w.text for w in found.warnings] == found.doubts == says


@pytest.mark.parametrize(
    ("name", "knob", "ring", "own"),
    [
        ("5.10/small", "tailroom", 256, 320),
        ("6.18/mergeable,max_skb_frags=45", "tailroom", 256, 768),
        ("6.18/mergeable,tailroom=64", "tailroom", 256, 320),
        ("4.11/mergeable", "min_buf_len", 16, 1518),
        ("4.12/mergeable", "min_buf_len", 16, 4086),
        ("4.12/mergeable,min_buf_len=2000", "min_buf_len", 256, 1518),
    ],
)
def test_a_what_if_names_the_value_that_the_strategy_has_itself(name, knob, ring, own):
    chosen = strategy(name)
    assert f"{chosen.base}'s own is {own:,}" in what_if(chosen, knob, ring)
    layout = chosen.with_settings({knob: 0}).layout(ring)
    if knob == "tailroom":
        same = chosen.with_settings({knob: own}).layout(ring)
        assert same == layout
    assert own in (layout.sizeof_shared_info, layout.avg_min)


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (
            "5.10/small",
            "5.10/small,headroom=128",
            "the least buffer has 1,984 bytes, 32,768 bytes hold 16 of them, no longer 17",
        ),
        (
            "7.2/small,headroom=198",
            "7.2/small,headroom=199",
            "the least buffer has 2,112 bytes, 4,096 bytes hold 1 of them, no longer 2",
        ),
        ("7.2/small", "7.2/small,headroom=192", "the least buffer has 2,048 bytes"),
        (
            "4.10/small,headroom=192",
            "4.10/small,headroom=256",
            "the least buffer has 2,112 bytes, its first head is from kmalloc-4k, no longer from "
            "kmalloc-2k, 32,768 bytes hold 15 of them, no longer 16",
        ),
        (
            "5.10/mergeable,copy_len=128",
            "5.10/mergeable,copy_len=129",
            "a packet of 640 bytes is copied whole, a packet copied whole has a truesize of 1,280, "
            "its head is from kmalloc-1k, no longer from kmalloc-512",
        ),
        (
            "6.1/mergeable,copy_len=640",
            "6.1/mergeable,copy_len=641",
            "a packet of 641 bytes is copied whole, a packet copied whole has a truesize of 1,344, "
            "its head is from page_frag_cache (1,088 bytes), no longer from a page in slices "
            "(1,024 bytes)",
        ),
        (
            "6.18/big",
            "6.18/big,tailroom=384",
            "a packet copied whole has a truesize of 960, its head is from skbuff_small_head "
            "(704 bytes), no longer from skbuff_small_head (640 bytes), "
            "a packet of 3,680 bytes is linear in the least buffer",
        ),
        (
            "6.18/mergeable+xdp",
            "6.18/mergeable+xdp,xdp_headroom=512",
            "a packet of 3,252 bytes is linear in the least buffer",
        ),
        ("5.10/mergeable", "5.10/mergeable", ""),
    ],
)
def test_what_a_value_changes_in_words(before, after, words):
    assert meaning(strategy(before).layout(256), strategy(after).layout(256)) == words


def test_values_are_tried_once_each_in_order():
    found = sweep(FRAMES, "5.10/small", "ring", [256, 64, 256])
    assert [point.value for point in found.points] == [64, 256]
    assert found.as_dict()["config"]["ring"] == [64, 256]


@pytest.mark.parametrize(
    ("knob", "values", "error"),
    [
        ("min_avg", [128], StrategyError),  # 5.10 has no such knob
        ("hdr_len", [11], StrategyError),
        ("ring", [100], StrategyError),
        ("ring", [], OptionError),
        ("poll", [65], StrategyError),
    ],
)
def test_what_cannot_be_is_an_error(knob, values, error):
    with pytest.raises(error):
        sweep(FRAMES, "5.10/mergeable", knob, values)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("5", [5]),
        ("5,1,4KiB", [5, 1, 4096]),
        ("1:4", [1, 2, 3, 4]),
        ("1:8:3", [1, 4, 7]),
        ("4KiB:64KiB:x16", [4096, 65536]),
        ("1KiB:3KiB:1KiB", [1024, 2048, 3072]),
        ("7:7:5", [7]),
        ("1:512", list(range(1, 513))),
        ("1:9:x2", [1, 2, 4, 8]),
        ("0:0", [0]),
    ],
)
def test_values_are_read(text, values):
    assert parse_values(text) == values


FORM = ""  # not the form at all: only how it is written
STILL = "a FACTOR from 2 on moves FROM, and that from 1 on"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        *((text, FORM) for text in ("", "x", "1,", "1:", ":2", "1:2:", "-1:2", "1:2:3:4")),
        ("9" * 16 + ":1", FORM),
        ("9" * 5000, FORM),
        ("2:1", "FROM is above TO, 2 above 1"),
        ("4KiB:64:x2", "FROM is above TO, 4,096 above 64"),
        ("1:9:0", "a STEP of 0 stands still"),
        ("7:7:0", "a STEP of 0 stands still"),
        ("1:9:x1", STILL),
        ("0:9:x2", STILL),
        ("1:9:x0", STILL),
        ("1:513", "513 values, 512 at most"),
        (",".join(["1"] * 513), "513 values, 512 at most"),
        ("0:999999999999999KiB", "1,023,999,999,999,998,977 values, 512 at most"),
    ],
)
def test_what_is_no_range_is_one_line_that_says_what_is_wrong(text, says):
    with pytest.raises(OptionError) as refused:
        parse_values(text)
    how = "write FROM:TO:STEP, FROM:TO:xFACTOR, or A,B,C"
    assert str(refused.value).endswith(f": {says}; {how}" if says else f": {how}")
    assert len(str(refused.value)) < 250


@given(st.integers(0, 50), st.integers(0, 50), st.integers(1, 9))
def test_a_range_is_pythons(start, more, step):
    assert parse_values(f"{start}:{start + more}:{step}") == list(
        range(start, start + more + 1, step)
    )


def curve(*levels, values=None):
    """Give points whose memory in the ring is what is wanted."""
    base = replay([60], "5.10/small").results[0].figures
    points = []
    for value, level in zip(values or range(1, len(levels) + 1), levels, strict=True):
        ring = type(base.ring_bytes)(level, None, level)
        fields = {name: getattr(base, name) for name in type(base).__slots__}
        figures = type(base)(**fields | {"ring_bytes": ring})
        points.append(Point(value, figures, strategy("5.10/small").layout(256)))
    return [(c.below, c.above) for c in cliffs(points, "posted in the ring, at most")]


@pytest.mark.parametrize(
    ("levels", "found"),
    [
        ([100, 100, 100, 112], [(3, 4)]),
        ([100, 100, 100, 111], []),  # 11 of 111 is less than a tenth
        ([112, 100, 100, 100], [(1, 2)]),
        ([100, 110, 120, 160, 170], []),  # four times the usual step
        ([100, 110, 120, 161, 171], [(3, 4)]),
        ([100], []),
        ([0, 0, 0], []),
        ([0, 0, 0, 1], [(3, 4)]),
    ],
)
def test_a_cliff_is_a_tenth_and_off_the_usual_slope(levels, found):
    assert (CLIFF, STEEPER) == (0.1, 4)
    assert curve(*levels) == found


@given(st.lists(st.integers(0, 10**6), max_size=FEWEST - 1))
def test_of_fewer_values_no_step_is_a_cliff(levels):
    assert curve(*levels) == []


def test_what_grows_with_the_number_is_no_cliff():
    assert curve(64, 128, 256, 512, values=[64, 128, 256, 512]) == []


def test_curves_without_a_value_have_no_cliff():
    found = sweep([], "5.10/small", "ring", [64, 128])
    assert [c.curve for c in found.cliffs] == []


def test_a_trace_that_cannot_be_read_is_an_error(tmp_path):
    with pytest.raises(RxReplayError):
        sweep(tmp_path / "none", "5.10/small", "ring", [64])
