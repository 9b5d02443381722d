"""Fresh heads: the page_frag_cache against the plain-Python one, slabs, and what is copied."""

import pytest
from helpers.replaying import finished, opened, run, skbs
from hypothesis import given
from hypothesis import strategies as st
from oracles.memory import Memory, PageFragCache
from rxreplay.emulator.chunks import put_page
from rxreplay.emulator.heads import copy_to_head, page_frag_alloc

SIZES = st.sampled_from([512, 1920, 16384, 32768]) | st.integers(1, 32768)


@given(st.lists(st.tuples(SIZES, st.booleans()), max_size=60))
def test_page_frag_alloc_agrees_with_the_model(steps):
    queue = opened("4.10/big", ring=64)._queue
    model = PageFragCache(Memory())
    before = int(queue.state["filled_bytes"])
    for size, kept in steps:
        number, chunk = page_frag_alloc(queue, size), model.alloc(size)
        if not kept:
            put_page(queue, number)
            chunk.put()
        assert queue.state["cache_offset"] == model.offset
        assert queue.chunks[number]["refs"] == chunk.refs
        assert queue.state["filled_bytes"] - before == model.memory.filled_bytes
        assert queue.state["chunk_tail"] == model.memory.chunk_tail


PAGES = 256 * 18 * 4096  # of a ring in big mode: what is copied whole gives them back at once


@pytest.mark.parametrize(("packets", "blocks"), [(64, 1), (65, 2)])
def test_a_block_has_64_heads(packets, blocks):
    queue = run("4.10/big", [60] * packets, rcvbuf=1 << 20, unread=True)
    assert queue.finish().chunk_bytes.end == PAGES + blocks * 32768


@pytest.mark.parametrize(("packets", "blocks"), [(64, 1), (65, 2)])
def test_a_block_whose_heads_are_all_back_begins_again(packets, blocks):
    figures = finished("4.10/big", [60] * packets)
    assert figures.chunk_bytes.peak == PAGES + 32768
    assert figures.waste.chunks.filled == PAGES + blocks * 32768


@pytest.mark.parametrize(("kernel", "slab"), [("4.10", 256), ("5.10.0", 256), ("5.10", 768)])
def test_the_slab_bytes_of_a_copied_packet(kernel, slab):
    assert finished(f"{kernel}/mergeable", [60]).slab_bytes.peak == slab


@pytest.mark.parametrize("mode", ["mergeable", "big"])
@pytest.mark.parametrize(("kernel", "copied"), [("4.10", 128), ("5.10.0", 128), ("5.10", 14)])
def test_copies_on_both_sides_of_128_bytes(mode, kernel, copied):
    name = f"{kernel}/{mode}"
    assert [linear for _, linear, _ in skbs(name, 127, 128, 129)] == [127, 128, copied]
    figures = finished(name, [127, 128, 129])
    assert (figures.copy_small.bytes, figures.copy_small.packets) == (255, 2)
    assert (figures.copy_header.bytes, figures.copy_header.packets) == (copied, 1)
    assert figures.copied_bytes == 255 + copied


@pytest.mark.parametrize(("frame", "cause"), [(100, "copy_small"), (101, "copy_header")])
def test_a_first_buffer_copied_whole_may_be_the_beginning_of_a_frame(frame, cause):
    """No strategy has buffers so short, but the rule is the kernel's."""
    queue = opened("5.10/mergeable", ring=2)._queue
    skb = queue.skbs[0]
    skb["frame"] = frame
    assert copy_to_head(queue, skb, 100) == 100
    assert (skb["linear"], skb["tailroom"], queue.state[f"{cause}_packets"]) == (100, 28, 1)


@pytest.mark.parametrize(
    ("kernel", "room"), [("5.15", 128), ("6.1", 640), ("6.12", 640), ("6.18", 256), ("7.2", 256)]
)
def test_a_head_takes_all_of_what_fits_and_else_the_mac_header(kernel, room):
    """Only buffers smaller than any that a kernel posts reach the larger limits."""
    queue = opened(f"{kernel}/mergeable", ring=2)._queue
    for part, copied in ((room - 1, room - 1), (room, room), (room + 1, 14)):
        skb = queue.skbs[0]
        skb["frame"] = part
        assert copy_to_head(queue, skb, part) == copied
        assert skb["tailroom"] == room - copied
