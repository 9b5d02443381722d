"""One receive queue under one strategy: blocks of frame lengths in, figures out."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .abi import SK_RMEM_DEFAULT
from .account import figures_of
from .batch import Batch, batch_of
from .figures import Figures
from .ledger import check_alive, check_delivered
from .queue import Polls, checked_polls, checked_rcvbuf, checked_ring, new_queue
from .state import DEVICE_TOO_LONG, SKB, Int64s, Queue, Records
from .strategies import Strategy

if TYPE_CHECKING:
    from .counting import Counter, Counters
    from .strides import Strides


@dataclass(frozen=True, slots=True)
class Carried:
    """What a receiver takes into the next slice of a trace."""

    queue: Queue
    first_buffer_size: int
    packets: int
    frame_bytes: int


class Receiver:
    """A receive queue that keeps its state between blocks of frames.

    Parameters
    ----------
    strategy : Strategy
        What receives.
    ring : int
        Buffers in the ring, a power of two.
    polls : int or sequence of int
        Packets of each NAPI poll, 1 to 64; the last one repeats.
    rcvbuf : int
        Bytes of the socket that `fit_packets` and `fit_bytes` are about.
    unread : bool
        Whether such a socket really holds what it accepts, until the end.
    events : int
        How many events to keep for `log`.
    keep : int
        How many of the newest skbs to keep for `skbs`.
    strides : bool or Counters
        Whether to count packets, and add up at the end, where the queue is in a cycle: some ten
        times faster, with the same figures. Receivers of the same batches can share counters.

    Attributes
    ----------
    configuration : dict of str to what JSON has
        All of these that its state depends on, for `checkpoint`.

    Raises
    ------
    StrategyError
        The ring or a poll cannot be.

    Examples
    --------
    >>> from rxreplay.emulator import strategy
    >>> queue = Receiver(strategy("4.11/small"))
    >>> queue.receive(np.array([60, 1514, 1519]))
    >>> figures = queue.finish()
    >>> figures.truesize_bytes, figures.drops.device_too_long
    (4352, 1)
    """

    def __init__(
        self,
        strategy: Strategy,
        *,
        ring: int = 256,
        polls: Polls = 1,
        rcvbuf: int = SK_RMEM_DEFAULT,
        unread: bool = False,
        events: int = 0,
        keep: int = 0,
        strides: "bool | Counters" = False,
    ) -> None:
        """Make the queue and fill its ring."""
        self.strategy = strategy
        self._polls = checked_polls(polls)
        rcvbuf = checked_rcvbuf(rcvbuf)
        layout = strategy.layout(checked_ring(ring))
        self.configuration: dict[str, Any] = {
            "strategy": strategy.name,
            "ring": layout.ring_size,
            "polls": self._polls.tolist(),
            "rcvbuf": rcvbuf,
            "unread": unread,
            "events": events,
            "keep": keep,
        }
        self._queue = new_queue(layout, events, keep, rcvbuf if unread else 0)
        state = self._queue.state
        state["budget"] = self._polls[0]
        state["fit_rcvbuf"] = rcvbuf
        state["rcvbuf"] = rcvbuf if unread else 0
        self._kernels = strategy.load()
        self._first_buffer_size = self._buffer_size()
        self._kernels.fill(self._queue)
        state["opened"] = 1
        self._packets = 0
        self._frame_bytes = 0
        alone = self._polls.tolist() == [1] and not (unread or events or keep)
        self._strides = self._in_strides(strides) if strides and alone else None

    def receive(self, frames: Int64s | Batch) -> None:
        """Receive the next frames.

        Parameters
        ----------
        frames : int64 array, shape (n,), or Batch
            Bytes of each frame as the device has it, without FCS, in order of arrival.

        Raises
        ------
        ValueError
            A length cannot be; the message names the packet.
        """
        batch = frames if isinstance(frames, Batch) else batch_of(frames, self._packets)
        self._packets += batch.frames.size
        self._frame_bytes += batch.total
        if self._strides:
            self._strides.receive(batch.frames)
        else:
            self._kernels.receive(self._queue, batch.frames, self._polls)

    @property
    def carried(self) -> Carried:
        """What it takes into the next slice; a stride ends here."""
        if self._strides:
            self._strides.settle()
        return Carried(self._queue, self._first_buffer_size, self._packets, self._frame_bytes)

    def resume(self, carried: Carried) -> None:
        """Go on with what another of the same configuration has carried."""
        self._queue, self._packets = carried.queue, carried.packets
        self._first_buffer_size, self._frame_bytes = carried.first_buffer_size, carried.frame_bytes
        if self._strides:
            self._strides.resume(carried.queue, carried.packets)

    @property
    def counter(self) -> "Counter | None":
        """Who counts packets for this receiver now, and maybe for others."""
        return self._strides.counter if self._strides else None

    def finish(self, wire_bytes: int | None = None) -> Figures:
        """End the last poll and give the figures; `wire_bytes` where frames are not the wire's.

        Raises
        ------
        LedgerError
            The memory of the run does not balance.
        """
        if self._strides:
            self._strides.settle()
        self._kernels.end(self._queue, self._polls)
        check_alive(self._queue)
        check_delivered(self._queue)
        return figures_of(self._queue, self._packets, self._frame_bytes, wire_bytes)

    @property
    def skbs(self) -> Records:
        """The newest skbs, record array of dtype SKB, oldest first."""
        taken, kept = int(self._queue.state["skb"]), self._queue.skbs
        return kept[np.arange(max(0, taken - kept.size), taken) % kept.size]

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

    @property
    def buffer_sizes(self) -> list[int]:
        """What sysfs shows as mergeable_rx_buffer_size: after the first fill, and now."""
        return [self._first_buffer_size, self._buffer_size()]

    def _buffer_size(self) -> int:
        if not hasattr(self._kernels, "get_mergeable_buf_len"):
            return 0
        layout = self._queue.layout
        asked = int(self._kernels.get_mergeable_buf_len(self._queue))
        return asked - layout.headroom - layout.shared_info

    def _in_strides(self, counters: "bool | Counters") -> "Strides":
        from .counting import Counters  # numba comes with it
        from .strides import Strides

        shared = counters if isinstance(counters, Counters) else Counters()
        return Strides(self._queue, self._kernels, shared)

    @property
    def socket(self) -> dict[str, int]:
        """What the unread socket holds: `accepted`, `drops` (packets), `rmem_alloc` (bytes)."""
        state = self._queue.state
        return {
            "accepted": int(state["accepted"]),
            "drops": int(state["rcvbuf_drops"]),
            "rmem_alloc": int(state["rmem_alloc"]),
        }


def receive(length: Int64s, strategy: Strategy, *, ring: int = 256, polls: Polls = 1) -> Records:
    """Receive packets with one strategy; say what each becomes.

    Parameters
    ----------
    length : int64 array, shape (n,)
        Bytes of each frame, without FCS, in order of arrival.
    strategy : Strategy
        What receives.
    ring, polls
        As for `Receiver`.

    Returns
    -------
    record array, shape (n,), dtype SKB
        `truesize`, bytes charged to a socket, and `linear`, bytes in the head, are 0 where the
        packet was dropped; `drop` says why.

    Raises
    ------
    ValueError
        A length cannot be; the message names the packet.

    Examples
    --------
    >>> from rxreplay.emulator import strategy
    >>> receive(np.array([60, 1514, 9014]), strategy("5.10/small"))["truesize"].tolist()
    [2176, 2176, 0]
    """
    queue = Receiver(strategy, ring=ring, polls=polls, keep=len(length))
    queue.receive(length)
    queue.finish()
    skbs = np.zeros(len(length), SKB)
    skbs["packet"] = np.arange(len(length))
    skbs["frame"] = length
    skbs["drop"] = DEVICE_TOO_LONG
    kept = queue.skbs
    skbs[kept["packet"]] = kept
    return skbs
