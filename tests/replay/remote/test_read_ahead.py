"""Blocks: all bytes in their order, few on their way at a time, nothing awaited in vain."""

import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rxreplay.errors import TraceError
from rxreplay.remote import read_ahead
from rxreplay.remote.read_ahead import ReadAhead

DATA = bytes(range(251)) * 4


def part(start, end):
    return DATA[start:end]


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    monkeypatch.setattr(read_ahead, "BLOCK", 100)
    monkeypatch.setattr(read_ahead, "IN_FLIGHT", 2)


def ahead(fetch, size, **how):
    return ReadAhead("s3://b/a.pcap", fetch, size, **({"first": 100, "threads": 3} | how))


def pieces(stream, size):
    with stream:
        return list(iter(lambda: stream.read(size), b""))


def settled(condition):
    """Wait until something is so."""
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.001)


@given(
    size=st.sampled_from([0, 1, 99, 100, 101, 200, 1004]),
    first=st.sampled_from([1, 30, 99, 100]),
    asked=st.sampled_from([1, 7, 99, 100, 101, 5000]),
    threads=st.integers(1, 4),
    known=st.booleans(),
)
def test_all_bytes_come_in_their_order(size, first, asked, threads, known):
    data = DATA[:size]
    stream = ahead(
        lambda start, end: data[start:end],
        size if known else None,
        first=first,
        threads=threads,
    )
    given = pieces(stream, asked)
    assert b"".join(given) == data
    assert all(len(piece) <= asked for piece in given)


def test_a_read_of_no_size_gives_what_is_left():
    with ahead(part, len(DATA)) as stream:
        assert stream.readable()
        assert stream.read(3) + stream.read() == DATA


def test_a_look_at_the_head_fetches_nothing_ahead():
    asked = []
    with ahead(lambda *span: asked.append(span) or part(*span), 1000, first=64) as stream:
        stream.read(64)
        assert asked == [(0, 64)]
        stream.read(1)
        settled(lambda: len(asked) == 4)
        stream.read(99)
    assert sorted(asked) == [(0, 64), (64, 164), (164, 264), (264, 364)]


def test_no_more_blocks_are_on_their_way_than_said():
    asked = []
    with ahead(lambda *span: asked.append(span) or part(*span), 1000) as stream:
        for block in range(1, 8):
            stream.read(100)
            settled(lambda block=block: len(asked) == block + 2)


def test_blocks_are_fetched_at_the_same_time():
    together = threading.Barrier(3, timeout=10)
    stream = ahead(lambda *span: together.wait() is None or part(*span), 300)
    assert b"".join(pieces(stream, 100)) == DATA[:300]


def test_an_early_end_is_an_error_that_says_where():
    stream = ahead(lambda start, end: part(start, min(end, 150)), 1000)
    with stream, pytest.raises(TraceError, match=r"s3://b/a.pcap: cut at byte 150 of 1,000: .*\."):
        stream.read()


def test_what_goes_wrong_in_a_thread_is_raised_where_the_bytes_are_awaited():
    def failing(start, end):
        if start:
            raise TraceError("no more")
        return part(start, end)

    with ahead(failing, 1000) as stream:
        assert stream.read(100) == DATA[:100]
        with pytest.raises(TraceError, match="no more"):
            stream.read(100)


def test_a_read_that_waits_can_be_ended_from_another_thread():
    silence, ended = threading.Event(), []
    stream = ahead(
        lambda *_: silence.wait() and b"", 1000, threads=1, ended=lambda: ended.append(1)
    )
    waiting = threading.Timer(0.05, stream.interrupt)
    waiting.start()
    assert stream.read(100) == b""
    stream.interrupt()  # a second time does nothing
    assert stream.read(100) == b""
    stream.close()
    stream.close()
    assert ended == []  # the thread still waits for the network, and nobody for the thread
    silence.set()
    settled(lambda: ended == [1])
    waiting.join()


def test_blocks_that_nobody_wants_any_more_are_not_fetched():
    asked, gate = [], threading.Event()

    def fetch(start, end):
        asked.append(start)
        gate.wait(10)
        return part(start, end)

    stream = ahead(fetch, 1000, threads=1)
    threading.Timer(0.05, stream.interrupt).start()
    assert stream.read(1) == b""
    stream.close()
    gate.set()
    settled(lambda: not any(thread.name == "rxreplay-fetch" for thread in threading.enumerate()))
    assert asked == [0]
