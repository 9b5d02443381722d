"""Which queues stand alike, against an outline in plain Python."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles.standing import outline
from rxreplay.emulator import Receiver, strategy
from rxreplay.emulator.probing import ONE_POLL, copied
from rxreplay.emulator.standing import alike

NAMES = ("4.11/small", "5.10/small,order3=fail:1/3", "6.1/mergeable", "7.2/mergeable", "6.12/big")
COUNTS = st.sampled_from([0, 1, 3, 33, 34, 66, 129, 231]) | st.integers(0, 500)


def later(name, before, count, length):
    """Give a queue, and a copy of it that has received some frames more."""
    receiver = Receiver(strategy(name), ring=64)
    receiver.receive(np.full(before, 60))
    after = copied(receiver._queue)
    receiver._kernels.receive(after, np.full(count, length), ONE_POLL)
    return receiver._queue, after


@given(st.sampled_from(NAMES), st.integers(1, 300), COUNTS, st.sampled_from([60, 590, 1514]))
def test_queues_stand_alike_where_their_outlines_are_the_same(name, before, count, length):
    queue, after = later(name, before, count, length)
    order3 = max(1, queue.layout.order3)
    assert alike(queue, after) == (outline(queue, order3) == outline(after, order3))
    assert alike(queue, copied(queue))


def renumbered(queue):
    """Give a copy whose chunks have their numbers the other way round."""
    other, last = copied(queue), queue.chunks.size - 1
    other.chunks[:] = queue.chunks[::-1]
    for records, names in (
        (other.ring, ["chunk"]),
        (other.chunks, ["next"]),
        (other.state.reshape(1), ["frag_chunk", "cache_chunk", "pool_page", "free_chunk"]),
        (other.state.reshape(1), ["pool_cache", "pool_oldest", "pool_newest"]),
    ):
        for name in names:
            records[name] = np.where(records[name] >= 0, last - records[name], -1)
    return other


@pytest.mark.parametrize("name", NAMES)
def test_the_numbers_of_chunks_do_not_matter(name):
    receiver = Receiver(strategy(name), ring=64)
    receiver.receive(np.full(200, 300))
    assert alike(receiver._queue, renumbered(receiver._queue))


@pytest.mark.parametrize(
    "name", ["frag_offset", "spare_pages", "cache_offset", "head", "order3_tries"]
)
def test_a_count_that_differs_matters(name):
    receiver = Receiver(strategy("6.1/mergeable,order3=fail:1/3"), ring=64)
    receiver.receive(np.full(201, 60))
    other = copied(receiver._queue)
    other.state[name] += 1
    assert not alike(receiver._queue, other)


@pytest.mark.parametrize("name", ["offset", "asked", "size", "slab", "chunk"])
def test_a_buffer_that_differs_matters(name):
    receiver = Receiver(strategy("5.10/mergeable"), ring=64)
    receiver.receive(np.full(200, 60))
    other = copied(receiver._queue)
    other.ring[name][int(other.state["tail"] - 1) % other.ring.size] += 1
    assert not alike(receiver._queue, other)


@pytest.mark.parametrize("name", ["refs", "skb_refs", "size", "kind"])
def test_a_chunk_that_differs_matters(name):
    receiver = Receiver(strategy("5.10/mergeable"), ring=64)
    receiver.receive(np.full(200, 60))
    other = copied(receiver._queue)
    other.chunks[name][int(other.ring["chunk"][int(other.state["head"]) % other.ring.size])] += 1
    assert not alike(receiver._queue, other)


@pytest.mark.parametrize(
    ("name", "cursor"),
    [
        *[("5.10/mergeable", "frag_chunk"), ("6.1/mergeable", "cache_chunk")],
        *[("7.2/small", "pool_page"), ("7.2/small", "pool_cache"), ("7.2/small", "pool_oldest")],
    ],
)
def test_a_cursor_at_another_chunk_matters(name, cursor):
    receiver = Receiver(strategy(name), ring=64)
    receiver.receive(np.full(201, 60))
    queue = receiver._queue
    if cursor == "pool_oldest":  # one that has come back beside the cache
        queue.state["pool_returned"], queue.state[cursor] = 1, queue.state["pool_cache"]
    other = copied(queue)
    assert alike(queue, other)
    posted = int(queue.ring["chunk"][int(queue.state["head"]) % queue.ring.size])
    other.state[cursor] = posted
    assert not alike(queue, other)


def test_where_a_block_of_heads_ends_does_not_matter():
    receiver = Receiver(strategy("4.11/mergeable"), ring=64)
    receiver.receive(np.full(200, 60))
    other = copied(receiver._queue)
    other.state["cache_offset"] -= 512
    assert alike(receiver._queue, other)


def test_two_buffers_of_one_chunk_are_not_two_of_two():
    receiver = Receiver(strategy("7.2/small"), ring=64)
    receiver.receive(np.full(200, 60))
    queue = receiver._queue
    other = copied(queue)
    first = int(queue.state["head"]) % queue.ring.size
    numbers = queue.ring["chunk"]
    another = next(n for n in numbers[numbers != numbers[first]].tolist() if n >= 0)
    other.ring["chunk"][first] = another
    other.chunks[another] = queue.chunks[numbers[first]]
    assert not alike(queue, other)
