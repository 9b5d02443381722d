"""What sockets of several sizes hold, for all traffic and flow by flow: dtypes and sizes."""

from typing import Final, NamedTuple

import numpy as np

from .state import Int64s, Record, Records

ALL: Final = 0  # the row of a socket that gets everything; flows have rows from 1 on
RATIO_STEPS: Final = 16_384  # of a ratio of 1
RATIOS: Final = 4 * RATIO_STEPS  # steps that are told apart; the last one is of all above

FILLING = np.dtype(
    [
        (name, "i8")
        for name in (
            "rmem",
            "closed",  # 1 after the first drop
            "fit_packets",
            "fit_bytes",
            "accepted_packets",
            "accepted_bytes",
        )
    ]
)
"""A socket that nobody reads."""

HOLD = np.dtype([("ns", "i8"), ("oldest", "i8"), ("given_up", "i8")])
"""A time span, the number of the oldest arrival within it, and whether it holds too many."""

WINDOW = np.dtype([("bytes", "i8"), ("most", "i8")])
"""Truesize that has arrived within a time span, now and at most."""

ARRIVAL = np.dtype([("ts_ns", "i8"), ("row", "i4"), ("truesize", "i4")])

FLOW = np.dtype(
    [
        ("key", "i8"),
        ("packets", "i8"),
        ("bytes", "i8"),
        ("truesize", "i8"),
        ("missed", "i8"),  # truesize that it can have had before it was followed, at most
    ]
)

TALLY = np.dtype(
    [
        ("flows", "i8"),  # followed now
        ("forgotten", "i8"),  # followed no more, one that came back counted again
        ("missed", "i8"),  # truesize of the busiest of these, at most
        ("below_half", "i8"),
        ("arrivals", "i8"),
    ]
)


class Limits(NamedTuple):
    """What is remembered has to end somewhere.

    Attributes
    ----------
    flows : int
        Flows that are followed at a time, a power of two; when there are more, the busiest half
        stays.
    in_window : int
        Packets of a window.
    """

    flows: int = 8_192
    in_window: int = 1_000_000


LIMITS: Final = Limits()


class SocketRows(NamedTuple):
    """All sockets of one strategy, as the kernels take them."""

    strict: int  # `Layout.udp_strict`
    limits: Limits
    tally: Record
    rcvbufs: Int64s
    fillings: Records  # FILLING, a row of them for each row of `flows`
    holds: Records  # HOLD
    windows: Records  # WINDOW, a row of them for each row of `flows`
    arrivals: Records  # ARRIVAL: the newest, by their number
    flows: Records  # FLOW
    slots: Int64s  # rows of `flows` by their key; 0: free
    ratios: Int64s  # packets by frame bytes in truesize


def new_rows(strict: int, rcvbufs: Int64s, holds: Int64s, limits: Limits = LIMITS) -> SocketRows:
    """Make the sockets, all empty.

    Examples
    --------
    >>> new_rows(0, np.array([212_992]), np.array([10_000_000])).fillings.shape
    (8193, 1)
    """
    rows = limits.flows + 1
    spans = np.zeros(holds.size, HOLD)
    spans["ns"] = holds
    return SocketRows(
        strict=strict,
        limits=limits,
        tally=np.zeros(1, TALLY)[0],
        rcvbufs=rcvbufs,
        fillings=np.zeros((rows, rcvbufs.size), FILLING),
        holds=spans,
        windows=np.zeros((rows, holds.size), WINDOW),
        arrivals=np.zeros(1, ARRIVAL),
        flows=np.zeros(rows, FLOW),
        slots=np.zeros(2 * limits.flows, np.int64),
        ratios=np.zeros(RATIOS, np.int64),
    )
