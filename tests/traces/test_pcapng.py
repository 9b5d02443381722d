import io
import struct

import pytest
from oracles import capture_writer as w
from oracles import pcap_reader
from oracles.walking import packets_of, walk
from rxreplay.errors import TraceError
from rxreplay.traces import open_trace

CUSTOM = 0x00000BAD


def packets(data):
    with open_trace(io.BytesIO(data)) as trace:
        return packets_of(trace.blocks())


def agrees(data):
    reading = pcap_reader.read(data)
    assert walk(open_trace(io.BytesIO(data)), TraceError) == (reading.packets, reading.end)
    return reading


@pytest.mark.parametrize("order", "<>")
def test_every_packet_block_in_both_byte_orders(order):
    data = b"".join(
        [
            w.section(order, version=(1, 2)),
            w.interface(snaplen=96, order=order),
            w.interface(link_type=113, snaplen=128, order=order),
            w.enhanced(w.frame(60), 1514, 5 << 32 | 7, order=order),
            w.block(CUSTOM, b"anything at all", order),
            w.enhanced(w.frame(61), ticks=8, number=1, order=order),
            w.old_packet(w.frame(62), 9014, 9, order=order),
            w.old_packet(w.frame(63), ticks=9, number=1, order=order),
            w.simple(w.frame(96), 1514, order=order),
            w.simple(w.frame(13), order=order),
            w.enhanced(w.frame(11), order=order),
            w.enhanced(w.frame(5), order=order),
            w.simple(w.frame(0), order=order),
        ]
    )
    reading = agrees(data)
    assert (len(reading.packets), reading.end) == (9, "whole")
    with open_trace(io.BytesIO(data)) as trace:
        assert (trace.format, trace.link_type, trace.snaplen) == ("pcapng", "EN10MB+LINUX_SLL", 128)
        assert len(packets_of(trace.blocks())) == 9
        assert [warning.code for warning in trace.warnings] == ["link_type", "no_time"]
        assert trace.warnings[1].text == "<stream>: 3 packets have no time before 2262"


def test_a_simple_packet_block_is_as_short_as_length_snaplen_and_block_say():
    head = w.section() + w.interface(snaplen=62)  # 62 bytes are padded to 64 in their block
    data = head + w.simple(w.frame(60)) + w.simple(w.frame(62), 1514) + w.simple(w.frame(20), 40)
    assert [packet.cap_len for packet in packets(data)] == [60, 62, 20]
    agrees(data)


def test_each_interface_has_its_own_clock():
    clocks = [
        (6, None),
        (9, None),
        (3, 1_000_000_000),
        (0, -5),
        (12, None),
        (0x88, None),
        (0xA8, 0),
    ]
    data = w.section() + b"".join(w.interface(tsresol=r, tsoffset=o) for r, o in clocks)
    data += b"".join(w.enhanced(ticks=12_345_678_901, number=n) for n in range(len(clocks)))
    reading = agrees(data)
    assert reading.packets[1].ts_ns == 12_345_678_901
    assert reading.packets[4].ts_ns == 12_345_678


def test_a_time_beyond_int64_nanoseconds_is_no_time():
    data = w.section() + w.interface() + w.enhanced(ticks=2**64 - 505_000_000)
    assert packets(data)[0].ts_ns is None


def test_sections_begin_anew_and_may_change_the_byte_order():
    data = w.pcapng([60, 61]) + w.section(">") + w.interface(link_type=0, order=">")
    data += w.enhanced(w.frame(62), ticks=1, order=">") + w.pcapng([63])
    reading = agrees(data)
    assert [packet.wire_len for packet in reading.packets] == [60, 61, 62, 63]
    assert [packet.dst for packet in reading.packets][2] == -1
    with open_trace(io.BytesIO(data)) as trace:
        assert trace.link_type == "EN10MB"  # what is known before the walk
        list(trace.blocks())
        assert trace.link_type == "EN10MB+NULL"


def test_an_interface_of_the_section_before_is_gone():
    assert agrees(w.pcapng([60]) + w.section() + w.enhanced(w.frame(60))).end == "damaged"


def test_many_interfaces_and_one_too_many(monkeypatch):
    monkeypatch.setattr("rxreplay.traces.pcapng.MAXIMUM_INTERFACES", 9)
    nine = w.section() + w.interface(fcs_len=4) * 9 + w.enhanced(w.frame(60), number=8)
    with open_trace(io.BytesIO(nine)) as trace:
        assert len(packets_of(trace.blocks())) == 1
        assert [warning.code for warning in trace.warnings] == ["fcs"]
    data = nine + w.interface()
    with pytest.raises(TraceError, match=r"record 1 at byte .*: more than 9 interfaces"):
        packets(data)


def unpadded(block, last=None, order="<"):
    """Give a block that leaves its padding of three bytes out of its length."""
    length = struct.pack(order + "I", len(block) - 3)
    return block[:4] + length + block[8:-4] + (length if last is None else block[-4:])


@pytest.mark.parametrize("last", [None, "padded"])
@pytest.mark.parametrize("order", "<>")
def test_lengths_of_blocks_may_leave_padding_out(order, last):
    blocks = [
        w.section(order),
        w.interface(order=order),
        w.enhanced(w.frame(61), order=order),
        w.old_packet(w.frame(61), order=order),
        w.simple(w.frame(61), order=order),
        w.block(0xBAD, bytes(5), order),
    ]
    data = b"".join(unpadded(block, last, order) for block in blocks) + blocks[2]
    assert [packet.cap_len for packet in agrees(data).packets] == [61] * 4


@pytest.mark.parametrize("order", "<>")
def test_padding_that_a_length_leaves_out_is_not_captured(order):
    long = w.simple(w.frame(61), order=order)  # 61 bytes of a longer packet
    long = long[:8] + struct.pack(order + "I", 1514) + long[12:]
    data = w.section(order) + w.interface(order=order) + unpadded(long, order=order)
    [packet] = agrees(data).packets
    assert (packet.cap_len, packet.wire_len) == (61, 1514)


def damaged_blocks():
    good = w.enhanced(w.frame(60))
    bare = struct.pack("<HHI", 1, 0, 0)
    yield "type and length zero", bytes(12), "block length 0 is not from 12 to"
    yield "below 12", struct.pack("<III", 5, 8, 8), "block length 8 is not from"
    yield "longest number", struct.pack("<III", 5, 2**32 - 1, 0), "length 4,294,967,295 is not from"
    yield (
        "too long",
        struct.pack("<III", 5, 16 * 2**20 + 4, 0),
        "block length 16,777,220 is not from",
    )
    yield "not repeated", good[:-4] + bytes(4), "block length 96 is not repeated"
    yield "enhanced, too short", w.block(6, bytes(16)), "type 6 whose 28 bytes do not hold"
    yield "captured beyond block", w.enhanced(w.frame(60), cap_len=65), "65 does not fit its block"
    long = w.enhanced(bytes(262_145))
    yield "captured beyond limit", long, "262,145 is more than any capture tool"
    yield "no such interface", w.enhanced(number=3), "interface 3, where 1 are"
    yield "no such old interface", w.old_packet(number=4), "interface 4, where 1 are"
    yield "simple, too short", w.block(3, b""), "type 3 whose 12 bytes do not hold"
    yield "simple, beyond limit", w.simple(bytes(262_148)), "262,148 is more than any"
    yield "byte order mark", w.block(0x0A0D0D0A, bytes(16)), "byte order mark 00 00 00 00"
    yield "section too short", w.block(0x0A0D0D0A, b"\x4d\x3c\x2b\x1a"), "without a byte order"
    yield "section not repeated", w.section()[:-4] + bytes(4), "block length 28 is not repeated"
    bad = w.section()[:4] + struct.pack("<I", 8) + w.section()[8:]
    yield "section length", bad, "block length 8 is not from"
    yield (
        "captured beyond padding",
        unpadded(w.enhanced(w.frame(61), cap_len=69)),
        "69 does not fit",
    )
    yield "section version", w.section(version=(2, 0)), "pcapng version 2.0"
    yield "section version 1.1", w.section(version=(1, 1)), "pcapng version 1.1"
    yield "interface too short", w.block(1, b"abcd"), "too short for its contents"
    yield "option too long", w.block(1, bare + struct.pack("<HH", 2, 9)), "do not fit"
    yield "no tsresol", w.block(1, bare + w.option(9, b"")), "clock options are too short"
    yield "short tsoffset", w.block(1, bare + w.option(14, bytes(4))), "clock options are too short"


DAMAGED = [pytest.param(block, text, id=name) for name, block, text in damaged_blocks()]


@pytest.mark.parametrize(("block", "text"), DAMAGED)
def test_what_cannot_be_is_an_error_after_the_packets_before_it(block, text):
    data = w.pcapng([60, 61]) + block + w.enhanced(w.frame(62))
    assert agrees(data).end == "damaged"
    with pytest.raises(TraceError, match="record 2 at byte 256") as error:
        packets(data)
    assert text in str(error.value)
    with open_trace(io.BytesIO(data), keep_damaged=True) as trace:
        assert len(packets_of(trace.blocks())) == 2
    assert text in trace.warnings[-1].text


@pytest.mark.parametrize("order", "<>")
def test_an_old_packet_block_names_its_interface_in_both_byte_orders(order):
    data = w.pcapng([60], order) + w.old_packet(number=4, order=order)
    with pytest.raises(TraceError, match="interface 4, where 1 are"):
        packets(data)


def test_the_largest_captured_length_and_one_more():
    head = w.section() + w.interface()
    assert agrees(head + w.enhanced(bytes(262_144))).end == "whole"
    assert agrees(head + w.simple(bytes(262_144))).end == "whole"
    wide = w.section() + w.interface(snaplen=300_000)
    assert agrees(wide + w.enhanced(bytes(300_000))).end == "whole"
    assert agrees(wide + w.enhanced(bytes(300_001))).end == "damaged"


def test_packets_before_any_interface_are_an_error():
    for packet in (w.enhanced(), w.simple()):
        assert agrees(w.section() + packet).end == "damaged"
    with pytest.raises(TraceError, match="interface 0, where 0 are described"):
        packets(w.section() + w.simple())


@pytest.mark.parametrize("version", [(0, 1), (2, 0)])
def test_a_version_that_nobody_knows_is_an_error_at_once(version):
    with pytest.raises(TraceError, match="before the first packet: a section of pcapng version"):
        open_trace(io.BytesIO(w.section(version=version)))


def test_options_end_at_their_end_mark_or_with_the_block():
    bare = struct.pack("<HHI", 1, 0, 0)
    ended = w.block(1, bare + w.option(0, b"") + w.option(9, b"\x00"))
    open_ended = w.block(1, bare + w.option(9, b"\x00"))
    data = w.section() + ended + open_ended + w.enhanced(ticks=7) + w.enhanced(ticks=7, number=1)
    assert [packet.ts_ns for packet in agrees(data).packets] == [7000, 7 * 10**9]


def test_a_file_cut_at_any_byte_gives_the_whole_packets_before(tmp_path):
    data = w.pcapng([13, 0]) + w.section(">") + w.interface(order=">") + w.simple(b"abc", order=">")
    path = tmp_path / "cut.pcapng"
    for size in range(4, len(data) + 1):
        path.write_bytes(data[:size])
        reading = pcap_reader.read(data[:size])
        with open_trace(path) as trace:
            assert walk(trace, TraceError) == (reading.packets, reading.end), size


def test_a_block_claimed_large_on_a_stream_is_cut_not_allocated_forever():
    data = w.pcapng([60]) + struct.pack("<II", 5, 16 * 2**20) + bytes(100)
    assert agrees(data).end == "cut"


@pytest.mark.parametrize("left", range(12, 33))
def test_a_damaged_block_can_be_the_last_of_a_file_with_any_bytes_left(tmp_path, left):
    path = tmp_path / "short.pcapng"
    path.write_bytes(w.pcapng([60]) + struct.pack("<II", 6, 8) + bytes(left - 8))
    with open_trace(path, keep_damaged=True) as trace:
        assert len(packets_of(trace.blocks())) == 1
    assert "record 1 at byte 156: block length 8 is not from 12" in trace.warnings[-1].text
