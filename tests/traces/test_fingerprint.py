"""The digest of what is replayed: the oracle's, however the frames come, and no other frames'."""

import io

import numpy as np
import pytest
import rxreplay
from helpers.same_packets import FORMATS, PACKINGS, Packet, Shape, sources
from hypothesis import given
from hypothesis import strategies as st
from oracles import capture_writer as w
from oracles.fingerprints import STRIPE, digest_of
from rxreplay.traces import Digest, open_trace, reading
from rxreplay.traces.packets import NO_TIME

TIMES = st.sampled_from([NO_TIME, -1, 0, 1, 2**62, 2**63 - 1, 1_700_000_000_123_456_789])
LENGTHS = st.sampled_from([0, 60, 1514, 65_550, 2**32 - 1])
COUNTS = st.sampled_from([1, 2, STRIPE - 1, STRIPE, STRIPE + 1, 2 * STRIPE])
RUNS = st.lists(st.tuples(LENGTHS, TIMES, COUNTS), max_size=4)
CUTS = st.lists(st.integers(0, 8 * STRIPE), max_size=6)
FRAMES = [(60 + n % 7, 1000 * n) for n in range(2 * STRIPE + 5)]
MOMENT = 1_700_000_000_000_000


def columns(frames):
    return [np.array(column, np.int64) for column in zip(*frames, strict=True)] or [
        np.zeros(0, np.int64)
    ] * 2


def fingerprint(frames, cuts=()):
    digest = Digest()
    for part in zip(*(np.split(column, sorted(cuts)) for column in columns(frames)), strict=True):
        digest.add_frames(*part)
    return digest.fingerprint_text


@given(RUNS, CUTS)
def test_it_is_the_oracles_in_any_blocks(runs, cuts):
    frames = [(length, time) for length, time, count in runs for _ in range(count)]
    assert fingerprint(frames, cuts) == digest_of(frames)


def changed(at, length=0, time=0):
    frames = list(FRAMES)
    frames[at] = frames[at][0] + length, frames[at][1] + time
    return frames


def exchanged(one, other):
    frames = list(FRAMES)
    frames[one], frames[other] = frames[other], frames[one]
    return frames


@pytest.mark.parametrize(
    "other",
    [
        changed(0, length=1),
        changed(STRIPE, time=1),
        changed(len(FRAMES) - 1, time=-1),
        exchanged(0, 1),
        exchanged(STRIPE - 1, STRIPE),
        [*FRAMES[STRIPE : 2 * STRIPE], *FRAMES[:STRIPE], *FRAMES[2 * STRIPE :]],
        FRAMES[1:],
        FRAMES[:-1],
        [*FRAMES, (0, 0)],
        [(length, time + 1) for length, time in FRAMES],
    ],
    ids=["length", "time", "last", "swap", "stripes", "halves", "first", "less", "more", "shift"],
)
def test_other_frames_have_another(other):
    assert fingerprint(other) != fingerprint(FRAMES)


def test_lengths_without_times_have_another_where_four_of_them_turn_round():
    one, other = ([(length, NO_TIME) for length in row] for row in ([1, 2, 2, 1], [2, 1, 1, 2]))
    assert fingerprint(one) != fingerprint(other)


def test_lengths_in_memory_have_no_times():
    lengths = [60, 1514, 60] * STRIPE
    [trace] = rxreplay.replay(lengths, "5.10/small").traces
    assert trace.digest == digest_of([(length, None) for length in lengths])


def packets_of(lengths):
    return [Packet(w.frame(length), MOMENT + n * n) for n, length in enumerate(lengths)]


@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize("kind", FORMATS)
def test_the_same_packets_have_the_same_from_each_format(kind, packing):
    lengths = [60, 1514, 64, 300] * 40
    shape = Shape(kind, 64, packing, "seekable")
    given = sources(packets_of(lengths), 1, [(shape, len(lengths))], None)
    [trace] = rxreplay.compare(given, ["5.10/small"], direction="both").traces
    expected = [(length, (MOMENT + n * n) * 1000) for n, length in enumerate(lengths)]
    assert trace.digest == digest_of(expected)


def capture_of(lengths, link_type=1):
    packets = packets_of(lengths)
    records = [w.pcap_record(p.frame, None, divmod(p.micros, 10**6)) for p in packets]
    return io.BytesIO(w.pcap_header(network=link_type) + b"".join(records))


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("strategies", [["5.10/small"], ["7.2/mergeable", "4.11/big"]], ids=len)
def test_neither_threads_nor_strategies_change_it(strategies, threads):
    lengths = [60, 1514] * 100
    [trace] = rxreplay.compare(
        [capture_of(lengths)], strategies, direction="both", threads=threads
    ).traces
    assert trace.digest == digest_of([(n, (MOMENT + i * i) * 1000) for i, n in enumerate(lengths)])


@pytest.mark.parametrize("pieces", [3, 512])
@pytest.mark.parametrize(("link_type", "header"), [(1, 14), (113, 16), (101, 0)])
def test_a_walk_of_lengths_has_that_of_the_frames_that_it_gives(
    monkeypatch, link_type, header, pieces
):
    monkeypatch.setattr(reading, "PIECE_RECORDS", pieces)
    lengths, digest = [1, 60, 1514] * 100, Digest()
    with open_trace(capture_of(lengths, link_type)) as trace:
        given = np.concatenate(list(trace.portions(digest, lambda: False)))
    frames = lengths if header == 14 else [max(n - header, 0) + 14 for n in lengths]
    assert given.tolist() == frames
    assert digest.fingerprint_text == digest_of(
        [(n, (MOMENT + i * i) * 1000) for i, n in enumerate(frames)]
    )


def test_lengths_as_they_stand_in_the_file_are_digested_so():
    digest = Digest()
    with open_trace(capture_of([60, 61], 113)) as trace:
        list(trace.lengths(digest))
    assert digest.fingerprint_text == digest_of([(60, MOMENT * 1000), (61, MOMENT * 1000 + 1000)])


@pytest.mark.parametrize(
    ("options", "numbers"),
    [({"packet_range": "3:7"}, range(2, 7)), ({"start": "+9us"}, range(3, 300))],
    ids=["packets", "start"],
)
def test_what_is_left_out_is_not_in_it(options, numbers):
    lengths = [60, 1514, 61] * 100
    [trace] = rxreplay.compare(
        [capture_of(lengths)], ["5.10/small"], direction="both", **options
    ).traces
    assert trace.digest == digest_of([(lengths[n], (MOMENT + n * n) * 1000) for n in numbers])


def test_frames_are_digested_as_the_device_gets_them():
    options = {"direction": "both", "fcs": 4}
    [trace] = rxreplay.compare([capture_of([64, 1518])], ["5.10/small"], **options).traces
    assert trace.digest == digest_of([(60, MOMENT * 1000), (1514, MOMENT * 1000 + 1000)])


def test_what_is_not_replayed_has_none():
    assert rxreplay.info([capture_of([60])]).traces[0].digest is None
