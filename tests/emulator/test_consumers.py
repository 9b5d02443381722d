"""Consumers by the clock: held against a plain event loop around the models of the driver."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import consumers as oracle
from oracles.virtio_net import oracle as driver_of
from rxreplay.emulator import strategy
from rxreplay.emulator.clock import Service
from rxreplay.emulator.figures import AmplificationLevel
from rxreplay.emulator.holding import DELAY, OTHER, READER, TCP, UDP, UNREAD, Consumer
from rxreplay.emulator.state import LEVELS
from rxreplay.emulator.timed_receiver import TimedReceiver

NAMES = ("4.11/small", "5.10/small", "7.2/small", "4.11/mergeable", "5.10/mergeable")
NAMES += ("6.12/mergeable", "6.18/mergeable", "7.2/mergeable")
LENGTHS = st.sampled_from([13, 14, 60, 128, 129, 640, 641, 1514, 1518, 1519, 4000])
GAPS = st.sampled_from([0, 0, 1, 499, 500, 501, 20_000, 20_001, 10**6])
FLOWS = st.sampled_from(
    [0, *(number << 2 | rule for number in (1, 2, 9) for rule in (OTHER, UDP, TCP))]
)
SPANS = st.sampled_from([0, 1, 499, 500, 501, 20_500, 10**5, 10**7])
RCVBUFS = st.sampled_from([1, 767, 768, 769, 2304, 2305, 6912, 212_992])
CONSUMERS = st.one_of(
    st.builds(Consumer, st.just(DELAY), SPANS, RCVBUFS),
    st.builds(Consumer, st.just(READER), SPANS, RCVBUFS),
    st.builds(Consumer, st.just(UNREAD), st.just(0), RCVBUFS),
)
SERVICES = st.builds(
    Service,
    irq_delay_ns=st.sampled_from([0, 1, 20_000]),
    service_ns=st.sampled_from([0, 1, 500, 40_000]),
    backend=st.sampled_from([0, 1, 2, 1000]),
    stall_ns=st.just(0),
    stall_period_ns=st.just(0),
)
TRAFFIC = st.lists(st.tuples(st.integers(1, 30), LENGTHS, GAPS, FLOWS), max_size=6)
RINGS = st.sampled_from([2, 4, 16, 64])


def unrolled(drawn):
    """Give lengths, times and flows of bursts of packets, each with the gap before it."""
    rows = [row[1:] for row in drawn for _ in range(row[0])]
    lengths, gaps, flows = (np.array([row[i] for row in rows], np.int64) for i in range(3))
    return lengths, np.cumsum(gaps), flows


def run(name, service, ring, consumer, traffic, cut=0):
    queue = TimedReceiver(strategy(name), service, ring=ring, consumer=consumer)
    queue.receive(*(column[:cut] for column in traffic))
    queue.receive(*(column[cut:] for column in traffic))
    return queue, queue.finish()  # checks that it balances


def consumer_of(consumer, strict):
    if consumer.kind == DELAY:
        return oracle.Delay(consumer.span_ns)
    interval = consumer.span_ns if consumer.kind == READER else None
    return oracle.Sockets(interval, consumer.rcvbuf, strict)


@pytest.mark.parametrize("name", NAMES)
@given(TRAFFIC, SERVICES, RINGS, CONSUMERS, st.integers(0, 100))
def test_skbs_live_as_long_as_in_the_event_loop(name, drawn, service, ring, consumer, cut):
    traffic = unrolled(drawn)
    queue, figures = run(name, service, ring, consumer, traffic, min(cut, traffic[0].size))
    driver = driver_of(name, ring=ring)
    keeps = consumer_of(consumer, driver.facts.strict_udp)
    machine = oracle.Machine(driver, keeps, *service[:3])
    oracle.run(machine, *(column.tolist() for column in traffic))
    end = driver.now()
    assert figures.drops.backend_full == machine.backend_full
    assert figures.drops.device_too_long == driver.drops["device_too_long"]
    assert figures.drops.rx_length_errors == driver.drops["rx_length_errors"]
    assert figures.consumed.held_packets == len(keeps.alive())
    for number, level in enumerate(LEVELS):
        found = getattr(figures, level)
        assert (found.peak, found.end) == (driver.peaks[level], end[level]), level
        assert queue._clocked.over_time[number] == machine.over_time.get(level, 0), level
    worst = figures.amplification.peak
    assert (worst and (worst.held_bytes, worst.payload_bytes)) == driver.amplification
    mean = figures.amplification.mean
    found, wanted = (mean.ratio if mean else 0), machine.mean_amplification() or 0
    assert found == pytest.approx(wanted, rel=1e-12)
    assert figures.consumed.amplification_p99 == machine.exceeded_never(99)
    assert figures.consumed.amplification_p50 == machine.exceeded_never(50)
    pinned = figures.consumed.pinned
    ours = (
        (
            pinned.bytes,
            pinned.payload_bytes,
            pinned.truesize_bytes,
            pinned.packets,
            pinned.survivor_chunks,
            pinned.survivor_bytes,
        )
        if pinned
        else (0,) * 6
    )
    assert ours == machine.peak
    if consumer.kind != DELAY:
        check_sockets(queue, figures, keeps)


def check_sockets(queue, figures, keeps):
    """Compare what each socket got, and what is in it."""
    assert figures.drops.rcvbuf == keeps.drops()
    assert figures.consumed.peak_rmem == keeps.peak
    sockets = {int(s["key"]): s for s in queue._clocked.holding.sockets if s["key"]}
    assert set(sockets) == set(keeps.received)
    for flow, socket in sockets.items():
        held = keeps.queues[flow]
        assert socket["packets"] == len(held)
        assert socket["rmem"] == sum(skb.truesize for skb in held)
        assert socket["received"] == keeps.received[flow]
        assert socket["dropped"] == keeps.dropped.get(flow, 0)
        assert socket["peak_rmem"] == keeps.highest.get(flow, 0)


@pytest.mark.parametrize(
    "name", [*NAMES, "4.10/small", "5.10/big", "6.12/big", "mst-2016/mergeable"]
)
@given(TRAFFIC, SERVICES, st.sampled_from([4, 64]))
def test_without_a_delay_it_is_as_if_nobody_took_them(name, drawn, service, ring):
    traffic = unrolled(drawn)
    figures = run(name, service, ring, Consumer(DELAY, 0), traffic)[1]
    plain = run(name, service, ring, Consumer(), traffic)[1]
    held = figures.consumed.held_packets  # those of the last step are freed before the next
    if held:
        assert (figures.waste, figures.drops) == (plain.waste, plain.drops)
        return
    worst = AmplificationLevel(figures.amplification.peak, plain.amplification.mean, None)
    assert replace(figures, lifetime="drop", consumed=None, amplification=worst) == plain
