"""Streams, pipes and compression: what comes through one buffer equals what is mapped."""

import functools
import gzip
import io
import os
import re
import subprocess
import sys
import threading
import zlib

import lz4.frame
import pytest
import zstandard
from helpers.dripping import Dripping
from oracles import capture_writer as w
from oracles import pcap_reader
from oracles.walking import packets_of, walk
from rxreplay.errors import TraceError
from rxreplay.traces import open_trace
from rxreplay.traces import trace as trace_module
from rxreplay.traces.window import StreamWindow

CAPTURES = {
    "pcap": w.pcap([60, 0, 13, 200]),
    "big": w.pcap([60, 12], ">", "ns"),
    "pcapng": w.pcapng([60, 0, 13]) + w.pcapng([5, 200], ">"),
    "snoop": w.snoop([60, 0, 13, 200]),
    "cut": w.pcap([60, 60])[:-1],
    "damaged": w.pcap([60]) + w.pcap_record(cap_len=2**31),
}


def zstd(data):
    return zstandard.ZstdCompressor().compress(data)


COMPRESSIONS = [(gzip.compress, "gz"), (zstd, "zst"), (lz4.frame.compress, "lz4")]


def split(compress, data, parts):
    step = -(-len(data) // parts)
    return b"".join(compress(data[i : i + step]) for i in range(0, len(data), step))


@pytest.mark.parametrize("name", CAPTURES)
@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 16, 24, 61, 100, 1000])
def test_a_stream_in_blocks_of_any_size_equals_the_whole(name, size, monkeypatch):
    small = functools.partial(StreamWindow, size=size)
    monkeypatch.setattr(trace_module, "StreamWindow", small)
    reading = pcap_reader.read(CAPTURES[name])
    with open_trace(Dripping(CAPTURES[name], size)) as trace:
        assert walk(trace, TraceError) == (reading.packets, reading.end)


@pytest.mark.parametrize("name", CAPTURES)
@pytest.mark.parametrize("drip", [1, 10_000])
@pytest.mark.parametrize("parts", [1, 2, 5])
@pytest.mark.parametrize(("compress", "suffix"), COMPRESSIONS)
def test_compressed_in_any_number_of_parts(name, parts, compress, suffix, drip):
    data = split(compress, CAPTURES[name], parts)
    reading = pcap_reader.read(CAPTURES[name])
    with open_trace(Dripping(data, drip)) as trace:
        kind = name if name in ("pcapng", "snoop") else "pcap"
        assert trace.format == f"{kind}.{suffix}"
        assert walk(trace, TraceError) == (reading.packets, reading.end)


def zstd_in_blocks(data):
    """Give a frame with a block, and so some output, for every few bytes."""
    frame = zstandard.ZstdCompressor().compressobj()
    parts = [frame.compress(data[i : i + 50]) + frame.flush(1) for i in range(0, len(data), 50)]
    return b"".join(parts) + frame.flush()


def lz4_in_blocks(data):
    """Give a frame with a block for every few bytes."""
    with lz4.frame.LZ4FrameCompressor(auto_flush=True) as frame:
        parts = [frame.begin()]
        parts += [frame.compress(data[i : i + 50]) for i in range(0, len(data), 50)]
        return b"".join(parts) + frame.flush()


@pytest.mark.parametrize("compress", [gzip.compress, zstd_in_blocks, lz4_in_blocks])
def test_a_compressed_stream_cut_at_any_byte(compress, tmp_path):
    whole, data = CAPTURES["pcap"], compress(CAPTURES["pcap"])
    path = tmp_path / "whatever.name"
    counts = []
    for size in range(4, len(data)):
        path.write_bytes(data[:size])
        try:
            with open_trace(path) as trace:
                packets, end = walk(trace, TraceError)
        except TraceError as error:
            assert re.search("is cut before anything|not a capture|file header is cut", str(error))  # noqa: PT017
            continue
        assert end == "cut"
        assert packets == pcap_reader.read(whole).packets[: len(packets)]
        counts.append(len(packets))
    assert counts == sorted(counts)
    assert counts[-1] == 4  # all bytes were there, but not the end of the stream


@pytest.mark.parametrize("compress", [gzip.compress, zstd, lz4.frame.compress])
def test_a_damaged_compressed_stream_is_an_error_with_its_place(compress):
    data = bytearray(compress(w.pcap([1000] * 3)))
    data[-9 if compress is gzip.compress else len(data) // 2] ^= 0xFF
    data += bytes([1, 2, 3, 4, 5, 6])
    with pytest.raises(TraceError, match="stream is damaged"):
        list(open_trace(io.BytesIO(bytes(data))).blocks())


def test_the_place_of_damage_is_counted_in_decompressed_bytes():
    data = gzip.compress(w.pcap([60, 60])) + b"no member"
    trace = open_trace(io.BytesIO(data), keep_damaged=True)
    assert len(packets_of(trace.blocks())) == 2
    (warning,) = trace.warnings
    assert "record 2 at byte 176 of the decompressed stream: the gzip stream" in warning.text


def test_padding_after_a_gzip_member_is_no_damage():
    data = gzip.compress(w.pcap([60])) + bytes(1000)
    with open_trace(io.BytesIO(data)) as trace:
        assert len(packets_of(trace.blocks())) == 1
        assert trace.warnings == []


def test_zeros_that_inflate_a_thousandfold_pass_through_one_buffer():
    data = zstd(w.pcap_header() + bytes(16 * 100_000))
    with open_trace(io.BytesIO(data)) as trace:
        assert sum(block.ts_ns.size for block in trace.blocks(addresses=False)) == 100_000


def test_a_zstd_stream_may_begin_with_a_skippable_frame():
    skippable = bytes.fromhex("502a4d18 03000000 616263")
    with open_trace(io.BytesIO(skippable + zstd(w.pcap([60])))) as trace:
        assert trace.format == "pcap.zst"
        assert len(packets_of(trace.blocks())) == 1


def test_a_stream_is_walked_once_and_says_so():
    with open_trace(Dripping(CAPTURES["pcap"], 9)) as trace:
        assert trace.size_bytes is None
        first, second = trace.blocks(), trace.blocks()
        list(first)
        with pytest.raises(TraceError, match="read only once"):
            trace.blocks()
        with pytest.raises(TraceError, match="read only once"):
            next(second)


def test_a_stream_that_can_seek_is_walked_twice_from_where_it_stood():
    file = io.BytesIO(b"something else" + CAPTURES["pcap"])
    file.seek(14)
    with open_trace(file) as trace:
        assert packets_of(trace.blocks()) == packets_of(trace.blocks())
    assert not file.closed


def test_a_named_pipe(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(CAPTURES["pcapng"],))
    writer.start()
    with open_trace(path) as trace:
        assert (trace.size_bytes, trace.rewindable) == (None, False)
        assert packets_of(trace.blocks()) == pcap_reader.read(CAPTURES["pcapng"]).packets
    writer.join()


def test_a_named_pipe_that_is_opened_and_not_walked_is_closed(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(CAPTURES["pcap"],))
    writer.start()
    trace = open_trace(path)
    trace.close()
    trace.close()
    writer.join()


def test_standard_input(tmp_path):
    program = (
        "from rxreplay.traces import open_trace\n"
        "trace = open_trace('-')\n"
        "print(trace.path, sum(block.ts_ns.size for block in trace.blocks()))\n"
    )
    path = tmp_path / "x"
    path.write_bytes(CAPTURES["pcap"])
    run = functools.partial(subprocess.run, [sys.executable, "-c", program], capture_output=True)
    assert run(input=CAPTURES["pcap"], check=True).stdout.split() == [b"-", b"4"]
    with path.open("rb") as file:
        assert run(stdin=file, check=True).stdout.split() == [b"-", b"4"]


def test_a_closed_standard_input_is_named(monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(TraceError, match="standard input is closed"):
        open_trace("-")


def test_standard_input_in_this_process(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    with pytest.raises(TraceError, match="standard input: not a capture: it is empty"):
        open_trace("-")


class Failing(io.RawIOBase):
    """A stream that breaks after the first bytes."""

    def __init__(self, what):
        self.what = what
        self.parts = [CAPTURES["pcap"][:100]]

    def read(self, size=-1):
        assert size
        if self.parts:
            return self.parts.pop()
        if isinstance(self.what, OSError):
            raise self.what
        return self.what


@pytest.mark.parametrize(
    ("what", "text"),
    [(OSError(5, "Input/output error"), "output error"), (None, "not block")],
)
def test_what_the_system_says_is_a_trace_error(what, text):
    trace = open_trace(Failing(what))
    with pytest.raises(TraceError, match=text):
        list(trace.blocks())


def test_zlib_streams_need_no_more_than_their_last_member():
    flushed = zlib.compressobj(wbits=31)
    data = flushed.compress(CAPTURES["pcap"]) + flushed.flush(zlib.Z_SYNC_FLUSH)
    with open_trace(io.BytesIO(data)) as trace:
        packets, end = walk(trace, TraceError)
    assert (len(packets), end) == (4, "cut")


def test_a_long_block_that_drips_is_not_moved_with_each_drop(monkeypatch):
    """Each move takes all that is there: with every drop, that would be quadratic."""
    moves, move = [], StreamWindow._move
    monkeypatch.setattr(StreamWindow, "_move", lambda *given: moves.append(1) or move(*given))
    comment = w.block(5, bytes(3_000_000))
    data = w.pcapng([60]) + comment + w.enhanced(w.frame(61)) + comment
    with open_trace(Dripping(data, 1000)) as trace:
        assert [packet.wire_len for packet in packets_of(trace.blocks())] == [60, 61]
    assert len(moves) < 20  # of 6,000 drops
