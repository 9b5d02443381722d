"""One receive queue under one strategy: blocks of frame lengths in, figures out."""

from collections.abc import Sequence

import numpy as np
from rxreplay.errors import StrategyError

from .abi import NAPI_POLL_WEIGHT, SK_RMEM_DEFAULT
from .figures import Amplification, AmplificationLevel, Copied, Drops, Figures, Level
from .ledger import check_alive, check_delivered, waste
from .state import (
    BUF,
    CHUNK,
    DEVICE_TOO_LONG,
    EVENT,
    LEVELS,
    NOBODY,
    SKB,
    STATE,
    Int64s,
    Layout,
    Queue,
    Records,
)
from .strategies import Strategy

Polls = int | Sequence[int] | Int64s

MAX_RING = 32768  # virtio 1.x, 2.7: the most descriptors of a split virtqueue
LEAST_TRUESIZE = 512  # of anything that holds a chunk; bounds what an unread socket can pin


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
    ) -> None:
        """Make the queue and fill its ring."""
        self.strategy = strategy
        self._polls = _checked_polls(polls)
        layout = strategy.layout(_checked_ring(ring))
        self._queue = _allocate(layout, events, keep, rcvbuf if unread else 0)
        state = self._queue.state
        state["budget"] = self._polls[0]
        state["fit_rcvbuf"] = rcvbuf
        state["rcvbuf"] = rcvbuf if unread else 0
        self._kernels = strategy.load()
        self._kernels.fill(self._queue)
        state["opened"] = 1
        self._packets = 0
        self._frame_bytes = 0

    def receive(self, frames: Int64s) -> None:
        """Receive the next frames.

        Parameters
        ----------
        frames : int64 array, shape (n,)
            Bytes of each frame as the device has it, without FCS, in order of arrival.

        Raises
        ------
        ValueError
            A length is negative; the message names the packet.
        """
        frames = np.ascontiguousarray(frames, np.int64)
        if frames.size and frames.min() < 0:
            first = int(np.argmax(frames < 0))
            raise ValueError(
                f"packet {self._packets + first:,}: length {frames[first]} is negative"
            )
        self._packets += frames.size
        self._frame_bytes += int(frames.sum())
        self._kernels.receive(self._queue, frames, self._polls)

    def finish(self, wire_bytes: int | None = None) -> Figures:
        """End the last poll and give the figures; `wire_bytes` where frames are not the wire's.

        Raises
        ------
        LedgerError
            The memory of the run does not balance.
        """
        self._kernels.end(self._queue, self._polls)
        check_alive(self._queue)
        check_delivered(self._queue)
        return _figures(self._queue, self._packets, self._frame_bytes, wire_bytes)

    @property
    def skbs(self) -> Records:
        """The newest skbs, record array of dtype SKB, oldest first."""
        taken, kept = int(self._queue.state["skb"]), self._queue.skbs
        return kept[np.arange(max(0, taken - kept.size), taken) % kept.size]

    @property
    def log(self) -> Records:
        """The events so far, record array of dtype EVENT."""
        return self._queue.log[: int(self._queue.state["events"])]

    @property
    def socket(self) -> dict[str, int]:
        """What the unread socket holds: `accepted`, `drops` (packets), `rmem_alloc` (bytes)."""
        state = self._queue.state
        return {
            "accepted": int(state["accepted"]),
            "drops": int(state["rcvbuf_drops"]),
            "rmem_alloc": int(state["rmem_alloc"]),
        }


def _checked_ring(ring: int) -> int:
    if not 1 < ring <= MAX_RING or ring & (ring - 1):
        raise StrategyError(f"a ring has 2 to {MAX_RING:,} buffers, a power of two, not {ring:,}")
    return ring


def _checked_polls(polls: Polls) -> Int64s:
    budgets = np.atleast_1d(np.asarray(polls, np.int64))
    if not budgets.size or budgets.min() < 1 or budgets.max() > NAPI_POLL_WEIGHT:
        raise StrategyError(f"a NAPI poll receives 1 to {NAPI_POLL_WEIGHT} packets")
    return budgets


def _allocate(layout: Layout, events: int, keep: int, rcvbuf: int) -> Queue:
    """Make the records of a queue that has posted nothing yet."""
    state = np.zeros(1, STATE)[0]
    state["frag_chunk"] = state["cache_chunk"] = NOBODY
    state["least_linear"] = np.iinfo(np.int64).max
    # Each posted buffer, each skb's buffer and head, each accepted skb's may be a chunk's last.
    chunks = np.zeros(
        2 * layout.ring_size + 2 * NAPI_POLL_WEIGHT + 2 * rcvbuf // LEAST_TRUESIZE + 16, CHUNK
    )
    chunks["next_free"] = np.arange(1, chunks.size + 1)
    chunks["next_free"][-1] = NOBODY
    skbs = 1 << (max(2 * NAPI_POLL_WEIGHT, keep) - 1).bit_length()
    ring = np.zeros(2 * layout.ring_size, BUF)
    return Queue(layout, state, ring, chunks, np.zeros(skbs, SKB), np.zeros(events, EVENT))


def _level(queue: Queue, name: str) -> Level:
    state = queue.state
    work = int(state["sum_work"])
    mean = int(state[f"sum_{name}"]) / work if work else None
    end = state["chunk_bytes"] + state["slab_bytes"] if name == "resident_bytes" else state[name]
    return Level(int(state[f"peak_{name}"]), mean, int(end))


def _amplification(held: int, payload: int) -> Amplification | None:
    return Amplification(held, payload, held / payload) if payload else None


def _figures(queue: Queue, packets: int, frame_bytes: int, wire_bytes: int | None) -> Figures:
    s = {name: int(queue.state[name]) for name in STATE.names or () if name != "nr_frags"}
    levels = {name: _level(queue, name) for name in LEVELS}
    return Figures(
        packets=packets,
        wire_bytes=frame_bytes if wire_bytes is None else wire_bytes,
        frame_bytes=frame_bytes,
        delivered_packets=s["delivered_packets"],
        delivered_bytes=s["delivered_bytes"],
        drops=Drops(s["device_too_long"], s["rx_length_errors"], 0, None, None),
        mean_over="packets",
        lifetime="drop",
        **levels,
        amplification=AmplificationLevel(
            _amplification(s["peak_amplified_held"], s["peak_amplified_payload"]), None, None
        ),
        truesize_bytes=s["truesize_bytes"],
        len_per_truesize=s["delivered_bytes"] / s["truesize_bytes"]
        if s["truesize_bytes"]
        else None,
        buffers=s["head"],
        linear_bytes=s["linear_bytes"],
        nonlinear_bytes=s["nonlinear_bytes"],
        linear_packets=s["linear_packets"],
        least_linear=s["least_linear"] if s["nonlinear_bytes"] else None,
        nr_frags=tuple(int(packets) for packets in queue.state["nr_frags"]),
        frag_list_packets=s["frag_list_packets"],
        coalesced_frags=s["coalesced_frags"],
        copy_small=Copied(s["copy_small_bytes"], s["copy_small_packets"]),
        copy_header=Copied(s["copy_header_bytes"], s["copy_header_packets"]),
        copy_xdp=Copied(0, 0),
        copied_bytes=s["copy_small_bytes"] + s["copy_header_bytes"],
        pull_headers=None,
        headers_linear_packets=None,
        copied_with_pulls=None,
        linearize=None,
        waste=waste(queue),
        rcvbuf=s["fit_rcvbuf"],
        fit_packets=s["fit_packets"],
        fit_bytes=s["fit_bytes"],
    )


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
        A length is negative; the message names the packet.

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
