"""The same traffic, recorded at once in several places: before and after the GRO of real kernels.

`vantage-wire` and `vantage-gro`: Linux 6.18, two namespaces with a veth between them, 300 Mbit/s,
two TCP flows each way (iperf3 --bidir -P 2), TSO and GSO off at the sender, GRO on at the receiver.
Recorded by two tcpdumps, in one direction: what the sender put onto the veth, and what the
receiver's GRO handed on. 66 bytes of each packet were kept.

`vantages/KIND-LOAD-PLACE`: by `scripts/record-vantages`, which tells kinds and places; the host has
Linux 6.18, the guest 6.12.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
from helpers.shared_data import CHECKOUT
from rxreplay.traces import open_trace
from rxreplay.traces.decode import decode
from rxreplay.traces.gro_fields import gro_fields
from rxreplay.traces.headers import TCP, new_headers

DATA = CHECKOUT / "tests" / "data"


class Recorded(NamedTuple):
    ts_ns: np.ndarray
    frame_len: np.ndarray
    headers: np.ndarray
    alike: np.ndarray

    def frames_of(self, others):
        """Say which of these packets has the payload of each of the others.

        -1: it has none that is TCP, none has it, or it was sent again.
        """
        spans = {}
        for i, (flow, start, end) in self.payloads():
            spans.setdefault(flow, []).append((start, end, i))
        found, taken = np.full(others.headers.size, -1), set()
        for i, (flow, seq, _) in others.payloads():
            having = (frame for start, end, frame in spans.get(flow, ()) if start <= seq < end)
            if (flow, seq) not in taken:
                found[i] = next(having, -1)
            taken.add((flow, seq))
        return found

    def payloads(self):
        """Give number, flow, first sequence number and the one after the last of TCP payloads."""
        rows = np.flatnonzero((self.headers["payload_len"] > 0) & (self.headers["protocol"] == TCP))
        for i in rows.tolist():
            row = self.headers[i]
            yield i, (int(row["flow"]), int(row["seq"]), int(row["seq"] + row["payload_len"]))


def read(path):
    parts = []
    with open_trace(path) as trace:
        for packets in trace.packets():
            headers, alike = new_headers(packets.at.size), np.zeros(packets.at.size, np.int64)
            decode(packets.data, packets.at, packets.cap_len, packets.link_type, headers)
            gro_fields(packets.data, packets.at, packets.cap_len, headers, alike)
            parts.append((packets.ts_ns.copy(), packets.wire_len.copy(), headers, alike))
    return Recorded(*map(np.concatenate, zip(*parts, strict=True)))


@cache
def wire_and_gro():
    return read(DATA / "vantage-wire.pcap.gz"), read(DATA / "vantage-gro.pcap.gz")


def path_of(name, place):
    return DATA / "vantages" / f"{name}-{place}.pcap.zst"


@cache
def recorded(name, place):
    return read(path_of(name, place))
