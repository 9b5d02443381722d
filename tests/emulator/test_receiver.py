"""What a receiver refuses, keeps and tells; blocks of frames are one stream."""

import numpy as np
import pytest
from helpers.replaying import frames, opened, run
from rxreplay.emulator import Receiver, receive, strategy
from rxreplay.emulator.state import DEVICE_TOO_LONG, RX_LENGTH_ERRORS
from rxreplay.errors import StrategyError

SMALL = strategy("4.11/small")


@pytest.mark.parametrize("ring", [-2, 0, 1, 3, 255, 32769, 65536])
def test_a_ring_that_cannot_be(ring):
    with pytest.raises(StrategyError) as error:
        Receiver(SMALL, ring=ring)
    expected = f"a ring has 2 to 32,768 buffers, a power of two, not {ring}"
    assert str(error.value) == expected


@pytest.mark.parametrize("ring", [2, 32768])
def test_the_smallest_and_the_largest_ring(ring):
    assert Receiver(SMALL, ring=ring).finish().ring_bytes.end == ring * 1920


@pytest.mark.parametrize("polls", [0, 65, -1, [], [1, 0], [65, 1]])
def test_polls_that_cannot_be(polls):
    with pytest.raises(StrategyError, match=r"^a NAPI poll receives 1 to 64 packets$"):
        Receiver(SMALL, polls=polls)


@pytest.mark.parametrize("polls", [1, 64, (1, 64), np.array([64, 1])])
def test_polls_that_can_be(polls):
    queue = Receiver(SMALL, polls=polls)
    queue.receive(frames(60))
    assert queue.finish().delivered_packets == 1


def test_a_negative_length_is_named_by_its_packet_in_the_stream():
    queue = Receiver(SMALL)
    queue.receive(frames(*[60] * 1500))
    with pytest.raises(ValueError, match=r"^packet 1,502: a frame of -7 bytes cannot be$"):
        queue.receive(frames(60, 60, -7, -8))
    with pytest.raises(ValueError, match=r"^packet 0: a frame of -1 bytes cannot be$"):
        receive(frames(-1), SMALL)


@pytest.mark.parametrize("frames", [[60.5], ["60"], [[60, 60]], 60])
def test_lengths_are_a_row_of_whole_numbers(frames):
    with pytest.raises(ValueError, match="a row of whole numbers"):
        Receiver(SMALL).receive(np.array(frames))


def test_the_longest_frame_that_a_record_can_claim_is_too_long_and_no_longer_one_is_taken():
    queue = Receiver(strategy("5.10/mergeable"))
    queue.receive(np.array([2**32 - 1]))
    assert queue.finish().drops.device_too_long == 1
    with pytest.raises(ValueError, match=r"^packet 1: a frame of 4,294,967,296 bytes cannot be$"):
        queue.receive(np.array([2**32]))


@pytest.mark.parametrize("rcvbuf", [0, -1, 2**31, 1.5])
def test_a_socket_buffer_that_cannot_be_is_refused(rcvbuf):
    with pytest.raises(StrategyError, match="rcvbuf is from 1 to 2,147,483,647 bytes"):
        Receiver(SMALL, rcvbuf=rcvbuf)


def test_a_refused_block_leaves_the_queue_as_it_was():
    queue = Receiver(SMALL)
    with pytest.raises(ValueError, match="cannot be"):
        queue.receive(frames(60, -1))
    assert (queue.finish().packets, queue.finish().delivered_packets) == (0, 0)


@pytest.mark.parametrize("name", ["4.10/small", "5.10/small", "5.10/mergeable", "5.10/big"])
def test_the_newest_skbs_are_kept(name):
    queue = opened(name, ring=16, polls=64, keep=200)  # a power of two from there on: 256
    assert queue.skbs.size == 0
    queue.receive(np.arange(1000, 1100))
    assert queue.skbs["frame"].tolist() == list(range(1000, 1100))
    queue.receive(np.arange(1100, 1500))
    assert queue.skbs["packet"].tolist() == list(range(500 - 256, 500))
    assert queue.skbs["frame"].tolist() == list(range(1500 - 256, 1500))


def test_receive_tells_why_a_packet_was_dropped():
    skbs = receive(frames(60, 1519, 13, 1518), SMALL)
    assert skbs["packet"].tolist() == [0, 1, 2, 3]
    assert skbs["frame"].tolist() == [60, 1519, 13, 1518]
    assert skbs["drop"].tolist() == [0, DEVICE_TOO_LONG, RX_LENGTH_ERRORS, 0]
    assert skbs["truesize"].tolist() == [2176, 0, 0, 2176]
    assert skbs["linear"].tolist() == [60, 0, 0, 1518]


def test_an_skb_record_begins_anew():
    """Records are used again: after a frame with everything, a short one and a plain one."""
    name = "mst-2016/mergeable"
    queue = run(name, [9014] + [60] * 127 + [13, 60], keep=1)
    short, plain = queue.skbs[-2:]
    left = ("linear", "truesize", "nr_frags", "frag_list", "coalesced", "slab", "pages", "tailroom")
    assert [int(short[field]) for field in left] == [0] * 8
    assert (plain["nr_frags"], plain["frag_list"], plain["bufs"], plain["drop"]) == (0, 0, 1, 0)


def test_receive_takes_the_ring_and_the_polls():
    lengths = frames(*[60] * 5)
    by_two = receive(lengths, strategy("4.10/small"), ring=4, polls=4)["truesize"]
    assert by_two.tolist() == [2304] * 4 + [2176]
    assert receive(frames(), SMALL).size == 0


def test_blocks_are_one_stream():
    lengths = [60, 1514, 9014, 13] * 40
    whole = run("5.10/mergeable", lengths, polls=[5, 7])
    parts = opened("5.10/mergeable", polls=[5, 7])
    for first in range(0, len(lengths), 3):
        parts.receive(frames(*lengths[first : first + 3]))
    assert parts.finish() == whole.finish()
    assert parts.log.tolist() == whole.log.tolist()


def test_frames_may_be_any_integers_in_any_order_of_memory():
    queue = Receiver(SMALL)
    queue.receive(np.arange(60, 70, dtype=np.uint16)[::-2])
    assert queue.finish().frame_bytes == 69 + 67 + 65 + 63 + 61


def test_figures_can_be_asked_again_and_the_stream_goes_on():
    queue = Receiver(SMALL, polls=64)
    queue.receive(frames(60, 60))
    assert queue.finish() == queue.finish()
    queue.receive(frames(60))
    assert queue.finish(wire_bytes=100).delivered_packets == 3
    assert queue.finish(wire_bytes=100).wire_bytes == 100
