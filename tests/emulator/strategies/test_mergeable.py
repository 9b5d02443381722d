"""Mergeable buffers: where one ends, who pays for the hole, and how the average sizes the next."""

from dataclasses import replace

import numpy as np
import pytest
from helpers.replaying import finished, frames, kinds, opened, run, skbs
from rxreplay.emulator import receive, strategy
from rxreplay.emulator.layouts import mergeable
from rxreplay.emulator.state import BUF
from rxreplay.emulator.strategies.mergeable import adjacent, ewma_pkt_len_add

KERNELS = ("4.10", "4.11", "5.10", "5.10.0")


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize(("length", "buffers"), [(1524, 1), (1525, 2), (3060, 2), (3061, 3)])
def test_the_last_byte_of_a_buffer(kernel, length, buffers):
    name = f"{kernel}/mergeable"
    figures = finished(name, [length])
    assert (figures.buffers, figures.coalesced_frags) == (buffers, buffers - 1)
    linear = 14 if kernel == "5.10" else 128
    assert skbs(name, length) == [(768 + buffers * 1536, linear, 1)]


def test_the_21st_buffer_of_a_chunk_has_the_hole():
    logged = kinds(opened("4.11/mergeable", ring=32), "refill", "chunk")
    assert logged[20:22] == [
        ("refill", 1536, 0, 19 * 1536, 32768),
        ("refill", 1536, 0, 20 * 1536, 32768),
    ]
    assert logged[22:24] == [("refill", 1536, 0, 32768, 32768), ("chunk", "+", 1)]


def test_a_rest_of_exactly_one_buffer_is_no_hole():
    name = "mst-2016/mergeable,min_avg=1518"  # 16 buffers of 2,048 a chunk
    offsets = [event[3] for event in kinds(opened(name, ring=32), "refill")]
    assert offsets == [0, *range(2048, 32769, 2048), *range(2048, 32768, 2048)]
    assert [t for t, _, _ in skbs(name, *[60] * 32, ring=32)] == [2304] * 32


@pytest.mark.parametrize(("length", "charged"), [(1524, 1536), (1525, 1537), (2036, 2048)])
def test_until_411_a_hole_is_charged_as_far_as_it_is_used(length, charged):
    for kernel in ("4.10", "4.11"):
        *_, twentieth, hole = skbs(f"{kernel}/mergeable", *[60] * 19, 1524, length)
        assert twentieth == (768 + 1536, 128, 1)
        assert hole == (768 + charged, 128, 1)


@pytest.mark.parametrize("length", [129, 1524, 1525, 2036])
def test_since_413_a_hole_is_charged_always(length):
    for kernel, linear in (("5.10", 14), ("5.10.0", 128)):
        assert skbs(f"{kernel}/mergeable", *[60] * 20, length)[-1] == (768 + 2048, linear, 1)


def test_a_hole_used_as_a_further_buffer_is_charged_without_a_header():
    """In the 21st buffer stand 2,048 bytes of the frame, or one more than its first 1,536."""
    lengths = [60] * 19
    assert skbs("4.11/mergeable", *lengths, 1524 + 1537)[-1] == (768 + 1536 + 1537, 128, 1)
    assert skbs("4.11/mergeable", *lengths, 1524 + 1536)[-1] == (768 + 1536 + 1536, 128, 1)
    assert skbs("5.10/mergeable", *lengths, 1524 + 1)[-1] == (768 + 1536 + 2048, 14, 1)


@pytest.mark.parametrize(
    ("length", "hole", "unused"), [(1524, 512, 0), (1525, 511, 0), (60, 512, 1464)]
)
def test_the_hole_and_the_unused_are_told_apart(length, hole, unused):
    before = finished("5.10/mergeable", [1524] * 20).waste.buffers
    after = finished("5.10/mergeable", [1524] * 20 + [length]).waste.buffers
    assert (before.hole, before.unused) == (0, 0)
    assert (after.hole, after.unused) == (hole, unused)


def test_frags_of_two_chunks_stay_two():
    assert skbs("4.11/mergeable", *[60] * 20, 2036, ring=64)[-1][2] == 1
    assert skbs("4.11/mergeable", *[60] * 20, 2037, ring=64)[-1] == (768 + 2048 + 1536, 128, 2)


ASKED = [
    (60, 1536),
    (1524, 1536),
    (1525, 1600),
    (4020, 4032),
    (4021, 4096),
    (4084, 4096),
    (4085, 4096),
    (6132, 4096),
]


@pytest.mark.parametrize(("length", "asked"), ASKED)
def test_the_average_sizes_the_next_buffers(length, asked):
    refills = kinds(run("4.11/mergeable", [length] * 3, ring=4), "refill")
    assert refills[3][1] == 1536
    assert refills[-1][1] == asked


@pytest.mark.parametrize(("ring", "asked"), [(64, 1536), (32, 2112), (16, 4096), (2, 4096)])
def test_since_412_small_rings_have_longer_buffers(ring, asked):
    assert kinds(opened("5.10/mergeable", ring=ring), "refill")[-1][1] == asked
    assert kinds(opened("4.11/mergeable", ring=ring), "refill")[-1][1] == 1536


def test_the_average_floors_at_every_step():
    queue = opened("4.11/mergeable")._queue
    averages = []
    for length in (1600, 1514, 1514, 65550, 60, 14):
        ewma_pkt_len_add(queue, length)
        averages.append(int(queue.state["avg_pkt_len"]))
    assert averages == [1600, 1598, 1596, 2595, 2555, 2515]


def test_a_frame_that_is_dropped_does_not_enter_the_average():
    queue = run("4.11/mergeable", [13, 10**6])
    assert queue._queue.state["avg_pkt_len"] == 0


@pytest.mark.parametrize(
    ("kernel", "ring", "longest"),
    [("4.11", 4, 4 * 1536 - 12), ("5.10", 4, 4 * 4096 - 12), ("4.11", 32, 32 * 1536 + 512 - 12)],
)
def test_the_ring_decides_what_is_too_long(kernel, ring, longest):
    name = f"{kernel}/mergeable"
    kept = finished(name, [longest], ring=ring)
    assert (kept.drops.device_too_long, kept.buffers) == (0, ring)
    assert finished(name, [longest + 1], ring=ring).drops.device_too_long == 1


def test_a_ring_too_empty_for_a_frame_is_filled_first():
    queue = run("4.11/mergeable", [60, 6132, 6133, 60], ring=4, polls=64)
    figures = queue.finish()
    assert kinds(queue, "poll") == [("poll", 1), ("poll", 1), ("poll", 1)]
    assert (figures.delivered_packets, figures.drops.device_too_long) == (3, 1)


def test_a_ring_with_just_enough_is_not():
    queue = run("4.11/mergeable", [60, 3 * 1536 - 12], ring=4, polls=64)
    queue.finish()
    assert kinds(queue, "poll") == [("poll", 2)]


def test_the_buffer_of_a_short_frame_is_freed_at_once():
    figures = finished("5.10/mergeable", [13], ring=256)
    assert figures.waste.buffers.dropped == 1536
    assert (figures.slab_bytes.peak, figures.waste.heads.bytes) == (0, 0)


def test_410_and_411_receive_mergeable_buffers_alike():
    layouts = [strategy(f"{kernel}/mergeable").layout(256) for kernel in ("4.10", "4.11")]
    assert layouts[0] == layouts[1]


@pytest.mark.parametrize(
    ("name", "chunk", "offset", "joins"),
    [
        ("4.11/mergeable", 0, 3072, True),
        ("4.11/mergeable", 1, 3072, False),
        ("4.11/mergeable", 0, 3008, False),
        ("4.11/mergeable", 0, 3136, False),
        ("mst-2016/mergeable", 0, 3072, False),  # its data would have to stand 372 bytes before
        ("mst-2016/mergeable", 0, 3072 - 372, True),
    ],
)
def test_only_the_next_bytes_of_the_same_chunk_join_a_frag(name, chunk, offset, joins):
    last, buf = np.zeros(2, BUF)
    last["chunk"], last["offset"], last["size"] = 0, 1536, 1536
    buf["chunk"], buf["offset"] = chunk, offset
    assert adjacent(opened(name, ring=2)._queue, last, buf) == joins


def test_a_buffer_behind_one_that_was_copied_whole_is_a_frag_of_its_own():
    """No kernel has buffers so short: 52 bytes of the frame in the first, 64 in each other."""

    def short(era, ring, knobs):
        return mergeable(era, ring, knobs)._replace(avg_min=52, avg_max=52)

    known = strategy("5.10/mergeable")
    shortened = replace(known, mode=replace(known.mode, make_layout=short))
    skb = receive(frames(60, 52 + 64 + 1), shortened)
    assert skb[["truesize", "linear", "nr_frags", "coalesced"]].tolist() == [
        (768 + 64, 52, 1, 0),
        (768 + 128, 52, 1, 1),
    ]
