"""Stories against the plain model, and the sums that they are."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import capture_writer as writer
from oracles.stories import Watched
from rxreplay import explain, replay
from rxreplay.emulator import STRATEGIES
from rxreplay.emulator import strategy as find
from rxreplay.errors import OptionError, TraceError
from rxreplay.explaining import one_source
from rxreplay.options import Options
from rxreplay.stories import holding
from rxreplay.stories.asking import asked_for, checked_packets
from rxreplay.stories.stepping import SteppingReceiver

EVERY = [strategy.name for strategy in STRATEGIES]
TEXT = """
4.10/small  4.11/small  6.16/small  7.2/small   5.10/small+xdp  7.2/small+xdp
4.9/mergeable   4.11/mergeable  4.12/mergeable  5.10/mergeable  6.1/mergeable   6.18/mergeable
7.2/mergeable   4.10/big    5.15/big    6.1/big 6.1/big,guest_gso=0,device_mtu=9000
mst-2016/mergeable  mst-2016/mergeable,min_avg=1518     4.10/mergeable+xdp  4.13/mergeable+xdp
5.10/mergeable+xdp  6.1/mergeable+xdp   6.12/mergeable+xdp  7.2/mergeable+xdp-frags
6.12/mergeable,hdr_len=20   6.12/mergeable,order3=fail:1/2  6.18/mergeable,order3=fail
7.2/mergeable,page_size=65536   4.10/small,order3=fail
6.12/mergeable+xdp,page_size=65536  6.12/mergeable+xdp,order3=fail
"""
TOLD = TEXT.split()
BOUNDARIES = (
    *(0, 13, 14, 60, 128, 129, 256, 257, 640, 641, 1204, 1205, 1514, 1518, 1519, 1524, 1525),
    *(1716, 1717, 2036, 2037, 3508, 3509, 3828, 3829, 4084, 4085, 9014, 63348, 63349, 65226, 69617),
)
LENGTHS = st.sampled_from(BOUNDARIES) | st.integers(0, 2000) | st.integers(0, 80000)
TRAFFIC = st.lists(
    st.tuples(LENGTHS, st.sampled_from([1, 1, 2, 8, 22])), min_size=1, max_size=8
).map(lambda runs: [length for length, repeat in runs for _ in range(repeat)])
RINGS = st.sampled_from([2, 16, 64, 256])
FEW = settings(max_examples=max(2, settings().max_examples // 4))
FEWER = settings(
    max_examples=max(2, settings().max_examples // 10)
)  # where all strategies take part
POLLS = st.sampled_from([[1], [64], [2], [9, 1, 17]])


def all_of(lengths, name, **options):
    """Tell every packet."""
    return explain(lengths, range(1, len(lengths) + 1), name, **options).stories


@pytest.mark.parametrize("name", EVERY)
@FEWER
@given(traffic=TRAFFIC, ring=RINGS, polls=POLLS)
def test_the_terms_are_the_truesize_and_the_stories_the_figures(name, traffic, ring, polls):
    stories = all_of(traffic, name, ring=ring, polls=polls)
    for story in stories:
        assert sum(term.bytes for term in story.terms) == story.truesize
        assert all(sum(t.bytes for t in buf.sizing) == buf.size for buf in story.buffers)
        for chunk in story.chunks:
            assert chunk.refs == chunk.own + chunk.posted + len(chunk.packets) + chunk.cursor
    figures = replay(traffic, name, ring=ring, polls=polls).results[0].figures
    assert sum(story.truesize for story in stories) == figures.truesize_bytes
    assert sum(story.linear for story in stories) == figures.linear_bytes
    assert sum(story.copied for story in stories) == figures.copied_bytes
    assert sum(len(story.buffers) for story in stories) == figures.buffers
    assert sum(story.coalesced for story in stories) == figures.coalesced_frags
    for cause in ("device_too_long", "rx_length_errors", "xdp_drops"):
        dropped = [story for story in stories if story.outcome == cause]
        assert len(dropped) == getattr(figures.drops, cause)
        assert all("drops it" in story.because[0] for story in dropped)


@pytest.mark.parametrize("name", TOLD)
@FEW
@given(traffic=TRAFFIC, ring=RINGS, polls=POLLS)
def test_stories_equal_the_models(name, traffic, ring, polls):
    obvious = Watched(name, ring=ring).run(traffic, polls)
    for story in all_of(traffic, name, ring=ring, polls=polls):
        model = obvious[story.packet]
        assert story.length == model.length
        if model.cause:
            assert story.outcome == model.cause
        told = (story.linear, story.copied, story.truesize, story.nr_frags, story.frag_list)
        assert told == (model.linear, model.copied, model.truesize, model.frags, model.frag_list)
        assert story.coalesced == model.coalesced
        compare_buffers(story, model, name)
        compare_chunks(story, model, name)


def compare_buffers(story, model, name):
    assert len(story.buffers) == len(model.bufs)
    for number, (mine, (buf, after, average)) in enumerate(
        zip(story.buffers, model.bufs, strict=True), model.first
    ):
        assert mine.number == number
        assert mine.posted_after == after
        assert mine.average in (None, average)
        if not (buf.head and buf.head.slab):
            assert mine.size == buf.size
        if buf.posted:
            header = 12 if name.startswith(("4.9/", "4.10/")) and "/small" in name else 0
            assert mine.room == buf.posted - header
        if mine.offset is not None:
            assert mine.offset == buf.start
    fates = [buf.fate for buf in story.buffers]
    assert fates.count("coalesced") == story.coalesced
    if "/mergeable" in name and story.outcome in ("build_skb", "copy and frags"):
        assert fates.count("frag") == story.nr_frags
    if model.cause:
        assert set(fates) <= {"dropped"}


def compare_chunks(story, model, name):
    """A big buffer's pages have one owner, and are no chunks of their own in a story."""
    wanted = [c for c in model.chunks if "/big" not in name or c.kind != "page"]
    mine = [(c.size, c.refs, c.own, c.posted, len(c.packets), c.freed_by) for c in story.chunks]
    theirs = [(c.size, c.refs, c.own, c.posted, c.others, c.freed_by) for c in wanted]
    assert sorted(mine, key=str) == sorted(theirs, key=str)


@pytest.mark.parametrize("name", EVERY)
@FEWER
@given(traffic=TRAFFIC, ring=RINGS, polls=POLLS)
def test_frame_by_frame_is_as_all_at_once(name, traffic, ring, polls):
    stepping = SteppingReceiver(find(name), ring=ring, polls=polls)
    for frame in traffic:
        stepping.step(frame)
    figures = replay(traffic, name, ring=ring, polls=polls).results[0].figures
    assert stepping.finish() == figures


def only(lengths, name, packet=None, **options):
    """Tell one packet, the last one unless another is named."""
    [story] = explain(lengths, [packet or len(lengths)], name, **options).stories
    return story


def summed(story):
    return [(term.name, term.bytes) for term in story.terms]


@pytest.mark.parametrize(
    ("length", "outcome", "rule"),
    [
        (128, "copy", "no build_skb(): 128 bytes are not above 128"),
        (129, "build_skb", "build_skb(): 129 bytes are above 128, and the 1,395 behind them take"),
        (1204, "build_skb", "and the 320 behind them take the 320 of the shared info"),
        (1205, "copy and frags", "no build_skb(): 319 bytes are left behind 1,205"),
        (13, "rx_length_errors", "13 bytes are no Ethernet header (14)"),
    ],
)
def test_the_rule_that_decided_is_told_with_its_numbers(length, outcome, rule):
    story = only([length], "6.1/mergeable")
    assert story.outcome == outcome
    assert rule in story.because[0]


@pytest.mark.parametrize(
    ("name", "lengths", "outcome", "rule"),
    [
        ("4.11/small", [1519], "device_too_long", "1,519 bytes are more than the 1,518 that a"),
        ("4.11/mergeable", [80_000], "device_too_long", "80,000 of frame are more than the 3,072"),
        ("4.12/mergeable", [1514] * 20 + [2000], "rx_length_errors", "takes for 1,536 long"),
        ("6.12/mergeable+xdp", [3509], "xdp_drops", "in one piece, at most 3,508 bytes, not 3,509"),
        ("4.13/mergeable+xdp", [3829], "xdp_drops", "in one piece, at most 3,828 bytes, not 3,829"),
        ("4.13/mergeable+xdp", [3828], "copy to a page", "all 3,840 bytes of its 3 buffers"),
        ("6.12/mergeable+xdp-frags", [63_349], "xdp_drops", "19 buffers, and a frame"),
        ("6.1/big", [9014], "copy and frags", "no bytes are left behind 9,014"),
        ("4.10/small", [60], "posted skb", "made when it was posted: no copy"),
        ("4.11/small", [60], "build_skb", "every small buffer becomes the head"),
        ("mst-2016/mergeable", [60], "build_skb", "always becomes the head"),
        ("4.11/mergeable", [60], "copy", "takes up to 128 bytes: all 60 are copied"),
    ],
)
def test_every_outcome_has_its_rule(name, lengths, outcome, rule):
    story = only(lengths, name, ring=2 if lengths == [80_000] else 256)
    assert story.outcome == outcome
    assert rule in story.because[0]


@pytest.mark.parametrize(
    ("length", "rule"),
    [
        (60, "0 of the 18 pages leave with it and are freed with it"),
        (1514, "1 of the 18 pages leaves with it and is freed with it"),
        (4085, "2 of the 18 pages leave with it and are freed with it"),
    ],
)
def test_pages_that_leave_are_counted(length, rule):
    assert only([length], "4.10/big").because[-1].startswith(rule)


def test_long_packets_of_the_prototype_tell_of_the_frag_list():
    story = only([65_226] * 400 + [73_000], "mst-2016/mergeable", ring=256)
    assert story.frag_list == 1
    assert "at most 17 frags: the others are on the frag_list, in 1 empty skbs" in story.because[-1]
    assert story.buffers[-1].fate == "frag_list"


def test_a_truesize_is_parted():
    assert summed(only([1514], "5.10/mergeable")) == [
        ("fresh head", 512),
        ("struct sk_buff", 256),
        ("buffer", 1536),
    ]
    assert summed(only([1514], "4.11/small")) == [("buffer", 1920), ("struct sk_buff", 256)]


@pytest.mark.parametrize(
    ("name", "lengths", "sizing"),
    [
        ("5.10/mergeable", [60], [12, 1518, 6]),
        ("5.10/mergeable", [60] * 21, [12, 1518, 6, 512]),
        ("5.10/mergeable", [3000] * 300, [12, 3000, 60]),
        ("5.10/mergeable", [9000] * 300, [12, 4084]),
        ("4.11/small", [60], [64, 12, 1518, 6, 320]),
        ("4.10/small", [60], [64, 1518, 18, 320, 128]),
        ("7.2/small", [60] * 2, [64, 12, 1518, 6, 320, 256]),
        ("6.12/mergeable+xdp", [60], [256, 3520, 320]),
        ("6.12/mergeable+xdp,page_size=64KiB", [60], [256, 64_960, -16, 320]),
        ("6.12/mergeable+xdp,order3=fail", [60], [256, 3520, -16, 320]),
        ("mst-2016/mergeable", [60], [52, 12, 320, 128, 128, 128]),
        ("6.1/big", [60], [4096, 69632]),
    ],
)
def test_a_size_is_parted(name, lengths, sizing):
    [buf] = only(lengths, name).buffers[:1]
    assert [term.bytes for term in buf.sizing] == sizing


def test_the_average_is_that_of_the_time_when_the_buffer_was_posted():
    lengths = [60] * 100 + [4000] * 200
    story = only(lengths, "5.10/mergeable", packet=290)
    first = story.buffers[0]
    average = 60
    for length in lengths[1 : first.posted_after]:
        average = (63 * average + length) >> 6
    assert first.average == average
    assert story.buffers[0].posted_after < 290


def test_frames_that_use_no_buffer_do_not_hide_when_one_was_posted():
    lengths = [60] * 600 + [2000] * 9000 + [60]
    story = only(lengths, "4.11/small")
    [buf] = story.buffers
    assert buf.number == 601
    assert buf.posted_after == 387
    assert story.chunks[0].freed_by is None


def test_a_buffer_that_was_posted_long_ago_is_found():
    story = only([60] * 10 + [2000] * 500 + [60], "4.11/small", ring=2)
    assert (story.buffers[0].number, story.buffers[0].posted_after) == (11, 10)


def test_a_story_far_in_a_long_trace_is_that_of_a_replay_frame_by_frame():
    lengths = np.random.default_rng(7).integers(60, 9000, 1500)
    far = only(lengths, "6.1/mergeable", packet=1400, ring=64, polls=[3])
    assert far == all_of(lengths, "6.1/mergeable", ring=64, polls=[3])[1399]


def test_a_chunk_lives_until_its_last_buffer_is_used():
    [first, *_, last] = all_of([60] * 21, "4.11/mergeable")
    [chunk, head] = first.chunks
    assert (chunk.own, chunk.posted, chunk.cursor, chunk.freed_by) == (0, 20, False, 21)
    assert (head.kind, head.own, head.cursor, head.freed_by) == ("skb heads", 1, True, None)
    assert last.chunks[0].freed_by == 21


def limited(chunk, packet, most, packets):
    """Say what is told of a chunk that is watched for `most` packets."""
    if (chunk.freed_by or packets) - packet <= most:
        return chunk
    return replace(chunk, freed_by=None, watched_to=packet + most)


@pytest.mark.parametrize("name", ["4.11/mergeable", "5.10/small", "7.2/mergeable", "4.10/big"])
@FEW
@given(traffic=TRAFFIC, ring=RINGS, polls=POLLS, most=st.sampled_from([0, 1, 2, 17, 40]))
def test_a_chunk_is_watched_for_so_many_packets(name, traffic, ring, polls, most):
    whole = all_of(traffic, name, ring=ring, polls=polls)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(holding, "MOST_WATCHED", most)
        told = all_of(traffic, name, ring=ring, polls=polls)
    for story, full in zip(told, whole, strict=True):
        chunks = [limited(chunk, full.packet, most, len(traffic)) for chunk in full.chunks]
        assert story.chunks == tuple(chunks)


def test_what_is_held_for_ever_does_not_keep_the_watch_to_the_end_of_the_capture(monkeypatch):
    steps, step = [], SteppingReceiver.step
    monkeypatch.setattr(SteppingReceiver, "step", lambda *a: (steps.append(1), step(*a)))
    lengths = [2000] * 30_000
    lengths[0] = 60
    [story, _] = explain(lengths, [1, 29_000], "4.11/small").stories
    assert [(c.freed_by, c.watched_to) for c in story.chunks] == [(None, 10_001)]
    assert len(steps) < 10_000 + 1_000 + 5 * 256


@pytest.mark.parametrize(("packets", "watched_to"), [(10_001, None), (10_002, 10_001)])
def test_the_watch_ends_behind_its_last_packet(packets, watched_to):
    [story] = explain([60] + [2000] * (packets - 1), [1], "4.11/small").stories
    assert [(c.freed_by, c.watched_to) for c in story.chunks] == [(None, watched_to)]


def test_skbs_on_their_way_up_are_named():
    story = only([1514] * 5, "5.10/mergeable", polls=64)
    assert story.chunks[0].packets == (1, 2, 3, 4)
    assert story.chunks[0].posted == 16


@pytest.mark.parametrize("packet", [0, 4, -1])
def test_a_packet_that_is_not_there_is_an_error(packet):
    with pytest.raises(OptionError, match=r"packet .*: lengths has packets 1 to 3"):
        explain([60, 60, 60], [packet], "4.11/small")


def test_of_an_empty_capture_no_packet_can_be_told():
    with pytest.raises(OptionError, match=r"^packet 1: lengths has no packets$"):
        explain([], [1], "4.11/small")


@pytest.mark.parametrize("packets", [1.5, "1", None, [1.5], ["1"], [1, None], np.array([1.0])])
def test_what_is_no_packet_number_is_an_error(packets):
    with pytest.raises(OptionError, match=r"^packet .*: packets are named by whole numbers, fr"):
        explain([60, 60], packets, "4.11/small")


@pytest.mark.parametrize("packets", [2, np.int64(2), np.array(2), np.array([2]), range(2, 3), {2}])
def test_packets_can_be_one_number_or_anything_that_gives_numbers(packets):
    assert [story.packet for story in explain([60, 60], packets, "4.11/small").stories] == [2]


@pytest.mark.parametrize("strategies", [["4.11/small"], ["4.11/small", "5.10/small"], None, 5])
def test_what_is_not_one_strategy_is_an_error(strategies):
    with pytest.raises(OptionError, match=r"^one strategy is explained at a time, by its name"):
        explain([60], [1], strategies)


def test_numbers_of_numpy_are_plain_in_the_json_form(tmp_path):
    frames = [writer.frame(60, 2, 9), writer.frame(60, 9, 2), writer.frame(60, 2, 9)]
    path = tmp_path / "a.pcap"
    path.write_bytes(writer.pcap_header() + b"".join(map(writer.pcap_record, frames)))
    guest = ["00:00:00:00:00:02"]
    told = explain(path, np.array([1, 2]), "5.10/mergeable", guest_macs=guest)
    stories = json.loads(json.dumps(told.as_dict()))["packets"]
    assert [story["outcome"] for story in stories] == ["copy", "not replayed"]


def test_packets_are_told_in_order_each_once():
    assert [s.packet for s in explain([60] * 9, [3, 1, 3], "4.11/small").stories] == [1, 3]
    assert checked_packets([], 0, "a") == []


@pytest.mark.parametrize("last", [10, 2**31, 2**63 - 1, 2**64, 10**30])
def test_a_range_beyond_the_capture_is_refused_without_a_walk(last):
    with pytest.raises(OptionError, match=f"^packet {last:,}: lengths has packets 1 to 9$"):
        explain([60] * 9, asked_for([], [f"1:{last}"]), "4.11/small")


def test_numbers_that_leave_the_capture_are_not_all_walked():
    walked = []
    with pytest.raises(OptionError, match="packet 10:"):
        checked_packets((walked.append(n) or n for n in range(1, 2**62)), 9, "a")
    assert len(walked) == 10


@pytest.mark.parametrize("length", [2**32, 2**32 + 60, 2**62])
def test_a_length_that_cannot_be_is_refused_as_in_a_replay(length):
    said = f"lengths: packet 1: {length} bytes on the wire"
    with pytest.raises(TraceError, match=said):
        explain([60, length], [1], "5.10/mergeable")
    with pytest.raises(TraceError, match=said):
        replay([60, length], "5.10/mergeable")


def test_a_length_below_is_kept_exactly():
    [story] = explain([2**32 - 1], [1], "5.10/mergeable").stories
    assert (story.length, story.outcome) == (2**32 - 1, "device_too_long")


@pytest.mark.parametrize("text", ["", "3", "a:b", "3:", ":3", "4:3", "1:2:3"])
def test_a_range_that_is_none_is_an_error(text):
    with pytest.raises(OptionError, match="not FIRST:LAST"):
        asked_for([1], [text])
    with pytest.raises(OptionError, match="which packet"):
        asked_for([], [])


def test_several_captures_are_one_only_where_they_are_joined():
    with pytest.raises(OptionError, match="--join"):
        one_source(["a", "b"], Options())
    assert one_source(["a"], Options()) == "a"
    assert one_source(["a", "b"], Options(join="time")) == ["a", "b"]


def test_a_flow_of_plain_lengths_cannot_be_told():
    with pytest.raises(OptionError, match="its flow cannot be told"):
        explain([60], [1], "4.11/small", flow=True)


def test_a_doubt_about_the_kernel_is_a_warning():
    doubted = replace(find("5.10/small"), kernel_doubt="perhaps")
    assert [w.text for w in explain([60], [1], doubted).warnings] == ["perhaps"]
    assert explain([60], [1], doubted).doubts == ["perhaps"]
    assert explain([60], [1], "5.10/small").warnings == []
