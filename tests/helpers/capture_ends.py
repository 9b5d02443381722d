"""The ends of packets, of made frames or of a capture, and what tells where that was taken."""

import numpy as np
from rxreplay import Options
from rxreplay.arriving import Arriving
from rxreplay.traces import Packets, open_trace
from rxreplay.traces import ends as kept
from rxreplay.traces.decode import decode
from rxreplay.traces.headers import new_headers
from rxreplay.traces.observing import Observer


def ends_with_headers(packets):
    """Decode packets, and give their ends."""
    headers = new_headers(packets.at.size)
    decode(packets.data, packets.at, packets.cap_len, packets.link_type, headers)
    return kept.ends_of(packets, headers)


def ends_of(found):
    """Give the ends of packets, each a frame, its link type and its flags."""
    frames, links, flags = (
        (list(column) for column in zip(*found, strict=True)) if found else 3 * [[]]
    )
    cap_len = np.array([len(frame) for frame in frames], np.int64)
    dst, src = (
        np.array(
            [
                int.from_bytes(frame[at : at + 6], "big")
                if link == 1 and len(frame) >= at + 6
                else -1
                for frame, link in zip(frames, links, strict=True)
            ],
            np.int64,
        )
        for at in (0, 6)
    )
    packets = Packets(
        ts_ns=np.zeros_like(cap_len),
        wire_len=cap_len,
        cap_len=cap_len,
        dst=dst,
        src=src,
        at=cap_len.cumsum() - cap_len,
        link_type=np.array(links, np.int64),
        flags=np.array(flags, np.int64),
        queue=np.zeros_like(cap_len),
        data=np.frombuffer(b"".join(frames) + b"\0", np.uint8),
        swapped=False,
        snaplen=262_144,
    )
    return ends_with_headers(packets)


def ends_of_file(path, count=65_536):
    """Give the ends of the first packets of a capture."""
    return ends_and_seen(path, count)[0]


def ends_and_seen(path, count=65_536):
    """Give the ends of the first packets of a capture, and what tells where it was taken."""
    parts, observer, left = [kept.no_ends(0)], Observer(), count
    arriving = Arriving(Options(), "", replaying=False)
    with open_trace(path, keep_damaged=True) as trace:
        for packets in trace.packets():
            headers = arriving.headers_of(packets)
            observer.take(arriving.device_len(packets)[:left], headers[:left])
            parts.append(kept.join_ends([kept.ends_of(packets, headers)]))
            left = max(left - headers.size, 0)
            if not left:
                break
    return kept.first_ends(kept.join_ends(parts), count), observer.seen
