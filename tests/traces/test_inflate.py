"""Members and frames, cut and damaged anywhere: what came before the fault is given."""

import gzip
import io
import random
import shutil
import subprocess
import zlib

import lz4.frame
import pytest
import zstandard
from hypothesis import assume, given
from hypothesis import strategies as st
from oracles import capture_writer as w
from oracles import decompressed, pcap_reader
from oracles.walking import packets_of, walk
from rxreplay.errors import TraceError
from rxreplay.traces import open_trace
from rxreplay.traces.faults import Damage
from rxreplay.traces.inflate import inflate
from rxreplay.traces.plain import PlainReader

CAPTURE = w.pcap([60, 0, 13, 200, 1514, 60]) + random.Random(1).randbytes(700)
BLOCK = 128 * 1024  # of zstd, at most
FRAMES = ("zst", "lz4")


def zstd(data, level=3, checksum=False, block=None):
    options = {"level": level, "write_checksum": checksum}
    if block is None:
        return zstandard.ZstdCompressor(**options).compress(data)
    frame = zstandard.ZstdCompressor(**options).compressobj()
    parts = [data[i : i + block] for i in range(0, len(data), block)]
    return b"".join(frame.compress(part) + frame.flush(1) for part in parts) + frame.flush()


def flushed_gzip(data, level=6, step=100):
    member = zlib.compressobj(level, wbits=31)
    parts = [data[i : i + step] for i in range(0, len(data), step)]
    whole = b"".join(member.compress(part) + member.flush(zlib.Z_SYNC_FLUSH) for part in parts)
    return whole + member.flush()


def named_gzip(data, level):
    file = io.BytesIO()
    with gzip.GzipFile("a name.pcap", "wb", level, file) as member:
        member.write(data)
    return file.getvalue()


LEVELS = st.sampled_from([0, 1, 6, 9])
MEMBERS = st.one_of(
    st.builds(lambda level: lambda data: gzip.compress(data, level), LEVELS),
    st.builds(lambda level: lambda data: flushed_gzip(data, level), LEVELS),
    st.builds(lambda level: lambda data: named_gzip(data, level), LEVELS),
    st.just(lambda data: gzip.compress(data) + bytes(5)),
)
ZSTD = st.builds(
    lambda level, checksum, block: lambda data: zstd(data, level, checksum, block),
    st.sampled_from([-5, 3, 19]),
    st.booleans(),
    st.sampled_from([None, 50, 300]),
)
LZ4 = st.builds(
    lambda **options: lambda data: lz4.frame.compress(data, **options),
    compression_level=st.sampled_from([-5, 0, 9]),
    block_linked=st.booleans(),
    content_checksum=st.booleans(),
    store_size=st.booleans(),
)
SKIPPED = st.sampled_from([0, 1, 15]).map(
    lambda n: lambda data: bytes([0x50 + n, 0x2A, 0x4D, 0x18, n, 0, 0, 0]) + bytes(n) + zstd(data)
)
FAULTS = st.one_of(
    st.just(lambda data: data),
    st.builds(lambda at: lambda data: data[: int(at * len(data))], st.floats(0, 1)),
    st.builds(lambda n: lambda data: data[:-n], st.integers(1, 9)),
    st.builds(
        lambda at, bit: lambda data: flipped(data, at, bit), st.floats(0, 1), st.integers(0, 7)
    ),
    st.builds(lambda more: lambda data: data + more, st.binary(max_size=6)),
)


def flipped(data, at, bit):
    changed = bytearray(data)
    changed[min(int(at * len(data)), len(data) - 1)] ^= 1 << bit
    return bytes(changed)


def packed(parts):
    """Compress the capture, a part of it with each way that is given."""
    step = -(-len(CAPTURE) // len(parts))
    return b"".join(pack(CAPTURE[i * step : (i + 1) * step]) for i, pack in enumerate(parts))


def read_all(data, kind, size=1000):
    """Give what a reader gives, and how it ended, as the oracles do."""
    reader = inflate(PlainReader(io.BytesIO(data), "x"), kind)
    whole = b""
    try:
        while piece := bytes(reader.read(size)):
            assert len(piece) <= size
            whole += piece
    except Damage as damage:
        return whole, "cut" if "is cut" in str(damage) else "damaged"
    finally:
        reader.close()
    return whole, "cut" if reader.cut else "whole"


@given(st.lists(MEMBERS, min_size=1, max_size=4), FAULTS, st.sampled_from([1, 7, 1000, 10**6]))
def test_gzip_gives_all_before_a_fault(parts, fault, size):
    data = fault(packed(parts))
    assume(data)
    assert read_all(data, "gz", size) == decompressed.gunzip(data)


@given(
    st.lists(ZSTD | LZ4 | SKIPPED, min_size=1, max_size=4),
    FAULTS,
    st.sampled_from([1, 7, 1000, 10**6]),
)
def test_frames_give_all_before_a_fault(parts, fault, size):
    data = fault(packed(parts))
    assume(data)
    assert read_all(data, "zst", size) == decompressed.unframe(data)


@given(st.lists(MEMBERS, min_size=1, max_size=3), FAULTS)
def test_packets_before_a_fault_of_gzip_count(parts, fault):
    check_packets(fault(packed(parts)), decompressed.gunzip)


@given(st.lists(ZSTD | LZ4, min_size=1, max_size=3), FAULTS)
def test_packets_before_a_fault_of_frames_count(parts, fault):
    check_packets(fault(packed(parts)), decompressed.unframe)


def check_packets(data, oracle):
    whole, end = oracle(data)
    reading = pcap_reader.read(whole)
    try:
        with open_trace(io.BytesIO(data), keep_damaged=True) as trace:
            packets, _ = walk(trace, TraceError)
            codes = {warning.code for warning in trace.warnings}
    except TraceError:
        assert len(whole) < 64  # too little to tell what it is
        return
    assert packets == reading.packets
    assert (end == "damaged" and codes == {"damaged"}) or codes <= {"cut", "damaged"}


@pytest.mark.parametrize("name", FRAMES)
def test_what_does_not_compress_comes_through_in_blocks_of_all_sizes(name):
    data = random.Random(2).randbytes(3 * BLOCK + 1)
    for size in (1, BLOCK - 1, BLOCK, BLOCK + 1, len(data)):
        part = data[:size]
        frame = zstd(part) if name == "zst" else lz4.frame.compress(part, block_checksum=True)
        assert read_all(frame, name, 10**6) == (part, "whole")


@pytest.mark.parametrize("size", [64, 256, 1024, 4096])
def test_lz4_blocks_of_each_size(size):
    code = {64: 4, 256: 5, 1024: 6, 4096: 7}[size]
    data = random.Random(3).randbytes(5_000_000) + bytes(5_000_000)
    frame = lz4.frame.compress(data, block_size=code, block_checksum=True, content_checksum=True)
    assert read_all(frame, "lz4", 10**7) == (data, "whole")
    assert read_all(frame[:-4], "lz4", 10**7) == (data, "cut")
    assert read_all(frame[:-1] + bytes([frame[-1] ^ 1]), "lz4", 10**7) == (data, "damaged")


def test_an_lz4_block_that_says_to_be_larger_than_any_is_damage():
    frame = bytearray(lz4.frame.compress(b"abc" * 100, store_size=False))
    frame[7:11] = (2**31 - 1).to_bytes(4, "little")
    assert read_all(bytes(frame), "lz4") == (b"", "damaged")


def test_zstd_blocks_of_one_repeated_byte():
    data = bytes(10 * BLOCK)
    frame = zstd(data, checksum=True)
    assert len(frame) < 200
    assert read_all(frame, "zst", 10**7) == (data, "whole")


@pytest.mark.parametrize("damage", [-1, -5])  # the length and the checksum of a gzip trailer
def test_a_wrong_trailer_takes_no_packet_along(damage):
    data = bytearray(gzip.compress(w.pcap([60] * 5)))
    data[damage] ^= 1
    trace = open_trace(io.BytesIO(bytes(data)))
    blocks = trace.blocks()
    assert len(packets_of([next(blocks)])) == 5
    with pytest.raises(TraceError, match="record 5 at byte 404 of the decompressed stream"):
        next(blocks)


@pytest.mark.parametrize("pack", [zstd, lz4.frame.compress, gzip.compress])
def test_a_stream_of_nothing_is_empty(pack):
    with pytest.raises(TraceError, match="not a capture: it is empty"):
        open_trace(io.BytesIO(pack(b"")))


@pytest.mark.parametrize("pack", [zstd, lz4.frame.compress, gzip.compress])
def test_a_stream_that_is_cut_before_its_first_byte_is_not_called_empty(pack, tmp_path):
    path = tmp_path / "x"
    path.write_bytes(pack(w.pcap([60, 60]))[:10])
    with pytest.raises(TraceError, match="before the first packet: the compressed stream is cut"):
        open_trace(path)


@pytest.mark.parametrize(
    ("pack", "suffix"), [(gzip.compress, "gz"), (zstd, "zst"), (lz4.frame.compress, "lz4")]
)
def test_the_format_is_named_after_its_compression(pack, suffix):
    with open_trace(io.BytesIO(pack(w.pcap([60])))) as trace:
        assert trace.format == f"pcap.{suffix}"


@pytest.mark.parametrize(
    ("more", "end"),
    [
        (bytes.fromhex("28b5"), "cut"),  # a magic number that is cut
        (bytes.fromhex("5a2a4d"), "cut"),
        (bytes.fromhex("28b6"), "damaged"),
        (bytes.fromhex("01020304"), "damaged"),
        (bytes.fromhex("512a4d18"), "cut"),  # a skippable frame
        (bytes.fromhex("512a4d18 020000"), "cut"),
        (bytes.fromhex("512a4d18 02000000 61"), "cut"),
        (bytes.fromhex("512a4d18 02000000 6162"), "whole"),
    ],
)
@pytest.mark.parametrize("pack", [zstd, lz4.frame.compress])
def test_what_follows_the_last_frame(pack, more, end):
    data = pack(b"abc") + more
    assert read_all(data, "zst") == decompressed.unframe(data) == (b"abc", end)


def test_lz4_of_the_old_format_is_named():
    with pytest.raises(TraceError, match=r"lz4-compressed data of the old format.*decompress it"):
        open_trace(io.BytesIO(bytes.fromhex("02214c18 00000000")))


@pytest.mark.parametrize("command", ["gzip", "zstd", "lz4"])
def test_what_the_commands_write_is_read(command):
    if not shutil.which(command):
        pytest.skip(f"there is no {command} here")
    capture = w.pcap([60, 1514] * 2000)
    for level in ("-1", "-9"):
        done = subprocess.run(
            [command, "-c", level], input=capture, capture_output=True, check=True
        )
        with open_trace(io.BytesIO(done.stdout)) as trace:
            assert packets_of(trace.blocks()) == pcap_reader.read(capture).packets


MANY = 2_000
SMALL_MEMBERS = {"gz": gzip.compress, "zst": zstd, "lz4": lz4.frame.compress}
small_members = pytest.mark.parametrize(("kind", "pack"), SMALL_MEMBERS.items(), ids=SMALL_MEMBERS)


@small_members
def test_many_small_members_come_in_few_pieces(kind, pack):
    """Each piece costs the walk as much as thousands of bytes."""
    data = b"".join(pack(bytes([n % 256]) * 16) for n in range(MANY))
    reader, pieces = inflate(PlainReader(io.BytesIO(data), "x"), kind), []
    while piece := reader._reader.read(10**6):
        pieces.append(bytes(piece))
    assert b"".join(pieces) == b"".join(bytes([n % 256]) * 16 for n in range(MANY))
    assert len(pieces) < 20


@pytest.mark.parametrize("pack", [zstd, lz4.frame.compress, gzip.compress])
@pytest.mark.parametrize("size", [1, 7, 70_000])
def test_a_piece_is_taken_in_as_many_parts_as_asked_for(pack, size):
    whole = random.Random(4).randbytes(100_000)
    kind = "gz" if pack is gzip.compress else "zst"
    reader = inflate(PlainReader(io.BytesIO(pack(whole)), "x"), kind)._reader
    begun = b"".join(bytes(reader.read(size)) for _ in range(100))
    assert begun == whole[: 100 * size]


class Once(io.RawIOBase):
    """A stream that has given all it has for now, and would have to be waited for."""

    def __init__(self, data):
        self.data = data

    def read(self, size=-1):
        assert self.data, "nothing is waited for while there is something to give"
        data, self.data = self.data[:size], self.data[size:]
        return data


@small_members
def test_what_is_there_is_given_before_more_is_waited_for(kind, pack):
    data = pack(b"one") + pack(b"two")
    reader = inflate(PlainReader(Once(data), "x"), kind)
    assert bytes(reader.read(10**6)) == b"onetwo"


@small_members
def test_members_before_a_fault_are_given_before_it(kind, pack):
    data = pack(b"one") + pack(b"two") + b"no member"
    reader = inflate(PlainReader(io.BytesIO(data), "x"), kind)
    assert bytes(reader.read(10**6)) == b"onetwo"
    for _ in range(2):
        with pytest.raises(Damage):
            reader._reader.read(10**6)
    reader.close()


@pytest.mark.parametrize("padding", [1, 4095, 4096, 4097, 300_000])
def test_padding_of_any_length_between_gzip_members(padding):
    data = gzip.compress(b"one") + bytes(padding) + gzip.compress(b"two") + bytes(padding)
    assert read_all(data, "gz", 10**6) == (b"onetwo", "whole")
