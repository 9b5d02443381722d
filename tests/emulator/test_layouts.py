"""Sizes that follow from an era, a mode and a ring; the numbers are kernel-facts' own."""

import pytest
from rxreplay.emulator import STRATEGIES, strategy
from rxreplay.emulator.eras import ERAS, era


@pytest.mark.parametrize(
    ("ring", "least"), [(1024, 1518), (64, 1518), (32, 2037), (16, 4086), (2, 32771)]
)
def test_since_412_a_ring_has_room_for_one_long_packet(ring, least):
    assert strategy("5.10/mergeable").layout(ring).avg_min == least
    assert strategy("4.11/mergeable").layout(ring).avg_min == 1518


@pytest.mark.parametrize(
    ("kernel", "ring", "free"),
    [
        ("4.11", 256, 128),
        ("4.11", 64, 32),
        ("5.10", 256, 32),
        ("5.10", 64, 32),
        ("5.10", 32, 16),
        ("5.10", 2, 1),
    ],
)
def test_free_buffers_above_which_a_poll_refills(kernel, ring, free):
    assert strategy(f"{kernel}/small").layout(ring).refill_above == free


def test_a_small_buffer_is_1920_bytes():
    layout = strategy("4.11/small").layout(256)
    parts = (layout.headroom, layout.hdr_len, layout.capacity, layout.alignment, layout.shared_info)
    assert parts == (64, 12, 1518, 6, 320)
    assert layout.buf_len == sum(parts) == 1920


def test_the_skb_of_410_has_its_virtio_header_elsewhere():
    layout = strategy("4.10/small").layout(256)
    assert (layout.buf_len, layout.hdr_len, layout.alignment) == (1920, 0, 18)
    assert layout.head_slab == 2048


def test_the_prototype_adds_512_bytes_to_the_average():
    layout = strategy("mst-2016/mergeable,min_avg=640").layout(256)
    assert (layout.len_term, layout.headroom) == (512, 52)
    assert (layout.avg_min, layout.avg_max) == (640, 3584)


def test_a_big_buffer_is_18_pages():
    layout = strategy("5.10/big").layout(256)
    assert (layout.buf_len, layout.alignment, layout.capacity) == (73728, 4, 73712)


def test_an_era_is_found_by_its_kernel_and_every_era_is_used():
    assert [era(row.kernel) for row in ERAS] == list(ERAS)
    assert {known.era.kernel for known in STRATEGIES} == {row.kernel for row in ERAS}
