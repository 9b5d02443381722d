"""Recordings from the middle, written by the plain model: no difference where there is none."""

import gzip
import os
from contextlib import suppress

import numpy as np
import pytest
import rxreplay
from helpers.ftrace_text import text_of
from helpers.shared_data import RECORDINGS
from hypothesis import given
from hypothesis import strategies as st
from oracles.virtio_net import oracle
from rxreplay.emulator import Receiver, strategy
from rxreplay.midway import Seen, certain, figures_after, pasts, seen_in
from rxreplay.recording import NothingToCompareError, Recording, RecordingError

RING = 64
LENGTHS = st.sampled_from([14, 60, 128, 129, 300, 1204, 1205, 1514, 1518, 4000, 4084, 9014])
POLLS = st.lists(st.sampled_from([1, 2, 5, 8, 9]), min_size=1, max_size=8)


def run_of(name, lengths, polls, ring=RING):
    """Give the packets and polls of a run."""
    model = oracle(name, ring=ring)
    model.run(lengths, polls)
    return [event for event in model.events if event[0] in ("packet", "poll")]


def behind(events, packets):
    """Leave out the polls that begin before so many packets."""
    seen = 0
    for index, event in enumerate(events):
        seen += event[0] == "packet"
        if event[0] == "poll" and seen >= packets:
            return events[index + 1 :]
    return []


@pytest.fixture
def verify(tmp_path):
    def verify(events, name, **options):
        path = tmp_path / "trace.txt"
        path.write_text(events if isinstance(events, str) else text_of(events))
        return rxreplay.verify(path, name, **{"ring": RING} | options)

    return verify


MIXED = [60, 1514, 300, 129, 128, 14, 1518]


def test_a_trace_from_the_middle_is_compared_in_what_the_past_does_not_decide(verify):
    events = behind(run_of("6.1/mergeable", MIXED * 30, [1, 3, 5]), 40)
    verdict = verify(events, "6.1/mergeable")
    packets = sum(event[0] == "packet" for event in events)
    tiny = sum(event[0] == "packet" and event[2] <= 128 for event in events)
    assert verdict.ok
    assert tiny - RING <= verdict.packets < packets - RING
    assert verdict.remarks[0].startswith(
        f"from the middle (unless --from-start): {verdict.packets:,} packets compared, "
    )
    assert verdict.explained == packets - RING  # one past is the true one


def damaged(events, packet, field):
    """Add one to a figure of a packet, counted from the first."""
    places = [i for i, event in enumerate(events) if event[0] == "packet"]
    events = [list(event) for event in events]
    events[places[packet]][field] += 1
    return events


DATA_LEN, TRUESIZE, NR_FRAGS = 4, 5, 6
COPIED, LONG = 20 * len(MIXED), 20 * len(MIXED) + 1  # 60 and 1514 bytes, behind the first turn


@pytest.mark.parametrize(
    ("packet", "field", "found"),
    [
        *((COPIED, field, True) for field in (DATA_LEN, TRUESIZE, NR_FRAGS)),
        (2 * len(MIXED), TRUESIZE, False),  # in the first turn
        (LONG, TRUESIZE, False),  # a hole may be in it or not
        (LONG + 1, DATA_LEN, True),  # 300 bytes are built into a head in any buffer
        (LONG + 1, TRUESIZE, False),
    ],
)
def test_a_changed_figure_is_found_where_no_past_decides_it(verify, packet, field, found):
    events = behind(run_of("6.1/mergeable", MIXED * 40, [1]), 5 * len(MIXED))
    verdict = verify(damaged(events, packet, field), "6.1/mergeable")
    assert verdict.ok != found
    if found:
        assert verdict.difference.line == 2 * packet + 1
        assert verdict.packets <= packet - RING


def test_what_the_past_decides_is_a_dash_in_the_difference(verify):
    events = behind(run_of("6.1/mergeable", MIXED * 40, [1]), 5 * len(MIXED))
    difference = verify(damaged(events, LONG + 1, DATA_LEN), "6.1/mergeable").difference
    assert difference.recorded.startswith(f"packet {LONG + 1} 300 286 1 ")
    assert difference.emulated == f"packet {LONG + 1} 300 286 0 - 0"


@pytest.mark.parametrize("name", ["5.10/mergeable", "6.1/mergeable", "6.18/mergeable"])
def test_another_kernel_is_another_head(verify, name):
    events = behind(run_of(name, [60, 300] * 90, [1, 3, 5]), 33)
    for other in ("5.10/mergeable", "6.1/mergeable", "6.18/mergeable"):
        assert verify(events, other).ok == (name == other)


def test_a_whole_trace_needs_no_word_for_it(verify):
    verdict = verify(run_of("6.1/mergeable", MIXED * 10, [1, 3, 5]), "6.1/mergeable")
    assert (verdict.ok, verdict.packets) == (True, 10 * len(MIXED))
    assert verdict.remarks == ("all is as from the fill of the ring on",)


def test_a_whole_trace_with_a_difference_is_compared_whole_where_that_is_said(verify):
    events = damaged(run_of("6.1/mergeable", MIXED * 20, [1]), 10, TRUESIZE)
    assert verify(events, "6.1/mergeable").remarks[0].startswith("from the middle (unless --from")
    verdict = verify(events, "6.1/mergeable", from_start=True)
    assert (verdict.difference.line, verdict.packets) == (21, 10)
    assert (verdict.remarks, verdict.explained) == ((), 20 * len(MIXED) - 1)


def test_what_is_said_to_begin_with_the_fill_is_compared_whole(verify):
    events = behind(run_of("6.1/mergeable", MIXED * 40, [1]), 33)
    assert verify(events, "6.1/mergeable").ok
    verdict = verify(events, "6.1/mergeable", from_start=True)
    assert (verdict.ok, verdict.remarks) == (False, ())


def test_what_begins_within_a_poll_does_not_begin_with_the_fill(verify):
    events = run_of("6.1/mergeable", [60] * 150, [3])[1:]
    assert verify(events, "6.1/mergeable").remarks[0].startswith("from the middle ")
    with pytest.raises(RecordingError, match="begins within a poll, not with the fill"):
        verify(events, "6.1/mergeable", from_start=True)


@pytest.mark.parametrize(("packets", "enough"), [(RING, False), (RING + 1, True)])
def test_less_than_a_turn_of_the_ring_is_nothing(verify, packets, enough):
    text = text_of([("poll", 1), *run_of("6.1/mergeable", [60] * packets, [1])])
    if enough:
        assert verify(text, "6.1/mergeable").packets == 1
        return
    with pytest.raises(
        NothingToCompareError, match=r"64 packets from the middle: .* of 64 buffers"
    ):
        verify(text, "6.1/mergeable")


OF_ANY_PAST = (
    "4.10/small",
    "6.1/small",
    "5.10/big",
    "4.11/mergeable",
    "6.1/mergeable",
    "7.2/small",
)


@given(
    st.sampled_from([*OF_ANY_PAST, "4.9/mergeable", "6.18/mergeable", "7.2/mergeable"]),
    st.lists(LENGTHS, min_size=1, max_size=60),
    st.lists(LENGTHS, min_size=1, max_size=12),
    POLLS,
)
def test_what_really_happened_is_never_a_difference(tmp_path_factory, name, before, then, polls):
    if name.endswith("small"):  # what is longer never reaches the guest
        before, then = ([min(length, 1518) for length in part] for part in (before, then))
    events = run_of(name, before + then * (1 + 160 // len(then)), polls, ring=32)
    path = tmp_path_factory.mktemp("trace") / "trace.txt"
    path.write_text(text_of(behind(events, len(before))))
    with suppress(NothingToCompareError):
        assert rxreplay.verify(path, name, ring=32).ok


PER_CHUNK = {"5.10/mergeable": 21, "6.1/small": 17, "7.2/mergeable": 2, "4.9/mergeable": 21}


@pytest.mark.parametrize("name", PER_CHUNK)
@pytest.mark.parametrize("ring", [2, 64, 256])
def test_pasts_leave_the_cursor_at_each_place_and_the_ring_as_empty_as_can_be(name, ring):
    chosen = strategy(name)
    cursors, free = set(), set()
    for past in pasts(chosen.layout(ring)):
        if max(frame for frame, _ in past) > 14:
            break
        receiver = Receiver(chosen, ring=ring, polls=[packets for _, packets in past])
        receiver.receive(np.array([frame for frame, packets in past for _ in range(packets)]))
        state = receiver._queue.state
        cursors.add(int(state["frag_offset"] + state["pool_offset"]))
        free.add(int(ring - (state["tail"] - state["head"])))
    if ring > 2:  # there a buffer of page_frag is a page, and one of two is always free
        assert len(cursors) >= PER_CHUNK[name]
    assert {0, chosen.layout(ring).refill_above} <= free


LEAST = 1536 - 12  # the longest frame that a buffer of the least size holds


@pytest.mark.parametrize(
    ("name", "frame", "sure"),
    [
        ("6.1/mergeable", 128, (True, True, True)),  # copied whole
        ("6.1/mergeable", 129, (True, False, True)),  # built into a head of any size
        ("6.1/mergeable", LEAST - 326, (True, False, True)),
        ("6.1/mergeable", LEAST - 325, (False, False, False)),  # 1530 is the least buffer
        ("5.10/mergeable", LEAST - 6, (True, False, True)),
        ("5.10/mergeable", LEAST - 5, (False, False, False)),
        ("4.11/mergeable", LEAST - 6, (True, True, True)),
        ("4.11/mergeable", LEAST - 5, (False, False, False)),
        ("mst-2016/mergeable", 60, (True, False, True)),
        ("6.1/mergeable+xdp", 9014, (True, True, True)),
        ("6.1/small", 1518, (True, True, True)),
        ("6.1/big", 9014, (True, True, True)),
    ],
)
def test_what_a_buffer_s_size_decides_is_not_certain(name, frame, sure):
    seen = Seen(np.array([frame]), np.array([1]), np.zeros((1, 3), np.int64), np.array([False]))
    assert tuple(certain(seen, strategy(name).layout(256))[0]) == sure


def test_figures_are_those_of_the_recording_not_of_the_past():
    events = [tuple(map(str, e)) for e in run_of("6.1/mergeable", [60, 1514], [1])]
    recording = Recording("log", {}, events, [2, 3, 4, 5], pulled=frozenset({1}))
    seen = seen_in(recording)
    assert seen.pulled.tolist() == [False, True]
    after = figures_after([(9014, 1), (60, 3)], seen, strategy("6.1/mergeable"), 256)
    assert after.tolist() == seen.figures.tolist() == [[0, 1280, 0], [1500, 2816, 1]]


GOLDEN = ("4.10-small-sweep", "5.10-mergeable-jumbo", "6.1-mergeable-imix", "6.12-mergeable-xdp")
GOLDEN += ("7.2-mergeable-sweep", "7.2-small-sweep", "6.12-big-mtu9000", "4.12-mergeable-sweep")


@pytest.mark.skipif(
    os.environ.get("NUMBA_DISABLE_JIT") == "1", reason="thousands of replays of whole recordings"
)
@pytest.mark.parametrize("log", GOLDEN)
def test_what_a_real_kernel_did_as_text_of_ftrace(recordings, verify, log):
    kernel, mode, load = log.split("-")[:3]
    name = f"{kernel}/{mode}{'+xdp' if load == 'xdp' else ''}"
    lines = gzip.decompress((RECORDINGS / f"{log}.tsv.gz").read_bytes()).decode().splitlines()[1:]
    events = [event for event in map(parsed, lines) if event[0] in ("packet", "poll")]
    whole = verify(events, name, ring=256)
    packets = sum(event[0] == "packet" for event in events)
    assert (whole.ok, whole.packets, whole.events) == (True, packets, len(events))
    for cut in (1, 37, 301):
        verdict = verify(behind(events, cut), name, ring=256)
        assert verdict.ok
        assert verdict.explained > 0
    assert recordings.is_dir()


def parsed(line):
    kind, *fields = line.split("\t")
    return (kind, *map(int, fields)) if kind in ("packet", "poll") else (kind, *fields)
