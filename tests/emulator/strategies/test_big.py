"""Big buffers: 18 pages, of which an skb keeps those it fills."""

import pytest
from helpers.replaying import finished, frames, run, skbs

PAGE = 4096
KERNELS = ("4.10", "4.11", "5.10", "5.10.0")


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize(
    ("length", "pages"),
    [(128, 0), (129, 1), (4080, 1), (4081, 2), (8176, 2), (8177, 3), (65550, 17), (69617, 18)],
)
def test_a_frame_keeps_the_pages_that_it_reaches(kernel, length, pages):
    linear = min(length, 128) if kernel != "5.10" or length <= 128 else 14
    name = f"{kernel}/big"
    assert skbs(name, length) == [(768 + pages * PAGE, linear, pages)]
    figures = finished(name, [length])
    assert figures.nr_frags[min(pages, 17)] == 1


@pytest.mark.parametrize("kernel", KERNELS)
def test_the_capacity_of_18_pages(kernel):
    figures = finished(f"{kernel}/big", [73712, 73713])
    assert (figures.delivered_bytes, figures.drops.device_too_long) == (73712, 1)
    assert figures.buffers == 1


def test_pages_without_data_are_spare_and_come_first():
    queue = run("5.10/big", [], ring=2)
    ring = 2 * 18 * PAGE
    levels = []
    for _ in range(4):  # each second packet, the ring is filled again
        queue.receive(frames(4081))
        levels.append(int(queue._queue.state["chunk_bytes"]) - ring)
    assert levels == [-2 * PAGE, 0, -2 * PAGE, 0]


@pytest.mark.parametrize(("kernel", "more"), [("4.11", 32768), ("5.10", 2 * PAGE)])
def test_an_skb_that_waits_for_its_batch_lives_beside_the_refilled_ring(kernel, more):
    """In 4.11 it is gone by then, but its head came from a page_frag_cache block."""
    figures = finished(f"{kernel}/big", [4081] * 2, ring=2)
    assert figures.chunk_bytes.peak == 2 * 18 * PAGE + more


def test_all_pages_of_a_frame_that_is_copied_or_short_are_spare():
    for length in (13, 60):
        queue = run("5.10/big", [length], ring=2)
        assert queue._queue.state["spare_pages"] == 18
        assert queue.finish().chunk_bytes.end == 36 * PAGE


def test_every_byte_of_a_buffer_has_an_owner():
    buffers = finished("5.10/big", [9000, 13], ring=4).waste.buffers
    assert (buffers.payload, buffers.freed_copy, buffers.vnet_hdr) == (8986, 14, 12)
    assert (buffers.alignment, buffers.headroom, buffers.shared_info) == (4, 0, 0)
    assert (buffers.unused, buffers.dropped) == (18 * PAGE - 16 - 9000, 18 * PAGE)


def test_an_skb_alive_holds_its_pages():
    queue = run("5.10/big", [4081], polls=64)
    assert queue._queue.state["held_bytes"] == 2 * PAGE
    assert queue.finish().amplification.peak.held_bytes == 2 * PAGE + 768
