"""Sockets behind a queue: against the model, on both sides of each limit, and as recorded."""

import numpy as np
import pytest
from helpers.shared_data import ABSENT, LOGS
from hypothesis import given
from hypothesis import strategies as st
from oracles.recordings import read_recording
from oracles.sockets import Model, ratios
from oracles.virtio_net import oracle
from rxreplay.emulator import Receiver, strategy
from rxreplay.emulator.socket_figures import TOO_MANY
from rxreplay.emulator.socket_rows import Limits
from rxreplay.emulator.sockets import PIECE, Sockets

STRICT = ("6.18/mergeable", "7.2/small")
NAMES = ("4.10/mergeable", "5.10/mergeable", "5.10/big", "6.1/small", *STRICT)
HOLD = 1000
LENGTHS = st.sampled_from([0, 13, 14, 60, 128, 129, 1514, 1519, 9014, 65_226]) | st.integers(
    14, 70_000
)
GAPS = st.sampled_from([0, 0, 1, HOLD // 2, HOLD - 1, HOLD, HOLD + 1]) | st.integers(0, 2 * HOLD)
FLOWS = st.sampled_from([0, 1, 2, 3, -1, 1 << 40, 17, 33])
PACKETS = st.lists(st.tuples(LENGTHS, GAPS, FLOWS), max_size=60)
RCVBUFS = st.lists(
    st.sampled_from([1, 767, 768, 1536, 4352, 20_000, 212_992]), min_size=1, max_size=3, unique=True
)
ALL = 1 << 20  # flows that are shown


def column(values):
    return np.array(values, np.int64)


def result(socket):
    """Give a socket in the form of the model."""
    return (
        *(socket.packets, socket.frame_bytes, socket.truesize_bytes, socket.missed_truesize),
        [
            (f.rcvbuf, f.fit_packets, f.fit_bytes, f.accepted_packets, f.accepted_bytes)
            for f in socket.fits
        ],
        [need.rcvbuf for need in socket.needs],
    )


def filled(name, lengths, times=(), flows=(), rcvbufs=(212_992,), holds=(HOLD,), **options):
    sockets = Sockets(strategy(name), rcvbufs, holds, **options)
    sockets.receive(column(lengths), column(times), column(flows))
    return sockets.finish(ALL)


def test_room_for_one_more_flow_is_made_when_it_comes():
    names, flows = ("4.11/small", "6.18/mergeable"), [1, 2, 1, 3, 3, 0]
    for name in names:
        figures = filled(name, [60] * 6, range(6), flows, [1, 20_000], limits=Limits(flows=2))
        assert {key: socket.packets for key, socket in figures.flows.items()} == {1: 2, 3: 2}
        assert figures.forgotten_flows == 1


@given(
    st.sampled_from(NAMES),
    PACKETS,
    RCVBUFS,
    st.sampled_from([2, 4, 8]),
    st.integers(1, 60),
    st.sampled_from([[1], [3, 64]]),
)
def test_sockets_agree_with_the_model(name, packets, rcvbufs, most_flows, cut, polls):
    lengths, gaps, flows = zip(*packets, strict=True) if packets else ((), (), ())
    times = np.cumsum(column(gaps))
    sockets = Sockets(
        strategy(name), rcvbufs, [1, HOLD], polls=polls, limits=Limits(flows=most_flows)
    )
    for part in (slice(0, cut), slice(cut, None)):
        sockets.receive(column(lengths)[part], times[part], column(flows)[part])
    figures = sockets.finish(ALL)

    driver = oracle(name)
    driver.run(lengths, polls)
    model = Model(rcvbufs, name in STRICT, most_flows)
    for event in driver.events:
        if event[0] == "packet":
            number, truesize = event[1], event[5]
            model.take(int(times[number]), lengths[number], truesize, flows[number])

    assert result(figures.all_traffic) == model.whole.result([1, HOLD])
    assert [*figures.flows] == model.busiest()
    for flow, socket in figures.flows.items():
        assert result(socket) == model.flows[flow].result([1, HOLD])
    half = figures.len_per_truesize
    assert (half.percentiles, half.below_half_packets) == ratios(model.whole.arrivals)
    assert figures.forgotten_flows == model.forgotten
    assert figures.dropped_packets == len(lengths) - len(model.whole.arrivals)


@pytest.mark.parametrize(("packets", "known"), [(3, True), (4, False)])
def test_a_window_takes_as_many_packets_as_its_limit(packets, known):
    figures = filled("4.11/small", [60] * packets, [0] * packets, limits=Limits(in_window=3))
    [need] = figures.all_traffic.needs
    assert (need.rcvbuf is not None, need.reason is None) == (known, known)


@given(st.lists(GAPS, min_size=1, max_size=40), st.integers(1, 12))
def test_a_window_of_too_many_packets_is_given_up(gaps, most):
    times = np.cumsum(column(gaps))
    model = Model([1], False, 1)
    for time in times.tolist():
        model.take(time, 60, 768, 0)
    lengths, holds = [60] * len(gaps), [1, HOLD]
    figures = filled("4.10/mergeable", lengths, times, holds=holds, limits=Limits(in_window=most))
    for need, hold in zip(figures.all_traffic.needs, holds, strict=True):
        many = model.whole.most_packets(hold) > most
        expected = (None, TOO_MANY) if many else (model.whole.most_within(hold), None)
        assert (need.rcvbuf, need.reason) == expected


@pytest.mark.parametrize(("gap", "packets"), [(HOLD - 1, 2), (HOLD, 1), (HOLD + 1, 1)])
def test_a_window_ends_before_its_end(gap, packets):
    [need] = filled("4.10/mergeable", [60, 60], [5, 5 + gap]).all_traffic.needs
    assert need.rcvbuf == 768 * packets
    assert need.so_rcvbuf == 384 * packets


def test_what_is_asked_for_is_half_rounded_up():
    [need] = filled("6.18/mergeable", [60, 1514, 60], [0, 0, 0]).all_traffic.needs
    assert 2 * need.so_rcvbuf - need.rcvbuf in (0, 1)


@pytest.mark.parametrize(("flows", "forgotten"), [(4, 0), (5, 2)])
def test_flows_are_forgotten_from_one_too_many(flows, forgotten):
    figures = filled(
        "4.11/small", [60] * flows, [0] * flows, range(1, flows + 1), limits=Limits(flows=4)
    )
    assert figures.forgotten_flows == forgotten
    assert [*figures.flows] == ([1, 2, 3, 4] if not forgotten else [1, 2, 5])
    assert {socket.missed_truesize for socket in figures.flows.values()} <= {0, 2176}


def test_the_real_limit_of_flows_keeps_the_busiest():
    flows = [7, *range(1000, 1000 + 8192), 7]
    figures = filled("4.11/small", [60] * len(flows), (), flows)
    assert figures.forgotten_flows == 4096
    assert next(iter(figures.flows)) == 7
    assert figures.flows[7].packets == 2
    assert figures.flows[1000 + 8191].missed_truesize == 2176


@pytest.mark.parametrize("more", [-1, 0, 1])
def test_pieces_do_not_show(more):
    lengths = [60, 1514] * ((PIECE + 2) // 2)
    lengths = lengths[: PIECE + more]
    times, flows = range(len(lengths)), [1, 2, 3, 0] * PIECE
    whole = filled("5.10/mergeable", lengths, times, flows[: len(lengths)])
    sockets = Sockets(strategy("5.10/mergeable"), [212_992], [HOLD])
    for at in range(0, len(lengths), 1000):
        part = slice(at, at + 1000)
        sockets.receive(
            column(lengths)[part], column(times)[part], column(flows[: len(lengths)])[part]
        )
    assert sockets.finish(ALL) == whole
    assert whole.all_traffic.packets == PIECE + more


@pytest.mark.parametrize("name", NAMES)
def test_all_traffic_fits_as_a_replay_says(name):
    lengths = column([60, 129, 1514, 300, 1000] * 60)
    receiver = Receiver(strategy(name))
    receiver.receive(lengths)
    figures = receiver.finish()
    [fit] = filled(name, lengths).all_traffic.fits
    assert (fit.fit_packets, fit.fit_bytes) == (figures.fit_packets, figures.fit_bytes)


def test_without_times_nothing_is_needed_and_without_packets_nothing_is_known():
    figures = filled("4.11/small", [60])
    assert figures.all_traffic.needs[0].rcvbuf == 0
    empty = filled("4.11/small", [])
    assert set(empty.len_per_truesize.percentiles.values()) == {None}
    assert empty.all_traffic.packets == 0


UDP = [log for log in LOGS if "-udp" in log]
MTU_9000 = ",guest_gso=0,device_mtu=9000"  # the only one recorded


@pytest.mark.skipif(not UDP, reason=ABSENT)
@pytest.mark.parametrize("log", UDP or [None])
def test_recorded_sockets_come_out_exactly(log, recordings):
    facts, events = read_recording(recordings / log)
    lengths = [event[2] for event in events if event[0] == "packet"]
    polls = [event[1] for event in events if event[0] == "poll"]
    name = f"{facts['kernel']}/{facts['mode']}" + MTU_9000 * (facts["mode"] == "big")
    figures = filled(
        name, lengths, rcvbufs=[facts["udp"]["rcvbuf"]], ring=facts.get("ring", 256), polls=polls
    )
    [fit] = figures.all_traffic.fits
    assert fit.accepted_packets == facts["udp"]["accepted"]
