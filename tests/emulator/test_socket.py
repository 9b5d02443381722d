"""The UDP rule on both sides of a full and of a half-full socket, and skb_condense()."""

import numpy as np
import pytest
from helpers.replaying import finished, opened, run
from rxreplay.emulator.residency import udp_queue_rcv_skb
from rxreplay.emulator.socket import condensed_truesize, count_fit, udp_charge
from rxreplay.emulator.state import SKB


def skb(**fields):
    """Give an skb of 129 bytes: 14 in a head of 768, the others in a frag of 1536."""
    record = np.zeros(1, SKB)[0]
    fields = {"frame": 129, "linear": 14, "truesize": 2304, "head_truesize": 768} | fields
    for name, value in fields.items():
        record[name] = value
    return record


@pytest.mark.parametrize(("tailroom", "truesize"), [(114, 2304), (115, 768), (116, 768)])
def test_frags_that_fit_the_tailroom_are_copied_there(tailroom, truesize):
    assert condensed_truesize(skb(tailroom=tailroom)) == truesize


def test_a_linear_skb_is_charged_as_it_is():
    assert condensed_truesize(skb(linear=129, truesize=768)) == 768


@pytest.mark.parametrize(("rmem", "charge"), [(1000, 768), (1001, -1)])
def test_a_socket_takes_one_packet_more_than_it_has_room_for(rmem, charge):
    assert udp_charge(skb(tailroom=115), rmem, 1000, 0) == charge


@pytest.mark.parametrize(("rmem", "charge"), [(0, 2304), (1, -1), (232, 768), (233, -1)])
def test_since_618_it_takes_what_fits_and_one_of_any_size_when_empty(rmem, charge):
    rcvbuf = 1000 if rmem else 1
    small = {"linear": 129, "truesize": 768} if rmem > 1 else {}
    assert udp_charge(skb(**small), rmem, rcvbuf, 1) == charge


@pytest.mark.parametrize("rcvbuf", [1000, 1001])
@pytest.mark.parametrize(("rmem", "charge"), [(0, 2304), (500, 2304), (501, 768)])
def test_above_half_full_it_condenses(rmem, charge, rcvbuf):
    assert udp_charge(skb(tailroom=115), rmem, rcvbuf, 0) == charge


@pytest.mark.parametrize(("rcvbuf", "packets"), [(1535, 2), (1536, 3), (1537, 3), (1, 1)])
def test_what_fits_before_the_first_drop(rcvbuf, packets):
    figures = finished("4.10/mergeable", [60] * 5, rcvbuf=rcvbuf)  # 768 each
    assert (figures.fit_packets, figures.fit_bytes) == (packets, 60 * packets)
    assert figures.rcvbuf == rcvbuf


@pytest.mark.parametrize(("rcvbuf", "accepted"), [(1535, 2), (1536, 3), (1537, 3), (1, 1)])
def test_what_an_unread_socket_keeps(rcvbuf, accepted):
    queue = run("4.10/mergeable", [60] * 5, rcvbuf=rcvbuf, unread=True)
    figures = queue.finish()
    assert queue.socket == {
        "accepted": accepted,
        "drops": 5 - accepted,
        "rmem_alloc": 768 * accepted,
    }
    assert figures.skb_truesize_bytes.end == 768 * accepted
    assert figures.payload_bytes_in_flight.end == 60 * accepted


def test_without_a_socket_nothing_is_kept():
    queue = run("4.10/mergeable", [60] * 5)
    assert queue.finish().skb_truesize_bytes.end == 0
    assert queue.socket == {"accepted": 0, "drops": 0, "rmem_alloc": 0}


def test_the_counted_fit_condenses_too():
    queue = opened("5.10/mergeable", rcvbuf=1000)._queue
    for _ in range(2):
        queue.state["fit_rmem"] = 501
        count_fit(queue, skb(tailroom=115))
        assert queue.state["fit_rmem"] == 501 + 768
    count_fit(queue, skb(tailroom=115))
    assert (queue.state["fit_packets"], queue.state["fit_bytes"]) == (2, 258)


@pytest.mark.parametrize(
    ("rmem", "charged", "refs"), [(500, 2304, 1), (501, 768, 0)], ids=["kept", "condensed"]
)
def test_a_condensed_skb_gives_its_frags_back(rmem, charged, refs):
    queue = run("5.10/mergeable", [129], polls=64, rcvbuf=1000, unread=True)._queue
    pending = queue.skbs[0]
    pending["tailroom"] = 115  # one byte more than any head of 5.10 has
    queue.state["rmem_alloc"] = rmem
    assert udp_queue_rcv_skb(queue, pending)
    assert queue.state["rmem_alloc"] == rmem + charged
    assert queue.state["skb_truesize_bytes"] == charged
    assert queue.chunks[0]["skb_refs"] == refs
    assert queue.state["accepted"] == 1


@pytest.mark.parametrize(("frame", "packets"), [(64, 278), (1000, 92), (1514, 92)])
def test_a_default_socket_of_510_as_measured(frame, packets):
    figures = finished("5.10/mergeable", [frame] * 300)
    assert (figures.rcvbuf, figures.fit_packets) == (212992, packets)
