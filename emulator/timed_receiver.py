"""One receive queue under one strategy by the clock: frames and their times in, figures out."""

from dataclasses import replace
from typing import Any, Final

import numpy as np
from rxreplay.errors import LedgerError

from .abi import SK_RMEM_DEFAULT
from .account import figures_of
from .batch import batch_of
from .clock import IDLE, ONE_BUDGET, Service, new_clock
from .figures import Figures
from .ledger import check_alive, check_delivered
from .queue import checked_rcvbuf, checked_ring, new_queue
from .state import LEVELS, Int64s, Records
from .strategies import Strategy

PATHS: Final = ("small", "small_skb", "mergeable", "big")  # as `timed` numbers them


class TimedReceiver:
    """A receive queue whose guest takes time.

    Parameters
    ----------
    strategy : Strategy
        What receives.
    service : Service
        How fast.
    ring : int
        Buffers in the ring, a power of two.
    rcvbuf : int
        Bytes of the socket that `fit_packets` and `fit_bytes` are about.
    events : int
        How many events to keep for `log`.
    keep : int
        How many of the newest skbs to keep for `kept`.

    Raises
    ------
    StrategyError
        The ring or the service cannot be.

    Examples
    --------
    >>> from rxreplay.emulator import strategy
    >>> queue = TimedReceiver(strategy("4.11/small"), Service(backend=0), ring=4)
    >>> queue.receive(np.full(9, 60), np.arange(9))  # nine in nine nanoseconds
    >>> queue.finish().drops.backend_full
    5
    """

    def __init__(
        self,
        strategy: Strategy,
        service: Service,
        *,
        ring: int = 256,
        rcvbuf: int = SK_RMEM_DEFAULT,
        events: int = 0,
        keep: int = 0,
    ) -> None:
        """Make the queue and fill its ring."""
        self.strategy, self.ring = strategy, ring
        self._queue = new_queue(strategy.layout(checked_ring(ring)), events, keep, 0)
        self._clocked = new_clock(service, ring)
        self._path = PATHS.index(strategy.path.rpartition(".")[2])
        state = self._queue.state
        state["budget"] = ONE_BUDGET[0]
        state["fit_rcvbuf"] = checked_rcvbuf(rcvbuf)
        strategy.load().fill(self._queue)
        state["opened"] = 1
        self._clocked.clock["room"] = state["posted_room"]
        self._frame_bytes = 0

    def receive(self, frames: Int64s, times: Int64s) -> None:
        """Let the next frames arrive.

        Parameters
        ----------
        frames : int64 array, shape (n,)
            Bytes of each frame as the device has it, without FCS, in order of arrival.
        times : int64 array, shape (n,)
            Nanoseconds of each; none is before the one before it.

        Raises
        ------
        ValueError
            A length cannot be, or a time steps back; the message names the packet.
        """
        clock = self._clocked.clock
        before = int(clock["arrived"])
        batch = batch_of(frames, before)
        times = np.ascontiguousarray(times, np.int64)
        if not times.size:
            return
        if before == 0:
            clock["started"] = clock["level_at"] = clock["now"] = times[0]
        back = np.flatnonzero(np.diff(times, prepend=clock["now"]) < 0)
        if back.size:
            raise ValueError(f"packet {before + int(back[0]):,}: its time is before the one before")
        self._frame_bytes += batch.total
        self._run(batch.frames, times)

    def _run(self, frames: Int64s, times: Int64s) -> None:
        from .timed import receive  # numba comes with it

        receive(self._queue, self._clocked, self._path, frames, times, ONE_BUDGET)

    @property
    def drops(self) -> int:
        """Packets that the backend dropped so far."""
        return int(self._clocked.clock["backend_full"])

    @property
    def peak_waiting(self) -> int:
        """Packets that waited in the backend's queue at once, at most."""
        return int(self._clocked.clock["peak_waiting"])

    @property
    def taken(self) -> int:
        """Frames that the driver has received so far, those it dropped too: skbs are numbered."""
        return int(self._queue.state["skb"])

    @property
    def polls(self) -> int:
        """Polls that have ended so far; skbs have the numbers of theirs, from 0."""
        return int(self._queue.state["polls"])

    @property
    def kept(self) -> Records:
        """The newest skbs, each at its number modulo their count, a power of two."""
        return self._queue.skbs

    @property
    def log(self) -> Records:
        """The events so far, record array of dtype EVENT."""
        return self._queue.log[: int(self._queue.state["events"])]

    def finish(self, wire_bytes: int | None = None) -> Figures:
        """Let the guest take all that waits, and give the figures.

        Raises
        ------
        LedgerError
            The memory of the run, or the number of packets, does not balance.
        """
        clock = self._clocked.clock
        if clock["arrived"]:
            self._run(np.full(1, -1), np.full(1, IDLE))
        check_alive(self._queue)
        check_delivered(self._queue)
        arrived = int(clock["arrived"])
        figures = figures_of(self._queue, arrived, self._frame_bytes, wire_bytes)
        drops = replace(figures.drops, backend_full=self.drops)
        if arrived != figures.delivered_packets + drops.total():
            raise LedgerError(
                f"{arrived:,} packets arrived, {figures.delivered_packets:,} were delivered and "
                f"{drops.total():,} dropped"
            )
        return replace(figures, drops=drops, mean_over="time", **self._levels(figures))

    def _levels(self, figures: Figures) -> dict[str, Any]:
        """Give the levels with their means over time."""
        clock = self._clocked.clock
        span = int(clock["level_at"] - clock["started"])
        means = [float(total) / span if span else None for total in self._clocked.over_time]
        levels = zip(LEVELS, means, strict=True)
        return {name: replace(getattr(figures, name), mean=mean) for name, mean in levels}
