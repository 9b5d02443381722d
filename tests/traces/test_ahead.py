"""The thread that decompresses: it gives what comes, stops when told, and outlives nothing."""

import gzip
import io
import os
import signal
import subprocess
import sys
import threading
import time
import zlib

import pytest
import zstandard
from oracles import capture_writer as w
from oracles import pcap_reader
from oracles.walking import packets_of
from rxreplay.errors import TraceError
from rxreplay.traces import ahead, open_trace
from rxreplay.traces.faults import Damage
from rxreplay.traces.inflate import inflate
from rxreplay.traces.plain import PIECE, SLICE, PlainReader

RECORDS = 40_001  # more than two blocks
LARGE = w.pcap([60]) + w.pcap([590] * 8)[24:] * 5000  # 24 MB: more than is read ahead


def threads():
    return [thread for thread in threading.enumerate() if thread.name == "rxreplay-inflate"]


@pytest.fixture(autouse=True)
def no_thread_is_left():
    yield
    assert threads() == []


@pytest.fixture
def pipe():
    """Both ends of a pipe, the read end without a buffer."""
    read_end, write_end = os.pipe()
    with open(read_end, "rb", buffering=0) as source, open(write_end, "wb", buffering=0) as sink:
        yield source, sink


class Flushing:
    """A gzip stream that can be read up to what has been written."""

    def __init__(self):
        self.member = zlib.compressobj(wbits=31)

    def __call__(self, data):
        return self.member.compress(data) + self.member.flush(zlib.Z_SYNC_FLUSH)


def until(what):
    for _ in range(1000):
        if what():
            return
        time.sleep(0.01)
    raise AssertionError("it did not happen within 10 s")


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
def test_a_walk_that_ends_early_stops_the_thread(pack, monkeypatch):
    monkeypatch.setattr(ahead, "BATCHES", 2)  # fewer than there are
    with open_trace(io.BytesIO(pack(LARGE))) as trace:
        walk = trace.blocks()
        next(walk)
        assert len(threads()) == 1
        walk.close()
        assert threads() == []
        assert len(packets_of(trace.blocks())) == RECORDS


def test_a_look_at_the_head_needs_no_thread(monkeypatch):
    monkeypatch.setattr(ahead, "Thread", None)
    with open_trace(io.BytesIO(gzip.compress(LARGE))) as trace:
        assert trace.format == "pcap.gz"


def test_it_reads_ahead_as_far_as_there_is_room():
    file = io.BytesIO(gzip.compress(LARGE, 0))
    reader = inflate(PlainReader(file, "x"), "gz")
    reader.read(100)
    assert len(reader.read(PIECE)) > 0
    while reader.read(PIECE) and not threads():
        pass
    time.sleep(0.2)
    at = file.tell()
    assert at < (ahead.BATCHES + 2) * (ahead.BATCH + PIECE)
    time.sleep(0.1)
    assert file.tell() == at
    reader.close()
    assert bytes(reader.read(10)) == b""


def test_what_a_pipe_holds_is_given_while_its_writer_thinks(pipe):
    source, sink = pipe
    pack = Flushing()
    reader = inflate(PlainReader(source, "x"), "gz")
    for n in range(5):
        sink.write(pack(bytes([n]) * 100))
        assert bytes(reader.read(1000)) == bytes([n]) * 100
    assert len(threads()) == 1
    sink.write(pack.member.flush())
    sink.close()
    assert bytes(reader.read(1000)) == bytes(reader.read(1000)) == b""
    assert not reader.cut
    reader.close()


def test_a_thread_that_waits_for_a_pipe_can_be_stopped(pipe):
    source, sink = pipe
    reader = inflate(PlainReader(source, "x"), "gz")
    pack = Flushing()
    for _ in range(2):
        sink.write(pack(bytes(1000)))
        reader.read(1000)
    (thread,) = threads()
    reader.close()
    reader.close()
    assert not thread.is_alive()
    sink.write(b"the pipe is still open")
    assert source.read(9) == b"the pipe "


def test_what_stands_in_a_buffer_before_is_read_first(pipe):
    source, sink = pipe
    data = b"head" + gzip.compress(w.pcap([60, 1514]))
    sink.write(data)
    sink.close()
    with io.BufferedReader(source, 2 * SLICE) as stream:
        assert stream.read(4) == b"head"
        with open_trace(stream) as trace:
            assert len(packets_of(trace.blocks())) == 2


def test_a_large_pipe_through_a_buffer(pipe):
    source, sink = pipe
    data = gzip.compress(LARGE, 0)

    def write():
        with sink:
            sink.write(data)

    writer = threading.Thread(target=write)
    writer.start()
    with io.BufferedReader(source) as stream, open_trace(stream) as trace:
        assert packets_of(trace.blocks()) == pcap_reader.read(LARGE).packets
    writer.join()


class Odd(io.RawIOBase):
    """A stream that can neither be wound back nor waited for."""

    def __init__(self, data):
        self.data = io.BytesIO(data)

    def read(self, size=-1):
        return self.data.read(min(size, 1000))


def test_a_stream_that_cannot_be_waited_for_has_no_thread(monkeypatch):
    monkeypatch.setattr(ahead, "Thread", None)
    with open_trace(Odd(gzip.compress(LARGE))) as trace:
        assert len(packets_of(trace.blocks())) == RECORDS


class Breaking(io.BytesIO):
    """A file whose disk breaks at its end."""

    def __init__(self, data, fault):
        super().__init__(data)
        self.fault = fault

    def read1(self, size=-1):
        data = super().read1(size)
        if not data:
            raise self.fault
        return data


@pytest.mark.parametrize(
    ("fault", "kind", "text"),
    [
        (OSError(5, "Input/output error"), TraceError, "cannot be read: Input/output error"),
        (MemoryError("no more"), MemoryError, "no more"),
    ],
)
def test_what_happens_in_the_thread_is_raised_where_the_bytes_are_awaited(fault, kind, text):
    trace = open_trace(Breaking(gzip.compress(LARGE, 0)[:-20], fault))
    with pytest.raises(kind, match=text):
        list(trace.blocks())
    assert threads() == []


def test_damage_in_the_thread_is_told_after_the_packets_before_it():
    data = gzip.compress(LARGE, 1) + b"no member"
    with open_trace(io.BytesIO(data), keep_damaged=True) as trace:
        assert len(packets_of(trace.blocks())) == RECORDS
        (warning,) = trace.warnings
    assert f"record {RECORDS:,} at byte {len(LARGE):,} of the decompressed" in warning.text


def test_after_a_fault_there_is_nothing():
    reader = inflate(PlainReader(io.BytesIO(gzip.compress(LARGE)[:-1] + b"x"), "x"), "gz")
    with pytest.raises(Damage):
        list(iter(lambda: bytes(reader.read(PIECE)), b""))
    assert bytes(reader.read(1)) == b""
    reader.close()


def script(code, *given):
    return [sys.executable, "-c", code, *map(str, given)]


def test_a_walk_that_nobody_ends_lets_the_process_end(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(gzip.compress(LARGE))
    code = (
        "import sys, threading\n"
        "from rxreplay.traces import ahead, open_trace\n"
        "ahead.BATCHES = 2\n"  # fewer than there are
        "keep = [open_trace(sys.argv[1]).blocks()]\n"
        "keep += keep\n"
        "print(next(keep[0]).wire_len.size > 0, threading.active_count())\n"
    )
    done = subprocess.run(script(code, path), capture_output=True, timeout=60, check=True)
    assert done.stdout.split() == [b"True", b"2"]


def test_an_interrupt_ends_a_walk_that_waits_for_a_pipe():
    code = (
        "import signal\n"  # a shell's background job, as this may be, starts with SIGINT ignored
        "from rxreplay.traces import open_trace\n"
        "from rxreplay.traces import scan_pcap, inflate, gunzip, ahead\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "print('ready', flush=True)\n"
        "sum(block.wire_len.size for block in open_trace('-').blocks())\n"
    )
    walk = subprocess.Popen(
        script(code), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    with walk:
        assert walk.stdout.readline() == b"ready\n"
        pack = Flushing()
        for n in range(3):
            walk.stdin.write(pack(LARGE[n * 100_000 :][:100_000]))
            walk.stdin.flush()
            time.sleep(0.3)
        walk.send_signal(signal.SIGINT)
        assert walk.wait(30) == -signal.SIGINT
        assert b"KeyboardInterrupt" in walk.stderr.read()


class HastyQueue(ahead.SimpleQueue):
    """As if the walk took all pieces away before the thread that gives them goes on."""

    def put(self, item):
        super().put(item and (list(item[0]), item[1]))
        if item:
            item[0].clear()


def test_a_walk_may_be_faster_than_the_thread(monkeypatch):
    monkeypatch.setattr(ahead, "SimpleQueue", HastyQueue)
    source = io.BytesIO(gzip.compress(LARGE, 1))
    reader = inflate(PlainReader(source, "x"), "gz")
    given = b"".join(iter(lambda: bytes(reader.read(PIECE)), b""))
    reader.close()
    assert given == LARGE
