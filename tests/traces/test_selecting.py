import numpy as np
import pytest
from helpers.making_ends import GUEST, OTHER, THIRD, making_ends
from hypothesis import given
from hypothesis import strategies as st
from rxreplay.traces import selecting
from rxreplay.traces.decision import DirectionError
from rxreplay.traces.selecting import Selector

PAIRS = [(GUEST, OTHER), (OTHER, GUEST), (GUEST, THIRD), (THIRD, GUEST)]


def feed(selector, pairs, sizes):
    """Feed numbered packets in blocks, whose arrays are used again; give what comes out."""
    numbers, got, room = np.arange(len(pairs)), [], np.zeros((1, len(pairs) + 1), np.int64)
    start = 0
    for size in [*sizes, len(pairs)]:
        part = numbers[start : start + size]
        room[0, : part.size] = part
        columns, ends = room[:, : part.size], making_ends(*((pairs[n],) for n in part))
        got += selector.add(columns, ends)[0].tolist()
        room[:], ends.dst[:], ends.src[:] = -1, -1, -1
        start += size
    rest = selector.finish()
    return got + rest.ravel().tolist()


@given(st.lists(st.integers(1, 5), max_size=6), st.sampled_from([1, 4, 5, 8, 9, 100]))
def test_blocks_of_any_size_give_the_same(sizes, enough):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(selecting, "EVIDENCE_PACKETS", enough)
        selector = Selector("out")
        assert feed(selector, PAIRS * 4, [4, *sizes]) == list(range(1, 16, 2))
    assert "sent by 00:11:22:00:00:01" in str(selector.decision)


@pytest.mark.parametrize(("enough", "held"), [(8, False), (9, True)])
def test_packets_wait_until_there_are_enough(monkeypatch, enough, held):
    monkeypatch.setattr(selecting, "EVIDENCE_PACKETS", enough)
    selector = Selector()
    got = selector.add(np.arange(8).reshape(1, 8), making_ends(*((pair,) for pair in PAIRS * 2)))
    assert got.tolist() == ([[]] if held else [[0, 2, 4, 6]])
    assert (selector.decision is None) == held
    assert selector.finish().ravel().tolist() == ([0, 2, 4, 6] if held else [])
    assert selector.finish().size == 0


def test_with_a_guest_nothing_waits():
    selector = Selector(macs=[OTHER])
    assert feed(selector, PAIRS, [1, 1]) == [1]


def test_of_nothing_nothing_is_given():
    selector = Selector()
    assert selector.finish().size == 0
    assert str(selector.decision) == "all packets (there is none)"


def test_what_is_not_clear_is_said_with_the_name_of_the_capture():
    selector = Selector(name="x.pcap")
    selector.add(np.zeros((1, 2), np.int64), making_ends(*((pair,) for pair in PAIRS[:2])))
    with pytest.raises(DirectionError, match=r"^x\.pcap: which address"):
        selector.finish()
