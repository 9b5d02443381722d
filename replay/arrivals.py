"""Packets on their way from the capture to the device, column by column."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from rxreplay.traces.headers import new_headers
from rxreplay.traces.packets import Int64s, Mask, Records


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Packets of a capture, as a device would get them.

    Attributes
    ----------
    number : int64 array, shape (n,)
        Of each in the capture, from 0.
    ts_ns, wire_len, frame_len, queue : int64 arrays, shape (n,)
        Its time, its bytes on the wire and as the device has it, its receive queue.
    headers : record array, shape (n,), dtype HEADERS
        What was decoded; empty where nobody needs it.
    alike : int64 array, shape (n,)
        What GRO compares; empty where nobody needs it.
    """

    number: Int64s
    ts_ns: Int64s
    wire_len: Int64s
    frame_len: Int64s
    queue: Int64s
    headers: Records
    alike: Int64s

    def only(self, mask: Mask) -> "Arrivals":
        """Give those for which `mask` is true."""
        columns = (getattr(self, field.name) for field in fields(self))
        return Arrivals(*(column[mask] if column.size else column for column in columns))


def joined(parts: Iterable[Arrivals]) -> Arrivals:
    """Put consecutive arrivals together, in columns of their own.

    Examples
    --------
    >>> joined([]).number.size
    0
    """
    none: Any = np.zeros(0, np.int64)
    rows = [Arrivals(none, none, none, none, none, new_headers(0), none), *parts]
    columns: Any = ([getattr(row, field.name) for row in rows] for field in fields(Arrivals))
    return Arrivals(*map(np.concatenate, columns))
