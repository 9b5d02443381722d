import io
import re
import struct

import pytest
from oracles import capture_writer as w
from oracles import pcap_reader
from oracles.walking import packets_of, walk
from rxreplay.errors import TraceError
from rxreplay.traces import open_trace


def packets(data, **options):
    with open_trace(io.BytesIO(data), **options) as trace:
        return packets_of(trace.blocks())


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("kind", ["us", "ns", "modified"])
def test_every_kind_in_both_byte_orders(kind, order):
    data = w.pcap([60, 1514, 0, 5, 6, 11, 12], order, kind)
    assert packets(data) == pcap_reader.read(data).packets
    with open_trace(io.BytesIO(data)) as trace:
        assert trace.format == ("pcap-modified" if kind == "modified" else "pcap")
        assert (trace.link_type, trace.snaplen, trace.warnings) == ("EN10MB", 262_144, [])


@pytest.mark.parametrize(("kind", "ns"), [("us", 7_000_008_000), ("ns", 7_000_000_008)])
def test_times_are_nanoseconds(kind, ns):
    data = w.pcap_header(kind=kind) + w.pcap_record(time=(7, 8))
    assert packets(data)[0].ts_ns == ns


def test_microseconds_beyond_a_second_and_the_last_second_are_taken_as_they_are():
    data = w.pcap_header() + w.pcap_record(time=(2**32 - 1, 2**32 - 1))
    assert packets(data)[0].ts_ns == (2**32 - 1) * 10**9 + (2**32 - 1) * 1000


@pytest.mark.parametrize("version", [(2, 0), (2, 2), (543, 0)])
def test_old_versions_have_the_two_lengths_in_the_other_order(version):
    record = w.pcap_record(w.frame(60), wire_len=1514, turned=True)
    got = packets(w.pcap_header(version=version) + record + record)
    assert [(packet.cap_len, packet.wire_len) for packet in got] == [(60, 1514)] * 2


def test_version_2_3_has_the_lengths_in_either_order():
    records = [w.pcap_record(w.frame(60), wire_len=61, turned=turned) for turned in (0, 1, 1, 0, 0)]
    data = w.pcap_header(version=(2, 3)) + b"".join(records)
    assert packets(data) == pcap_reader.read(data).packets
    assert {(packet.cap_len, packet.wire_len) for packet in packets(data)} == {(60, 61)}


@pytest.mark.parametrize("version", [(2, 4), (2, 5), (2, 8224)])
def test_newer_minor_versions_read_as_2_4_and_a_cap_len_above_the_length_stands(version):
    record = w.pcap_record(w.frame(60), wire_len=0)
    assert packets(w.pcap_header(version=version) + record)[0].wire_len == 0


@pytest.mark.parametrize("version", [(1, 4), (3, 0), (543, 1), (0, 0)])
def test_other_major_versions_are_refused(version):
    with pytest.raises(TraceError, match=rf"pcap version {version[0]}\.{version[1]} is not known"):
        open_trace(io.BytesIO(w.pcap_header(version=version)))


def test_upper_bits_of_the_link_type_are_no_link_type():
    with open_trace(io.BytesIO(w.pcap_header(network=0x24000001))) as trace:
        assert trace.link_type == "EN10MB"
        (warning,) = trace.warnings
        assert (warning.code, "4 bytes of frame check" in warning.text) == ("fcs", True)


@pytest.mark.parametrize(
    ("network", "codes"),
    [
        (0x03FF0001, ["reserved_bits"]),
        (0x00010001, ["reserved_bits"]),
        (0x46C5E1F5, ["reserved_bits", "link_type"]),  # its other bits would be 8 bytes of FCS
        (0xF8000001, []),
    ],
)
def test_reserved_bits_beside_the_link_type_are_warned_about(network, codes):
    with open_trace(io.BytesIO(w.pcap_header(network=network) + w.pcap_record())) as trace:
        assert len(packets_of(trace.blocks())) == 1
        assert [warning.code for warning in trace.warnings] == codes
        assert trace.link_type == ("EN10MB" if network & 0xFFFF == 1 else "LT57845")
    assert not codes or f"{network:#010x} for a link type of" in trace.warnings[0].text


def test_another_link_type_is_named_warned_about_and_has_no_addresses():
    data = w.pcap_header(network=113) + w.pcap_record(w.frame(60))
    with open_trace(io.BytesIO(data)) as trace:
        (packet,) = packets_of(trace.blocks())
        assert (packet.dst, packet.src, trace.link_type) == (-1, -1, "LINUX_SLL")
        assert [warning.code for warning in trace.warnings] == ["link_type"]
    with open_trace(io.BytesIO(w.pcap_header(network=2))) as trace:
        assert trace.link_type == "LT2"


@pytest.mark.parametrize(
    ("snaplen", "cap_len", "end"),
    [
        (96, 262_144, "cut"),
        (96, 262_145, "damaged"),
        (300_000, 300_000, "cut"),
        (300_000, 300_001, "damaged"),
        (2**32 - 1, 16 * 2**20, "cut"),
        (2**32 - 1, 16 * 2**20 + 1, "damaged"),
    ],
)
def test_a_captured_length_is_impossible_from_one_byte_above_the_limit(snaplen, cap_len, end):
    good = w.pcap_header(snaplen=snaplen) + w.pcap_record(w.frame(60))
    data = good + w.pcap_record(cap_len=cap_len)
    assert walk(open_trace(io.BytesIO(data)), TraceError)[1] == end
    assert pcap_reader.read(data).end == end


def test_a_record_of_the_largest_captured_length_is_read_whole():
    data = w.pcap([262_144])
    assert packets(data)[0].cap_len == 262_144


@pytest.mark.parametrize("order", "<>")
def test_an_impossible_record_says_where_what_and_what_to_do(order):
    data = w.pcap([60, 60], order) + w.pcap_record(cap_len=6_553_600, order=order)
    blocks = open_trace(io.BytesIO(data)).blocks()
    assert next(blocks).wire_len.tolist() == [60, 60]
    with pytest.raises(TraceError) as error:
        next(blocks)
    assert str(error.value) == (
        "<stream>: record 2 at byte 176: captured length 6,553,600 is more than any capture tool "
        "writes here (262,144). The file is damaged there. "
        "--keep-damaged replays the 2 records before it."
    )


@pytest.mark.parametrize(
    ("records", "left", "advice"),
    [
        (0, "there is no record before it", "Record or copy the capture again."),
        (1, "the record before it counts", "--keep-damaged replays the record before it."),
        (2, "the 2 records before it count", "--keep-damaged replays the 2 records before it."),
    ],
)
def test_what_is_left_decides_what_to_do(records, left, advice):
    data = w.pcap([60] * records) + w.pcap_record(cap_len=6_553_600)
    with pytest.raises(TraceError, match=re.escape(f"The file is damaged there. {advice}")):
        packets(data)
    with open_trace(io.BytesIO(data), keep_damaged=True) as trace:
        list(trace.blocks())
    assert trace.warnings[0].text.endswith(f"; {left}")


def test_keep_damaged_ends_the_walk_with_a_warning():
    data = w.pcap([60, 60]) + w.pcap_record(cap_len=6_553_600)
    with open_trace(io.BytesIO(data), keep_damaged=True) as trace:
        assert len(packets_of(trace.blocks())) == 2
    (warning,) = trace.warnings
    assert warning.code == "damaged"
    assert "record 2 at byte 176" in warning.text


def test_a_file_cut_at_any_byte_gives_the_whole_packets_before(tmp_path):
    data = w.pcap([60, 0, 13, 12])
    path = tmp_path / "cut.pcap"
    for size in range(24, len(data) + 1):
        path.write_bytes(data[:size])
        reading = pcap_reader.read(data[:size])
        with open_trace(path) as trace:
            assert walk(trace, TraceError) == (reading.packets, reading.end)


def test_the_warning_of_a_cut_names_record_and_byte():
    with open_trace(io.BytesIO(w.pcap([60, 60])[:-1])) as trace:
        assert len(packets_of(trace.blocks())) == 1
    (warning,) = trace.warnings
    assert warning.text.startswith("<stream>: cut inside record 1 at byte 100; the record before")


@pytest.mark.parametrize("size", range(4, 24))
def test_a_cut_file_header_is_an_error(size):
    with pytest.raises(TraceError, match="the file header is cut"):
        open_trace(io.BytesIO(w.pcap()[:size]))


def test_a_header_alone_is_a_capture_without_packets(tmp_path):
    path = tmp_path / "none.pcap"
    path.write_bytes(w.pcap_header())
    with open_trace(path) as trace:
        assert list(trace.blocks()) == []
        assert trace.warnings == []


def test_dpkt_writes_what_is_read(tmp_path):
    dpkt = pytest.importorskip("dpkt")
    path = tmp_path / "dpkt.pcap"
    with path.open("wb") as file:
        writer = dpkt.pcap.Writer(file, nano=True)
        for length in (60, 1514):
            writer.writepkt(w.frame(length), ts=1.5)
    with open_trace(path) as trace:
        got = packets_of(trace.blocks())
    assert [(packet.ts_ns, packet.wire_len) for packet in got] == [
        (1_500_000_000, 60),
        (1_500_000_000, 1514),
    ]


def test_addresses_are_left_out_where_nobody_asks():
    with open_trace(io.BytesIO(w.pcap([60]))) as trace:
        (block,) = trace.blocks(addresses=False)
    assert (block.wire_len.size, block.dst.size, block.src.size) == (1, 0, 0)


def test_more_records_than_a_block_holds():
    from rxreplay.traces.reading import BLOCK_RECORDS

    data = w.pcap_header() + struct.pack("<IIII", 1, 2, 0, 60) * (BLOCK_RECORDS + 1)
    with open_trace(io.BytesIO(data)) as trace:
        assert [block.ts_ns.size for block in trace.blocks()] == [BLOCK_RECORDS, 1]
