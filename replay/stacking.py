"""One receive queue under one strategy, and the stack behind it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from rxreplay.emulator import Figures, Receiver, Strategy
from rxreplay.emulator.abi import NAPI_POLL_WEIGHT
from rxreplay.emulator.carrying import Carrier
from rxreplay.emulator.clock import Stall
from rxreplay.emulator.queue import checked_ring
from rxreplay.emulator.stack import Stack
from rxreplay.emulator.stack_state import INTO, NEEDS, REACH
from rxreplay.emulator.timed_receiver import TimedReceiver
from rxreplay.traces.headers import new_headers
from rxreplay.traces.packets import Int64s, Mask, Records

from .options import ON, Options
from .vantages import Nothing

PART: Final = 8192  # frames between two looks at the skbs


class Arrived(NamedTuple):
    """Frames of one queue with their headers.

    Attributes
    ----------
    frame_len : int64 array, shape (n,)
    times : int64 array, shape (n,), or (0,) without a clock
    headers : record array, shape (n,), dtype HEADERS
    alike : int64 array, shape (n,)
        What GRO compares.
    """

    frame_len: Int64s
    times: Int64s
    headers: Records
    alike: Int64s

    def of(self, which: Mask | slice) -> "Arrived":
        """Give some of them."""
        columns: Any = (column[which] if column.size else column for column in self)
        return Arrived(*columns)

    def followed_by(self, more: "Arrived") -> "Arrived":
        """Give these and more."""
        columns: Any = zip(self, more, strict=True)
        return Arrived(*map(np.concatenate, columns))


def none_arrived() -> Arrived:
    """Give no frame."""
    none = np.zeros(0, np.int64)
    return Arrived(none, none, new_headers(0), none)


@dataclass(frozen=True, slots=True)
class Carried:
    """What there is between a receiver and its stack when the next captures of a trace begin."""

    waiting: Arrived
    first: int
    read: int
    merging: int
    gro: Any  # as HostGro has it, if there is one


class StackedReceiver:
    """A receiver whose skbs go through the stack, poll by poll.

    Parameters
    ----------
    strategy : Strategy
        What receives.
    options : Options
        How to replay; `gro` is given.
    """

    def __init__(self, strategy: Strategy, options: Options) -> None:
        """Fill the ring."""
        self.strategy = strategy
        self.configuration: dict[str, Any] = {}  # the receiver and the stack have theirs
        from rxreplay.traces.host_gro import HostGro  # numba comes with it

        ring, keep = checked_ring(options.ring), PART + 2 * NAPI_POLL_WEIGHT
        sizes: Any = {"ring": ring, "rcvbuf": options.rcvbuf}
        self._receiver: Receiver | TimedReceiver
        if options.timing is None:
            self._receiver = Receiver(strategy, polls=options.polls, keep=keep, **sizes)
        else:
            service = options.timing.as_service()
            keep += ring + service.backend  # they all can be received between two looks
            self._receiver = TimedReceiver(strategy, service, keep=keep, **sizes)
        # Its polls are told apart by their numbers, which stand in the place of times.
        self._gro = HostGro(timeout_ns=0, mtu=options.mtu) if options.gro == ON else None
        self._mtu, self._partial = options.mtu, options.partial_csum
        self._stack = Stack(strategy.layout(ring).max_skb_frags)
        self._waiting = none_arrived()
        self._first = 0  # number of the first frame among these
        self._read = 0  # skbs that have been looked at
        self._merging = 0  # packets that GRO has had

    @property
    def carried(self) -> Carried:
        """What it takes into the next captures; a poll that is under way goes on there."""
        gro = self._gro.carried if self._gro else Nothing()
        return Carried(self._waiting, self._first, self._read, self._merging, gro)

    def resume(self, carried: Carried) -> None:
        """Go on with what another of the same options has carried."""
        self._waiting, self._first = carried.waiting, carried.first
        self._read, self._merging = carried.read, carried.merging
        if self._gro:
            self._gro.resume(carried.gro)

    def carriers(self) -> dict[str, Carrier]:
        """Give all that carries something, by name."""
        return {"driver": self._receiver, "between": self, "stack": self._stack}

    def stand_still(self, stalls: Iterable[Stall]) -> None:
        """Let the vCPU stand still, where there is a clock."""
        if isinstance(self._receiver, TimedReceiver):
            self._receiver.stand_still(stalls)

    def receive(self, arrived: Arrived) -> None:
        """Receive the next frames."""
        for start in range(0, arrived.frame_len.size, PART):
            some = arrived.of(slice(start, start + PART))
            self._waiting = self._waiting.followed_by(some)
            if isinstance(self._receiver, TimedReceiver):
                self._receiver.receive(some.frame_len, some.times)
            else:
                self._receiver.receive(some.frame_len)
            self._look(self._receiver.polls)

    def finish(self, wire_bytes: int) -> Figures:
        """End the last poll and give the figures, with those of the stack.

        Raises
        ------
        LedgerError
            The memory of the run, or what went through the stack, does not balance.
        """
        figures = self._receiver.finish(wire_bytes)
        self._look(self._receiver.polls)
        return self._stack.after(figures)

    def _look(self, polls: int) -> None:
        """Pass on the skbs of the polls that have ended, which are so many."""
        kept = self._receiver.kept
        first, count = self._read & (kept.size - 1), self._receiver.taken - self._read
        skbs = kept[first : first + count]
        if skbs.size < count:  # they go on at the front
            skbs = np.concatenate([skbs, kept[: count - skbs.size]])
        skbs = skbs[: np.count_nonzero(skbs["poll"] < polls)]
        if not skbs.size:
            return
        self._read += skbs.size
        last = int(skbs["packet"][-1])
        if skbs["drop"].any():
            skbs = skbs[skbs["drop"] == 0]
        self._stack.take(skbs, self._packets(skbs, self._waiting.of(skbs["packet"] - self._first)))
        self._waiting = self._waiting.of(slice(last + 1 - self._first, None))
        self._first = last + 1

    def _packets(self, skbs: Records, arrived: Arrived) -> Int64s:
        """Give the rows that the stack wants."""
        from rxreplay.traces.reach import reaches

        packets = np.zeros((NEEDS + 1, skbs.size), np.int64)
        packets[INTO] = self._merged_into(skbs, arrived)
        reaches(skbs["frame"], arrived.headers, self._mtu, self._partial, packets[REACH:])
        return packets

    def _merged_into(self, skbs: Records, arrived: Arrived) -> Int64s:
        """Give for each skb the place of that which GRO merges it into, if it does."""
        if self._gro is None:
            return np.arange(skbs.size)
        # What has a frag_list is neither held nor added, as what is longer than its headers say.
        frame_len = np.where(skbs["frag_list"] > 0, 0, skbs["frame"])
        nothing = np.zeros(skbs.size, np.int64)
        self._gro.take(skbs["poll"], frame_len, arrived.headers, arrived.alike, nothing)
        into = self._gro.merged_into(skbs.size) - self._merging
        self._merging += skbs.size
        return into
