"""What sockets take of captures: flows, times, and what is refused."""

import io
import struct

import numpy as np
import pytest
import rxreplay
from helpers.segment_captures import bulk, capture_of
from helpers.tunnels import UDP, Inside, ethernet, ipv4, ipv6, udp, vxlan
from hypothesis import given
from hypothesis import strategies as st
from oracles import capture_writer as writer
from oracles.sockets import Model
from rxreplay.charging import hold_ns
from rxreplay.errors import OptionError, StrategyError
from rxreplay.traces import reading

SMALL, MERGEABLE = "4.11/small", "6.18/mergeable"
EACH = 2176  # truesize of any packet under SMALL
BASE_NS = 1_700_000_000 * 10**9
TO, FROM = "10.0.0.2", "10.0.0.1"


def datagram(sport, length=100):
    """Give a frame of so many bytes, of a flow of its own."""
    body = struct.pack(">HHHH", sport, 5000, length - 34, 0) + bytes(length - 42)
    return ethernet(ipv4(UDP, body))


def capture(packets):
    """Write (nanoseconds, frame) as a pcap."""
    records = [
        writer.pcap_record(frame, time=divmod(BASE_NS + ns, 10**9), kind="ns")
        for ns, frame in packets
    ]
    return io.BytesIO(writer.pcap_header(kind="ns") + b"".join(records))


def flow(sport):
    return f"UDP {FROM}:{sport} > {TO}:5000"


def sockets(packets, names=(SMALL,), **asked):
    return rxreplay.sockets(capture(packets), names, **{"direction": "both"} | asked)


def needs(socket):
    return [need.rcvbuf for need in socket.needs]


ARP = bytes.fromhex("ffffffffffff 020000000001 0806 0001080006040001") + bytes(20)
PACKETS = st.lists(
    st.tuples(
        st.sampled_from([-5, 0, 0, 1, 999, 1000, 1001, 10**6]),
        st.sampled_from([0, 1, 2, 3, 4, 5, 6, 7]),
        st.integers(60, 1514),
    ),
    min_size=1,
    max_size=40,
)


@pytest.mark.parametrize("per_block", [3, 4096])
@given(PACKETS)
def test_a_capture_fills_sockets_as_the_model_says(per_block, packets):
    written, model = [], Model([212_992], False, 100)
    now = backwards = 0
    latest = -100
    for gap, sport, length in packets:
        now += gap
        backwards += now < latest
        latest = max(now, latest)
        written.append((now, datagram(sport, length) if sport else ARP))
        model.take(latest, len(written[-1][1]), EACH, sport)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "PACKET_RECORDS", per_block)
        found = sockets(written, hold=["1us"])
    [result] = found.results
    assert needs(result.figures.all_traffic) == [model.whole.most_within(1000)]
    shown = model.busiest()[:5]
    assert [name for name, _ in result.flows] == [flow(sport) for sport in shown]
    for (_, socket), sport in zip(result.flows, shown, strict=True):
        assert needs(socket) == [model.flows[sport].most_within(1000)]
        assert socket.packets == len(model.flows[sport].arrivals)
        assert socket.fits[0].fit_packets == min(98, socket.packets)
    texts = [warning.text for warning in found.warnings if warning.code == "backwards"]
    assert [text.split()[0] for text in texts] == [str(backwards)] * bool(backwards)


def test_strategies_that_behave_alike_and_threads_change_nothing():
    packets = [(n, datagram(n % 7 + 1)) for n in range(300)]
    one = sockets(packets, [SMALL, MERGEABLE], threads=1)
    other = sockets(packets, [SMALL, "4.13/small", MERGEABLE], threads=4)
    assert [r.figures for r in one.results] == [other.results[n].figures for n in (0, 2)]
    assert other.results[0].figures == other.results[1].figures


def test_sizes_and_times_are_sorted_and_the_default_is_among_them():
    found = sockets([(0, datagram(1))], rcvbufs=[10**6, 1, 1], hold=["1s", "1ms", "1000us"])
    assert (found.config["rcvbuf"], found.config["hold_ns"]) == (
        [1, 212_992, 10**6],
        [10**6, 10**9],
    )
    socket = found.results[0].figures.all_traffic
    assert [fit.rcvbuf for fit in socket.fits] == [1, 212_992, 10**6]
    assert [need.hold_ns for need in socket.needs] == [10**6, 10**9]


def test_flows_are_named_while_the_direction_is_still_unclear(monkeypatch):
    monkeypatch.setattr(reading, "PACKET_RECORDS", 2)
    there = [(n, datagram(n + 1)) for n in range(6)]
    answer = datagram(9)
    back = [(9, answer[6:12] + answer[:6] + answer[12:])]
    found = sockets(there + back, guest_macs=["02:00:00:00:00:01"], direction="auto")
    assert {name for name, _ in found.results[0].flows} <= {flow(n) for n in range(1, 7)}
    assert found.results[0].figures.all_traffic.packets == 6


def test_a_tunnel_holds_the_flows_that_count():
    inner = datagram(7)
    packets = [(0, ethernet(ipv4(UDP, udp(4789, vxlan(Inside(inner))))))]
    assert [n for n, _ in sockets(packets, decap=["vxlan"]).results[0].flows] == [flow(7)]
    [(outer, _)] = sockets(packets).results[0].flows
    assert outer == f"UDP {FROM}:50000 > {TO}:4789"


def test_fragments_other_protocols_and_ipv6_have_names():
    packets = [
        (0, ethernet(ipv4(UDP, bytes(40), fragment=3))),
        (0, ethernet(ipv4(1, bytes(40)))),
        (0, ethernet(ipv4(99, bytes(40)))),
        (0, ethernet(ipv6(6, struct.pack(">HH", 80, 5000) + bytes(16)))),
    ]
    assert [name for name, _ in sockets(packets).results[0].flows] == [
        f"UDP {FROM} > {TO} fragments",
        f"ICMP {FROM} > {TO}",
        f"IP protocol 99 {FROM} > {TO}",
        "TCP [::]:80 > [::]:5000",
    ]


def test_through_the_hosts_gro_no_flow_is_followed():
    data = io.BytesIO(capture_of(bulk(1, 10, step_ns=1000)))
    found = rxreplay.sockets(data, [SMALL], vantage="wire", direction="both")
    assert "GRO" in found.no_flows
    assert found.results[0].flows == []
    assert found.results[0].figures.dropped_packets == 1  # of 14,546 bytes, for small buffers


def test_in_the_guest_segments_belong_to_their_flow():
    data = io.BytesIO(capture_of(bulk(1, 3, step_ns=1000)))
    found = rxreplay.sockets(data, [SMALL], vantage="guest", direction="both")
    [(name, socket)] = found.results[0].flows
    assert name.startswith("TCP ")
    assert socket.packets == 3


@pytest.mark.parametrize("asked", [{}, {"packet_range": "1:2"}])
def test_lengths_have_neither_times_nor_flows(asked):
    found = rxreplay.sockets([60, 1514, 9014], [SMALL], **asked)
    figures = found.results[0].figures
    assert found.no_flows == "lengths have no flows"
    assert figures.all_traffic.packets == 2
    [need] = figures.all_traffic.needs
    reason = "2 of 2 packets have no time" if asked else "lengths have no times"
    assert (need.rcvbuf, need.so_rcvbuf, need.reason) == (None, None, reason)


def test_one_packet_without_a_time_is_enough_to_know_nothing():
    frame = datagram(1)
    simple = writer.block(3, struct.pack("<I", len(frame)) + frame)
    enhanced = writer.block(6, struct.pack("<IIIII", 0, 0, 5, len(frame), len(frame)) + frame)
    data = writer.section() + writer.interface() + enhanced + simple + enhanced
    found = rxreplay.sockets(io.BytesIO(data), [SMALL], direction="both")
    [(_, socket)] = found.results[0].flows
    assert socket.needs[0].reason == "1 of 3 packets have no time"
    assert socket.fits[0].fit_packets == 3


def test_without_a_hold_nothing_is_needed():
    [result] = sockets([(0, datagram(1))], hold=[]).results
    assert result.figures.all_traffic.needs == []


def test_what_is_not_established_is_a_warning():
    found = rxreplay.sockets([60], ["6.12/mergeable,page_size=64KiB"])
    assert [warning.code for warning in found.warnings] == ["kernel"]


def test_the_default_is_what_compare_shows():
    found = rxreplay.sockets(np.array([60]))
    assert len(found.results) == 11
    assert found.config["reference"] == "4.10/small"


@pytest.mark.parametrize("hold", ["1ns", "24h"])
def test_a_hold_can_be_as_short_and_as_long(hold):
    assert hold_ns([hold])[0] in (1, 86_400 * 10**9)


@pytest.mark.parametrize("hold", ["0ns", "86400000000001ns", "soon", "-1ms"])
def test_other_times_cannot_be_held(hold):
    with pytest.raises(OptionError, match="--hold"):
        rxreplay.sockets([60], [SMALL], hold=["1ms", hold])


def test_several_queues_are_refused():
    with pytest.raises(OptionError, match="one receive queue"):
        rxreplay.sockets([60], [SMALL], queues=2)


@pytest.mark.parametrize("rcvbuf", [0, 2**31])
def test_a_socket_has_its_bounds(rcvbuf):
    with pytest.raises(StrategyError, match="rcvbuf is from 1 to"):
        rxreplay.sockets([60], [SMALL], rcvbufs=[rcvbuf])


def test_a_time_far_away_is_taken_as_late_as_can_be():
    frame = datagram(1)
    high, low = divmod(2**63 - 2, 2**32)
    late = writer.block(6, struct.pack("<IIIII", 0, high, low, len(frame), len(frame)) + frame)
    early = writer.block(6, struct.pack("<IIIII", 0, 0, 5, len(frame), len(frame)) + frame)
    data = writer.section() + writer.interface(tsresol=9) + early + late + late
    [result] = rxreplay.sockets(io.BytesIO(data), [SMALL], direction="both").results
    assert needs(result.figures.all_traffic) == [2 * EACH]
