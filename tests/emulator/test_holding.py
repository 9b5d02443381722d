"""Rules of consumers one by one: both sides of each threshold, room that grows, what is seen."""

import numpy as np
import pytest
from rxreplay.emulator import growing, strategy
from rxreplay.emulator.clock import Service
from rxreplay.emulator.consuming import charge_of, keep, sock_queue_rcv_skb
from rxreplay.emulator.holding import (
    DELAY,
    NO_END,
    OTHER,
    READER,
    TCP,
    UDP,
    UNREAD,
    Consumer,
    checked_consumer,
)
from rxreplay.emulator.kept import Holders, check_kept
from rxreplay.emulator.residency import hold
from rxreplay.emulator.state import FIRST_BUF, NOBODY, SKB
from rxreplay.emulator.timed_receiver import TimedReceiver
from rxreplay.errors import LedgerError, StrategyError

MS = 10**6


def udp(numbers):
    """Give the keys of UDP flows."""
    return np.asarray(numbers) << 2 | UDP


def queue_of(consumer, name="4.11/small", **how):
    service = Service(**({"irq_delay_ns": 0, "service_ns": 0} | how))
    return TimedReceiver(strategy(name), service, ring=64, consumer=consumer)


def received(consumer, flows, times, name="4.11/small", length=60):
    """Give a queue that has got packets of so many bytes; small ones are charged 2,176."""
    queue = queue_of(consumer, name)
    queue.receive(np.full(len(times), length), np.asarray(times), np.asarray(flows))
    return queue


def skb(rule, truesize=1000):
    record = np.zeros(1, SKB)[0]
    record["flow"], record["truesize"], record["frame"] = 4 | rule, truesize, 60
    record["linear"], record["head_truesize"] = 60, truesize
    return record


@pytest.mark.parametrize(
    ("rule", "strict", "last_taken"),
    [
        (TCP, 0, 5000),
        (TCP, 1, 5000),
        (OTHER, 0, 4999),
        (OTHER, 1, 4999),
        (UDP, 0, 5000),
        (UDP, 1, 4000),
    ],
)
def test_how_full_a_socket_may_be_that_takes_one_more(rule, strict, last_taken):
    assert charge_of(skb(rule), last_taken, 5000, strict) == 1000
    assert charge_of(skb(rule), last_taken + 1, 5000, strict) == -1


def test_only_udp_condenses():
    record = skb(UDP, 2304)
    record["frame"], record["tailroom"], record["head_truesize"] = 100, 50, 768
    assert charge_of(record, 4000, 5000, 0) == 768
    record["flow"] = 4 | TCP
    assert charge_of(record, 4000, 5000, 0) == 2304


def test_an_skb_that_was_condensed_keeps_its_head_alone():
    queue = queue_of(Consumer(UNREAD))
    queue._give_room()
    q, x = queue._queue, queue._clocked.holding
    record = skb(UDP, 2304)
    record["head_chunk"], record["first_buf"], record["bufs"], record["pages"] = NOBODY, 0, 2, 3
    kept = keep(q, x, record, 768)
    assert (x.held[kept]["refs"], x.held[kept]["pages"]) == (NOBODY, 0)
    kept = keep(q, x, record, 2304)
    ref = x.refs[x.held[kept]["refs"]]  # both buffers are cut from one chunk
    assert (ref["count"], ref["bytes"], x.held[kept]["pages"]) == (2, 2 * 1920, 3)
    record["head_chunk"] = FIRST_BUF
    kept = keep(q, x, record, 768)
    assert x.refs[x.held[kept]["refs"]]["count"] == 1


def test_a_socket_above_half_full_frees_the_frags_that_it_condenses():
    queue = queue_of(Consumer(UNREAD, 0, 4000))
    queue._give_room()
    q, x = queue._queue, queue._clocked.holding
    for first_buf, held in ((0, 2), (2, 2)):  # the second leaves the first one's references alone
        record = skb(UDP, 2304)
        record["head_chunk"], record["first_buf"], record["bufs"] = NOBODY, first_buf, 2
        record["frame"], record["tailroom"], record["head_truesize"] = 100, 50, 768
        hold(q, record)
        assert sock_queue_rcv_skb(q, x, record, 0)
        assert q.chunks["skb_refs"].sum() == held
    [socket] = x.sockets[x.sockets["key"] != 0]
    assert socket["rmem"] == q.state["skb_truesize_bytes"] == 2304 + 768


@pytest.mark.parametrize(("last", "dropped"), [(MS, 1), (MS + 1, 0)])
def test_a_reader_makes_room_an_interval_after_the_first_packet(last, dropped):
    # polls at 0 and `last`; a read that is due at the moment of the poll comes before it
    queue = received(Consumer(READER, MS + 1, 1), udp([1, 1]), [0, last])
    figures = queue.finish()
    assert figures.drops.rcvbuf == dropped
    assert figures.consumed.read_packets == 1 - dropped
    assert figures.consumed.held_packets == 1


def test_each_socket_is_read_at_the_rate():
    times = [0, 0, 0, 0, 10 * MS]
    queue = received(Consumer(READER, 4 * MS), udp([1, 1, 1, 2, 3]), times)
    figures = queue.finish()  # flow 1 is read at 4 and 8 ms, flow 2 at 4 ms
    assert (figures.consumed.read_packets, figures.consumed.held_packets) == (3, 2)
    assert figures.lifetime == "reader"


def test_packets_without_a_flow_are_the_stacks():
    figures = received(Consumer(UNREAD, 0, 1), [0, 0, 0, *udp([7])], range(4)).finish()
    assert (figures.consumed.read_packets, figures.consumed.held_packets) == (3, 1)
    assert figures.drops.rcvbuf == 0


@pytest.mark.parametrize(("span", "held"), [(1999, 1), (2000, 1), (2001, 2)])
def test_a_delay_ends_before_the_guest_acts_at_that_moment(span, held):
    figures = received(Consumer(DELAY, span), [], [0, 2000]).finish()
    # the polls end at 0 and 2000, where skbs go up
    assert figures.consumed.held_packets == held
    assert (figures.drops.rcvbuf, figures.lifetime) == (None, "delay")


def test_tables_grow_with_what_is_alive_and_no_further():
    many = 5000
    queue = received(Consumer(DELAY, NO_END // 4), [], np.arange(many) * 1000, "5.10/mergeable")
    x = queue._clocked.holding
    assert queue.finish().consumed.held_packets == many
    assert many <= x.held.size <= 3 * many
    flat = received(Consumer(DELAY, 10_000), [], np.arange(many) * 1000, "5.10/mergeable")
    flat.finish()
    assert flat._clocked.holding.held.size == 2 * growing.AT_ONCE


def test_sockets_that_are_empty_are_forgotten_and_those_that_were_fullest_last(monkeypatch):
    monkeypatch.setattr(growing, "MOST_EMPTY", 1024)
    flows = 3 * growing.MOST_EMPTY
    keys = np.concatenate([udp([1, 1, 1]), udp(np.arange(2, flows))])
    queue = received(Consumer(READER, 1000), keys, np.arange(keys.size) * 5000)
    x = queue._clocked.holding
    assert queue.finish().consumed.read_packets >= keys.size - 2
    assert x.sockets.size == growing.MOST_EMPTY
    assert x.state["forgotten"] > 0
    assert int(udp(1)) in queue.keys.tolist()
    assert queue.keys.size + int(x.state["forgotten"]) == flows - 1


def test_sockets_that_hold_something_are_never_forgotten(monkeypatch):
    monkeypatch.setattr(growing, "MOST_EMPTY", 1024)
    flows = 2 * growing.MOST_EMPTY
    queue = received(Consumer(UNREAD), udp(np.arange(1, flows)), np.arange(flows - 1) * 5000)
    assert queue.finish().consumed.held_packets == flows - 1
    assert queue._clocked.holding.state["forgotten"] == 0
    assert queue.holders.flows == flows - 1


def test_a_chunk_that_several_share_is_split_by_their_references():
    # 17 buffers of 1,920 bytes fill a chunk of 32 KiB; the rest of the ring is in others
    queue = received(Consumer(UNREAD), udp([1] * 12 + [2] * 5), np.arange(17) * 10)
    queue.finish()
    first, second = queue.holders.highest
    assert (first.packets, second.packets) == (12, 5)
    assert first.pinned_bytes == round(32768 * 12 / 17) + 12 * 256
    assert second.pinned_bytes == round(32768 * 5 / 17) + 5 * 256
    assert first.payload_bytes == 12 * 60
    assert first.rmem_bytes == first.peak_rmem_bytes == 12 * 2176
    assert queue.holders.pinned_bytes == 32768 + 17 * 256


def test_pages_of_big_buffers_are_their_skbs():
    queue = received(Consumer(UNREAD), udp([1, 2]), [0, 10], "5.10/big", 1514)
    figures = queue.finish()
    assert [each.pinned_bytes for each in queue.holders.highest] == [4096 + 768] * 2
    assert figures.consumed.pinned.bytes == 2 * (4096 + 768)


def test_one_buffer_of_a_chunk_is_a_survivor():
    flows = udp([1] + [2] * 200)  # the second flow's are dropped, but for the first of them
    queue = received(Consumer(UNREAD, 0, 1), flows, np.arange(201) * 1000)
    pinned = queue.finish().consumed.pinned
    assert pinned.packets == 2  # a socket of one byte takes one
    assert pinned.survivor_chunks == 0  # both lie in one chunk
    apart = np.concatenate([udp([1]), np.zeros(100, np.int64), udp([2]), np.zeros(100, np.int64)])
    queue = received(Consumer(UNREAD), apart, np.arange(202) * 1000)
    pinned = queue.finish().consumed.pinned
    assert (pinned.survivor_chunks, pinned.survivor_bytes) == (2, 65536)
    assert pinned.bytes == 65536 + 2 * 256


def test_looks_are_taken_as_more_is_pinned_and_the_last_one_is_the_end():
    looked = []

    class Watching(Holders):
        def look(self, queue, x, *, last=False):
            before = self.pinned_bytes
            super().look(queue, x, last=last)
            looked.append((before, self.pinned_bytes))

    queue = queue_of(Consumer(UNREAD))
    queue.holders = Watching(0, 0, [])
    count = 3000
    queue.receive(np.full(count, 60), np.arange(count) * 1000, udp(np.arange(1, count + 1)))
    figures = queue.finish()
    taken = [after for before, after in looked if after > before]
    assert taken[-1] == figures.consumed.pinned.bytes == queue.holders.pinned_bytes
    assert len(taken) < 60
    assert all(8 * after <= 9 * before + 9 * 2**16 for before, after in looked)


def test_what_is_not_kept_as_it_is_said_to_be_is_an_error():
    for part, name, text in [
        (lambda queue: queue._queue.state, "kept", "packets kept"),
        (lambda queue: queue._clocked.holding.state, "rcvbuf_drops", "delivered packets"),
    ]:
        queue = received(Consumer(UNREAD), udp([1] * 3), range(3))
        queue.finish()
        part(queue)[name] += 1
        with pytest.raises(LedgerError, match=text):
            check_kept(queue._queue, queue._clocked.holding)
    queue = received(Consumer(UNREAD), udp([1] * 3), range(3))
    queue.finish()
    queue._clocked.holding.refs["chunk"][queue._clocked.holding.refs["chunk"] >= 0] += 1
    with pytest.raises(LedgerError, match="references of skbs"):
        check_kept(queue._queue, queue._clocked.holding)


@pytest.mark.parametrize("rule", [Consumer(DELAY, -1), Consumer(DELAY, 2**62 + 1)])
def test_a_span_that_cannot_be(rule):
    with pytest.raises(StrategyError, match=r"a span is from 0 to 4,611,686,018,427,387,904 ns"):
        checked_consumer(rule)


def test_a_socket_that_cannot_be():
    with pytest.raises(StrategyError, match="rcvbuf is from 1"):
        queue_of(Consumer(UNREAD, 0, 0))
