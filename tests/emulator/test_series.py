"""Memory over trace time: held against a list of changes, and against the run's own figures."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import series as oracle
from oracles.virtio_net import oracle as driver
from rxreplay.emulator import strategy
from rxreplay.emulator.bins import new_bins
from rxreplay.emulator.clock import Service
from rxreplay.emulator.series import together
from rxreplay.emulator.state import LEVELS
from rxreplay.emulator.timed_receiver import TimedReceiver
from rxreplay.emulator.traffic import SIZE_CLASSES, Traffic
from rxreplay.errors import StrategyError

EDGES = {"a moment": 0, "a nanosecond": 1, "a bin": 64, "a bin less one": 63, "a bin and one": 65}
EDGES |= {"eight bins": 512, "a long silence": 2**40, "a service": 500}
GAPS = st.sampled_from(list(EDGES)).map(EDGES.get)
LENGTHS = st.sampled_from([13, 60, 64, 65, 127, 128, 129, 1023, 1514, 1518, 1519])
BURSTS = st.lists(st.tuples(st.integers(1, 20), LENGTHS, GAPS), max_size=5)
COUNTS = st.sampled_from([2, 4, 8, 64])
SERVICES = st.builds(
    Service,
    irq_delay_ns=st.sampled_from([0, 1, 64, 20_000]),
    service_ns=st.sampled_from([0, 1, 64, 500]),
    backend=st.sampled_from([0, 2, 1000]),
    stall_ns=st.just(0),
    stall_period_ns=st.just(0),
)
NAMES = ["4.11/small", "5.10/small", "4.10/small", "7.2/small", "5.10/mergeable", "4.11/mergeable"]
NAMES += ["6.1/mergeable", "7.2/mergeable", "5.10/big"]
BY_KIND = {
    "page_frag": ["page_frag"],
    "page_pool": ["page_pool"],
    "head_blocks": ["page_frag_cache", "slices"],
    "big_pages": ["page"],
}


def unrolled(drawn):
    lengths = [length for count, length, _ in drawn for _ in range(count)]
    gaps = [gap for count, _, gap in drawn for _ in range(count)]
    return lengths, np.cumsum(np.array(gaps, np.int64)).tolist()


def replayed(name, lengths, times, service=Service(), count=8, ring=16):  # noqa: B008 - a tuple
    queue = TimedReceiver(strategy(name), service, ring=ring, bins=new_bins(count))
    queue.receive(np.array(lengths, np.int64), np.array(times, np.int64))
    return queue, queue.finish()


@pytest.mark.parametrize("name", NAMES)
@given(BURSTS, SERVICES, COUNTS)
def test_each_bin_is_what_the_list_of_changes_says(name, drawn, service, count):
    lengths, times = unrolled(drawn)
    queue, _ = replayed(name, lengths, times, service, count)
    guest, end = oracle.watched(oracle.Watched(driver(name, ring=16), *service), lengths, times)
    series = queue.series()
    assert (series.end_ns, series.width_ns) == (end, oracle.width_of(end, count))
    for level in LEVELS:
        most, areas = oracle.bins_of(guest.changes, level, end, count)
        assert series.highest[level].tolist() == most, level
        assert series.byte_ns[level].tolist() == pytest.approx(areas, rel=1e-12), level
    most, areas = oracle.bins_of(guest.changes, "held", end, count)
    assert series.highest["held_bytes"].tolist() == most
    assert series.byte_ns["held_bytes"].tolist() == pytest.approx(areas, rel=1e-12)
    most, _ = oracle.bins_of(guest.changes, "waiting", end, count)
    assert series.highest["waiting_packets"].tolist() == most
    short = [lengths[packet] < 14 for packet in guest.delivered]
    kept = [at for at, lost in zip(guest.delivered_at, short, strict=True) if not lost]
    lost = [at for at, lost in zip(guest.delivered_at, short, strict=True) if lost]
    dated = {"delivered_packets": kept, "rx_length_errors": lost}
    dated |= {"backend_full": guest.full_at, "device_too_long": guest.long_at}
    for cause, moments in dated.items():
        assert series.counts[cause].tolist() == oracle.counts_of(moments, end, count), cause


@pytest.mark.parametrize("name", NAMES)
@given(BURSTS, SERVICES)
def test_what_is_held_at_the_peak_is_what_the_model_holds(name, drawn, service):
    lengths, times = unrolled(drawn)
    queue, figures = replayed(name, lengths, times, service)
    model = driver(name, ring=16)
    opened = dict(model.memory.peaks)
    guest, _ = oracle.watched(oracle.Watched(model, *service), lengths, times)
    found, expected = queue.series().at_peak, guest.peak
    assert found.resident_bytes == figures.resident_bytes.peak
    if figures.resident_bytes.peak == opened["resident_bytes"]:
        assert (found.at_ns, found.packet) == (0, None)
        return
    assert (found.at_ns, found.packet) == (expected["at"], expected["packet"])
    levels = [level for level in LEVELS if level not in ("skb_truesize_bytes",)]
    assert {n: getattr(found, n) for n in levels} == {n: expected[n] for n in levels}
    assert found.skb_truesize_bytes == expected["skb_truesize_bytes"]
    assert (found.buffers, found.skbs) == (expected["buffers"], expected["skbs"])
    assert found.held_bytes == expected["held"]
    for ours, theirs in BY_KIND.items():
        sizes = [size for kind in theirs for size in expected["chunks"].get(kind, [])]
        chunks = getattr(found, ours)
        assert (chunks.count, chunks.bytes) == (len(sizes), sum(sizes)), ours


@pytest.mark.parametrize("name", [*NAMES, "4.11/mergeable+xdp"])
@given(BURSTS, SERVICES, COUNTS)
def test_bins_add_up_to_the_figures_of_the_run(name, drawn, service, count):
    lengths, times = unrolled([row for row in drawn if row[1] <= 1518])
    times = [at - times[0] for at in times]
    queue, figures = replayed(name, lengths, times, service, count, ring=64)
    plain = TimedReceiver(strategy(name), service, ring=64)
    plain.receive(np.array(lengths, np.int64), np.array(times, np.int64))
    assert plain.finish() == figures
    assert plain.peak_waiting == queue.peak_waiting
    series = queue.series()
    for level, total in zip(LEVELS, plain._clocked.over_time, strict=False):
        assert series.highest[level].max() == getattr(figures, level).peak
        assert series.byte_ns[level].sum() == pytest.approx(total, rel=1e-12)
    assert series.counts["delivered_bytes"].sum() == figures.delivered_bytes
    dropped = sum(column.sum() for name, column in series.counts.items() if "deliv" not in name)
    assert series.counts["delivered_packets"].sum() + dropped == len(lengths)
    assert series.span_ns.sum() == series.end_ns
    peak = series.at_peak
    kinds = (peak.page_frag, peak.page_pool, peak.head_blocks, peak.xdp_pages, peak.big_pages)
    assert sum(kind.bytes for kind in kinds) == peak.chunk_bytes
    assert peak.chunk_bytes + peak.slab_bytes == peak.resident_bytes == figures.resident_bytes.peak


@given(st.lists(st.tuples(LENGTHS, GAPS), max_size=40), COUNTS, GAPS, st.integers(0, 40))
def test_traffic_is_counted_where_it_arrives(packets, count, more, cut):
    lengths = [length for length, _ in packets]
    times = np.cumsum([0, *(gap for _, gap in packets)])[1:].tolist()
    end = (times[-1] if times else 0) + more
    traffic = Traffic(count, origin=0)
    traffic.receive(np.array(lengths[:cut], np.int64), np.array(times[:cut], np.int64))
    traffic.receive(np.array(lengths[cut:], np.int64), np.array(times[cut:], np.int64))
    found = traffic.until(end)
    assert found["packets"].tolist() == oracle.counts_of(times, end, count)
    in_bytes = [at for length, at in zip(lengths, times, strict=True) for _ in range(length)]
    assert found["bytes"].tolist() == oracle.counts_of(in_bytes, end, count)
    for name, (least, most) in zip(SIZE_CLASSES, oracle.CLASSES, strict=True):
        of_class = [at for n, at in zip(lengths, times, strict=True) if least <= n <= most]
        assert found[name].tolist() == oracle.counts_of(of_class, end, count), name


AT_ONCE = Service(irq_delay_ns=0, service_ns=0)


def test_a_trace_of_one_packet():
    queue, _ = replayed("5.10/small", [60], [0])
    series = queue.series()
    assert (series.end_ns, series.width_ns) == (20_500, 4096)  # the delay, then the packet
    assert series.counts["delivered_packets"].tolist() == [0, 0, 0, 0, 1, 0]


def test_a_trace_of_no_length():
    queue, figures = replayed("5.10/small", [60, 60], [0, 0], AT_ONCE)
    series = queue.series()
    assert (series.end_ns, series.width_ns, series.span_ns.tolist()) == (0, 1, [0])
    assert series.highest["skb_truesize_bytes"].tolist() == [figures.skb_truesize_bytes.peak]
    assert np.isnan(series.mean("ring_bytes")).all()


def test_no_packet_at_all():
    queue, figures = replayed("5.10/small", [], [])
    assert queue.series().highest["resident_bytes"].tolist() == [figures.resident_bytes.peak]
    assert queue.series(100).byte_ns["ring_bytes"].sum() == 100 * figures.ring_bytes.end


@pytest.mark.parametrize(("last", "width", "counts"), [(7, 1, [1] + [0] * 6 + [1]), (8, 2, None)])
def test_bins_double_at_the_last_moment(last, width, counts):
    queue, _ = replayed("5.10/small", [60, 60], [0, last], AT_ONCE)
    series = queue.series()
    assert series.width_ns == width
    assert series.counts["delivered_packets"].tolist() == (counts or [1, 0, 0, 0, 1])


@pytest.mark.parametrize(("at", "bins"), [(3, [1, 1]), (4, [1, 0, 1])])
def test_what_happens_on_a_boundary_is_of_the_bin_that_begins(at, bins):
    queue, _ = replayed("5.10/small", [60, 60], [0, at], AT_ONCE, count=4)
    series = queue.series()
    assert series.counts["delivered_packets"].tolist() == (bins if at == 4 else [1, 0, 0, 1])
    first = series.highest["skb_truesize_bytes"]
    assert first[0] == first[-1] > 0
    assert first[1] == 0


def test_a_level_lasts_to_the_end_that_is_asked_for():
    queue, figures = replayed("5.10/small", [60], [0], AT_ONCE)
    series = queue.series(2**20)
    assert series.end_ns == 2**20 == queue.ended
    assert series.mean("ring_bytes")[1:-1].tolist() == [figures.ring_bytes.end] * 3


def test_bytes_of_many_hours_do_not_overflow():
    hours = 24 * 3600 * 10**9
    queue, figures = replayed("5.10/big", [60, 60], [0, hours], ring=1024)
    assert figures.ring_bytes.mean == pytest.approx(figures.ring_bytes.peak, rel=1e-3)
    assert queue.series().byte_ns["ring_bytes"].min() >= 0


def test_the_last_packet_may_wake_nobody():
    queue, figures = replayed("5.10/small", [60, 9014], [0, 10**9])
    assert queue.series().end_ns == 10**9
    assert figures.ring_bytes.mean == pytest.approx(figures.ring_bytes.peak, rel=0.07)


def test_columns_have_a_number_for_each_bin():
    queue, _ = replayed("5.10/small", [60] * 30, range(0, 3000, 100))
    columns = queue.series().columns()
    assert len({column.size for column in columns.values()}) == 1
    assert {"start_ns", "resident_bytes_max", "held_bytes_mean", "backend_full"} <= set(columns)


def test_queues_together_are_the_sum_of_their_bins():
    ended = [replayed("5.10/small", lengths, [0, 5])[0] for lengths in ([60, 60], [1514, 60])]
    one, other = (queue.series(10**6) for queue in ended)
    both = together([one, other])
    assert together([one]) is one
    assert both.at_peak is None
    for level in LEVELS:
        assert (both.highest[level] == one.highest[level] + other.highest[level]).all()
        assert (both.byte_ns[level] == one.byte_ns[level] + other.byte_ns[level]).all()
    assert both.counts["delivered_packets"].sum() == 4
    assert worst_of(both) == max(worst_of(one), worst_of(other))


def worst_of(series):
    pairs = zip(
        *(series.highest[f"amplified_{of}_bytes"] for of in ("held", "payload")), strict=True
    )
    return max(held / payload for held, payload in pairs if payload)


@pytest.mark.parametrize("bins", [1, 3, 2**17])
def test_a_number_of_bins_that_cannot_be(bins):
    with pytest.raises(StrategyError, match=f"2 to 65,536 points, a power of two, not {bins}"):
        new_bins(bins)


def test_no_packet_is_before_the_bins():
    queue = TimedReceiver(strategy("5.10/small"), Service(), bins=new_bins(8, origin=5))
    with pytest.raises(ValueError, match="the first packet, at 4, is before the bins"):
        queue.receive(np.array([60]), np.array([4]))
