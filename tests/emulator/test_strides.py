"""In strides or packet by packet: the same figures, whatever the traffic and the blocks."""

import os

import numpy as np
import pytest
from helpers.replaying import comparable
from hypothesis import given, settings
from hypothesis import strategies as st
from rxreplay.emulator import STRATEGIES, Receiver, strategy
from rxreplay.emulator import cycle as cycle_module
from rxreplay.emulator import strides as strides_module
from rxreplay.emulator.counting import Counters
from rxreplay.emulator.cycle import find_cycle, period
from rxreplay.emulator.head_block import HeadBlock
from rxreplay.emulator.probing import Scratch

PLAIN = os.environ.get("NUMBA_DISABLE_JIT") == "1"  # a thousand times slower
KINDS = """
4.8/small 4.11/small 6.12/small+xdp 7.2/small 4.11/mergeable 5.10/mergeable 6.1/mergeable
7.2/mergeable 6.12/mergeable+xdp 4.19/mergeable+xdp 6.18/big 6.12/big 4.11/big
4.9/big mst-2016/mergeable
"""
NAMES = KINDS.split() if PLAIN else [known.name for known in STRATEGIES]
NAMES += ["4.11/small,order3=fail", "6.18/mergeable,order3=fail:1/3", "6.12/mergeable,hdr_len=20"]
NAMES += ["4.11/mergeable,order3=fail", "4.11/big,order3=fail:1/3", "7.2/big,device_mtu=9000"]
NAMES += ["7.2/mergeable,max_skb_frags=45", "6.12/small,page_size=65536"]
NAMES += ["6.18/mergeable,copy_len=257,tailroom=384", "5.15/big,copy_len=60,headroom=100"]

LENGTHS = st.sampled_from(
    [14, 60, 64, 128, 129, 256, 257, 640, 641, 1204, 1205, 1514, 1518, 1519, 1524, 1525]
)
RARE = st.sampled_from([0, 13, 1519, 1525, 3508, 3509, 9014, 65550, 80000])
PIECES = st.lists(st.tuples(LENGTHS, LENGTHS, st.integers(0, 1500)), min_size=1, max_size=4)


@pytest.fixture(autouse=True)
def _soon(monkeypatch):
    monkeypatch.setattr(strides_module, "PAYS_FROM", 300)
    monkeypatch.setattr(strides_module, "WARM_PACKETS", 300)


def replayed(name, traffic, blocks, *, strides, **options):
    receiver = Receiver(strategy(name), strides=strides, **options)
    for block in np.array_split(traffic, blocks):
        receiver.receive(block)
    return comparable(receiver, receiver.finish()), receiver


def mixed(pieces, rare, seed):
    """Give traffic: pieces of two lengths each, a long warm-up, and now and then a rare length."""
    random = np.random.default_rng(seed)
    parts = [np.full(700, 60)]
    for first, second, count in pieces:
        parts += [random.choice([first, second], count), np.full(int(seed % 3), rare)]
    return np.concatenate(parts)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=1 if PLAIN else 6)
@given(pieces=PIECES, rare=RARE, seed=st.integers(0, 5), ring=st.sampled_from([4, 64, 256]))
def test_strides_change_no_figure(name, pieces, rare, seed, ring):
    traffic = mixed(pieces, rare, seed)
    options = {"ring": ring, "rcvbuf": 2304}
    slow, _ = replayed(name, traffic, 1, strides=False, **options)
    fast, _ = replayed(name, traffic, 9, strides=True, **options)
    assert fast == slow


@pytest.mark.compiled
@settings(max_examples=6)
@given(pieces=PIECES, rare=RARE, seed=st.integers(0, 5))
def test_receivers_that_share_counters_have_the_figures_of_one_alone(pieces, rare, seed):
    names = KINDS.split()
    traffic, counters = mixed(pieces, rare, seed), Counters()
    receivers = [Receiver(strategy(name), strides=counters, rcvbuf=2304) for name in names]
    shared = set()
    for block in np.array_split(traffic, 9):
        for receiver in receivers:
            receiver.receive(block)
        held = [receiver.counter for receiver in receivers if receiver.counter]
        shared |= {counter for counter in held if held.count(counter) > 1}
    for name, receiver in zip(names, receivers, strict=True):
        alone, _ = replayed(name, traffic, 1, strides=False, rcvbuf=2304)
        assert comparable(receiver, receiver.finish()) == alone
    assert shared


@pytest.mark.parametrize(
    ("name", "traffic"),
    [
        ("4.11/small", [300] * 400 + [60] * 400),
        ("6.1/mergeable", [300] * 400 + [60, 300, 1514] * 200),
        ("5.10/mergeable", [300] * 400 + [60] * 200 + [9014] + [1514, 60] * 100),
        ("7.2/mergeable", [300] * 400 + [1514, 60] * 200),
        ("5.10/big", [300] * 400 + [60, 1514] * 200),
        ("6.12/big", [5000, 60] * 200 + [1514, 5000, 60] * 200),
        ("4.14/mergeable", [590] * 500 + [60] * 300 + [590, 131, 130, 129] * 20),  # amplify
    ],
)
def test_a_stride_raises_peaks_turns_pages_and_ends(name, traffic):
    slow, _ = replayed(name, np.array(traffic), 1, strides=False, rcvbuf=2304)
    fast, receiver = replayed(name, np.array(traffic), 4, strides=True, rcvbuf=2304)
    assert fast == slow
    assert receiver._strides._received == len(traffic)


@pytest.mark.parametrize(
    ("name", "bounds"),
    [
        ("6.1/mergeable", [14, 129]),  # every packet takes a slice
        ("5.10/mergeable", [14, 1525]),  # no straight line from copied whole to a frag
        ("5.10/big", [14, 9000]),  # the same, and pages that are left for others
    ],
)
def test_no_cycle_without_a_still_length_and_straight_lines(name, bounds):
    receiver = Receiver(strategy(name))
    receiver.receive(np.full(600, 60))
    assert find_cycle(receiver._queue, receiver._kernels, bounds, Scratch()) is None


def test_no_cycle_that_is_too_long(monkeypatch):
    monkeypatch.setattr(cycle_module, "PHASES", (50, 100))
    receiver = Receiver(strategy("5.10/small"))
    receiver.receive(np.full(600, 60))
    assert find_cycle(receiver._queue, receiver._kernels, [14, 1519], Scratch()) is None


@pytest.mark.parametrize(
    ("name", "phases"),
    [
        *[("5.10/small", 561), ("4.11/small", 2193), ("5.10/mergeable", 231), ("7.2/small", 66)],
        *[("4.11/mergeable", 903), ("4.11/big", 129), ("6.18/big", 33)],
    ],
)
def test_a_cycle_is_the_refills_and_the_chunks_together(name, phases):
    receiver = Receiver(strategy(name))
    receiver.receive(np.full(3000, 60))
    assert period(receiver._queue, receiver._kernels, 60, Scratch()) == phases


@pytest.mark.parametrize(
    ("name", "ring"), [("5.10/small", 8), ("4.11/small", 4), ("6.18/mergeable", 4)]
)
def test_a_cycle_has_the_same_phases_wherever_it_begins(name, ring):
    found = set()
    for before in range(3000, 3050, 7):
        receiver = Receiver(strategy(f"{name},order3=fail:1/3"), ring=ring)
        receiver.receive(np.full(before, 60))
        found.add(period(receiver._queue, receiver._kernels, 60, Scratch()))
    assert len(found) == 1
    assert found.pop() > 0


@pytest.mark.parametrize(("packets", "strides"), [(1999, False), (2000, True)])
def test_a_stride_begins_in_the_batch_with_which_it_pays(monkeypatch, packets, strides):
    monkeypatch.setattr(strides_module, "PAYS_FROM", 2000)
    receiver = Receiver(strategy("5.10/small"), strides=True, rcvbuf=2304)
    receiver.receive(np.full(packets, 60))
    assert (receiver.counter is not None) == strides


def test_no_stride_while_a_socket_still_has_room():
    traffic = np.tile([60, 590, 1514], 700)
    slow, _ = replayed("5.10/mergeable", traffic, 1, strides=False, rcvbuf=2_000_000)
    fast, _ = replayed("5.10/mergeable", traffic, 3, strides=True, rcvbuf=2_000_000)
    assert fast == slow
    assert slow["fit_packets"] > strides_module.PAYS_FROM


def test_a_stride_goes_on_with_lengths_that_its_first_batch_has():
    receiver = Receiver(strategy("5.10/mergeable"), strides=True, rcvbuf=2304)
    receiver.receive(np.concatenate([np.full(600, 60), np.full(60, 1514)]))
    counter = receiver.counter
    assert counter
    assert counter.counted()[0].sum() > 300
    receiver.receive(np.full(600, 1514))
    assert receiver.counter is counter


def test_packets_that_all_take_a_slice_go_in_strides():
    receiver = Receiver(strategy("6.1/mergeable"), strides=True, rcvbuf=2304)
    receiver.receive(np.full(700, 64))
    assert receiver.counter


def test_after_a_long_stride_the_next_begins_at_once():
    receiver = Receiver(strategy("5.10/mergeable"), strides=True, rcvbuf=2304)
    long, ends = np.full(900, 60), np.array([9014])
    for _ in range(3):
        receiver.receive(np.concatenate([long, ends]))
        assert receiver.counter is None
        receiver.receive(long)
        assert receiver.counter
    for waited in (1, 2, 4):  # after short ones later and later
        receiver.receive(np.concatenate([ends, long]))
        for _ in range(waited - 1):
            receiver.receive(long)
            assert receiver.counter is None
        receiver.receive(np.full(100, 60))
        assert receiver.counter


def test_most_packets_go_in_strides():
    traffic = np.tile([60, 590, 1514], 5000)
    calls = []
    receiver = Receiver(strategy("5.10/mergeable"), strides=True)
    exact = receiver._kernels.receive

    class Counting:
        @staticmethod
        def receive(queue, frames, polls):
            calls.append(frames.size)
            exact(queue, frames, polls)

    receiver._strides._kernels = Counting
    for block in np.array_split(traffic, 15):
        receiver.receive(block)
    receiver.finish()
    assert sum(calls[:3]) < 0.4 * traffic.size


def test_a_small_ring_drops_long_packets_without_leaving_the_stride():
    traffic = np.tile([60, 9014], 2000)
    slow, _ = replayed("5.10/small", traffic, 1, strides=False, rcvbuf=2304)
    fast, receiver = replayed("5.10/small", traffic, 7, strides=True, rcvbuf=2304)
    assert fast == slow
    assert fast["drops"]["device_too_long"] == 2000
    assert receiver._strides._next_wait == strides_module.FIRST_WAIT


@pytest.mark.parametrize(
    ("offset", "heads", "left", "ends"),
    [
        (32_768 - 512, 0, 32_256, 0),
        (512, 1, 0, 0),  # the last of a block
        (0, 1, 32_256, 1),  # begins it again
        (32_256, 63, 0, 0),
        (32_256, 64, 32_256, 1),
        (0, 128, 0, 2),
    ],
)
def test_a_block_of_heads_begins_again_with_the_next_head(offset, heads, left, ends):
    receiver = Receiver(strategy("4.11/mergeable"))
    receiver.receive(np.full(10, 60))
    state = receiver._queue.state
    block = HeadBlock.of(receiver._queue)
    state["cache_offset"], before = offset, int(state["filled_bytes"])
    block.take(receiver._queue, heads)
    assert state["cache_offset"] == left
    assert state["filled_bytes"] - before == ends * block.size


def test_no_block_of_heads_where_there_is_none_or_a_slice_is_still_held():
    receiver = Receiver(strategy("4.11/mergeable"))
    queue = receiver._queue
    assert HeadBlock.of(queue) is None  # no head so far
    receiver.receive(np.full(10, 60))
    assert HeadBlock.of(queue) == HeadBlock(32_768, 512)
    queue.chunks[int(queue.state["cache_chunk"])]["refs"] += 1
    assert HeadBlock.of(queue) is None
