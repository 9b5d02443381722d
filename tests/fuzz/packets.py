"""Any bytes as packets: headers, flows, the host's GRO, segments, queues, directions, filters."""

import numpy as np
from fuzz.choices import Choices
from fuzz.law import or_our_error
from helpers.frames import LINK_TYPES
from oracles import bpf_machine
from oracles import headers as oracle
from rxreplay.traces.bpf import lower_program
from rxreplay.traces.decap import Decapsulator
from rxreplay.traces.decode import decode
from rxreplay.traces.ends import ends_of
from rxreplay.traces.flow_key import flow_key
from rxreplay.traces.framing import device_lengths
from rxreplay.traces.gro_fields import gro_fields
from rxreplay.traces.headers import NOT_KEPT, new_headers
from rxreplay.traces.host_gro import HostGro
from rxreplay.traces.link_types import link_type_name
from rxreplay.traces.observing import Observer
from rxreplay.traces.packets import NO_TIME, Packets
from rxreplay.traces.resegment import Resegmenter
from rxreplay.traces.run_bpf import match
from rxreplay.traces.selecting import Selector
from rxreplay.traces.steering import Steering, steer

MOST_PACKETS = 12
MOST_FRAMES = 2048  # of a packet
KINDS = [*LINK_TYPES, 147, 65_535]
LENGTHS = [None, 0, 13, 14, 60, 1514, 65_535, 65_536, 2**32 - 1]
TIMES = [0, 1, 50_000, NO_TIME, -1, 2**63 - 1, -(2**63) + 1]


def drawn(choices):
    """Draw link type, bytes, length on the wire and time of some packets."""
    rows = []
    alike = choices.of([None, *KINDS])
    while choices.left and len(rows) < MOST_PACKETS:
        kind = choices.of(KINDS) if alike is None else alike
        wire_len, ts_ns = choices.of(LENGTHS), choices.of(TIMES)
        frame = choices.bytes(choices.below(256))
        rows.append((kind, frame, len(frame) if wire_len is None else wire_len, ts_ns))
    return rows


def packets_of(rows):
    """Lay packets out one behind the other: the last one ends with the array."""
    kinds, frames, wire_len, ts_ns = zip(*rows, strict=True) if rows else ((),) * 4
    cap_len = np.array([len(frame) for frame in frames], np.int64)
    columns = [np.array(column, np.int64) for column in (ts_ns, wire_len)]
    macs = [int.from_bytes(frame[:6], "big") if len(frame) >= 6 else -1 for frame in frames]
    from_macs = [int.from_bytes(f[6:12], "big") if len(f) >= 12 else -1 for f in frames]
    return Packets(
        *columns,
        cap_len,
        np.array(macs, np.int64),
        np.array(from_macs, np.int64),
        at=np.cumsum(cap_len) - cap_len,
        link_type=np.array(kinds, np.int64),
        flags=columns[1],
        queue=np.zeros_like(cap_len),
        data=np.frombuffer(b"".join(frames), np.uint8),
        swapped=False,
        snaplen=262_144,
    )


def check_headers(rows, headers):
    """Hold what was decoded against the slow decoder and the words for it."""
    for (kind, frame, _, _), row in zip(rows, headers, strict=True):
        expected = oracle.decode(frame, kind)
        known = {name: NOT_KEPT if value is None else value for name, value in expected.items()}
        assert {name: int(row[name]) for name in known} == known
        flow_key(frame, link_type_name(kind))


def packets(data):
    """Give packets to everything that looks into them."""
    choices = Choices(data)
    mode, queues, seed = choices.of(["rss", "automq"]), 1 + choices.below(8), choices.number(4)
    timeout, budget = choices.of([0, 1, 50_000, 10**9]), choices.of([1, 2, 64])
    rows = drawn(choices)
    these = packets_of(rows)
    where = these.data, these.at, these.cap_len
    headers = new_headers(len(rows))
    decode(*where, these.link_type, headers)
    check_headers(rows, headers)
    alike = np.zeros(len(rows), np.int64)
    gro_fields(*where, headers, alike)
    check_frames(these, headers, alike, HostGro(timeout, budget))
    assert ((steer(Steering(mode, queues, seed=seed), *where[:2], headers)) < queues).all()
    check_directions(these, headers)
    check_tunnels(these)


def check_frames(these, headers, alike, gro):
    """Coalesce and part; no byte of a packet is lost but headers."""
    observer = Observer()
    observer.take(these.wire_len, headers)
    assert observer.seen.packets == headers.size
    zeros = np.zeros(headers.size, np.int64)
    merged = gro.take(these.ts_ns, these.wire_len, headers, alike, zeros)[4].sum()
    assert merged + gro.end()[4].sum() == headers.size
    frames = Resegmenter().take(these.wire_len, headers)
    assert np.unique(frames.record).size == headers.size
    assert frames.record.size <= MOST_FRAMES * headers.size
    assert (frames.frame_len >= 0).all()
    with or_our_error():
        lengths = device_lengths(these, "x")
        assert ((lengths >= 0) & (lengths < 2**32)).all()


def check_directions(these, headers):
    """Say who is who, as far as the packets do."""
    ends = ends_of(these, headers)
    for direction, macs in (("auto", []), ("in", [0x525400000001]), ("out", []), ("both", [])):
        selector = Selector(direction, macs)
        with or_our_error():
            selector.hear(ends)
            if selector.decision is None:
                selector.decide()
            assert selector.mask(ends).size == headers.size


def check_tunnels(these):
    """Take packets out of tunnels; what comes out lies in what was kept."""
    inner = Decapsulator(["vxlan", "geneve", "gre", "erspan", "vlan"]).take(these)
    inside = inner.packets
    assert ((inside.wire_len >= 0) & (inside.at >= 0) & (inside.cap_len >= 0)).all()
    assert (inside.at + inside.cap_len <= inside.data.size).all()
    assert inner.record.size <= these.at.size


def rows_of(choices):
    """Draw a BPF program, mostly of opcodes that there are."""
    rows = []
    for _ in range(choices.below(40)):
        code = choices.number(1) if choices.below(8) else choices.number(2)
        numbers = choices.number(1) & 15, choices.number(1) & 15
        k = choices.of([0, 1, 2, 12, 14, 31, 2**31, 2**32 - 1, choices.number(4)])
        rows.append((code, *numbers, k))
    return [*rows, (6, 0, 0, 96)] if choices.below(4) else rows


def bpf(data):
    """Run any program over any packet, beside the slow machine."""
    choices = Choices(data)
    rows = rows_of(choices)
    wire_len, packet = choices.of([0, 60, 2**32 - 1]), choices.rest()
    program = np.array(rows, np.int64).reshape(len(rows), 4)
    with or_our_error():
        lowered = lower_program(program)
        mask, where = np.zeros(1, np.bool_), [np.array([n]) for n in (0, len(packet), wire_len)]
        match(np.frombuffer(packet, np.uint8), *where, lowered, mask)
        assert mask[0] == (bpf_machine.run(rows, packet, wire_len) != 0)
