"""Knobs that no kernel has: drawn at their ends, against the plain-Python model; both sides."""

from contextlib import suppress

import numpy as np
import pytest
from helpers.replaying import comparable, events, opened, skbs
from hypothesis import given
from hypothesis import strategies as st
from oracles.recordings import named
from oracles.virtio_net import oracle
from rxreplay.emulator import strategy
from rxreplay.errors import StrategyError

VALUES = {
    "copy_len": (14, 64, 65, 127, 129, 192, 193, 256, 257, 640, 641, 1023, 1024),
    "headroom": (32, 33, 63, 65, 96, 128, 511, 512),
    "xdp_headroom": (64, 192, 320, 1024),
    "tailroom": (64, 128, 256, 384, 768, 1024),
    "min_buf_len": (128, 129, 256, 640, 1012, 1013, 1517, 1519, 3584, 4083, 4084),
}
NAMES = (
    *("mst-2016/mergeable", "4.10/small", "4.10/mergeable+xdp", "4.13/mergeable+xdp"),
    *("5.10/mergeable", "5.15/mergeable+xdp", "6.12/mergeable", "6.12/big", "6.12/small+xdp"),
    *("6.18/mergeable", "6.18/mergeable+xdp-frags", "7.2/mergeable", "7.2/small"),
)
SIDES = (-1, 0, 1)


@st.composite
def settings(draw, name):
    """Draw a value of some knobs; a lower bound of buffers gives way to heads that it must fill."""
    chosen = strategy(name)
    for knob in draw(st.permutations([k.name for k in chosen.knobs if k.what_if])):
        value = draw(st.sampled_from((None, *VALUES[knob])))
        if value is not None:
            with suppress(StrategyError):
                chosen = chosen.with_settings({knob: value})
    return chosen


def thresholds(layout):
    """Give the lengths at which a packet begins to be received differently."""
    behind = layout.headroom + layout.hdr_len
    ends = {layout.len_term + layout.avg_min - behind, layout.page_size - behind}
    ends |= {end - layout.sizeof_shared_info for end in ends}
    known = {14, 60, 1514, layout.copy_len, layout.copy_room, layout.capacity, *ends}
    return sorted({max(0, length + side) for length in known for side in SIDES})


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_any_run_equals_the_models(name, data):
    chosen = data.draw(settings(name))
    ring, rcvbuf = data.draw(st.sampled_from([2, 16, 256])), data.draw(st.sampled_from([1, 20000]))
    lengths = st.sampled_from(thresholds(chosen.layout(ring))) | st.integers(0, 66000)
    runs = data.draw(st.lists(st.tuples(lengths, st.sampled_from([1, 2, 9, 40])), max_size=8))
    traffic = np.array([length for length, repeat in runs for _ in range(repeat)], np.int64)

    obvious = oracle(chosen.name, ring=ring, rcvbuf=rcvbuf, fit_rcvbuf=rcvbuf)
    obvious.run(traffic.tolist(), [7])
    fast = opened(chosen.name, ring=ring, polls=[7], rcvbuf=rcvbuf, unread=True)
    fast.receive(traffic)

    assert comparable(fast, fast.finish()) == obvious.figures()
    assert list(named(events(fast))) == list(named(obvious.events))


@pytest.mark.parametrize(
    ("name", "most", "fits", "over"),
    [
        # copied whole: what the head has room for, or what build_skb() leaves
        ("4.10/mergeable,copy_len=256", 256, (896, 256, 0), (896 + 1536, 256, 1)),
        ("5.10/mergeable,copy_len=256", 640, (1280, 640, 0), (1280 + 1536, 14, 1)),
        ("5.15/mergeable,copy_len=256", 256, (1280, 256, 0), (1792, 257, 0)),
        ("6.18/mergeable,copy_len=256", 256, (896, 256, 0), (1792, 257, 0)),
        ("6.18/mergeable,copy_len=257", 257, (960, 257, 0), (1792, 258, 0)),
        ("6.12/big,copy_len=640", 640, (1280, 640, 0), (4352, 641, 0)),
        ("6.12/big,copy_len=641", 641, (1344, 641, 0), (4352, 642, 0)),
        ("4.10/mergeable,headroom=128", 128, (832, 128, 0), (832 + 1536, 128, 1)),
        # build_skb() with the shared info behind the frame
        ("6.18/mergeable,tailroom=384", 1140, (1792, 1140, 0), (960 + 1536, 14, 1)),
        ("6.12/mergeable+xdp-frags,xdp_headroom=512", 3252, (4352, 3252, 0), (8448, 3252, 1)),
        # one buffer, or two
        ("5.10/mergeable,min_buf_len=1012", 1012, (768 + 1024, 14, 1), (768 + 2048, 14, 1)),
        ("5.10/mergeable,min_buf_len=1013", 1076, (768 + 1088, 14, 1), (768 + 2176, 14, 1)),
    ],
)
def test_on_both_sides(name, most, fits, over):
    received = skbs(name, *[60] * 3, most, most + 1)
    assert (received[-2], received[-1]) == (fits, over)


@pytest.mark.parametrize(
    ("name", "truesize"),
    [
        ("5.10/small,headroom=70", 1600 + 320 + 256),
        ("5.10/small,headroom=71", 1664 + 320 + 256),
        ("5.10/small,tailroom=384", 1600 + 384 + 256),
        ("4.10/small,headroom=512,tailroom=1024", 4096 + 256),
        ("6.12/small+xdp,xdp_headroom=320", 1920 + 320 + 256),
    ],
)
def test_room_around_a_small_buffer(name, truesize):
    assert skbs(name, 1518) == [(truesize, 1518, 0)]
