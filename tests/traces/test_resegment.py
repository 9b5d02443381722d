from dataclasses import replace

import numpy as np
import pytest
from helpers.gro_segments import arrays, segments
from helpers.recorded_pair import wire_and_gro
from hypothesis import given
from hypothesis import strategies as st
from oracles import gro as oracle
from oracles.gro import Segment
from rxreplay.errors import OptionError
from rxreplay.traces.resegment import Resegmenter


def split(drawn, cut=0, mtu=1500):
    resegmenter, (_, frame_len, headers, _, _) = Resegmenter(mtu), arrays(drawn)
    first = resegmenter.take(frame_len[:cut], headers[:cut])
    rest = resegmenter.take(frame_len[cut:], headers[cut:])
    lengths = np.concatenate([first.frame_len, rest.frame_len])
    records = np.concatenate([first.record, rest.record + cut])
    return list(zip(lengths.tolist(), records.tolist(), strict=True))


@given(segments(), st.integers(0, 120), st.sampled_from([1500, 576, 9000, 100]))
def test_splits_as_the_oracle_does(drawn, cut, mtu):
    assert split(drawn, min(cut, len(drawn)), mtu) == oracle.segments(drawn, mtu)


MERGED = Segment(0, 1, 0, 3 * 1448)


@pytest.mark.parametrize(
    ("payload", "frames"),
    [(1448, [1514]), (1449, [1514, 67]), (2896, [1514, 1514]), (2897, [1514, 1514, 67])],
)
def test_thresholds(payload, frames):
    assert [length for length, _ in split([replace(MERGED, payload=payload)])] == frames


@pytest.mark.parametrize(
    ("before", "first"),
    [
        ({}, 1366),
        ({"payload": 535}, 1514),  # no MSS is that small
        ({"payload": 536}, 602),
        ({"flags": 24}, 1514),  # may have been all there was to send
        ({"flow": 2}, 1514),
        ({"flow": 0}, 1514),
        ({"flow": 4097}, 1514),  # in the same place of the table
        ({"tcp": False}, 1514),
    ],
    ids=str,
)
def test_a_flow_shows_its_mss(before, first):
    small = replace(Segment(0, 1, 0, 1300), **before)
    assert split([small, MERGED])[1] == (first, 1)


def test_a_later_flow_takes_the_place_of_an_earlier_one():
    flows = [Segment(0, 1, 0, 1300), Segment(0, 4097, 0, 1200), replace(MERGED, flow=4097), MERGED]
    assert [length for length, record in split(flows) if record > 1][:4] == [1266, 1266, 1266, 810]


def test_what_is_left_whole():
    _, frame_len, headers, _, _ = arrays([MERGED] * 3)
    headers["protocol"][0], headers["fragment"][1], headers["payload"][2] = 17, 1, -1
    assert Resegmenter().take(frame_len, headers).frame_len.tolist() == [4410] * 3


@pytest.mark.parametrize(("frame_len", "frames"), [(4410, 3), (60, 1)])
def test_a_length_that_ip_does_not_say(frame_len, frames):
    _, _, headers, _, _ = arrays([MERGED])
    headers["payload_len"] = -1
    taken = Resegmenter().take(np.array([frame_len]), headers)
    assert taken.frame_len.size == frames
    assert taken.record.tolist() == [0] * frames


@pytest.mark.parametrize(("payload", "frames"), [(524_280, 363), (524_281, 1), (2**32 - 67, 1)])
def test_no_frame_is_parted_that_nobody_can_have_merged(payload, frames):
    _, _, headers, _, _ = arrays([MERGED])
    headers["payload_len"] = -1
    taken = Resegmenter().take(np.array([66 + payload]), headers)
    assert taken.frame_len.size == frames


@pytest.mark.parametrize(("payload", "frames"), [(2048, 2048), (2049, 1)])
def test_headers_that_leave_no_room_part_no_packet_without_end(payload, frames):
    _, frame_len, headers, _, _ = arrays([Segment(0, 1, 0, payload, header_len=1499)])
    assert Resegmenter().take(frame_len, headers).frame_len.size == frames


@pytest.mark.parametrize(("kept", "frames"), [(4410, 3), (4409, 1)])
def test_a_frame_that_holds_less_than_ip_says_is_left_whole(kept, frames):
    _, _, headers, _, _ = arrays([MERGED])
    taken = Resegmenter().take(np.array([kept]), headers)
    assert (taken.frame_len.size, taken.frame_len.min() > 0) == (frames, True)


def test_an_empty_block():
    _, frame_len, headers, _, _ = arrays([MERGED])
    assert Resegmenter().take(frame_len[:0], headers[:0]).frame_len.size == 0


def test_an_mtu_that_cannot_be():
    with pytest.raises(OptionError, match="an MTU of 0"):
        Resegmenter(0)


def test_what_a_real_kernel_merged_comes_apart_again():
    wire, got = wire_and_gro()
    frames = Resegmenter().take(got.frame_len, got.headers)
    assert sorted(frames.frame_len.tolist()) == sorted(wire.frame_len.tolist())
