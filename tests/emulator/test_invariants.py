"""The laws of rxreplay.emulator, recounted from the records of any run."""

from collections import Counter

import pytest
from helpers.replaying import frames, kinds, opened
from hypothesis import given
from hypothesis import strategies as st
from rxreplay.emulator import STRATEGIES
from rxreplay.emulator.state import PAGE_FRAG

NAMES = [strategy.name for strategy in STRATEGIES]
TRAFFIC = st.lists(st.sampled_from([13, 14, 60, 128, 129, 1514, 9014, 65550]), max_size=150)
RINGS = st.sampled_from([2, 16, 256])
POLLS = st.sampled_from([1, 7, 64])

every_strategy = pytest.mark.parametrize("name", NAMES)


def references(queue):
    """Count who refers to each chunk when no skb is alive: posted buffers and cursors."""
    state, size = queue.state, queue.ring.size
    posted = [int(queue.ring[n % size]["chunk"]) for n in range(state["head"], state["tail"])]
    cursors = [int(state[name]) for name in ("frag_chunk", "cache_chunk", "pool_page")]
    return Counter(number for number in posted + cursors if number >= 0)


@every_strategy
@given(traffic=TRAFFIC, ring=RINGS, polls=POLLS)
def test_a_chunk_lives_while_somebody_refers_to_it_and_no_longer(name, traffic, ring, polls):
    receiver = opened(name, ring=ring, polls=polls)
    receiver.receive(frames(*traffic))
    receiver.finish()
    queue = receiver._queue
    if "big" in name:  # its buffers are pages, which have no numbers
        queue.ring["chunk"] = -1
    alive = {n: int(refs) for n, refs in enumerate(queue.chunks["refs"]) if refs}
    assert alive == references(queue)
    assert not queue.chunks["skb_refs"].any()
    signs = Counter(sign for _, sign, _ in kinds(receiver, "chunk"))
    assert signs["+"] - signs["-"] == sum(int(queue.chunks[n]["kind"] == PAGE_FRAG) for n in alive)


@every_strategy
@given(traffic=TRAFFIC, ring=RINGS, polls=POLLS)
def test_packets_are_delivered_or_dropped_and_cost_more_than_their_bytes(
    name, traffic, ring, polls
):
    receiver = opened(name, ring=ring, polls=polls)
    receiver.receive(frames(*traffic))
    figures = receiver.finish()
    assert figures.packets == figures.delivered_packets + figures.drops.total() == len(traffic)
    assert sum(figures.nr_frags) == figures.delivered_packets
    assert figures.truesize_bytes >= figures.delivered_bytes + 256 * figures.delivered_packets
    levels = (figures.chunk_bytes.end, figures.slab_bytes.end)
    assert figures.resident_bytes.end == sum(levels) >= figures.ring_bytes.end
