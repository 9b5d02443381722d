"""A queue by the clock: held against a plain event loop, and against a queue without one."""

import numpy as np
import pytest
from helpers.replaying import LEVELS, MANY, events, shaped
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import clock as oracle
from oracles import virtio_net
from oracles.recordings import named
from rxreplay.emulator import Receiver, strategy
from rxreplay.emulator.clock import Service, Stall
from rxreplay.emulator.state import PACKET, POLL
from rxreplay.emulator.timed_receiver import TimedReceiver
from rxreplay.errors import LedgerError, StrategyError

GAPS = st.sampled_from([0, 0, 1, 499, 500, 501, 20_000, 20_001, 10**6])
SERVICES = st.builds(
    Service,
    irq_delay_ns=st.sampled_from([0, 1, 20_000]),
    service_ns=st.sampled_from([0, 1, 500, 40_000]),
    backend=st.sampled_from([0, 1, 2, 1000]),
    stall_ns=st.just(0),
    stall_period_ns=st.just(0),
)
STALLS = st.sampled_from([(0, 0), (1, 2), (30_000, 100_000), (99_999, 100_000)])
MORE_STALLS = st.lists(  # starts and lengths: before the first packet, overlapping, touching
    st.tuples(
        st.sampled_from([-5, 0, 1, 499, 500, 19_999, 20_000, 20_001, 30_000, 10**6, 2 * 10**6]),
        st.sampled_from([0, 1, 2, 500, 501, 20_000, 10**6, 10**7]),
    ),
    max_size=4,
)
TIME_FREE = (
    *("truesize_bytes", "buffers", "linear_bytes", "nonlinear_bytes", "linear_packets", "waste"),
    *("nr_frags", "coalesced_frags", "copy_small", "copy_header", "fit_packets", "fit_bytes"),
    *("delivered_packets", "delivered_bytes", "frag_list_packets"),
)
PEAKS = ("ring_bytes", "skb_truesize_bytes", "chunk_bytes", "slab_bytes", "resident_bytes")


def bursts(longest):
    lengths = st.sampled_from([60, 128, 129, 1514, 1518, 1519, longest])
    return st.lists(st.tuples(st.integers(1, 90), lengths, GAPS), max_size=6)


def unrolled(drawn):
    """Give lengths and times of bursts of packets, and the gap before each of them."""
    lengths = [length for count, length, _ in drawn for _ in range(count)]
    gaps = [gap for count, _, gap in drawn for _ in range(count)]
    return np.array(lengths, np.int64), np.cumsum(np.array(gaps, np.int64))


def run(name, service, ring, lengths, times, cut=0, stalls=()):
    queue = TimedReceiver(strategy(name), service, ring=ring, events=MANY)
    queue.stand_still(Stall(*stall) for stall in stalls)
    queue.receive(lengths[:cut], times[:cut])
    queue.receive(lengths[cut:], times[cut:])
    return queue, queue.finish()


def polls_of(queue):
    return [int(event["a"]) for event in queue.log if event["kind"] == POLL]


LOOPED = """
4.10/small 4.11/small 5.10/small 6.18/small 7.2/small 4.10/big 5.10/big 6.12/big
4.8/mergeable 4.11/mergeable 4.12/mergeable 5.10.0/mergeable 5.10/mergeable 6.12/mergeable
6.18/mergeable 7.2/mergeable mst-2016/mergeable
4.11/mergeable+xdp 6.1/mergeable+xdp 7.2/mergeable+xdp-frags 6.12/mergeable,page_size=65536
"""
ENDS = (  # of mergeable buffers, small ones and big ones, and of a small ring
    *(0, 13, 14, 60, 128, 129, 1514, 1518, 1519, 1524, 1525, 3060, 3061, 4084, 4085, 9014),
    *(32_756, 32_757, 65_226, 65_550, 69_616, 69_617, 73_713, 98_292, 98_293, 80_000),
)
BURSTS = st.lists(
    st.tuples(
        st.sampled_from([1, 1, 2, 8, 31, 32, 33, 63, 64, 65, 70]), st.sampled_from(ENDS), GAPS
    ),
    max_size=6,
)


@pytest.mark.parametrize("name", LOOPED.split())
@given(
    drawn=BURSTS,
    service=SERVICES,
    stall=STALLS,
    stalls=MORE_STALLS,
    ring=st.sampled_from([2, 4, 16, 64, 128]),
    cut=st.integers(0, 100),
)
def test_any_run_equals_the_event_loop(name, drawn, service, stall, stalls, ring, cut):
    lengths, times = unrolled(drawn)
    service = service._replace(stall_ns=stall[0], stall_period_ns=stall[1])
    queue, figures = run(name, service, ring, lengths, times, min(cut, lengths.size), stalls)
    guest = oracle.Guest(virtio_net.oracle(name, ring=ring), *service, stalls)
    oracle.run(guest, lengths.tolist(), times.tolist())
    assert list(named(events(queue))) == list(named(guest.driver.events))
    assert polls_of(queue) == guest.polls
    assert figures.drops.backend_full == len(guest.backend_full) == queue.drops
    assert queue.peak_waiting == guest.peak_waiting
    ours, theirs = shaped(figures), guest.figures(lengths.tolist())
    del theirs["socket"]
    for level in LEVELS:  # means are sums in floating point
        peak, mean, end = theirs[level]
        theirs[level] = (peak, mean if mean is None else pytest.approx(mean, rel=1e-9), end)
    assert ours == theirs


NAMES = ["4.10/small", "5.10/small", "4.11/mergeable", "5.10/mergeable", "6.12/mergeable"]
NAMES += ["7.2/mergeable", "7.2/small", "5.10/big", "6.12/big", "mst-2016/mergeable", "4.10/big"]


@pytest.mark.parametrize("name", NAMES)
@given(bursts(1514), SERVICES, STALLS, st.sampled_from([128, 256]))
def test_equal_polls_and_drops_give_equal_figures(name, drawn, service, stall, ring):
    lengths, times = unrolled([row for row in drawn if row[1] <= 1514])
    service = service._replace(stall_ns=stall[0], stall_period_ns=stall[1])
    queue, timed = run(name, service, ring, lengths, times)
    polls = polls_of(queue)
    kept = [int(event["a"]) for event in queue.log if event["kind"] == PACKET]
    assert timed.drops.total() == queue.drops == lengths.size - len(kept)
    free = Receiver(strategy(name), ring=ring, polls=polls or 1)
    free.receive(lengths[kept])
    plain = free.finish()
    for figure in TIME_FREE:
        assert getattr(timed, figure) == getattr(plain, figure), figure
    for level in PEAKS:
        ours, theirs = getattr(timed, level), getattr(plain, level)
        assert (ours.peak, ours.end) == (theirs.peak, theirs.end)


@pytest.mark.parametrize("name", ["4.10/small", "5.10/small", "7.2/small", "4.10/big", "6.12/big"])
@given(bursts(9014), SERVICES, STALLS, SERVICES, st.sampled_from([64, 256]))
def test_buffers_of_a_fixed_size_are_the_same_by_any_clock(name, drawn, one, stall, other, ring):
    lengths, times = unrolled(drawn)
    one = one._replace(stall_ns=stall[0], stall_period_ns=stall[1], backend=1000)
    plain = Receiver(strategy(name), ring=ring)
    plain.receive(lengths)
    figures = plain.finish()
    for service in (one, other._replace(backend=1000)):
        _, timed = run(name, service, ring, lengths, times)
        for figure in set(TIME_FREE) - {"waste"}:  # it has what is posted at the end
            assert getattr(timed, figure) == getattr(figures, figure), figure
        assert timed.drops.device_too_long == figures.drops.device_too_long


@pytest.mark.parametrize("name", ["5.10/mergeable", "7.2/mergeable", "mst-2016/mergeable"])
@given(BURSTS, SERVICES, STALLS, st.sampled_from([2, 64]), st.sampled_from([2, 1000]))
def test_a_slower_clock_for_all_gives_the_same(name, drawn, service, stall, ring, factor):
    lengths, times = unrolled(drawn)
    service = service._replace(stall_ns=stall[0], stall_period_ns=stall[1])
    _, figures = run(name, service, ring, lengths, times)
    spans = {field: getattr(service, field) * factor for field in Service._fields}
    slower = Service(**spans | {"backend": service.backend})
    _, others = run(name, slower, ring, lengths, times * factor)
    assert shaped(figures) | dict.fromkeys(LEVELS) == shaped(others) | dict.fromkeys(LEVELS)
    assert figures.drops == others.drops


@given(bursts(65_226), SERVICES, st.sampled_from([2, 4, 16, 64]))
@pytest.mark.parametrize("name", ["5.10/mergeable", "4.11/mergeable", "7.2/mergeable"])
def test_nothing_is_lost_and_order_is_kept(name, drawn, service, ring):
    lengths, times = unrolled(drawn)
    queue, figures = run(name, service, ring, lengths, times)  # finish() checks that it balances
    assert figures.packets == lengths.size
    assert sum(event["kind"] == PACKET for event in queue.log) == figures.delivered_packets


def small(lengths, times, **how):
    """Give drops of a ring of four, without a backend unless told."""
    ring = how.pop("ring", 4)
    service = Service(**({"backend": 0} | how))
    return run("4.11/small", service, ring, np.array(lengths), np.array(times))


@pytest.mark.parametrize(("packets", "drops"), [(4, 0), (5, 1), (9, 5)])
def test_a_burst_fills_the_ring(packets, drops):
    assert small([60] * packets, range(packets))[1].drops.backend_full == drops


@pytest.mark.parametrize(("backend", "drops"), [(0, 5), (1, 4), (5, 0), (1000, 0)])
def test_the_backend_keeps_what_the_ring_does_not(backend, drops):
    figures = small([60] * 9, range(9), backend=backend)[1]
    assert figures.drops.backend_full == drops
    assert figures.delivered_packets == 9 - drops


@pytest.mark.parametrize(("at", "drops"), [(21_500, 1), (21_501, 0)])
def test_the_ring_is_full_until_the_poll_has_refilled_it(at, drops):
    # woken at 20,000; three packets of 500 ns, then the refill at 21,500
    figures = small([60] * 5, [0, 0, 0, at, at], irq_delay_ns=20_000, service_ns=500)[1]
    assert figures.drops.backend_full == drops


@pytest.mark.parametrize(("stall", "drops"), [(0, 0), (20_000, 0), (30_000, 3)])
def test_a_guest_that_stands_still_loses(stall, drops):
    times = [0, 0, 0, 25_000, 25_000, 25_000, 25_000]
    how = {"stall_ns": stall, "stall_period_ns": 10**6} if stall else {}
    assert small([60] * 7, times, **how)[1].drops.backend_full == drops


@pytest.mark.parametrize(("length", "too_long"), [(1518, 0), (1519, 1)])
def test_a_packet_fits_a_small_buffer_to_its_last_byte(length, too_long):
    assert small([length], [0])[1].drops.device_too_long == too_long


@pytest.mark.parametrize(("more", "too_long"), [(0, 0), (1, 1)])
def test_a_packet_fits_all_mergeable_buffers_to_their_last_byte(more, too_long):
    posted = sum(buf.posted for buf in virtio_net.oracle("5.10/mergeable", ring=16).ring)
    lengths = np.array([posted - 12 + more])
    _, figures = run("5.10/mergeable", Service(), 16, lengths, np.zeros(1, np.int64))
    assert figures.drops.device_too_long == too_long


def test_a_packet_that_waits_and_never_fits_is_dropped_by_its_length():
    figures = small([60] * 5 + [9014, 60], range(7), backend=10)[1]
    assert (figures.drops.device_too_long, figures.drops.backend_full) == (1, 0)
    assert figures.delivered_packets == 6


def test_a_guest_without_a_reason_to_refill_catches_up():
    lengths = np.array([60] * 30 + [65_226])  # 30 free buffers are too few to refill, 34 too small
    _, figures = run("5.10/mergeable", Service(), 64, lengths, np.arange(31))
    assert (figures.delivered_packets, figures.drops.total()) == (31, 0)


@pytest.mark.parametrize(
    ("backend", "times", "least"),
    [
        # woken at 20,000, the poll ends at 22,000 and would refill: the fifth packet is lost
        (0, [0, 0, 0, 0, 90_000], (22_000, 68_000)),
        # the fifth waits, and it is the sixth that is lost
        (1, [0, 0, 0, 0, 90_000, 95_000], (22_000, 73_000)),
        # the fifth waits before the refill already
        (1, [0, 0, 0, 0, 10, 90_000], (22_000, 68_000)),
        (2, [0, 0, 0, 0, 10, 90_000], None),
        # the second refill is the worse one: its ninth packet comes sooner
        (0, [0] * 4 + [90_000] * 4 + [130_000], (112_000, 18_000)),
        # both are as bad: the first is told
        (0, [0] * 4 + [90_000] * 4 + [180_000], (22_000, 68_000)),
        # the fourth has the last buffer without the refill at 21,500: it is the fifth that is lost
        (0, [0, 0, 0, 50_000, 90_000], (21_500, 68_500)),
        (0, [0] * 5, None),  # lost without a stall
    ],
)
def test_the_least_stall_by_hand(backend, times, least):
    queue, _ = small([60] * len(times), times, backend=backend)
    assert queue.least_stall == least


def test_of_refills_that_one_packet_needs_the_latest_counts():
    # refills at 36,500, 1,036,500 and 2,036,500 behind buffers 128, 161 and 194; the last packet
    # fills 43 behind the 124th, so that it lies beyond the second as well
    lengths = np.array([60] * 124 + [65_226])
    times = np.repeat([0, 10**6, 2 * 10**6, 3 * 10**6, 4 * 10**6], [33, 33, 33, 25, 1])
    queue, _ = run("5.10/mergeable", Service(backend=0), 128, lengths, times)
    assert queue.least_stall == (1_036_500, 2_963_500)


def test_packets_that_do_not_balance_are_an_error():
    queue = TimedReceiver(strategy("5.10/small"), Service())
    queue.receive(np.array([60, 60]), np.array([0, 1]))
    queue._clocked.clock["arrived"] += 1
    with pytest.raises(LedgerError, match="3 packets arrived, 2 were delivered and 0 dropped"):
        queue.finish()


def test_means_are_over_time():
    queue, figures = small([60, 60], [0, 10**6], ring=4)
    assert figures.mean_over == "time"
    assert figures.payload_bytes_in_flight.mean == pytest.approx(0, abs=1e-3)
    assert figures.ring_bytes.mean == pytest.approx(figures.ring_bytes.peak, rel=0.5)
    assert queue.drops == 0


def test_nothing_at_all():
    _, figures = small([], [])
    assert (figures.packets, figures.resident_bytes.mean) == (0, None)
    assert figures.resident_bytes.peak > 0


@pytest.mark.parametrize(
    ("service", "text"),
    [
        (Service(irq_delay_ns=-1), "irq_delay_ns is from 0"),
        (Service(backend=2**24 + 1), "backend is from 0 to 16,777,216, not 16,777,217"),
        (
            Service(stall_ns=5, stall_period_ns=5),
            "a stall of 5 ns in each 5: the guest would never",
        ),
    ],
)
def test_a_service_that_cannot_be(service, text):
    with pytest.raises(StrategyError, match=text):
        TimedReceiver(strategy("5.10/small"), service)


def test_times_ascend():
    queue = TimedReceiver(strategy("5.10/small"), Service())
    queue.receive(np.array([60]), np.array([5]))
    with pytest.raises(ValueError, match="packet 2: its time is before the one before"):
        queue.receive(np.array([60, 60]), np.array([6, 5]))


STALLED = ["4.10/small", "5.10/small", "4.11/mergeable", "5.10/mergeable", "7.2/mergeable"]
STALLED += ["5.10/big"]
FEW = st.lists(
    st.tuples(st.sampled_from([1, 2, 8, 31, 33, 64, 65]), st.sampled_from(ENDS), GAPS), max_size=4
)


@pytest.mark.parametrize("name", STALLED)
@settings(max_examples=max(2, settings().max_examples // 2))
@given(FEW, SERVICES, st.sampled_from([0, 1, 2, 5, 33]), st.sampled_from([2, 4, 16, 64]))
def test_the_least_stall_is_that_of_the_worst_moment(name, drawn, service, backend, ring):
    service = service._replace(backend=backend)
    lengths, times = (column.tolist() for column in unrolled(drawn))
    queue, _ = run(name, service, ring, np.array(lengths), np.array(times))

    def lost_at(*stalls):
        guest = oracle.Guest(virtio_net.oracle(name, ring=ring), *service, stalls=stalls)
        return oracle.run(guest.without_figures(), lengths, times).lost_at

    if queue.drops:
        assert queue.least_stall is None
        return
    guest = oracle.run(oracle.Guest(virtio_net.oracle(name, ring=ring), *service), lengths, times)
    found = []
    for at in {at + step for at in {*times, *guest.acted} for step in (0, 1)}:
        lost = [when for when in lost_at((at, 10**15)) if when < 10**15]
        found += [(lost[0] - at, at)] if lost else []
    start, length = queue.least_stall or (None, None)
    assert (length, start) == min(found, default=(None, None))
    if found:
        assert min(lost_at((start, length))) <= start + length
        assert not [when for when in lost_at((start, length - 1)) if when < start + length]
