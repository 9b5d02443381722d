"""Captures that go on where a checkpoint ends: held against the same captures joined in one run."""

import io
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import rxreplay
from helpers.filters import program_of
from helpers.gro_segments import segments
from helpers.segment_captures import bulk, capture_of, frame_of
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import capture_writer as w
from rxreplay import Options, RxReplayError, checkpointing, delivering
from rxreplay.checkpoint_file import checkpoint_file, is_first
from rxreplay.emulator import checkpoint, strides
from rxreplay.errors import CheckpointError, OptionError, TraceError
from rxreplay.timing import Timing
from rxreplay.traces import matching, reading, selecting

KINDS = ["4.10/small", "5.10/mergeable", "4.11/big", "6.1/small+xdp", "7.2/mergeable"]
KINDS += ["mst-2016/mergeable"]
STEPS = st.sampled_from([0, 0, 1, 700, 12_000, 50_001, -1, 10**9, 2**33])
CUTS = st.lists(st.integers(0, 50), min_size=1, max_size=2).map(sorted)
STALLED = Timing(backend_queue=3, stall=["1us/20us", "2ms@+10us", "1us@1970-01-01"])
AUTO = {"direction": "auto"}  # all packets wait for the end; else they go at once
WAYS = {
    "waiting": {"polls": [3, 1, 64], **AUTO},
    "waiting, read": {"timing": Timing(), "consumer": "reader:9", "rcvbuf": 9000, **AUTO},
    "waiting for GRO": {"gro": "on", "polls": 8, **AUTO},
    "polls": {"polls": [3, 1, 64]},
    "lengths alone": {"vantage": "device"},
    "a clock and its series": {"timing": STALLED, "points": 8},
    "a clock, delayed": {"timing": Timing("scale:1000"), "consumer": "delay:20us", "points": 8},
    "a clock, read": {"timing": Timing(), "consumer": "reader:9", "rcvbuf": 9000, "queues": 2},
    "a rate, unread": {"timing": Timing("rate:90000"), "consumer": "unread"},
    "two queues": {"queues": 2},
    "two queues and a clock": {"queues": 2, "timing": STALLED, "points": 2},
    "GRO": {"gro": "on", "polls": 8},
    "GRO is off, two queues": {"gro": "off", "queues": 2, "polls": [2, 5]},
    "GRO and a clock": {"gro": "on", "timing": STALLED},
    "before the host's GRO": {"vantage": "wire"},
    "behind the guest's GRO": {"vantage": "guest", "timing": Timing(), "points": 0},
    "decapsulated": {"decap": ["vlan"], "fcs": 4},
    "in no tunnel": {"decap": ["vxlan"]},
    "selected": {"filter": "greater 1000", "packet_range": "7:", "start": "+1us", "vlan": "strip"},
}


def programs(expression, link_type, *, swapped):  # noqa: ARG001
    return np.array(program_of({1: "EN10MB"}[link_type], expression), np.int64)


@pytest.fixture(autouse=True, scope="module")
def small_pieces():
    """Walk arrays of a few packets, stride as soon as can be, and write after each capture."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matching, "compile_filter", programs)
        patch.setattr(reading, "LENGTHS", 24)
        patch.setattr(reading, "PIECE_RECORDS", 5)
        patch.setattr(reading, "PACKET_RECORDS", 3)
        patch.setattr(strides, "WARM_PACKETS", 20)
        patch.setattr(strides, "FIRST_WAIT", 1)
        patch.setattr(checkpointing, "BETWEEN_S", 0.0)
        yield


@pytest.fixture(params=[9, 65_536], ids=["soon", "late"])
def evidence(request, monkeypatch):
    """Decide after a few packets which the guest received, or at the end."""
    monkeypatch.setattr(selecting, "EVIDENCE_PACKETS", request.param)
    monkeypatch.setattr(delivering, "EVIDENCE_PACKETS", request.param)
    return request.param


@st.composite
def captures(draw):
    """Give the bytes of captures, which one was cut into."""
    drawn, ts_ns = [], 10**9
    for segment in draw(segments(most=50)):
        ts_ns += draw(STEPS)
        extra = max(segment.extra, -segment.payload)
        drawn.append(replace(segment, tcp=True, link_len=14, extra=extra, ts_ns=ts_ns))
    cuts = draw(CUTS)
    return [capture_of(drawn[first:last]) for first, last in pairwise([0, *cuts, None])]


def written(folder, contents):
    paths = [folder / f"{number}.pcap" for number in range(len(contents))]
    for path, data in zip(paths, contents, strict=True):
        path.write_bytes(data)
    return paths


def said(results):
    """Give all that a run says, but what made it."""
    document = results.as_dict()
    passed = ("passed_over", "replaced")
    warnings = [warning for warning in document["warnings"] if warning["code"] not in passed]
    series = [result.series and result.series.columns() for result in results.results]
    zero = results.zero_ns
    return document["config"], document["traces"], document["results"], warnings, series, zero


def same(results, others):
    np.testing.assert_equal(said(results), said(others))


def codes(results):
    return [warning.code for warning in results.warnings]


def three_nights():
    """Give captures that cut all that can go on: merges, flows that are known, times, packets."""
    first, second = bulk(1, 14)[:7], bulk(1, 14)[7:]
    first += bulk(2, 9, payload=1000, start_ns=7000)
    second += bulk(2, 2, payload=5000, start_ns=14_000) + bulk(3, 5, payload=0, start_ns=15_000)
    third = [each for flow in range(4, 9) for each in bulk(flow, 3, start_ns=9000 + flow)]
    timeless = [w.simple(frame_of(each)) for each in bulk(9, 3)]
    timed = [w.enhanced(frame_of(each), ticks=10**9 + each.ts_ns) for each in first]
    head = w.section() + w.interface(tsresol=9)
    return [
        head + b"".join(timed[:5] + timeless + timed[5:]),
        *(
            capture_of([replace(s, ts_ns=10**9 + s.ts_ns) for s in night])
            for night in (second, third)
        ),
    ]


def check_nights(folder, contents, way):
    """Replay captures one after the other, and all at once, beside those joined."""
    paths, options = written(folder, contents), Options(**{"ring": 16, "direction": "both", **way})
    joined = rxreplay.compare(paths, KINDS, replace(options, join="given"))
    for path in paths:
        last = rxreplay.compare([path], KINDS, options, checkpoint=folder / "nights")
    same(last, joined)
    same(rxreplay.compare(paths, KINDS, options, checkpoint=folder / "at once"), joined)


@pytest.mark.all_variants
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_three_nights_are_those_joined(way, tmp_path):
    check_nights(tmp_path, three_nights(), way)


@pytest.mark.parametrize("way", ["a clock and its series", "GRO and a clock"])
def test_stalls_wait_for_the_first_packet_of_any_night(way, tmp_path):
    check_nights(tmp_path, [capture_of([]), *three_nights()[1:]], WAYS[way])


@settings(max_examples=6)
@given(contents=captures(), way=st.sampled_from([*WAYS.values()]))
def test_captures_one_after_the_other_are_those_joined(contents, way, tmp_path_factory):
    check_nights(tmp_path_factory.mktemp("archive"), contents, way)


@pytest.mark.compiled
def test_strides_that_strategies_share_end_with_a_capture(tmp_path, monkeypatch):
    monkeypatch.setattr(strides, "PAYS_FROM", 300)
    monkeypatch.setattr(reading, "LENGTHS", 5000)
    rows = [[60] * 2600, [60] * 900 + [1514, 60] * 900, [300] * 2000]
    paths = written(tmp_path, [w.pcap(row) for row in rows])
    names, asked = [*KINDS, "4.11/small", "5.10/small"], {"direction": "both", "vantage": "device"}
    joined = rxreplay.compare(paths, names, join="given", **asked)
    same(rxreplay.compare(paths, names, checkpoint=tmp_path / "at once", **asked), joined)
    for path in paths:
        last = rxreplay.compare([path], names, checkpoint=tmp_path / "nights", **asked)
    same(last, joined)


def conversation(count, first=0):
    """Give records of a guest that talks to two others; some are as long as none can be."""
    guest, others = 0x525400000001, [0x525400000002, 0x525400000003]
    records = []
    for n in range(first, first + count):
        ends = [guest, others[n // 2 % 2]][:: 1 - n % 2 * 2]
        wire_len = 70_000 - n if n % 11 == 5 else None
        records.append(w.pcap_record(w.frame(60 + n, *ends), wire_len, (n * 7 % 50, n)))
    return w.pcap_header() + b"".join(records)


def test_what_the_guest_received_is_learnt_from_all_that_came(evidence, tmp_path):
    paths = written(tmp_path, [conversation(7), conversation(12, 7), conversation(30, 19)])
    joined = rxreplay.compare(paths, KINDS, Options(join="given"))
    assert "received by 52:54:00:00:00:01" in joined.traces[0].direction.decision
    for number, path in enumerate(paths):
        last = rxreplay.compare([path], KINDS, checkpoint=tmp_path / "state")
        known = rxreplay.compare(paths[: number + 1], KINDS, Options(join="given"))
        same(last, known)
    assert (last.traces[0].packets, evidence < 49) == (49, evidence == 9)


def test_ways_that_a_capture_has_noted_are_kept(monkeypatch, tmp_path):
    monkeypatch.setattr(selecting, "EVIDENCE_PACKETS", 4)
    head = w.section() + w.interface(fcs_len=4)
    first, later = (
        b"".join(
            w.enhanced(w.frame(60), ticks=ticks, options=w.notes(flags=1 + n % 2)) for n in range(6)
        )
        for ticks in (0, 5_000_000)
    )
    timeless = w.simple(w.frame(90))
    paths = written(tmp_path, [head + first, head + later + timeless, conversation(9)])
    joined = rxreplay.compare(paths, KINDS, Options(join="given"))
    for path in paths:
        last = rxreplay.compare([path], KINDS, checkpoint=tmp_path / "state")
    same(last, joined)
    assert last.traces[0].direction.decision.startswith("flagged ")
    assert {"fcs", "no_time", "gap", "overlap"} <= set(codes(last))


def test_one_path_is_enough(tmp_path):
    [path] = written(tmp_path, [conversation(30)])
    alone = rxreplay.replay(path, KINDS[0], checkpoint=str(tmp_path / "a"))
    same(alone, rxreplay.compare(str(path), KINDS[:1], checkpoint=str(tmp_path / "b")))
    same(alone, rxreplay.replay(path, KINDS[0]))


def test_captures_of_a_run_can_be_in_the_order_of_time(tmp_path):
    early, late = (conversation(9, first) for first in (0, 21))
    paths = written(tmp_path, [late, early])
    by_time = rxreplay.compare(paths, KINDS, join="time", checkpoint=tmp_path / "state")
    same(by_time, rxreplay.compare(paths, KINDS, join="time"))
    assert by_time.traces[0].path == f"{paths[1]}+{paths[0]}"


def test_what_a_checkpoint_has_had_is_not_even_read(tmp_path):
    paths = written(tmp_path, [conversation(30), conversation(9, 30)])
    state = tmp_path / "state"
    first = rxreplay.compare([paths[0]] * 2, KINDS, checkpoint=state)
    assert codes(first).count("passed_over") == 1
    paths[0].chmod(0)
    link = tmp_path / "link"
    link.symlink_to(paths[0])
    both = rxreplay.compare([paths[0], link, paths[1]], KINDS, checkpoint=state)
    paths[0].chmod(0o600)
    same(both, rxreplay.compare(paths, KINDS, join="given"))
    assert sorted(each.name for each in tmp_path.iterdir()) == ["0.pcap", "1.pcap", "link", "state"]
    [text] = [each.text for each in both.warnings if each.code == "passed_over"]
    assert text == f"{state}: has had {paths[0]}, {link} already: passed over"


def test_another_file_of_the_same_name_follows(tmp_path):
    [path], state = written(tmp_path, [conversation(30)]), tmp_path / "state"
    rxreplay.compare([path], KINDS, checkpoint=state)
    path.write_bytes(conversation(9, 30))
    both = rxreplay.compare([path], KINDS, checkpoint=state)
    assert both.traces[0].packets == 39
    [text] = [each.text for each in both.warnings if each.code == "replaced"]
    assert text == f"{state}: has had other files named {path}: these follow as new ones"


KILLED = """
import os, signal, sys
from importlib import import_module
from itertools import count
import rxreplay
from rxreplay import checkpointing
from rxreplay.traces import reading

module, name, nth, when, checkpoint, *captures = sys.argv[1:]
module, calls = import_module(module), count(1)
really = getattr(module, name)

def dying(*given, **named):
    call = next(calls)
    if (call, when) == (int(nth), "before"):
        os.kill(os.getpid(), signal.SIGKILL)
    result = really(*given, **named)
    if call == int(nth):
        os.kill(os.getpid(), signal.SIGKILL)
    return result

setattr(module, name, dying)
checkpointing.BETWEEN_S = 0.0
reading.LENGTHS = reading.PACKET_RECORDS = 24
rxreplay.compare(captures, ["5.10/mergeable", "5.10/big"], direction="both", checkpoint=checkpoint)
"""


@pytest.mark.parametrize(
    ("module", "name", "nth", "when", "had"),
    [
        ("rxreplay.checkpointing", "save", 1, "before", 0),
        ("rxreplay.feeding", "expected_packets", 4, "before", 1),
        ("os", "fsync", 2, "after", 1),
        ("os", "replace", 2, "before", 1),
        ("os", "replace", 2, "after", 2),
        ("rxreplay.feeding", "describe", 1, "after", 2),
        ("os", "replace", 3, "after", 3),
    ],
    ids=["at once", "in a capture", "writing", "not in place", "in place", "finished", "all kept"],
)
def test_a_run_that_is_killed_goes_on_where_it_was(module, name, nth, when, had, tmp_path):
    paths = written(tmp_path, [conversation(60), conversation(70, 60), conversation(50, 130)])
    state, names = tmp_path / "state", ["5.10/mergeable", "5.10/big"]
    given = [module, name, str(nth), when, state, *paths]
    killed = subprocess.run([sys.executable, "-c", KILLED, *given], check=False, timeout=100)
    assert killed.returncode == -9
    results = rxreplay.compare(paths, names, direction="both", checkpoint=state)
    same(results, rxreplay.compare(paths, names, direction="both", join="given"))
    texts = [each.text for each in results.warnings if each.code == "passed_over"]
    expected = f"{state}: has had {', '.join(map(str, paths[:had]))} already: passed over"
    assert texts == [expected] * (had > 0)


def told(path, *, kind=CheckpointError, sources=None, names=KINDS, **asked):
    """Give the error of a run, which leaves the checkpoint as it was."""
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(kind) as error:
        rxreplay.compare(sources or [], names, checkpoint=path, **asked)
    assert (path.read_bytes() if path.is_file() else None) == before
    assert "\n" not in str(error.value)
    assert not path.with_name(f".{path.name}.lock").exists()
    return str(error.value)


@pytest.fixture
def state(tmp_path):
    """A checkpoint of one capture."""
    [path] = written(tmp_path, [conversation(30)])
    rxreplay.compare([path], KINDS, checkpoint=tmp_path / "state")
    return tmp_path / "state"


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ({"ring": 64}, "ring was 256 in the slices before and is 64 here: give the same"),
        ({"names": KINDS[:2]}, "strategies was ['4.10/small', '5.10/mergeable', "),
        ({"timing": Timing()}, "poll was 1 in the slices before and is None here"),
        ({"points": 8}, "points was 512 "),
        ({"gro": "on"}, "gro was None in the slices before and is on here"),
        ({"decap": ["vlan"]}, "decap was [] in the slices before and is ['vlan'] here"),
        ({"start": "+1s"}, "start was None "),
    ],
    ids=lambda value: str(value)[:20],
)
def test_another_configuration_is_named(state, asked, text):
    assert told(state, **asked).startswith(f"{state}: replay: {text}")


def test_a_checkpoint_that_cannot_be_taken_is_named_and_stays(state, monkeypatch):
    saved = state.read_bytes()
    state.write_bytes(saved[:-1])
    assert told(state).startswith(f"{state}: the checkpoint is damaged: its ")
    state.write_bytes(saved.replace(b"checkpoint 1 ", b"checkpoint 9 ", 1))
    assert told(state).startswith(f"{state}: a checkpoint of format 9; this rxreplay has 1")
    state.write_bytes(conversation(3))
    assert told(state).startswith(f"{state}: no checkpoint: it does not begin with")
    state.write_bytes(b"")
    assert told(state).startswith(f"{state}: no checkpoint: it does not begin with")
    state.write_bytes(saved)
    monkeypatch.setattr(checkpoint, "MODEL", checkpoint.MODEL + 1)
    assert told(state).startswith(f"{state}: a checkpoint of model {checkpoint.MODEL - 1}; ")


def test_what_receivers_have_saved_by_themselves_is_none_of_captures(tmp_path):
    state = tmp_path / "state"
    state.write_bytes(checkpoint.save({}))
    assert told(state).startswith(f"{state}: the checkpoint is of , not of captures: ")


def test_one_run_at_a_time(state):
    with checkpoint_file(str(state)), pytest.raises(CheckpointError) as error:
        rxreplay.compare([], KINDS, checkpoint=state)
    assert str(error.value).startswith(f"{state}: another run goes on with it now. Wait until")
    assert rxreplay.compare([], KINDS, checkpoint=state).traces[0].packets == 30


def test_a_lock_that_another_run_has_taken_away_is_none(tmp_path):
    lock = tmp_path / "lock"
    with lock.open("w") as held:
        assert is_first(held.fileno(), lock)
        lock.unlink()
        assert not is_first(held.fileno(), lock)
        lock.touch()
        assert not is_first(held.fileno(), lock)


def test_a_checkpoint_is_a_file_that_can_be_read_and_written(tmp_path, monkeypatch):
    for name in ("", "-", str(tmp_path), "/dev/null"):
        with pytest.raises(OptionError, match="is no file to come back to; name one"):
            rxreplay.compare([], KINDS, checkpoint=name)
    nowhere = tmp_path / "nowhere" / "state"
    assert told(nowhere).startswith(f"{nowhere}: cannot be written: No such file or directory. ")
    state = tmp_path / "state"

    def denied(_path, _mode):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("rxreplay.checkpoint_file.open", denied, raising=False)
    with pytest.raises(CheckpointError, match=r"state: cannot be read: Permission denied\. "):
        rxreplay.compare([], KINDS, checkpoint=state)


@pytest.mark.parametrize("source", [io.BytesIO(), [60, 1514], "-"], ids=["open", "lengths", "-"])
def test_what_has_no_name_cannot_be_known_again(source, tmp_path):
    said = told(tmp_path / "state", kind=OptionError, sources=[source])
    assert said == "--checkpoint: what is no file cannot be known again: save it to one"


def test_what_is_no_file_cannot_be_known_again(tmp_path):
    assert "is no file" in told(tmp_path / "state", kind=OptionError, sources=["/dev/null"])
    assert "cannot be read" in told(tmp_path / "state", kind=TraceError, sources=["lost"])
    assert told(tmp_path / "state", kind=TraceError) == "no capture is given; name at least one"


@pytest.mark.parametrize("packets", ["1:9", ":9", "9"])
def test_an_end_is_no_place_to_go_on_from(packets, tmp_path):
    asked = {"kind": OptionError, "packet_range": packets}
    assert told(tmp_path / "state", **asked).startswith(f"--packets {packets}: a checkpoint goes")


def damaged(count):
    return conversation(count) + w.pcap_record(b"", 60, cap_len=6_553_600) + bytes(100)


@pytest.mark.parametrize("kept", [False, True])
def test_a_capture_that_fails_leaves_what_there_was_before_it(kept, tmp_path):
    """Where it is not clear yet what the guest received, that is what the run has begun with."""
    paths = written(tmp_path, [conversation(30), damaged(40), conversation(9)])
    state, asked = tmp_path / "state", {"direction": "both" if kept else "auto"}
    with pytest.raises(TraceError, match=r"1\.pcap: record 40 at byte"):
        rxreplay.compare(paths, KINDS, checkpoint=state, **asked)
    assert state.exists() == kept
    asked["keep_damaged"] = True
    results = rxreplay.compare(paths, KINDS, checkpoint=state, **asked)
    same(results, rxreplay.compare(paths, KINDS, join="given", **asked))
    assert codes(results).count("passed_over") == kept
    assert "damaged" in codes(results)


def test_what_is_not_clear_is_not_kept(tmp_path):
    pair = [w.pcap_record(w.frame(60, *ends)) for ends in ((2, 4), (4, 2)) for _ in range(9)]
    paths = written(tmp_path, [w.pcap_header() + b"".join(pair), conversation(30)])
    state = tmp_path / "state"
    assert "is not clear" in told(state, kind=TraceError, sources=paths[:1])
    rxreplay.compare(paths[1:], KINDS, checkpoint=state)


def test_a_disk_that_is_full_leaves_the_checkpoint(state, monkeypatch):
    [path] = written(state.parent, [conversation(9, 30)])

    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    told_so = told(state, kind=RxReplayError, sources=[path])
    assert told_so == f"{state}: No space left on device; name another file"
    assert sorted(each.name for each in state.parent.iterdir()) == ["0.pcap", "state"]


def test_a_checkpoint_behind_a_link_stays_there(state):
    link, [path] = state.parent / "link", written(state.parent, [conversation(9, 30)])
    link.symlink_to(state)
    both = rxreplay.compare([path], KINDS, checkpoint=link)
    assert (link.is_symlink(), both.traces[0].packets) == (True, 39)
    same(rxreplay.compare([path], KINDS, checkpoint=state), both)


def test_many_small_captures_are_not_each_written(tmp_path, monkeypatch):
    monkeypatch.setattr(checkpointing, "BETWEEN_S", 3600.0)
    paths, saved = written(tmp_path, [conversation(2, 2 * n) for n in range(5)]), []

    def counted(carriers):
        saved.append(checkpoint.save(carriers))
        return saved[-1]

    monkeypatch.setattr(checkpointing, "save", counted)
    rxreplay.compare(paths, KINDS, direction="both", checkpoint=tmp_path / "state")
    assert saved == [(tmp_path / "state").read_bytes()]
