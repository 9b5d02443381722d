"""The same traffic before and after the GRO of a real kernel.

Linux 6.18, two namespaces with a veth between them, 300 Mbit/s, two TCP flows each way (iperf3
--bidir -P 2), TSO and GSO off at the sender, GRO on at the receiver. Recorded at once by two
tcpdumps, in one direction: what the sender put onto the veth, and what the receiver's GRO handed
on. 66 bytes of each packet were kept.
"""

import gzip
import struct
from functools import cache
from typing import NamedTuple

import numpy as np
from helpers.shared_data import CHECKOUT
from rxreplay.traces.decode import decode
from rxreplay.traces.gro_fields import gro_fields
from rxreplay.traces.headers import new_headers


class Recorded(NamedTuple):
    ts_ns: np.ndarray
    frame_len: np.ndarray
    headers: np.ndarray
    alike: np.ndarray

    def frames_of(self, others):
        """Say which of these packets has the payload of each of the others.

        -1: it has none, none has it, or it was sent again.
        """
        ends = {}
        for i, row in enumerate(self.headers):
            for seq in range(row["seq"], row["seq"] + row["payload_len"]):
                ends.setdefault((int(row["flow"]), seq), i)
        carrying = others.headers["payload_len"] > 0
        keys = [(int(row["flow"]), int(row["seq"])) for row in others.headers[carrying]]
        found = np.full(others.headers.size, -1)
        found[carrying] = [ends.pop(key, -1) for key in keys]
        return found


def read(name):
    data = gzip.decompress((CHECKOUT / "tests" / "data" / name).read_bytes())
    at, rows = 24, []
    while at < len(data):
        seconds, ns, cap_len, length = struct.unpack_from("<4I", data, at)
        rows.append((seconds * 10**9 + ns, length, at + 16, cap_len))
        at += 16 + cap_len
    ts_ns, frame_len, start, cap_len = np.array(rows).T.copy()
    data, headers = np.frombuffer(data, np.uint8), new_headers(len(rows))
    decode(data, start, cap_len, np.array([1]), headers)
    alike = np.zeros(len(rows), np.int64)
    gro_fields(data, start, cap_len, headers, alike)
    return Recorded(ts_ns, frame_len, headers, alike)


@cache
def wire_and_gro():
    return read("vantage-wire.pcap.gz"), read("vantage-gro.pcap.gz")
