"""A trace in slices, each begun from the bytes that the one before left, is the whole trace."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rxreplay.emulator import STRATEGIES, Receiver, strategy
from rxreplay.emulator import strides as strides_module
from rxreplay.emulator.bins import new_bins
from rxreplay.emulator.carrying import Contents, take_apart
from rxreplay.emulator.checkpoint import load, save
from rxreplay.emulator.clock import Service, Stall
from rxreplay.emulator.holding import DELAY, DROP, OTHER, READER, TCP, UDP, UNREAD, Consumer
from rxreplay.emulator.socket_rows import Limits
from rxreplay.emulator.sockets import Sockets
from rxreplay.emulator.stack import Stack
from rxreplay.emulator.stack_state import INTO, NEEDS, REACH
from rxreplay.emulator.timed_receiver import TimedReceiver
from rxreplay.emulator.traffic import Traffic

NAMES = [known.name for known in STRATEGIES]
NAMES += ["4.11/small,order3=fail", "6.18/mergeable,order3=fail:1/3", "6.12/mergeable,hdr_len=20"]
NAMES += ["7.2/mergeable,max_skb_frags=45", "7.2/big,device_mtu=9000", "6.12/small,page_size=65536"]

LENGTHS = st.sampled_from(
    [0, 13, 14, 60, 128, 129, 640, 641, 1204, 1205, 1514, 1518, 1519, 1524, 1525, 9014, 65_550]
)
GAPS = st.sampled_from([0, 0, 1, 499, 500, 501, 20_000, 20_001, 10**6, 2**33])
FLOWS = st.sampled_from([0, *(n << 2 | rule for n in (1, 2, 9) for rule in (OTHER, UDP, TCP))])
BURSTS = st.lists(st.tuples(st.integers(1, 80), LENGTHS, GAPS, FLOWS), min_size=1, max_size=6)
CUTS = st.lists(st.integers(0, 200), max_size=3).map(sorted)
RINGS = st.sampled_from([2, 4, 16, 64])
RCVBUFS = st.sampled_from([1, 767, 768, 2304, 20_000, 212_992])
SPANS = st.sampled_from([0, 1, 500, 20_500, 10**7])
CONSUMERS = st.builds(Consumer, st.sampled_from([DROP, DELAY, READER]), SPANS, RCVBUFS)
CONSUMERS |= st.builds(Consumer, st.just(UNREAD), st.just(0), RCVBUFS)
SERVICES = st.builds(
    Service,
    irq_delay_ns=st.sampled_from([0, 20_000]),
    service_ns=st.sampled_from([0, 500, 40_000]),
    backend=st.sampled_from([0, 1, 1000]),
    stall_ns=st.sampled_from([0, 30_000]),
    stall_period_ns=st.just(100_000),
)


def unrolled(bursts):
    """Give lengths, times and flows of bursts of packets, each with the gap before it."""
    rows = [row[1:] for row in bursts for _ in range(row[0])]
    lengths, gaps, flows = (np.array([row[at] for row in rows], np.int64) for at in range(3))
    return lengths, np.cumsum(gaps), flows


def whole_and_sliced(make, cuts, *columns):
    """Give one that has received all, and one that is the last of those for each slice."""
    whole, sliced = make(), make()
    whole.receive(*columns)
    for first, last in zip([0, *cuts], [*cuts, columns[0].size], strict=True):
        sliced.receive(*(column[first:last] for column in columns))
        fresh = make()
        load(save({"it": sliced}), {"it": fresh})
        sliced = fresh
    return whole, sliced


def bits(carrier):
    """Give all that is carried, so that what is equal is so to the last bit."""
    contents = Contents({}, {})
    take_apart(carrier.carried, "", contents)
    return contents.numbers, {name: each.tobytes() for name, each in contents.arrays.items()}


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=3)
@given(
    bursts=BURSTS,
    cuts=CUTS,
    ring=RINGS,
    polls=st.sampled_from([1, 2, 64, [3, 1, 64, 7]]),
    keeping=st.fixed_dictionaries(
        {"rcvbuf": RCVBUFS, "unread": st.booleans(), "events": st.sampled_from([0, 99])}
    ),
)
def test_packet_by_packet(name, bursts, cuts, ring, polls, keeping):
    def make():
        return Receiver(strategy(name), ring=ring, polls=polls, keep=300, **keeping)

    whole, sliced = whole_and_sliced(make, cuts, unrolled(bursts)[0])
    assert bits(sliced) == bits(whole)
    assert sliced.finish() == whole.finish()
    assert sliced.buffer_sizes == whole.buffer_sizes
    assert (sliced.socket, sliced.taken, sliced.polls) == (whole.socket, whole.taken, whole.polls)
    assert sliced.skbs.tobytes() == whole.skbs.tobytes()
    assert sliced.log.tobytes() == whole.log.tobytes()


@pytest.mark.compiled
@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=2)
@given(
    bursts=BURSTS, cuts=st.lists(st.sampled_from([1, 299, 300, 700, 1301]), min_size=1).map(sorted)
)
def test_in_strides(name, bursts, cuts):
    traffic = np.concatenate([np.full(700, 60), np.tile(unrolled(bursts)[0], 8)[:1500]])
    cuts = [min(cut, traffic.size) for cut in cuts]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(strides_module, "PAYS_FROM", 300)
        patch.setattr(strides_module, "WARM_PACKETS", 300)
        whole, sliced = whole_and_sliced(
            lambda: Receiver(strategy(name), ring=64, strides=True), cuts, traffic
        )
        assert sliced.finish() == whole.finish()
    plain = Receiver(strategy(name), ring=64)
    plain.receive(traffic)
    assert plain.finish() == sliced.finish()


def test_a_stride_ends_where_a_slice_does_and_the_next_slice_has_one_of_its_own(monkeypatch):
    monkeypatch.setattr(strides_module, "PAYS_FROM", 300)
    first, second = (Receiver(strategy("5.10/small"), strides=True) for _ in range(2))
    first.receive(np.full(3000, 60))
    assert first.counter
    load(save({"it": first}), {"it": second})
    assert not first.counter
    second.receive(np.full(3000, 60))
    assert second.counter


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=3)
@given(
    bursts=BURSTS,
    cuts=CUTS,
    ring=RINGS,
    service=SERVICES,
    consumer=CONSUMERS,
    bins=st.sampled_from([0, 2, 64]),
)
def test_by_the_clock(name, bursts, cuts, ring, service, consumer, bins):
    def make():
        of = {"service": service, "ring": ring, "consumer": consumer}
        return TimedReceiver(strategy(name), **of, bins=new_bins(bins) if bins else None)

    whole, sliced = whole_and_sliced(make, cuts, *unrolled(bursts))
    assert bits(sliced) == bits(whole)
    assert sliced.finish() == whole.finish()
    assert sliced.holders == whole.holders
    assert sliced.least_stall == whole.least_stall
    assert bits(sliced) == bits(whole)  # what a series is made of, to the last bit of its sums
    if bins:
        np.testing.assert_equal(sliced.series().columns(), whole.series().columns())


def test_stalls_go_on_in_the_next_slice():
    def make():
        queue = TimedReceiver(strategy("4.11/small"), Service(backend=0), ring=4)
        queue.stand_still([Stall(0, 10**9), Stall(2 * 10**9, 10**9)])
        return queue

    whole, sliced = whole_and_sliced(make, [2, 7], np.full(9, 60), np.arange(9) * 4 * 10**8)
    assert whole.finish().drops.backend_full == sliced.finish().drops.backend_full > 0


@settings(max_examples=20)
@given(
    name=st.sampled_from(["4.10/mergeable", "5.10/big", "6.1/small", "7.2/small"]),
    bursts=BURSTS,
    cuts=CUTS,
    rcvbufs=st.lists(RCVBUFS, min_size=1, max_size=2),
    flows=st.sampled_from([2, 8]),
    in_window=st.sampled_from([1, 1000]),
)
def test_sockets(name, bursts, cuts, rcvbufs, flows, in_window):
    def make():
        return Sockets(strategy(name), rcvbufs, [1000], ring=16, limits=Limits(flows, in_window))

    whole, sliced = whole_and_sliced(make, cuts, *unrolled(bursts))
    assert sliced.finish(8) == whole.finish(8)


@given(lengths=st.lists(LENGTHS, min_size=1, max_size=60), cuts=CUTS)
def test_the_stack_behind_a_queue(lengths, cuts):
    """Polls are whole where a slice ends: it is for who cuts polls to keep them so."""
    queue = Receiver(strategy("6.1/mergeable"), keep=64)
    queue.receive(np.array(lengths))
    figures, skbs = queue.finish(), queue.skbs
    skbs = skbs[skbs["drop"] == 0]
    whole, sliced = Stack(17), Stack(17)
    cuts = [min(cut, skbs.size) for cut in cuts]
    for first, last in zip([0, *cuts], [*cuts, skbs.size], strict=True):
        for stack in (whole, sliced):
            packets = np.full((3, last - first), 54)
            packets[[INTO, REACH, NEEDS]] = packets // np.array([[2], [1], [54]])
            packets[INTO] = np.arange(last - first) // 2 * 2
            stack.take(skbs[first:last], packets)
        sliced, before = Stack(17), sliced
        load(save({"stack": before}), {"stack": sliced})
    assert sliced.after(figures) == whole.after(figures)


@given(bursts=BURSTS, cuts=CUTS)
def test_traffic(bursts, cuts):
    lengths, times, _ = unrolled(bursts)
    whole, sliced = whole_and_sliced(lambda: Traffic(8), cuts, lengths, times)
    assert bits(sliced) == bits(whole)
