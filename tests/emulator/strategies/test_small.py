"""Small buffers on page_frag: 1,920 bytes each, 17 a chunk."""

import pytest
from helpers.replaying import finished, kinds, opened, skbs

NAMES = ("4.10/small", "4.11/small", "5.10/small", "5.10.0/small")


@pytest.mark.parametrize("name", NAMES)
def test_small_drops_from_one_byte_above_good_packet_len(name):
    truesize = 2304 if name == "4.10/small" else 2176
    assert skbs(name, 1518, 1519) == [(truesize, 1518, 0), (0, 0, 0)]


@pytest.mark.parametrize("name", NAMES)
def test_a_dropped_packet_uses_no_buffer(name):
    figures = finished(name, [1519] * 300, ring=4)
    assert (figures.drops.device_too_long, figures.buffers) == (300, 0)


def test_the_18th_buffer_begins_a_new_chunk():
    logged = kinds(opened("4.11/small", ring=32), "refill", "chunk")
    assert logged[0:2] == [("refill", 1920, None, 0, 0), ("chunk", "+", 0)]
    assert logged[17] == ("refill", 1920, 0, 16 * 1920, 32768)
    assert logged[18:20] == [("refill", 1920, 0, 17 * 1920, 32768), ("chunk", "+", 1)]
    assert logged[20] == ("refill", 1920, 1, 1920, 32768)


@pytest.mark.parametrize(("ring", "tail"), [(16, 0), (32, 128)])
def test_the_tail_of_a_chunk_is_nobodys(ring, tail):
    assert finished("4.11/small", [], ring=ring).waste.chunks.chunk_tail == tail


def test_every_byte_of_a_buffer_has_an_owner():
    buffers = finished("4.11/small", [1000], ring=2).waste.buffers
    owners = (buffers.payload, buffers.vnet_hdr, buffers.headroom, buffers.shared_info)
    assert owners == (1000, 12, 64, 320)
    assert (buffers.alignment, buffers.unused, buffers.posted) == (6, 518, 1920)


def test_the_buffer_of_a_short_frame_is_freed_at_once():
    figures = finished("4.11/small", [13], ring=2)
    assert (figures.waste.buffers.dropped, figures.ring_bytes.end) == (1920, 1920)
    assert figures.slab_bytes.peak == 0
