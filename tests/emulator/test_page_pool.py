"""The pool: pages of the cache, of those returned, of the page allocator, and pieces of them."""

import numpy as np
import pytest
from helpers.replaying import kinds, opened
from hypothesis import given
from hypothesis import strategies as st
from oracles.memory import Memory, PagePool
from rxreplay.emulator.chunks import put_page
from rxreplay.emulator.page_pool import page_pool_alloc_pages, page_pool_alloc_va
from rxreplay.emulator.state import BUF

RING = 2


@pytest.fixture
def receiver():
    """A queue whose ring of two whole pages has taken 64: 62 are in the cache."""
    return opened("7.2/small+xdp", ring=RING)


def take(queue, count):
    return [page_pool_alloc_pages(queue) for _ in range(count)]


def counts(receiver):
    state = receiver._queue.state
    return int(state["pool_cached"]), int(state["pool_returned"]), len(kinds(receiver, "pool"))


def test_pages_are_taken_64_at_a_time(receiver):
    assert counts(receiver) == (62, 0, 64)
    take(receiver._queue, 62)
    assert counts(receiver) == (0, 0, 64)
    take(receiver._queue, 1)
    assert counts(receiver) == (63, 0, 128)


def test_the_cache_holds_128_then_as_many_as_the_ring_wait_then_pages_are_freed(receiver):
    queue = receiver._queue
    pages = take(queue, 62 + 128)
    for page in pages[:128]:
        put_page(queue, page)
    assert counts(receiver) == (128, 0, 192)
    for page in pages[128 : 128 + RING]:
        put_page(queue, page)
    assert counts(receiver) == (128, RING, 192)
    put_page(queue, pages[-1])
    assert counts(receiver) == (128, RING, 193)
    assert kinds(receiver, "pool")[-1][1] == "-"


def test_the_cache_gives_the_newest_and_is_refilled_with_those_returned(receiver):
    queue = receiver._queue
    pages = take(queue, 62 + 128)
    for page in pages[: 128 + RING]:
        put_page(queue, page)
    assert take(queue, 128) == pages[127::-1]
    assert take(queue, RING) == [pages[129], pages[128]]  # the last one moved is on top
    assert len(kinds(receiver, "pool")) == 192


def test_a_page_whose_pieces_are_back_is_begun_again(receiver):
    queue = receiver._queue
    buf = np.zeros(1, BUF)[0]
    seen = []
    for size in (1536, 2048, 64):
        page_pool_alloc_va(queue, buf, size)
        put_page(queue, int(buf["chunk"]))
        seen.append((int(buf["chunk"]), int(buf["offset"])))
    page = seen[0][0]
    assert seen == [(page, 0), (page, 1536), (page, 0)]


SIZES = st.sampled_from([1536, 1600, 1920, 2048, 2049, 2176, 4096]) | st.integers(1, 64).map(
    lambda lines: 64 * lines
)


@given(st.lists(st.tuples(SIZES, st.booleans()), max_size=300))
def test_pieces_agree_with_the_model(steps):
    queue = opened("7.2/small+xdp", ring=RING)._queue
    model = PagePool(Memory(), RING)
    for _ in range(RING):  # the fill at open
        model.take()
    buf = np.zeros(1, BUF)[0]
    for size, held in steps:
        page_pool_alloc_va(queue, buf, size)
        page, start, length = model.alloc(size)
        assert (int(buf["offset"]), int(buf["size"])) == (start, length)
        assert queue.chunks[int(buf["chunk"])]["refs"] == page.refs
        if not held:
            put_page(queue, int(buf["chunk"]))
            page.put()
        assert int(queue.state["pool_cached"]) == len(model.cache)
        assert int(queue.state["pool_returned"]) == len(model.returned)
        assert int(queue.state["chunk_tail"]) == model.memory.chunk_tail
