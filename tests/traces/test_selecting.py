import numpy as np
import pytest
from helpers.making_ends import GUEST, OTHER, THIRD, making_ends
from hypothesis import given
from hypothesis import strategies as st
from rxreplay.traces import selecting
from rxreplay.traces.decision import DirectionError
from rxreplay.traces.selecting import Selector

PAIRS = [(GUEST, OTHER), (OTHER, GUEST), (GUEST, THIRD), (THIRD, GUEST)]


def fed(selector, pairs, sizes):
    """Let it hear blocks, whose arrays are used again, until it has decided; give what it takes."""
    start = 0
    for size in [*sizes, len(pairs)]:
        part = pairs[start : start + size]
        if selector.decision is None and part:
            ends = making_ends(*((pair,) for pair in part))
            selector.hear(ends)
            ends.dst[:], ends.src[:] = -1, -1
        start += size
    if selector.decision is None:
        selector.decide()
    return np.flatnonzero(selector.mask(making_ends(*((pair,) for pair in pairs)))).tolist()


@given(st.lists(st.integers(1, 5), max_size=6), st.sampled_from([4, 5, 8, 9, 100]))
def test_blocks_of_any_size_give_the_same(sizes, enough):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(selecting, "EVIDENCE_PACKETS", enough)
        selector = Selector("out", name="x.pcap")
        assert fed(selector, PAIRS * 4, sizes) == list(range(1, 16, 2))
        assert "sent by 00:11:22:00:00:01" in str(selector.decision)


@pytest.mark.parametrize(("enough", "clear"), [(8, True), (9, False)])
def test_no_more_packets_are_evidence_than_are_enough(monkeypatch, enough, clear):
    monkeypatch.setattr(selecting, "EVIDENCE_PACKETS", enough)
    pairs = PAIRS * 2 + [(THIRD, OTHER), (OTHER, THIRD)] * 8
    if clear:
        assert fed(Selector(), pairs, [100])[:4] == [0, 2, 4, 6]
    else:
        with pytest.raises(DirectionError):
            fed(Selector(), pairs, [100])


@pytest.mark.parametrize(("enough", "waits"), [(8, False), (9, True)])
def test_it_waits_until_there_are_enough(monkeypatch, enough, waits):
    monkeypatch.setattr(selecting, "EVIDENCE_PACKETS", enough)
    selector = Selector()
    selector.hear(making_ends(*((pair,) for pair in PAIRS * 2)))
    assert (selector.decision is None) == waits


def test_with_a_guest_nothing_is_heard():
    assert fed(Selector(macs=[OTHER]), PAIRS, [1, 1]) == [1]


def test_of_nothing_all_is_taken():
    selector = Selector()
    assert fed(selector, [], []) == []
    assert str(selector.decision) == "all packets (there is none)"


def test_what_is_not_decided_cannot_be_asked_for():
    with pytest.raises(RuntimeError):
        Selector().mask(making_ends())


def test_what_is_not_clear_is_said_with_the_name_of_the_capture():
    with pytest.raises(DirectionError, match=r"^x\.pcap: which address"):
        fed(Selector(name="x.pcap"), PAIRS[:2], [])
