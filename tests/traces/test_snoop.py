"""Captures of Solaris, against the slow reader."""

import gzip
import io

import pytest
from oracles import capture_writer as w
from oracles import pcap_reader
from oracles.walking import packets_of, walk
from rxreplay.errors import TraceError
from rxreplay.traces import open_trace

MOST = 262_144
LONGEST_RECORD = 16 * 2**20


def packets(data, **options):
    with open_trace(io.BytesIO(data), **options) as trace:
        return packets_of(trace.blocks())


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_lengths_times_and_addresses(pack):
    data = w.snoop([60, 1514, 0, 5, 6, 11, 12])
    with open_trace(io.BytesIO(pack(data))) as trace:
        assert packets_of(trace.blocks()) == pcap_reader.read(data).packets
        assert trace.format == ("snoop" if pack is bytes else "snoop.gz")
        assert (trace.link_type, trace.snaplen, trace.warnings) == ("EN10MB", 0, [])


def test_the_fields_are_where_rfc_1761_has_them():
    words = (1514, 60, 24 + 60 + 4, 3, 7, 8)
    record = b"".join(word.to_bytes(4, "big") for word in words) + w.frame(60) + bytes(4)
    (packet,) = packets(b"snoop\0\0\0\0\0\0\2\0\0\0\4" + record)
    assert (packet.wire_len, packet.cap_len, packet.ts_ns) == (1514, 60, 7_000_008_000)
    assert (packet.dst, packet.src) == (0x525400000001, 0x525400000002)


def test_times_of_all_bits_are_taken_as_they_are():
    data = w.snoop_header() + w.snoop_record(time=(2**32 - 1, 2**32 - 1))
    assert packets(data)[0].ts_ns == (2**32 - 1) * 10**9 + (2**32 - 1) * 1000


@pytest.mark.parametrize("padding", [0, 1, 3, 4, 6, 15, 16, 100, LONGEST_RECORD - 84])
def test_padding_of_any_length_is_passed_over(padding):
    record = w.snoop_record(w.frame(60), padding=padding)
    data = w.snoop_header() + record + w.snoop_record(w.frame(60), wire_len=61) + record
    assert [packet.wire_len for packet in packets(data)] == [60, 61, 60]


@pytest.mark.parametrize(("padding", "codes"), [(15, []), (16, ["fcs"]), (17, ["fcs"])])
def test_room_for_a_trailer_behind_the_first_frame_says_shomiti(padding, codes):
    record = w.snoop_record(w.frame(60), padding=padding)
    with open_trace(io.BytesIO(w.snoop_header() + record)) as trace:
        assert [warning.code for warning in trace.warnings] == codes
    if codes:
        assert "frames carry 4 bytes of frame check sequence" in trace.warnings[0].text
    shorter = w.snoop_header() + w.snoop_record(w.frame(60)) + record
    assert open_trace(io.BytesIO(shorter)).warnings == []


@pytest.mark.parametrize("shomiti", [False, True])
@pytest.mark.parametrize("datalink", [*range(30), *range(2**31, 2**31 + 9)])
def test_datalink_types_are_link_types_or_refused_by_name(datalink, shomiti):
    links = pcap_reader.SHOMITI_LINKS if shomiti else pcap_reader.SNOOP_LINKS
    record = w.snoop_record(w.frame(60), padding=16 * shomiti)
    data = w.snoop_header(datalink=datalink) + record
    if datalink not in links:
        with pytest.raises(TraceError, match=rf"datalink type {datalink} \(.+\) have no link type"):
            open_trace(io.BytesIO(data))
        assert packets(data, link_type=1)[0].src == 0x525400000002
        return
    with open_trace(io.BytesIO(data)) as trace:
        (block,) = trace.packets()
        assert block.link_type.tolist() == [links[datalink]]
        assert not trace.link_type.startswith("LT")


@pytest.mark.parametrize(
    ("datalink", "padding", "name"),
    [(5, 0, "HDLC"), (26, 0, "InfiniBand"), (18, 16, "IEEE 802.11 with"), (77, 0, "unassigned")],
)
def test_what_is_refused_has_its_name_and_says_what_to_do(datalink, padding, name):
    data = w.snoop_header(datalink=datalink) + w.snoop_record(padding=padding)
    with pytest.raises(TraceError, match=rf"\({name}.*--linktype NAME says what they are\."):
        open_trace(io.BytesIO(data))


@pytest.mark.parametrize("version", [0, 1, 2, 3, 5, 6, 2**32 - 1])
def test_versions_2_to_5_are_known(version):
    data = w.snoop([60], version=version)
    if 2 <= version <= 5:
        assert len(packets(data)) == 1
        return
    with pytest.raises(TraceError, match=f"snoop version {version} is not known"):
        open_trace(io.BytesIO(data))


@pytest.mark.parametrize(
    ("record", "end", "text"),
    [
        ({"cap_len": MOST}, "damaged", "record length 24 is not from 262,168 to 16,777,216"),
        ({"cap_len": MOST + 1}, "damaged", "captured length 262,145 is more than any"),
        ({"cap_len": MOST, "length": MOST + 24}, "cut", ""),
        ({"wire_len": MOST}, "whole", ""),
        ({"wire_len": MOST + 1}, "damaged", "length on the wire 262,145 is more than snoop"),
        ({"length": 23}, "damaged", "record length 23 is not from 24 to"),
        ({"length": 24}, "whole", ""),
        ({"cap_len": 1, "length": 24}, "damaged", "record length 24 is not from 25 to"),
        ({"length": 0}, "damaged", "record length 0 is not"),
        ({"length": LONGEST_RECORD}, "cut", ""),
        ({"length": LONGEST_RECORD + 1}, "damaged", "record length 16,777,217 is not"),
    ],
)
def test_lengths_are_impossible_from_one_byte_beyond_their_limits(record, end, text):
    data = w.snoop([60, 0]) + w.snoop_record(**record)  # 0 as its frame is
    reading = pcap_reader.read(data)
    assert walk(open_trace(io.BytesIO(data)), TraceError) == (reading.packets, reading.end)
    assert reading.end == end
    with open_trace(io.BytesIO(data), keep_damaged=True) as trace:
        assert len(packets_of(trace.blocks())) == 2 + (end == "whole")
    texts = [warning.text for warning in trace.warnings]
    assert [text in said and "record 2 at byte 124" in said for said in texts] == (
        [] if end == "whole" else [True]
    )


def test_an_impossible_record_says_where_what_and_what_to_do():
    data = w.snoop([60]) + w.snoop_record(cap_len=2**31)
    with pytest.raises(TraceError) as error:
        packets(data)
    assert str(error.value) == (
        "<stream>: record 1 at byte 100: captured length 2,147,483,648 is more than any capture "
        "tool writes here (262,144). The file is damaged there. "
        "--keep-damaged replays the record before it."
    )


def test_a_file_cut_at_any_byte_gives_the_whole_records_before(tmp_path):
    data = w.snoop([60, 0, 13, 12])
    path = tmp_path / "cut.snoop"
    for size in range(16, len(data) + 1):
        path.write_bytes(data[:size])
        reading = pcap_reader.read(data[:size])
        with open_trace(path) as trace:
            assert walk(trace, TraceError) == (reading.packets, reading.end)


@pytest.mark.parametrize("size", range(8, 16))
def test_a_cut_file_header_is_an_error(size):
    with pytest.raises(TraceError, match="the file header is cut"):
        open_trace(io.BytesIO(w.snoop()[:size]))


def test_a_header_alone_is_a_capture_without_packets(tmp_path):
    path = tmp_path / "none.snoop"
    path.write_bytes(w.snoop_header())
    with open_trace(path) as trace:
        assert (list(trace.blocks()), trace.warnings) == ([], [])
