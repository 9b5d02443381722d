"""Small buffers of 4.10: from the slab when the interface opens, then from the page_frag_cache."""

import pytest
from helpers.replaying import finished, run, skbs

NAME = "4.10/small"


def test_refilled_skbs_are_smaller_than_the_first_ones():
    kept = skbs(NAME, *[60] * 7, ring=4)
    assert [truesize for truesize, _, _ in kept] == [2304] * 4 + [2176] * 3


def test_the_fill_at_open_takes_no_chunk():
    figures = finished(NAME, [], ring=4)
    assert (figures.chunk_bytes.peak, figures.ring_bytes.peak) == (0, 0)
    assert figures.slab_bytes.end == 4 * (2048 + 256)


def test_a_posted_skb_has_its_sk_buff_already():
    queue = run(NAME, [60] * 3, ring=4)  # three freed, three posted with heads of a block
    figures = queue.finish()
    assert figures.slab_bytes.end == 1 * (2048 + 256) + 3 * 256
    assert (figures.ring_bytes.end, figures.chunk_bytes.end) == (3 * 1920, 32768)


@pytest.mark.parametrize(("refilled", "blocks"), [(17, 1), (18, 2)])
def test_a_block_has_17_heads(refilled, blocks):
    figures = finished(NAME, [60] * refilled, ring=32, polls=refilled)
    assert figures.waste.chunks.carved_buffers == refilled * 1920
    assert figures.chunk_bytes.end == blocks * 32768


def test_the_ledgers_of_both_kinds_of_head():
    figures = finished(NAME, [1000, 13, 60, 700, 100, 13], ring=2)
    heads, buffers = figures.waste.heads, figures.waste.buffers
    assert (heads.bytes, heads.payload, heads.headroom, heads.shared_info) == (4096, 1000, 128, 640)
    assert heads.unused == 2 * 1664 - 1000
    assert (buffers.payload, buffers.headroom, buffers.shared_info) == (860, 3 * 64, 3 * 320)
    assert (buffers.vnet_hdr, buffers.alignment, buffers.dropped) == (0, 3 * 18, 1920)
    assert buffers.unused == 3 * 1518 - 860


def test_a_short_frames_skb_is_freed_with_its_slab():
    assert finished(NAME, [13], ring=2).slab_bytes.end == 2048 + 256
    assert finished(NAME, [60, 60, 13], ring=2).slab_bytes.end == 256
