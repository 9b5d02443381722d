"""Counts of what tells where a capture was taken."""

from dataclasses import fields
from typing import Final

import numpy as np
from rxreplay._jit import kernel

from .coalesce import ENDS_IT, ETH_HLEN
from .headers import NOT_KEPT, TCP, WHOLE
from .packets import Int64s, Record, Records, Word
from .vantage import FCS_LEN, Seen

FRAME_LIMIT: Final = 1514
LONGEST_PADDED: Final = 64  # 60, and an FCS
NOTHING_FITS: Final = -2  # -1: a number that was not kept

COUNTED: Final = tuple(field.name for field in fields(Seen))
OBSERVED = np.dtype([(name, "i8") for name in (*COUNTED, "flow", "next_seq")])


@kernel
def observe_end(observed: Record, frame_len: Word, headers: Record) -> None:
    """Count what lies behind the IP packet."""
    ip_len = headers["payload"] - headers["network"] + headers["payload_len"]
    beyond = frame_len - ETH_HLEN - headers["tag_bytes"] - ip_len
    if beyond > 0 and frame_len <= LONGEST_PADDED:
        observed["padded"] += 1
    elif beyond == FCS_LEN:
        observed["trailing"] += 1


@kernel
def observe_segment(observed: Record, headers: Record) -> None:
    """Count a TCP segment that goes on where the one before it ended; remember where this ends."""
    if headers["flow"] == observed["flow"] and headers["seq"] == observed["next_seq"]:
        observed["mergeable"] += 1
    observed["flow"] = headers["flow"]
    observed["next_seq"] = (headers["seq"] + headers["payload_len"]) & 0xFFFFFFFF
    if headers["tcp_flags"] & ENDS_IT:
        observed["next_seq"] = NOTHING_FITS


@kernel
def observe(observed: Record, frame_len: Int64s, headers: Records) -> None:
    """Count the packets of a block."""
    for i in range(headers.size):
        found = headers[i]
        observed["packets"] += 1
        if found["flow"]:
            observed["flows"] += 1
        if found["tag_bytes"] > 0:
            observed["tagged"] += 1
        whole = found["protocol"] == TCP and found["fragment"] == WHOLE
        if frame_len[i] - found["tag_bytes"] > FRAME_LIMIT:
            observed["above_mtu"] += 1
            observed["long_tcp"] += whole
        if found["payload"] == NOT_KEPT or found["payload_len"] == NOT_KEPT:
            continue
        observe_end(observed, frame_len[i], found)
        if whole and found["payload_len"] > 0 and found["flow"]:
            observe_segment(observed, found)


class Observer:
    """Sees the blocks of a capture, and tells what it saw.

    Examples
    --------
    >>> from .headers import new_headers
    >>> observer = Observer()
    >>> observer.take(np.array([60, 9014]), new_headers(2))
    >>> observer.seen.above_mtu
    1
    """

    def __init__(self) -> None:
        """Begin with nothing seen."""
        self._observed = np.zeros(1, OBSERVED)[0]

    def take(self, frame_len: Int64s, headers: Records) -> None:
        """Count a block; lengths have an Ethernet header and the tags that `headers` counts."""
        observe(self._observed, frame_len, headers)

    @property
    def carried(self) -> Record:
        """What it takes into the next captures of a trace."""
        return self._observed

    def resume(self, carried: Record) -> None:
        """Go on with what another has carried."""
        self._observed = carried

    @property
    def seen(self) -> Seen:
        """What there was so far."""
        return Seen(*(int(self._observed[name]) for name in COUNTED))
