"""The prototype of 2016: a head in every first buffer, and frags that never join."""

import pytest
from helpers.replaying import finished, kinds, opened, skbs

NAME = "mst-2016/mergeable"  # buffers of 768 on a fresh ring: 384 bytes, then 396 in each


@pytest.mark.parametrize(
    ("length", "linear", "further", "members"),
    [
        (384, 384, 0, 0),
        (385, 384, 1, 0),
        (384 + 17 * 396, 384, 17, 0),
        (384 + 17 * 396 + 1, 384, 18, 1),
        (384 + 34 * 396, 384, 34, 1),
        (384 + 34 * 396 + 1, 384, 35, 2),
    ],
)
def test_an_skb_has_17_frags_and_then_a_frag_list(length, linear, further, members):
    truesize = 256 + (1 + further) * 768 + members * 768
    assert skbs(NAME, length) == [(truesize, linear, min(further, 17))]
    figures = finished(NAME, [length])
    assert figures.frag_list_packets == (members > 0)
    assert figures.nr_frags[min(further, 17)] == 1
    assert (figures.coalesced_frags, figures.buffers) == (0, 1 + further)
    heads = figures.waste.heads
    parts = (heads.bytes, heads.shared_info, heads.unused)
    assert parts == (512 * members, 320 * members, 192 * members)


def test_the_last_buffer_of_a_chunk_is_charged_with_the_hole():
    truesizes = [truesize for truesize, _, _ in skbs(NAME, *[60] * 43)]
    assert truesizes == [1024] * 41 + [1536] + [1024]


@pytest.mark.parametrize(
    ("min_avg", "asked"),
    [(64, 768), (128, 768), (256, 768), (257, 1024), (1518, 2048), (3584, 4096)],
)
def test_the_lower_bound_of_the_average_is_a_knob(min_avg, asked):
    queue = opened(f"{NAME},min_avg={min_avg}", ring=2)
    assert {event[1] for event in kinds(queue, "refill")} == {asked}


@pytest.mark.parametrize(
    ("length", "asked"),
    [(1024, 1536), (1025, 1792), (2304, 2816), (2305, 3072), (3584, 4096), (3585, 4096)],
)
def test_the_average_follows_up_to_a_page(length, asked):
    queue = opened(NAME, ring=16)
    queue.receive([length] * 16)
    assert kinds(queue, "refill")[-1][1] == asked


def test_every_byte_of_a_buffer_has_an_owner():
    buffers = finished(NAME, [500]).waste.buffers
    assert (buffers.payload, buffers.vnet_hdr) == (500, 12)
    assert (buffers.headroom, buffers.shared_info) == (2 * 52, 2 * 320)
    assert (buffers.unused, buffers.hole, buffers.freed_copy) == (396 - 116, 0, 0)


@pytest.mark.parametrize(("length", "too_long"), [(16 * 396 - 12, 0), (16 * 396 - 11, 1)])
def test_a_small_ring_cannot_hold_a_long_packet(length, too_long):
    assert finished(NAME, [length], ring=16).drops.device_too_long == too_long
