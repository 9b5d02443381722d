"""Captures through driver and stack: held against GRO's oracle and that of its memory rules."""

import io
from dataclasses import replace

import numpy as np
import pytest
import rxreplay
from helpers.gro_segments import segments
from helpers.segment_captures import bulk, capture_of, frame_of
from hypothesis import given
from hypothesis import strategies as st
from oracles import capture_writer as w
from oracles import gro as gro_oracle
from oracles import stack as oracle
from rxreplay import Options, stacking
from rxreplay.emulator import Receiver, strategy
from rxreplay.emulator.clock import Stall
from rxreplay.emulator.state import NOBODY
from rxreplay.emulator.timed_receiver import TimedReceiver
from rxreplay.errors import OptionError, TraceError
from rxreplay.timeline import Timeline
from rxreplay.timing import Timing
from rxreplay.traces import reading, selecting

SK_BUFF = 256
ERAS = ["4.10/small", "5.10/small", "5.10.0/mergeable", "5.11/mergeable", "5.10/mergeable"]
ERAS += ["6.1/mergeable", "7.2/mergeable", "5.10.0/big", "6.1/big", "mst-2016/mergeable"]
POLLS = st.sampled_from([[1], [3, 1, 2], [64], [20, 1]])
PARTS = st.sampled_from([1, 7, 8192])


def figures_of(drawn, name, **asked):
    asked.setdefault("direction", "both")
    results = rxreplay.replay(io.BytesIO(capture_of(drawn)), name, **asked)
    return results.results[0].figures


@st.composite
def captured(draw):
    """Give segments as a capture can hold them."""
    drawn = []
    for i, new in enumerate(draw(segments(most=60))):
        extra = max(new.extra, -new.payload)
        new = replace(new, tcp=True, link_len=14, extra=extra, ts_ns=1000 * i)
        drawn.append(replace(new, alike=new.header_len))  # without options nothing is alike
    return drawn


def driver_skbs(drawn, name, polls, timing, ring):
    """Give the skbs as they leave the driver."""
    lengths = np.array([new.frame_len for new in drawn])
    sizes = {"keep": 2 * len(drawn), "ring": ring}
    if timing is None:
        queue = Receiver(strategy(name), polls=polls, **sizes)
        queue.receive(lengths)
    else:
        queue = TimedReceiver(strategy(name), timing.as_service(), **sizes)
        queue.receive(lengths, Timeline(timing.time).times(np.array([n.ts_ns for n in drawn])))
    queue.finish()
    skbs = queue.kept[np.arange(queue.taken) & (queue.kept.size - 1)]
    return skbs[skbs["drop"] == 0]


def expected(drawn, skbs, *, gro, partial):
    """Give what the oracles make of skbs."""
    polls = [replace(drawn[skb["packet"]], carried=i) for i, skb in enumerate(skbs)]
    polls = [replace(new, ts_ns=int(skb["poll"])) for new, skb in zip(polls, skbs, strict=True)]
    model = gro_oracle.Gro(timeout_ns=0)
    for new, skb in zip(polls, skbs, strict=True):
        model.take(replace(new, extra=new.extra or int(skb["frag_list"] > 0)))
    model.flush()
    first = {part.carried: parts[0].carried for parts in model.groups for part in parts}
    stack, made = oracle.Stack(), []
    for i, (new, skb) in enumerate(zip(polls, skbs, strict=True)):
        head = int(skb["head_truesize"]) - SK_BUFF
        rest = int(skb["truesize"] - skb["head_truesize"])
        pages = [0] * (int(skb["nr_frags"]) - 1) + [rest] * bool(skb["nr_frags"])
        one = oracle.Skb(int(skb["frame"]), int(skb["linear"]), head, pages)
        one.page_head = skb["head_chunk"] != NOBODY and skb["slab"] == SK_BUFF
        one.reach, one.chain = min(14 + new.header_len, one.frame), int(skb["frag_list"])
        merged = one.frame - 14 > 1500
        one.needs = 54 if merged else 52 * partial
        made.append(one)
        stack.take(one, made[first[i]] if gro and first[i] != i else None)
    return stack


def check(figures, model):
    """Compare figures with the oracles' skbs."""
    s, everyone = figures.stack, model.all
    ways = [getattr(skb, "how", None) for skb in everyone]
    merged = (s.merged_as_frags, s.merged_as_heads, s.merged_on_frag_list)
    assert merged == tuple(ways.count(way) for way in ("frags", "head", "list"))
    assert s.skbs == len(model.up)
    assert s.truesize_bytes == sum(skb.charged for skb in model.up)
    assert s.linear_bytes == sum(skb.linear for skb in model.up)
    assert s.nonlinear_bytes == sum(skb.bytes - skb.linear for skb in model.up)
    assert s.frag_list_skbs == sum(skb.lists > 0 for skb in model.up)
    assert figures.pull_headers.bytes == sum(skb.pulled for skb in everyone)
    assert figures.headers_linear_packets == sum(skb.headers_linear for skb in everyone)


@given(captured(), st.sampled_from(ERAS), POLLS, PARTS, st.booleans(), st.booleans())
def test_captures_become_what_the_oracles_say(drawn, name, polls, part, gro, partial):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stacking, "PART", part)
        asked = {"gro": "on" if gro else "off", "partial_csum": partial, "polls": polls}
        figures = figures_of(drawn, name, ring=256, **asked)
    skbs = driver_skbs(drawn, name, polls, None, 256)
    check(figures, expected(drawn, skbs, gro=gro, partial=partial))


TIMINGS = st.sampled_from(
    [
        Timing(),
        Timing(irq_delay="0ns", service="0ns"),
        Timing(service="3us", backend_queue=4),
        Timing(stall="40us/60us"),
    ]
)


@given(captured(), st.sampled_from(["5.11/mergeable", "6.1/mergeable"]), TIMINGS, PARTS)
def test_polls_of_the_clock_part_merges(drawn, name, timing, part):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stacking, "PART", part)
        figures = figures_of(drawn, name, ring=64, gro="on", timing=timing)
    skbs = driver_skbs(drawn, name, None, timing, 64)
    check(figures, expected(drawn, skbs, gro=True, partial=False))


def test_nothing_else_changes():
    drawn = bulk(1, 300)
    for timing in (None, Timing()):
        without = figures_of(drawn, "6.1/mergeable", polls=8, timing=timing)
        followed = figures_of(drawn, "6.1/mergeable", polls=8, timing=timing, gro="on")
        names = ["pull_headers", "headers_linear_packets", "copied_with_pulls", "linearize"]
        assert replace(followed, stack=None, **dict.fromkeys(names)) == without


def test_what_the_guest_merged_is_split_and_merges_again():
    merged = replace(bulk(1, 1)[0], payload=3 * 1448 + 100, flags=gro_oracle.PSH | gro_oracle.ACK)
    learnt = bulk(2, 1)
    figures = figures_of([*learnt, merged], "6.1/mergeable", vantage="guest", polls=8, gro="on")
    assert figures.packets == 5
    assert (figures.stack.skbs, figures.stack.merged_as_frags) == (2, 2)
    assert figures.stack.merged_on_frag_list + figures.stack.merged_as_heads == 1


def test_pieces_of_two_packets_go_on_where_the_sequence_does():
    first, second = (replace(new, payload=2896) for new in bulk(1, 2))
    pair = [replace(first, seq=2**32 - 2896), replace(second, seq=0)]
    figures = figures_of(pair, "6.1/mergeable", vantage="guest", polls=8, gro="on")
    assert (figures.packets, figures.stack.skbs) == (4, 1)


def test_queues_have_stacks_of_their_own():
    drawn = [new for pair in zip(bulk(1, 40), bulk(2, 40), strict=True) for new in pair]
    asked = {"direction": "both", "queues": 2, "gro": "on", "polls": 8}
    results = rxreplay.replay(io.BytesIO(capture_of(drawn)), "6.1/mergeable", **asked)
    whole, *queues = (result.figures for result in results.results)
    assert [queue.packets for queue in queues] == [40, 40]
    assert [queue.stack.skbs for queue in queues] == [5, 5]
    assert whole.stack.skbs == 10
    assert whole.stack.nr_frags == tuple(
        map(sum, zip(*(queue.stack.nr_frags for queue in queues), strict=True))
    )


@pytest.mark.parametrize(("name", "skbs"), [("mst-2016/mergeable", 2), ("5.15/mergeable", 1)])
def test_what_has_a_frag_list_already_does_not_merge(name, skbs):
    pair = [replace(new, payload=28_000, seq=28_000 * i) for i, new in enumerate(bulk(1, 2))]
    figures = figures_of(pair, name, mtu=65_535, polls=2, gro="on")
    assert figures.frag_list_packets == 2 * (skbs == 2)
    assert figures.stack.skbs == skbs


@pytest.mark.parametrize("part", [1, 100, 8192])
def test_what_the_driver_drops_parts_nothing_and_rings_of_skbs_turn(monkeypatch, part):
    monkeypatch.setattr(stacking, "PART", part)
    frames = [frame_of(new) for new in bulk(1, 700)]
    frames[300:300] = [bytes(13)] * 4  # shorter than an Ethernet header
    data = w.pcap_header() + b"".join(map(w.pcap_record, frames))
    asked = {"direction": "both", "gro": "on", "polls": 8}
    [result] = rxreplay.replay(io.BytesIO(data), "5.15/mergeable", **asked).results
    assert result.figures.drops.rx_length_errors == 4
    assert result.figures.stack.skbs == 88  # of polls of 8, each in order


@pytest.mark.parametrize("enough", [1, 2, 30, 1000])
def test_packets_that_wait_for_a_direction_keep_their_headers(monkeypatch, enough):
    monkeypatch.setattr(reading, "PACKET_RECORDS", 7)
    monkeypatch.setattr(selecting, "EVIDENCE_PACKETS", enough)
    drawn = bulk(1, 60)
    figures = figures_of(drawn, "6.1/mergeable", gro="on", polls=6, direction="auto")
    assert (figures.stack.skbs, figures.stack.unread_packets) == (10, 0)


@pytest.mark.parametrize(("vlan", "skbs", "pulled"), [("keep", 2, 112), ("strip", 2, 104)])
def test_tags_are_headers_where_the_device_gets_them(vlan, skbs, pulled):
    tag = b"\x81\x00\x00\x07"
    frames = [frame_of(new, tag) for new in bulk(1, 8)]
    data = w.pcap_header() + b"".join(w.pcap_record(frame) for frame in frames)
    asked = {"direction": "both", "gro": "on", "polls": 4, "vlan": vlan}
    [result] = rxreplay.replay(io.BytesIO(data), "5.10/mergeable", **asked).results
    assert (result.figures.stack.skbs, result.figures.pull_headers.bytes) == (skbs, pulled)


def test_a_short_capture_leaves_headers_unread():
    records = [w.pcap_record(frame_of(new)[:40], 1514) for new in bulk(1, 8)]
    data = w.pcap_header() + b"".join(records)
    asked = {"direction": "both", "gro": "on", "polls": 4}
    [result] = rxreplay.replay(io.BytesIO(data), "5.10/mergeable", **asked).results
    assert (result.figures.stack.skbs, result.figures.stack.unread_packets) == (8, 8)
    assert result.figures.pull_headers.bytes == result.figures.headers_linear_packets == 0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"gro": "maybe"}, "--gro maybe: there are on, off"),
        ({"partial_csum": True}, "--partial-csum is about what the stack pulls: add --gro"),
        (
            {"gro": "on", "consumer": "unread", "timing": Timing()},
            "--gro merges what a --consumer would have: use one of them",
        ),
        ({"gro": "on", "vantage": "wire"}, "--gro: packets are not followed through the GRO of"),
    ],
)
def test_what_cannot_be_followed_is_said(changes, message):
    with pytest.raises(OptionError, match=message):
        Options(**changes)


@pytest.mark.parametrize("clock", [Timing(stall=("5ms@+0s",)), Timing(stall=("5ms/1s",))])
def test_stalls_make_polls_longer_and_more_merges(clock):
    segments = bulk(1, 40, step_ns=100_000)  # each in a poll of its own, unless the guest stands
    runs = [figures_of(segments, "6.1/mergeable", gro="on", timing=t) for t in (Timing(), clock)]
    assert [run.stack.skbs for run in runs] == [40, 1]


def test_without_a_clock_nothing_stands_still():
    receiver = stacking.StackedReceiver(strategy("6.1/mergeable"), Options(gro="on"))
    receiver.stand_still([Stall(0, 10**9)])
    assert receiver.finish(0).delivered_packets == 0


def test_lengths_have_no_headers():
    with pytest.raises(TraceError, match="lengths: there are no bytes for --gro to look at"):
        rxreplay.replay([60], "6.1/mergeable", gro="off")
