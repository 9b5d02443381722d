"""Captures of any bytes through every walk, held against each other and the slow reader."""

import io
import os

import numpy as np
from fuzz.choices import Choices
from fuzz.law import check_text, or_our_error
from fuzz.mutations import decompressed
from helpers.dripping import Dripping
from oracles import pcap_reader
from oracles.walking import walk
from rxreplay.errors import TraceError
from rxreplay.traces import Digest, Packets, join_traces, open_trace
from rxreplay.traces.framing import device_lengths

MOST_FRAMES = 60
LINK_TYPES = [None, 0, 1, 9, 101, 113, 147, 276, 65_535]


def opened(data, **how):
    """Open a capture, None where it is refused."""
    with or_our_error():
        return open_trace(io.BytesIO(data), **how)


def whole(trace, name, *arguments):
    """Give all numbers of a walk for lengths."""
    parts = [part.copy() for part in getattr(trace, name)(*arguments)]
    return np.concatenate(parts) if parts else np.zeros(0, np.int64)


def portions(trace):
    """Give what the walk for a replay gives, and the lengths on the wire of all of it."""
    digest = Digest()
    for part in trace.portions(digest, lambda: False):
        if isinstance(part, Packets):
            digest.add(part)
            part = device_lengths(part, "<stream>")
        assert (part >= 0).all()
    return digest.summary.packets


def check_walks(trace, reading):
    """Walk a trace in each way, and hold the ways against each other."""
    packets, end = walk(trace, TraceError)
    assert (packets, end) == (reading.packets, reading.end)
    wire_len = [packet.wire_len for packet in packets]
    digest, added = Digest(), Digest()
    assert whole(trace, "lengths", digest).tolist() == wire_len
    for block in trace.blocks():
        added.add(block)
    assert digest.summary.as_dict() == added.summary.as_dict()
    check_bytes(trace, reading)
    with or_our_error():
        assert portions(trace) == len(packets)
    for warning in trace.warnings:
        check_text(warning.text)


def check_bytes(trace, reading):
    """Hold what the walks say of bytes against the slow reader's."""
    seen = []
    for part in trace.packets():
        places = zip(part.at.tolist(), part.cap_len.tolist(), strict=True)
        frames = [part.data[at : at + size].tobytes() for at, size in places]
        seen += zip(frames, part.link_type.tolist(), strict=True)
    assert seen == [(packet.frame, packet.link_type) for packet in reading.packets]
    asked = range(min(len(seen) + 1, MOST_FRAMES))
    given = list(trace.frames(asked))
    assert given == list(enumerate(frame for frame, _ in seen[:MOST_FRAMES]))


def walks(data):
    """Open bytes as a stream that can be wound back."""
    reading = pcap_reader.read(data)
    trace = opened(data, keep_damaged=True)
    if trace is None:
        assert not reading.packets
        assert reading.end != "whole" or not data
        return
    with trace:
        check_walks(trace, reading)
    with opened(data) as trace:
        packets, end = walk(trace, TraceError)
        assert (packets, end) == (reading.packets, reading.end)


def mapped_walks(data):
    """Open bytes as a file."""
    reading = pcap_reader.read(data)
    with open(os.memfd_create("fuzz"), "w+b") as file:
        file.write(data)
        file.flush()
        with (
            or_our_error(),
            open_trace(f"/proc/self/fd/{file.fileno()}", keep_damaged=True) as trace,
        ):
            check_walks(trace, reading)


def odd_walks(data):
    """Open bytes as a pipe that drips, as another link type, or joined with themselves."""
    choices = Choices(data[-8:])
    way, size, link_type = choices.below(3), 1 + choices.below(40), choices.of(LINK_TYPES)
    reading = pcap_reader.read(data)
    with or_our_error():
        if way == 0:
            with open_trace(Dripping(data, size), keep_damaged=True) as trace:
                assert walk(trace, TraceError) == (reading.packets, reading.end)
        elif way == 1:
            with open_trace(io.BytesIO(data), keep_damaged=True, link_type=link_type) as trace:
                assert portions(trace) == len(reading.packets)
        else:
            order = choices.of(["time", "given"])
            twice = [io.BytesIO(data), io.BytesIO(data)]
            with join_traces(twice, order=order, keep_damaged=True) as trace:
                both = whole(trace, "lengths", Digest()).tolist()
            assert both == [packet.wire_len for packet in reading.packets] * 2


def compressed(data):
    """Open bytes that are compressed, or were."""
    trace = opened(data, keep_damaged=True)
    if trace is None:
        return
    with trace:
        lengths = whole(trace, "lengths", Digest()).tolist()
        packets, _ = walk(trace, TraceError)
        assert [packet.wire_len for packet in packets] == lengths
    plain = decompressed(data)
    if plain is not None and trace.format.count("."):
        reading = pcap_reader.read(plain)
        assert packets[: len(reading.packets)] == reading.packets
