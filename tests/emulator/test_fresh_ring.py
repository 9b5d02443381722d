"""What full rings take: as a queue without a packet has it, as the model fills it, by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles.planning import buffers_of_a_ring
from oracles.virtio_net import oracle
from rxreplay.emulator import STRATEGIES, Receiver, strategy
from rxreplay.emulator.fresh_ring import FreshRing, fresh_ring
from rxreplay.errors import StrategyError

NAMES = [each.name for each in STRATEGIES]
NAMES += [
    "6.1/big,guest_gso=0,device_mtu=9000",
    "4.10/mergeable,order3=fail:1/3",
    "7.2/mergeable,page_size=65536",
    "6.12/mergeable,hdr_len=20",
]


@pytest.mark.parametrize("name", NAMES)
@given(ring=st.sampled_from([2, 16, 64, 256]))
def test_it_is_what_a_queue_without_a_packet_has(name, ring):
    found = fresh_ring(strategy(name), ring)
    queue = Receiver(strategy(name), ring=ring)
    queue.receive(np.zeros(0, np.int64))
    figures = queue.finish()
    assert found.posted_bytes == figures.ring_bytes.peak == figures.ring_bytes.end
    assert found.chunk_bytes == figures.chunk_bytes.peak == figures.chunk_bytes.end
    assert found.slab_bytes == figures.slab_bytes.peak == figures.slab_bytes.end
    assert found.resident_bytes == figures.resident_bytes.peak == figures.resident_bytes.end

    obvious = oracle(name, ring=ring)
    assert found.posted_bytes == obvious.ring_bytes()
    assert found.chunk_bytes == obvious.memory.chunk_bytes
    assert found.slab_bytes == obvious.memory.slab
    if "/small" not in name:  # the model has no word for what a small buffer asked for
        assert found.asked_bytes == sum(buffer.asked for buffer in obvious.ring)


@pytest.mark.parametrize(
    ("name", "average", "each", "in_chunk", "last"),
    [
        ("5.10/mergeable", 0, 1536, 21, 2048),
        ("5.10/mergeable", 1524, 1536, 21, 2048),
        ("5.10/mergeable", 1525, 1600, 20, 2368),
        ("5.10/mergeable", 2036, 2048, 16, 2048),
        ("5.10/mergeable", 3060, 3072, 10, 5120),
        ("5.10/mergeable", 4020, 4032, 8, 4544),
        ("5.10/mergeable", 65_549, 4096, 8, 4096),
        ("6.18/mergeable", 0, 1536, 21, 2032),
        ("6.18/mergeable", 2036, 2048, 15, 4080),
        ("6.18/mergeable", 3060, 3072, 10, 5104),
        ("6.18/mergeable", 4020, 4032, 8, 4528),
        ("6.18/mergeable", 9000, 4096, 7, 8176),
    ],
)
def test_the_average_sizes_buffers(name, average, each, in_chunk, last):
    found = fresh_ring(strategy(name), 1024, average)
    record = 16 if name.startswith("6.18") else 0
    sizes, chunks = buffers_of_a_ring(1024, each, record=record)
    assert sizes[:in_chunk] == [each] * (in_chunk - 1) + [last]
    assert found == FreshRing(1024 * each, sum(sizes), 32_768 * chunks, 0)


@pytest.mark.parametrize(
    ("average", "asked", "two"), [(0, 1536, 4096), (2036, 2048, 4096), (2037, 2112, 8192)]
)
def test_pages_of_a_pool_are_shared_by_two_or_by_none(average, asked, two):
    found = fresh_ring(strategy("7.2/mergeable"), 256, average)
    assert found == FreshRing(256 * asked, 128 * two, 128 * two, 0)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("5.10/small", FreshRing(256 * 1920, 256 * 1920, 16 * 32_768, 0)),  # 17 to a chunk
        ("7.2/small", FreshRing(256 * 1920, 128 * 4096, 128 * 4096, 0)),  # 2 to a page
    ],
)
def test_small_buffers_ask_for_so_much(name, expected):
    assert fresh_ring(strategy(name), 256) == expected


def test_skbs_that_are_posted_are_slab_objects():
    assert fresh_ring(strategy("4.10/small"), 256) == FreshRing(256 * 1920, 0, 0, 256 * 2304)


def test_what_cannot_be():
    with pytest.raises(StrategyError, match="a ring has 2 to 32,768 buffers"):
        fresh_ring(strategy("5.10/small"), 100)
