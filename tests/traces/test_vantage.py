import re
from dataclasses import replace

import numpy as np
import pytest
from helpers.gro_segments import arrays, bulk
from helpers.recorded_pair import wire_and_gro
from oracles.gro import Segment
from rxreplay.traces.observing import Observer
from rxreplay.traces.vantage import (
    VANTAGES,
    Seen,
    decide,
    padding,
    remarks,
    without_fcs,
    without_tags,
)


def seen(drawn, change=None):
    observer, (_, frame_len, headers, _, _) = Observer(), arrays(drawn)
    if change:
        change(headers)
    half = len(drawn) // 2
    observer.take(frame_len[:half], headers[:half])
    observer.take(frame_len[half:], headers[half:])
    return observer.seen


def test_bulk_could_be_merged():
    assert seen(bulk(10)) == Seen(packets=10, mergeable=9, flows=10)


@pytest.mark.parametrize(("frame_len", "above"), [(1514, 0), (1515, 1)])
@pytest.mark.parametrize("tags", [0, 4])
def test_above_the_mtu(frame_len, above, tags):
    new = Segment(0, 1, 0, frame_len - 66, link_len=14 + tags)
    expected = {"above_mtu": above, "long_tcp": above, "tagged": tags // 4, "flows": 1}
    assert seen([new]) == Seen(packets=1, **expected)


@pytest.mark.parametrize(("field", "value"), [("protocol", 17), ("fragment", 1)])
def test_what_is_long_without_being_tcp(field, value):
    def change(headers):
        headers[field] = value

    found = seen([Segment(0, 1, 0, 1449)], change)
    assert (found.above_mtu, found.long_tcp) == (1, 0)


@pytest.mark.parametrize(
    ("payload", "extra", "name"),
    [
        (0, 6, "padded"),
        (6, 4, "padded"),
        (7, 4, "trailing"),
        (7, 3, "padded"),
        (8, 3, None),
        (7, 5, None),
    ],
)
def test_what_lies_behind_the_packet(payload, extra, name):
    new = Segment(0, 1, 0, payload, header_len=40, extra=extra)
    assert seen([new]) == Seen(packets=1, flows=1, **({name: 1} if name else {}))


@pytest.mark.parametrize(
    ("field", "value", "mergeable"),
    [
        ("payload", -1, 0),
        ("payload_len", -1, 0),
        ("payload_len", 0, 0),
        ("fragment", 1, 0),
        ("protocol", 17, 0),
        ("flow", 0, 0),
        ("seq", 5, 0),
        ("tcp_flags", 24, 1),
    ],
)
def test_segments_that_do_not_go_on(field, value, mergeable):
    def change(headers):
        headers[field][1] = value

    assert seen(bulk(2), change).mergeable == mergeable


@pytest.mark.parametrize(("flags", "mergeable"), [(16, 1), (24, 0), (17, 0), (0x150, 1)])
def test_what_ends_a_merge_has_nothing_added(flags, mergeable):
    first, second = bulk(2)
    assert seen([replace(first, flags=flags), second]).mergeable == mergeable


def test_sequence_numbers_wrap():
    assert seen([Segment(0, 1, 2**32 - 10, 10), Segment(0, 1, 0, 10)]).mergeable == 1


@pytest.mark.parametrize(
    ("what", "words"),
    [
        (Seen(), "no packets to decide by"),
        (Seen(packets=1000, above_mtu=1, long_tcp=1), "less than 1 % above .* --vantage guest"),
        (Seen(packets=10, above_mtu=9, mergeable=1), "90 % above .* no TCP, 10 % are .* wire"),
        (Seen(packets=11, above_mtu=1, mergeable=1), "9 % above 1,514 bytes, but no TCP, and"),
        (Seen(packets=10, mergeable=1), "none above .* 10 % .* --vantage wire"),
        (Seen(packets=11, mergeable=1), "and little that GRO would merge"),
    ],
    ids=str,
)
def test_auto_says_what_it_took_it_for(what, words):
    vantage, reason = decide(what)
    assert vantage == "device"
    assert vantage in VANTAGES
    assert re.search(words, reason)


@pytest.mark.parametrize(
    ("what", "words"),
    [
        (Seen(), []),
        (Seen(packets=2, trailing=1), []),
        (Seen(packets=3, trailing=2), ["--fcs 4"]),
        (Seen(packets=2, tagged=1), ["--vlan strip"]),
        (Seen(packets=3, trailing=3, tagged=3, padded=3), ["--fcs 4", "--vlan"]),
    ],
    ids=str,
)
def test_remarks(what, words):
    told = remarks(what)
    assert len(told) == len(words)
    assert all(word in line for word, line in zip(words, told, strict=True))


def test_no_remark_where_the_user_has_decided():
    what = Seen(packets=3, trailing=3, tagged=3)
    assert remarks(what, fcs=4, vlan="strip") == remarks(what, fcs=0, vlan="strip") == []


def test_padding_is_told_of():
    assert padding(Seen(packets=3)) == ""
    assert padding(Seen(packets=3, padded=2)).startswith("67 % of the packets are padded")


def test_lengths_without_fcs_and_tags():
    _, frame_len, headers, _, _ = arrays([Segment(0, 1, 0, 100, extra=4, link_len=22)])
    bare = without_tags(without_fcs(frame_len), headers)
    assert bare.tolist() == [14 + 52 + 100]
    assert headers["tag_bytes"].tolist() == [0]
    assert without_fcs(np.array([3]), 4).tolist() == [0]


@pytest.mark.parametrize(("which", "words"), [(0, "--vantage wire"), (1, "--vantage guest")])
def test_what_auto_says_of_a_recorded_pair(which, words):
    recorded, observer = wire_and_gro()[which], Observer()
    observer.take(recorded.frame_len, recorded.headers)
    assert words in decide(observer.seen).reason
    assert remarks(observer.seen) == []
