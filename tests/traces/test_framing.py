"""Lengths as a device would have got them, for every link type, by either walk."""

import io

import pytest
from helpers.mixed_captures import LINK_TYPES, captures
from hypothesis import given
from hypothesis import strategies as st
from oracles import capture_writer as w
from oracles import device, pcap_reader
from rxreplay.errors import TraceError
from rxreplay.traces import NO_TIME, Digest, Packets, join_traces, open_trace, reading
from rxreplay.traces.framing import device_lengths, header_of_all


@pytest.fixture(params=[(3, 5, 4), (512, 65_536, 4096)], ids=["small", "real"], scope="module")
def pieces(request):
    with pytest.MonkeyPatch.context() as patch:
        names = ("PIECE_RECORDS", "LENGTHS", "PACKET_RECORDS")
        for name, size in zip(names, request.param, strict=True):
            patch.setattr(reading, name, size)
        yield


def expected(data):
    return [
        device.device_len(p.wire_len, p.link_type, p.frame) for p in pcap_reader.read(data).packets
    ]


def walked(data):
    """Give lengths and summary of the fast walk, by packet where it cannot be helped."""
    digest, lengths = Digest(), []
    with open_trace(io.BytesIO(data)) as trace:
        for part in trace.portions(digest, lambda: False):
            if isinstance(part, Packets):
                digest.add(part)
                part = device_lengths(part, "<stream>")
            lengths += part.tolist()
    return lengths, digest


def summed(data):
    """Give the summary of the walk for lengths on the wire."""
    digest = Digest()
    with open_trace(io.BytesIO(data)) as trace:
        assert sum(part.size for part in trace.lengths(digest)) == digest.summary.packets
    return digest


@pytest.mark.usefixtures("pieces")
@given(captures() | captures([1]) | captures([1, 113]) | captures([113]))
def test_frames_are_those_of_the_obvious_rule_and_the_digest_is_the_wires(data):
    lengths, digest = walked(data)
    assert lengths == expected(data)
    wire = summed(data)
    assert digest.summary.as_dict() == wire.summary.as_dict()


@pytest.mark.usefixtures("pieces")
@given(captures() | captures([1]) | captures([113]))
def test_times_come_with_lengths_where_they_are_kept(data):
    digest, times = Digest(), []
    digest.keeps_times = True
    with open_trace(io.BytesIO(data)) as trace:
        for part in trace.portions(digest, lambda: False):
            ts_ns = part.ts_ns if isinstance(part, Packets) else digest.ts_ns
            assert isinstance(part, Packets) or ts_ns.size == part.size
            times += [None if t == NO_TIME else t for t in ts_ns.tolist()]
    assert times == [p.ts_ns for p in pcap_reader.read(data).packets]


@given(captures([1]))
def test_times_that_nobody_wants_are_not_kept(data):
    assert walked(data)[1].ts_ns.size == 0


@given(captures())
def test_packets_with_bytes_have_the_same_lengths(data):
    with open_trace(io.BytesIO(data)) as trace:
        given_ = [n for packets in trace.packets() for n in device_lengths(packets, "x").tolist()]
    assert given_ == expected(data)


@pytest.mark.parametrize("link_type", LINK_TYPES)
@pytest.mark.parametrize("wire_len", [0, 3, 4, 5, 14, 16, 20, 21, 1500, 2**32 - 1])
def test_each_link_type_by_itself(link_type, wire_len):
    data = w.pcap_header(network=link_type) + w.pcap_record(b"", wire_len)
    assert walked(data)[0] == [device.device_len(wire_len, link_type, b"")]


@pytest.mark.parametrize(
    ("head", "header"),
    [("ff030021", 4), ("ff0321", 3), ("0021", 2), ("21", 1), ("ff03", 4), ("ff", 1), ("", 2)],
)
def test_a_ppp_header_is_as_long_as_its_bytes_say(head, header):
    data = w.pcap_header(network=9) + w.pcap_record(bytes.fromhex(head), 1000)
    assert walked(data)[0] == expected(data) == [1000 - header + 14]


def test_an_interface_of_another_header_amid_the_packets_is_minded():
    blocks = [w.section(), w.interface(1), w.enhanced(bytes(60)), w.interface(113)]
    blocks += [w.enhanced(bytes(60), number=n) for n in (0, 1)]
    blocks += [w.section(">"), w.interface(276, order=">"), w.enhanced(bytes(60), order=">")]
    assert walked(b"".join(blocks))[0] == [60, 60, 58, 54]


def test_joined_captures_have_each_its_own_header():
    sources = [io.BytesIO(w.pcap([60], network=n)) for n in (1, 113, 101)]
    with join_traces(sources, order="given") as trace:
        parts = trace.portions(Digest(), lambda: False)
        assert [part.tolist() for part in parts] == [[60], [58], [74]]


@pytest.mark.parametrize("link_type", [2, 105, 127, 189, 227, 0xFFFF])
@pytest.mark.parametrize("make", ["pcap", "pcapng"])
def test_what_no_guest_receives_is_refused_by_its_name(link_type, make):
    strange = w.section() + w.interface(1) + w.interface(link_type) + w.enhanced(bytes(60))
    strange += w.enhanced(bytes(60), number=1)
    data = w.pcap([60], network=link_type) if make == "pcap" else strange
    with pytest.raises(TraceError, match=r"link type \w+ cannot be .*--linktype NAME") as refused:
        walked(data)
    assert "\n" not in str(refused.value)
    assert summed(data).summary.packets == (1 if make == "pcap" else 2)


def test_an_interface_without_packets_is_no_reason_to_refuse():
    data = w.section() + w.interface(1) + w.interface(127) + w.enhanced(bytes(60))
    assert walked(data)[0] == [60]


@given(st.sets(st.sampled_from(LINK_TYPES), min_size=1))
def test_one_header_for_all_or_none(link_types):
    lengths = {None if n == 9 else device.HEADERS[n] for n in link_types}
    assert header_of_all(link_types) == (lengths.pop() if len(lengths) == 1 else None)


@pytest.mark.parametrize("make", [w.pcap, w.pcapng])
def test_packets_are_taken_for_the_link_type_that_is_asked_for(make):
    data = make([60, 70])
    with open_trace(io.BytesIO(data), link_type=113) as trace:
        assert trace.link_type == "LINUX_SLL"
        parts = trace.portions(Digest(), lambda: False)
        assert [part.tolist() for part in parts] == [[58, 68]]
        assert [packets.link_type.tolist() for packets in trace.packets()] == [[113, 113]]
        assert next(trace.blocks()).dst.tolist() == [-1, -1]
    with join_traces(
        [
            io.BytesIO(
                make(
                    [60],
                )
            )
        ],
        link_type=101,
    ) as joined:
        assert joined.link_type == "RAW"
