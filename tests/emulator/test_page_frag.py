"""The queue's cursor against the plain-Python one, and its recycling in a small ring."""

import pytest
from helpers.replaying import kinds, opened, run
from hypothesis import given
from hypothesis import strategies as st
from oracles.memory import Memory, PageFrag
from rxreplay.emulator.chunks import put_page
from rxreplay.emulator.page_frag import cut, skb_page_frag_refill

SIZES = st.sampled_from([1536, 1920, 2048, 4096, 16384, 32767, 32768]) | st.integers(1, 32768)


@given(st.lists(st.tuples(SIZES, st.booleans()), max_size=60))
def test_refill_agrees_with_the_model(steps):
    queue = opened("5.10/mergeable", ring=1024)._queue  # records for many chunks
    queue.state["frag_chunk"] = -1
    model, buf = PageFrag(Memory()), queue.ring[0]
    before = {name: int(queue.state[name]) for name in ("filled_bytes", "chunk_tail")}
    for size, kept in steps:
        skb_page_frag_refill(queue, size)
        cut(queue, buf, size)
        model.refill(size)
        chunk, offset = model.cut(size)
        if not kept:
            put_page(queue, buf["chunk"])
            chunk.put()
        assert (buf["offset"], buf["size"]) == (offset, size)
        assert queue.state["frag_offset"] == model.offset
        assert queue.chunks[queue.state["frag_chunk"]]["refs"] == model.chunk.refs
        assert queue.state["filled_bytes"] - before["filled_bytes"] == model.memory.filled_bytes
        assert queue.state["chunk_tail"] - before["chunk_tail"] == model.memory.chunk_tail


def refills_after_open(name, lengths, **options):
    receiver = run(name, lengths, ring=2, **options)
    return kinds(receiver, "refill", "chunk")[3:]


def test_a_chunk_whose_buffers_are_all_back_is_cut_anew():
    recycled = [("refill", 1536, 0, 3072, 32768), ("refill", 1536, 0, 1536, 32768)]
    assert refills_after_open("4.11/mergeable", [60, 60]) == recycled


def test_a_chunk_that_an_skb_still_holds_is_not_cut_anew():
    at_once = [("refill", 4096, 0, 8192, 32768), ("refill", 4096, 0, 4096, 32768)]
    batched = [("refill", 4096, 0, 8192, 32768), ("refill", 4096, 0, 12288, 32768)]
    assert refills_after_open("5.10/mergeable", [128, 128], polls=2) == at_once
    assert refills_after_open("5.10/mergeable", [128, 129], polls=2) == batched


def test_a_recycled_chunk_counts_as_filled_again():
    chunks = run("5.10/mergeable", [60, 60], ring=2).finish().waste.chunks
    assert (chunks.filled, chunks.chunk_tail, chunks.cursor_left) == (65536, 24576, 24576)


@pytest.mark.parametrize("name", ["4.11/small", "4.11/mergeable"])
def test_the_cursor_keeps_its_chunk(name):
    receiver = run(name, [], ring=2)
    assert receiver._queue.chunks[0]["refs"] == 3
    assert receiver.finish().chunk_bytes.end == 32768
