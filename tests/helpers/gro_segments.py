"""Segments as the oracle of GRO has them: drawn, and as arrays."""

import numpy as np
from hypothesis import strategies as st
from oracles.gro import Segment
from rxreplay.traces.headers import TCP, UDP, new_headers

NO_TIME = -(2**63)
FLAGS = st.sampled_from([16, 16, 16, 16, 24, 17, 2, 18, 20, 48, 144, 80, 0x110])
PAYLOADS = st.sampled_from([1448, 1448, 1448, 1448, 1447, 1449, 535, 536, 1, 0, 6, 2896, 65000])
STEPS = st.sampled_from([0, 0, 1, 700, 12_000, 49_999, 50_000, 50_001, -1, 10**9])
FLOWS = st.sampled_from([1, 1, 1, 2, 9, 17]) | st.integers(1, 90)


@st.composite
def segments(draw, most=120):
    """Give segments of a few flows, mostly in order, mostly whole and soon after one another."""
    expected, ts_ns, drawn = {}, draw(st.sampled_from([0, 10**18, 2**63 - 60_000])), []
    for i in range(draw(st.integers(1, most))):
        flow, payload = draw(FLOWS), draw(PAYLOADS)
        ts_ns = min(max(ts_ns + draw(STEPS), 0), 2**63 - 1)
        odd = draw(st.integers(0, 30))
        start = draw(st.sampled_from([0, 2**32 - 1448, 2**32 - 1]))
        seq = (expected.get(flow, start) + (odd == 1)) % 2**32
        expected[flow] = (seq + payload) % 2**32
        new = Segment(NO_TIME if odd == 2 else ts_ns, flow, seq, payload, carried=i)
        new.flags = draw(FLAGS) if odd < 12 else 16
        new.alike, new.extra = int(odd == 3), {4: 6, 8: -6}.get(odd, 0)
        new.header_len = 40 if odd == 5 else 52
        new.link_len, new.tcp = (18 if odd == 6 else 14), odd != 7
        drawn.append(new)
    return drawn


def bulk(count, **kwargs):
    """Give whole segments of one flow, each behind the one before."""
    return [Segment(0, 1, 1448 * i, 1448, **kwargs) for i in range(count)]


def arrays(drawn):
    """Give times, lengths, headers, what is alike, and what is carried."""
    headers = new_headers(len(drawn))
    for new, row in zip(drawn, headers, strict=True):
        row["version"], row["protocol"] = 4, TCP if new.tcp else UDP
        row["network"], row["transport"] = new.link_len, new.link_len + 20
        row["tag_bytes"], row["payload"] = new.link_len - 14, new.link_len + new.header_len
        row["payload_len"], row["flow"] = new.payload, new.flow
        row["seq"], row["tcp_flags"] = new.seq, new.flags
    names = ("ts_ns", "frame_len", "alike", "carried")
    columns = [np.array([getattr(new, name) for new in drawn], np.int64) for name in names]
    return columns[0], columns[1], headers, columns[2], columns[3]
