"""One receive queue under one strategy by the clock: frames and their times in, figures out."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from rxreplay.errors import LedgerError

from .abi import SK_RMEM_DEFAULT
from .account import figures_of, with_closed
from .at_peak import at_peak_of
from .batch import batch_of
from .bins import Bins, check_origin, highest_of, new_bins
from .clock import IDLE, ONE_BUDGET, Arriving, Clocked, Service, Stall, merged, new_clock
from .figures import Amplification, Figures
from .holding import DELAY, DROP, NAMES, Consumer
from .kept import Holders, check_kept, consumed
from .ledger import check_alive, check_delivered
from .queue import checked_rcvbuf, checked_ring, new_queue
from .series import Series, series_of
from .state import HELD, LEVELS, Int64s, Queue, Records
from .strategies import Strategy

NO_FLOWS: Final = np.zeros(0, np.int64)
PATHS: Final = ("small", "small_skb", "mergeable", "big")  # as `timed` numbers them


@dataclass(frozen=True, slots=True)
class Carried:
    """What a receiver takes into the next slice of a trace."""

    queue: Queue
    clocked: Clocked
    frame_bytes: int
    holders: Holders


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
    bins : Bins or None
        Where to put what memory is taken over time, for `series`; None: nowhere.
    consumer : Consumer
        Who takes skbs, and keeps them for how long.

    Attributes
    ----------
    holders : Holders
        Who pinned what when it was about the most.
    configuration : dict of str to what JSON has
        All that its state depends on of what it was made with, for `checkpoint`.

    Raises
    ------
    StrategyError
        The ring, the service or the consumer cannot be.

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
        bins: Bins | None = None,
        consumer: Consumer = Consumer(),  # noqa: B008 - it is a tuple
    ) -> None:
        """Make the queue and fill its ring."""
        self.strategy, self.ring = strategy, ring
        self._queue = new_queue(strategy.layout(checked_ring(ring)), events, keep, 0)
        self._consumer = consumer
        self._clocked = new_clock(service, ring, bins or new_bins(), consumer)
        if bins:
            self._queue = self._queue._replace(held=np.zeros(2, HELD))
        self._path = PATHS.index(strategy.path.rpartition(".")[2])
        state = self._queue.state
        state["budget"] = ONE_BUDGET[0]
        state["fit_rcvbuf"] = checked_rcvbuf(rcvbuf)
        strategy.load().fill(self._queue)
        state["opened"] = 1
        state["consumed"] = consumer.kind != DROP
        self._clocked.clock["room"] = state["posted_room"]
        self.configuration: dict[str, Any] = {
            "strategy": strategy.name,
            "ring": self._queue.layout.ring_size,
            **service._asdict(),
            "rcvbuf": int(state["fit_rcvbuf"]),
            "events": events,
            "keep": keep,
            "bins": bins.summed.shape[0] if bins else 0,
            "origin": int(bins.now["origin"]) if bins else None,
            "consumer": NAMES[consumer.kind],
            "consumer_span_ns": consumer.span_ns,
            "consumer_rcvbuf": consumer.rcvbuf,
        }
        self._frame_bytes = 0
        self.holders = Holders(0, 0, [])

    def stand_still(self, stalls: Iterable[Stall]) -> None:
        """Let the vCPU stand still, beside the service's own stalls; they may overlap.

        Parameters
        ----------
        stalls : iterable of Stall
            In the time that `receive` is given, in place of those that were given before.

        Raises
        ------
        StrategyError
            A stall cannot be.

        Examples
        --------
        >>> from rxreplay.emulator import strategy
        >>> queue = TimedReceiver(strategy("4.11/small"), Service(backend=0), ring=4)
        >>> queue.stand_still([Stall(0, 10**9)])
        >>> queue.receive(np.full(5, 60), np.arange(5) * 10**8)
        >>> queue.finish().drops.backend_full
        1
        """
        self._clocked = self._clocked._replace(stalls=merged(stalls))
        self._clocked.clock["stall"] = 0

    def receive(self, frames: Int64s, times: Int64s, flows: Int64s = NO_FLOWS) -> None:
        """Let the next frames arrive.

        Parameters
        ----------
        frames : int64 array, shape (n,)
            Bytes of each frame as the device has it, without FCS, in order of arrival.
        times : int64 array, shape (n,)
            Nanoseconds of each; none is before the one before it.
        flows : int64 array, shape (n,) or (0,)
            Keys of the sockets that get them, if there are sockets: the lower bits are `OTHER`,
            `UDP` or `TCP`; the stack takes those of key 0 at once.

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
            check_origin(self._clocked.bins, int(times[0]))
            clock["started"] = clock["level_at"] = clock["now"] = times[0]
        if times[0] < clock["now"] or (times[1:] < times[:-1]).any():
            back = np.flatnonzero(np.diff(times, prepend=clock["now"]) < 0)
            raise ValueError(f"packet {before + int(back[0]):,}: its time is before the one before")
        self._frame_bytes += batch.total
        self._run(Arriving(batch.frames, times, np.ascontiguousarray(flows, np.int64)))

    def _run(self, arriving: Arriving) -> None:
        from .timed import receive  # numba comes with it

        first = 0
        while True:
            what = self._queue, self._clocked, self._path, arriving, first, ONE_BUDGET
            first = receive(*what)
            if first == arriving.frames.size:
                return
            self._give_room()

    def _give_room(self) -> None:
        from .growing import with_room

        self.holders.look(self._queue, self._clocked.holding)
        self._queue, holding = with_room(self._queue, self._clocked.holding)
        self._clocked = self._clocked._replace(holding=holding)

    @property
    def carried(self) -> Carried:
        """What it takes into the next slice, the stalls too."""
        return Carried(self._queue, self._clocked, self._frame_bytes, self.holders)

    def resume(self, carried: Carried) -> None:
        """Go on with what another of the same configuration has carried."""
        self._queue, self._clocked = carried.queue, carried.clocked
        self._frame_bytes, self.holders = carried.frame_bytes, carried.holders

    @property
    def drops(self) -> int:
        """Packets that the backend dropped so far."""
        return int(self._clocked.clock["backend_full"])

    @property
    def peak_waiting(self) -> int:
        """Packets that waited in the backend's queue at once, at most."""
        closed = highest_of(self._clocked.bins, "waiting_packets")
        return max(closed, int(self._clocked.clock["peak_waiting"]))

    @property
    def least_stall(self) -> Stall | None:
        """The shortest stall that would have lost a packet while it lasted, at its worst moment.

        None where none would have, or where packets were lost without it.
        """
        clock = self._clocked.clock
        if self.drops or not clock["least_stall"]:
            return None
        return Stall(int(clock["least_stall_at"]), int(clock["least_stall"]))

    @property
    def keys(self) -> Int64s:
        """Keys of the sockets that there are."""
        sockets = self._clocked.holding.sockets
        keys: Int64s = sockets["key"][sockets["key"] != 0]
        return keys

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
            self._run(Arriving(np.full(1, -1), np.full(1, IDLE), NO_FLOWS))
        check_alive(self._queue)
        check_delivered(self._queue)
        arrived = int(clock["arrived"])
        figures = figures_of(self._queue, arrived, self._frame_bytes, wire_bytes)
        figures = with_closed(figures, self._clocked.bins)
        drops = replace(figures.drops, backend_full=self.drops)
        if arrived != figures.delivered_packets + drops.total():
            raise LedgerError(
                f"{arrived:,} packets arrived, {figures.delivered_packets:,} were delivered and "
                f"{drops.total():,} dropped"
            )
        figures = replace(figures, drops=drops, mean_over="time", **self._levels(figures))
        return figures if self._consumer.kind == DROP else self._with_consumer(figures)

    def _with_consumer(self, figures: Figures) -> Figures:
        """Add what its consumer came to."""
        from .consuming import note_peak

        holding = self._clocked.holding
        check_kept(self._queue, holding)
        note_peak(self._queue, holding, int(self._clocked.clock["level_at"]))
        self.holders.look(self._queue, holding, last=True)
        rcvbuf = None if self._consumer.kind == DELAY else int(holding.state["rcvbuf_drops"])
        return replace(
            figures,
            drops=replace(figures.drops, rcvbuf=rcvbuf),
            lifetime=NAMES[self._consumer.kind],
            amplification=replace(figures.amplification, mean=self._mean_amplification()),
            consumed=consumed(self._queue, holding),
        )

    def _mean_amplification(self) -> Amplification | None:
        """Give what skbs pinned on average over time, beside their payload."""
        clock, (payload, held) = self._clocked.clock, self._clocked.over_time[-2:].tolist()
        span = int(clock["level_at"] - clock["started"])
        if not payload:
            return None
        return Amplification(round(held / span), round(payload / span), held / payload)

    def series(self, until: int | None = None) -> Series:
        """Give memory over time, once the queue has finished.

        Parameters
        ----------
        until : int
            When it ends; the last level lasts until then. None: when the last thing happened.
        """
        from .binning import add_levels, keep

        at = int(self._clocked.bins.now["at"])
        add_levels(self._queue, self._clocked, at if until is None else until)
        keep(self._queue, self._clocked)
        at_peak = at_peak_of(self._queue.held[1], self._queue.layout.page_size)
        return series_of(self._clocked.bins, at_peak)

    @property
    def ended(self) -> int:
        """When the last thing happened, on the clock of the bins."""
        return int(self._clocked.bins.now["at"])

    def _levels(self, figures: Figures) -> dict[str, Any]:
        """Give the levels with their means over time."""
        clock = self._clocked.clock
        span = int(clock["level_at"] - clock["started"])
        means = [float(total) / span if span else None for total in self._clocked.over_time]
        levels = zip(LEVELS, means, strict=False)  # what skbs pin is behind them
        return {name: replace(getattr(figures, name), mean=mean) for name, mean in levels}
