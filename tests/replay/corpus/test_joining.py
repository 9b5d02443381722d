"""Parts by receive queue: put together they are the document that one unit would have given."""

import json
from dataclasses import replace

import pytest
from helpers.archives import NAMES
from helpers.segment_captures import bulk, capture_of
from hypothesis import given
from hypothesis import strategies as st
from oracles.gro import Segment
from rxreplay.corpus.joining import joined, of_device
from rxreplay.corpus.listing import input_of
from rxreplay.corpus.parting import parted, split
from rxreplay.corpus.unit import Done, Unit, work
from rxreplay.options import Options
from rxreplay.settings import resolve
from rxreplay.timing import Timing

SHORT_OF_ALL = Timing(irq_delay="2us", service="3us", backend_queue=4, stall=["9us@+20us"])
MODES = {
    "polls": {"polls": [3, 1, 64]},
    "a clock": {"timing": SHORT_OF_ALL},
    "sockets": {"timing": Timing(), "consumer": "reader:90000", "rcvbuf": 9000},
    "GRO": {"gro": "on", "polls": 8},
    "GRO by a clock": {"gro": "on", "timing": SHORT_OF_ALL},
    "the wire": {"vantage": "wire"},
}


def unit_of(path, names, **options):
    options = Options(**{"direction": "both", "ring": 16} | options)
    config = options.as_config(resolve(names), names[0])
    return Unit(str(path), (input_of(str(path))[1],), tuple(names), options, config)


def kept(done):
    """Give an outcome as it comes back from the folder of results."""
    return replace(done, document=json.loads(json.dumps(done.document)))


def together(whole, parts):
    return joined(whole, [kept(work(part)) for part in parts])


def text(done):
    """Give an outcome as it is written, so that the order of everything counts."""
    assert done.reason is None
    return json.dumps(done.document)


@pytest.fixture(scope="module")
def flows(tmp_path_factory):
    """A capture of flows that take turns."""
    segments = [each for n in range(16) for each in bulk(900 + 7 * n, 6, payload=90 * n)]
    path = tmp_path_factory.mktemp("flows") / "flows.pcap"
    path.write_bytes(capture_of([replace(s, ts_ns=997 * i) for i, s in enumerate(segments)]))
    return path


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("queues", [1, 2, 8])
@pytest.mark.parametrize("names", [NAMES[1:2], NAMES], ids=len)
def test_parts_are_the_whole_whatever_the_number_of_workers(flows, names, queues, mode):
    whole = unit_of(flows, names, queues=queues, **MODES[mode])
    expected = text(work(whole))
    shared = [parted(whole, workers) for workers in (1, 2, 3, 8)]
    assert [len(parts) for parts in shared] == {
        (1, 1): [1, 1, 1, 1],
        (1, 2): [1, 2, 2, 2],
        (1, 8): [1, 2, 3, 8],
        (3, 1): [1, 2, 3, 3],
        (3, 2): [1, 2, 3, 6],
        (3, 8): [1, 2, 3, 8],
    }[len(names), queues]
    for parts in shared:
        assert text(together(whole, parts)) == expected


SEGMENTS = st.lists(
    st.builds(
        Segment,
        ts_ns=st.sampled_from([0, 0, 1000, 70_000]),
        flow=st.integers(1, 9),
        seq=st.sampled_from([0, 1448, 2896]),
        payload=st.sampled_from([0, 100, 1448, 4344]),
        flags=st.sampled_from([0x10, 0x18]),
    ),
    max_size=30,
)


@given(SEGMENTS, st.sampled_from(sorted(MODES)), st.integers(2, 5), st.integers(2, 8), st.data())
def test_any_packets_in_any_parts(tmp_path_factory, segments, mode, queues, workers, data):
    """Queues without a packet, and captures without one, are among them."""
    path = tmp_path_factory.mktemp("any") / "a.pcap"
    path.write_bytes(capture_of(segments))
    steering = data.draw(st.sampled_from(["rss", "automq", "single"]))
    whole = unit_of(path, NAMES[:2], queues=queues, steering=steering, **MODES[mode])
    assert text(together(whole, parted(whole, workers))) == text(work(whole))


def test_a_part_walks_everything_and_has_its_own_queues_only(flows):
    whole = unit_of(flows, NAMES[:2], queues=8)
    first, second = (work(replace(whole, queues=own)).document for own in ((0, 1, 2), (3, 7)))
    rows = [(row["strategy"], row["queue"]) for row in second["results"]]
    assert rows == [(name, queue) for name in NAMES[:2] for queue in (3, 7)]
    assert first["traces"] == second["traces"] == work(whole).document["traces"]
    assert sum(first["traces"][0]["queue_packets"]) == 96


def test_packets_and_bytes_of_each_queue_are_the_same_however_it_receives(flows):
    modes = ["polls", "a clock", "sockets", "GRO", "GRO by a clock"]
    documents = [work(unit_of(flows, NAMES[:1], queues=3, **MODES[m])).document for m in modes]
    found = {
        tuple((f["packets"], f["wire_bytes"]) for f in (row["figures"] for row in each["results"]))
        for each in documents
    }
    assert len(found) == 1
    device, *queues = found.pop()
    assert device == tuple(map(sum, zip(*queues, strict=True))) != queues[0]


def test_the_device_is_that_of_all_queues_in_their_order(flows):
    document = kept(work(unit_of(flows, NAMES[:1], queues=3))).document
    device, *queues = document["results"]
    assert of_device(queues) == device
    assert of_device(queues[:2]) != device


@pytest.mark.parametrize("own", [(), (2,)], ids=["all", "one"])
def test_what_is_wrong_is_said_as_by_the_whole(tmp_path, own):
    (tmp_path / "a.pcap").write_bytes(b"text\n" * 99)
    whole = unit_of(tmp_path / "a.pcap", NAMES, queues=3)
    done = work(replace(whole, queues=own))
    assert (done.document, done.reason) == (None, work(whole).reason)


def test_the_first_reason_is_that_of_the_trace(flows):
    unit = unit_of(flows, NAMES)
    parts = [Done("1", {"traces": []}), Done("2", None, "one", "damaged"), Done("3", None, "two")]
    assert joined(unit, parts) == Done(unit.key, None, "one", "damaged")


def test_parts_of_different_packets_are_no_whole(flows):
    unit = unit_of(flows, NAMES)
    parts = [Done("1", {"traces": [1]}, None), Done("2", {"traces": [2]}, None)]
    done = joined(unit, parts)
    assert (done.document, "changed while it was read" in done.reason) == (None, True)
    assert done.kind == "unreadable"


@given(st.integers(1, 30), st.integers(1, 40))
def test_what_is_split_is_in_order_and_as_equal_as_can_be(count, parts):
    groups = split(tuple(range(count)), min(parts, count))
    assert [each for group in groups for each in group] == list(range(count))
    assert len(groups) == min(parts, count)
    assert max(map(len, groups)) - min(map(len, groups)) <= 1
