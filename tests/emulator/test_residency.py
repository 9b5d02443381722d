"""When skbs die: at once before 5.4, then in batches of 8 and at the end of the poll."""

import pytest
from helpers.replaying import finished, frames, kinds, run


def in_flight(name, packets):
    return int(run(name, [60] * packets, polls=64)._queue.state["payload_bytes_in_flight"])


@pytest.mark.parametrize("mode", ["small", "mergeable", "big"])
@pytest.mark.parametrize(("packets", "alive"), [(1, 1), (7, 7), (8, 0), (9, 1), (63, 7), (64, 0)])
def test_since_54_eight_go_up_together(mode, packets, alive):
    assert in_flight(f"5.10/{mode}", packets) == 60 * alive
    assert in_flight(f"4.11/{mode}", packets) == 0


def packets_before_the_first_chunk_is_freed(name):
    logged = kinds(run(name, [1514] * 40, polls=64), "packet", "chunk")
    return sum(event[0] == "packet" for event in logged[: logged.index(("chunk", "-", 0))])


def test_a_chunk_of_17_small_buffers_is_freed_with_the_batch():
    assert packets_before_the_first_chunk_is_freed("4.11/small") == 17
    assert packets_before_the_first_chunk_is_freed("5.10/small") == 24


def test_what_is_pending_goes_up_after_the_refill_and_before_the_end_of_the_poll():
    logged = kinds(run("5.10/small", [1514] * 34, polls=[16, 18]), "refill", "chunk", "poll")
    last = [event for event in logged if event[0] == "poll"].index(("poll", 18))
    assert last == 1
    # 34 packets emptied chunks 0 and 1: one with batch 3 (24 packets), one with what was left
    tail = logged[logged.index(("poll", 16)) + 1 :]
    assert tail[0] == ("chunk", "-", 0)
    assert [event[0] for event in tail[1:-2]].count("refill") == 34
    assert tail[-2:] == [("chunk", "-", 1), ("poll", 18)]


def test_a_short_frame_does_not_count_into_the_batch():
    queue = run("5.10/small", [60] * 7 + [13], polls=64)
    assert queue._queue.state["payload_bytes_in_flight"] == 7 * 60
    queue.receive(frames(60))
    assert queue._queue.state["payload_bytes_in_flight"] == 0


@pytest.mark.parametrize("name", ["4.10/small", "4.11/small", "5.10/mergeable", "5.10/big"])
@pytest.mark.parametrize(("length", "errors"), [(0, 1), (13, 1), (14, 0)])
def test_a_frame_is_at_least_an_ethernet_header(name, length, errors):
    figures = finished(name, [length], ring=2)
    assert (figures.drops.rx_length_errors, figures.delivered_packets) == (errors, 1 - errors)
    assert figures.drops.total() == errors
    assert figures.buffers == 1
    assert (figures.truesize_bytes == 0) == bool(errors)


def test_frags_are_freed_before_the_head():
    """The prototype's head is a buffer: it goes last.  Source: skb_release_data().

    Of 42 buffers a chunk, the frame fills 84, chunks 0 and 1, and one byte of chunk 2.
    """
    room = (768 - 384) + 2 * 512 + 83 * 396  # each 42nd buffer has the hole of 512 on top
    queue = run("mst-2016/mergeable", [room + 1], ring=128)
    assert queue.finish().buffers == 85
    freed = [event[2] for event in kinds(queue, "chunk") if event[1] == "-"]
    assert freed == [1, 0]
