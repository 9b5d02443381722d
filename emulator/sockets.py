"""Sockets of several sizes behind one receive queue, for all traffic and for each flow alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from .queue import Polls, checked_rcvbuf, checked_ring
from .receiver import Carried as CarriedQueue
from .receiver import Receiver
from .socket_figures import SocketFigures, busiest, figures_of
from .socket_rows import ARRIVAL, LIMITS, Limits, SocketRows, new_rows
from .state import Int64s
from .strategies import Strategy

PIECE: Final = 8_192  # frames: what of their skbs is kept


@dataclass(frozen=True, slots=True)
class Carried:
    """What a queue and its sockets take into the next slice of a trace."""

    queue: CarriedQueue
    rows: SocketRows
    frames: int


class Sockets:
    """A receive queue, and unread sockets that get what it delivers.

    Parameters
    ----------
    strategy : Strategy
        What receives.
    rcvbufs, holds : sequence of int
        Bytes of sockets; nanoseconds, up to a day.
    ring, polls
        As for `Receiver`.
    limits : Limits
        Of more flows the busiest are followed, and a window of more packets is given up.

    Attributes
    ----------
    configuration : dict of str to what JSON has
        All of these, for `checkpoint`.

    Raises
    ------
    StrategyError
        The ring, a poll or a socket cannot be.

    Examples
    --------
    >>> from rxreplay.emulator import strategy
    >>> sockets = Sockets(strategy("5.10/mergeable"), [212_992], [10_000_000])
    >>> sockets.receive(np.full(1000, 1514), np.arange(1000), np.ones(1000, np.int64))
    >>> figures = sockets.finish(1)
    >>> figures.all_traffic.fits[0].fit_packets, figures.flows[1].fits[0].fit_packets
    (92, 92)
    """

    def __init__(
        self,
        strategy: Strategy,
        rcvbufs: Sequence[int],
        holds: Sequence[int],
        *,
        ring: int = 256,
        polls: Polls = 1,
        limits: Limits = LIMITS,
    ) -> None:
        """Fill the ring; the sockets are empty."""
        self._receiver = Receiver(strategy, ring=ring, polls=polls, keep=PIECE)
        strict = strategy.layout(checked_ring(ring)).udp_strict
        sizes = np.array([checked_rcvbuf(rcvbuf) for rcvbuf in rcvbufs], np.int64)
        self._rows = new_rows(strict, sizes, np.array(holds, np.int64), limits)
        self._frames = 0
        self.configuration: dict[str, Any] = {
            **self._receiver.configuration,
            "rcvbufs": sizes.tolist(),
            "holds": self._rows.holds["ns"].tolist(),
            **limits._asdict(),
        }

    @property
    def carried(self) -> Carried:
        """What it takes into the next slice."""
        return Carried(self._receiver.carried, self._rows, self._frames)

    def resume(self, carried: Carried) -> None:
        """Go on with what others of the same configuration have carried."""
        self._receiver.resume(carried.queue)
        self._rows, self._frames = carried.rows, carried.frames

    def receive(self, frames: Int64s, ts_ns: Int64s, flow: Int64s) -> None:
        """Receive the next frames.

        Parameters
        ----------
        frames : int64 array, shape (n,)
            Bytes of each, without FCS.
        ts_ns : int64 array, shape (n,) or (0,)
            Times between -2**62 and 2**62 that do not run backwards, in all of the calls; none.
        flow : int64 array, shape (n,) or (0,)
            Keys, 0 where a frame belongs to none.
        """
        for at in range(0, frames.size, PIECE):
            piece = slice(at, at + PIECE)
            self._receive(frames[piece], ts_ns[piece], flow[piece])

    def finish(self, flows: int, why: str | None = None) -> SocketFigures:
        """End the last poll; give the figures with so many flows; `why` there are no times.

        Raises
        ------
        LedgerError
            The memory of the run does not balance.
        """
        self._receiver.finish()
        return figures_of(self._rows, self._frames, flows, why)

    def busiest(self, count: int) -> list[int]:
        """Give the keys of the busiest flows so far."""
        keys: list[int] = self._rows.flows["key"][busiest(self._rows, count)].tolist()
        return keys

    def _receive(self, frames: Int64s, ts_ns: Int64s, flow: Int64s) -> None:
        from .filling import take  # numba comes with it

        if ts_ns.size:
            self._rows = with_room(self._rows, frames.size)
        first = self._receiver.taken
        self._receiver.receive(frames)
        stop = self._receiver.taken
        while first < stop:
            span = (first, stop, self._frames)
            first = take(self._rows, self._receiver.kept, span, ts_ns, flow)
            if first < stop:
                forget(self._rows)
        self._frames += frames.size


def with_room(rows: SocketRows, more: int) -> SocketRows:
    """Give the same with room for so many more arrivals."""
    newest = int(rows.tally["arrivals"])
    oldest = min(rows.holds["oldest"].tolist(), default=newest)
    size = rows.arrivals.size
    if newest - oldest + more <= size:
        return rows
    numbers = np.arange(oldest, newest)
    larger = 1 << (newest - oldest + more - 1).bit_length()
    arrivals = np.zeros(larger, ARRIVAL)
    arrivals[numbers % larger] = rows.arrivals[numbers % size]
    return rows._replace(arrivals=arrivals)


def forget(rows: SocketRows) -> None:
    """Keep the busiest flows alone."""
    from .filling import find_again

    tally, flows = rows.tally, int(rows.tally["flows"])
    kept = np.sort(busiest(rows, rows.limits.flows // 2))
    moved = np.zeros(flows + 1, np.int64)
    moved[kept] = np.arange(1, kept.size + 1)
    gone = rows.flows[1 : flows + 1][moved[1:] == 0]
    tally["missed"] = max(int((gone["truesize"] + gone["missed"]).max()), int(tally["missed"]))
    tally["forgotten"] += gone.size
    tally["flows"] = kept.size
    for table in (rows.flows, rows.fillings, rows.windows):
        table[1 : kept.size + 1] = table[kept]
        table[kept.size + 1 :] = np.zeros(1, table.dtype)
    rows.arrivals["row"] = moved[rows.arrivals["row"]]
    find_again(rows)
