"""The figures of sockets: what fits, what is needed, and how much of the charge is frame."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from .socket_rows import ALL, RATIO_STEPS, SocketRows
from .state import Int64s, Record

PERCENTS: Final = (0, 1, 10, 50, 90, 99, 100)
TOO_MANY: Final = "more packets came within that time than are remembered"


@dataclass(frozen=True, slots=True)
class Fit:
    """What one unread socket of `rcvbuf` bytes takes.

    Attributes
    ----------
    rcvbuf : int
    fit_packets, fit_bytes : int
        Before its first drop; frame bytes.
    accepted_packets, accepted_bytes : int
        In all: small packets can find room after a drop.
    """

    rcvbuf: int
    fit_packets: int
    fit_bytes: int
    accepted_packets: int
    accepted_bytes: int


@dataclass(frozen=True, slots=True)
class Need:
    """The `rcvbuf` that holds what arrives within any `hold_ns`; None with a reason where unknown.

    `so_rcvbuf` is what an application asks for to get it, as the kernel doubles that.
    """

    hold_ns: int
    rcvbuf: int | None
    so_rcvbuf: int | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Socket:
    """What came for one socket, and what it does with it.

    Attributes
    ----------
    packets, frame_bytes, truesize_bytes : int
        Delivered by the driver.
    missed_truesize : int
        The most that came before it was followed; 0 where it was followed from its first packet.
    fits : list of Fit
        By `rcvbuf`.
    needs : list of Need
        By `hold_ns`.
    """

    packets: int
    frame_bytes: int
    truesize_bytes: int
    missed_truesize: int
    fits: list[Fit]
    needs: list[Need]


@dataclass(frozen=True, slots=True)
class LenPerTruesize:
    """Frame bytes of packets in their truesize.

    Attributes
    ----------
    percentiles : dict of str to float, or None
        By nearest rank, rounded down to 1/16,384; above 4 all are alike. None without a packet.
    below_half_packets : int
        Packets whose frame is less than half of their truesize, exactly.
    """

    percentiles: dict[str, float | None]
    below_half_packets: int


@dataclass(frozen=True, slots=True)
class SocketFigures:
    """All that is known of the sockets of one strategy.

    Attributes
    ----------
    all_traffic : Socket
        One that gets everything, flows ignored.
    len_per_truesize : LenPerTruesize
    flows : dict of int to Socket
        The busiest flows by truesize, each with a socket of its own, by their keys.
    forgotten_flows : int
        How often a flow was followed no more, as busier ones needed the room.
    dropped_packets : int
        By the device or the driver: they come to no socket.
    """

    all_traffic: Socket
    len_per_truesize: LenPerTruesize
    flows: dict[int, Socket]
    forgotten_flows: int
    dropped_packets: int


def percentiles(ratios: Int64s) -> dict[str, float | None]:
    """Give percentiles by nearest rank of a histogram.

    Examples
    --------
    >>> counts = np.zeros(RATIO_STEPS + 1, np.int64)
    >>> counts[[RATIO_STEPS // 2, RATIO_STEPS]] = 1
    >>> [percentiles(counts)[name] for name in ("p50", "p90")]
    [0.5, 1.0]
    """
    upto, total = np.cumsum(ratios), int(ratios.sum())
    found: dict[str, float | None] = {}
    for percent in PERCENTS:
        rank = max(1, -(-percent * total // 100))
        step = int(np.searchsorted(upto, rank))
        found[f"p{percent}"] = step / RATIO_STEPS if total else None
    return found


def socket_of(rows: SocketRows, row: int, why: str | None) -> Socket:
    """Give one socket; `why` says that there are no times, and why."""
    flow = rows.flows[row]
    fields = ("fit_packets", "fit_bytes", "accepted_packets", "accepted_bytes")
    fits = [
        Fit(rcvbuf, *(int(filling[name]) for name in fields))
        for rcvbuf, filling in zip(rows.rcvbufs.tolist(), rows.fillings[row], strict=True)
    ]
    needs = [
        need_of(hold, int(window["most"]), why)
        for hold, window in zip(rows.holds, rows.windows[row], strict=True)
    ]
    return Socket(
        packets=int(flow["packets"]),
        frame_bytes=int(flow["bytes"]),
        truesize_bytes=int(flow["truesize"]),
        missed_truesize=int(flow["missed"]),
        fits=fits,
        needs=needs,
    )


def need_of(hold: Record, most: int, why: str | None) -> Need:
    """Give what a socket needs, where the most that came within a time is known."""
    reason = why or (TOO_MANY if hold["given_up"] else None)
    if reason:
        return Need(int(hold["ns"]), None, None, reason)
    return Need(int(hold["ns"]), most, -(-most // 2), None)


def busiest(rows: SocketRows, count: int) -> Int64s:
    """Give the rows of the busiest flows by truesize, those that were met first among equals."""
    truesize = rows.flows["truesize"][1 : int(rows.tally["flows"]) + 1]
    return np.argsort(-truesize, kind="stable")[:count] + 1


def figures_of(rows: SocketRows, frames: int, count: int, why: str | None) -> SocketFigures:
    """Give the figures of so many frames, with so many flows."""
    half = int(rows.tally["below_half"])
    return SocketFigures(
        all_traffic=socket_of(rows, ALL, why),
        len_per_truesize=LenPerTruesize(percentiles(rows.ratios), half),
        flows={
            int(rows.flows[row]["key"]): socket_of(rows, row, why)
            for row in busiest(rows, count).tolist()
        },
        forgotten_flows=int(rows.tally["forgotten"]),
        dropped_packets=frames - int(rows.flows[ALL]["packets"]),
    )
