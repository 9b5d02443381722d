"""Frames that the device gets, from packets that were captured somewhere else."""

from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np
from rxreplay.traces.packets import Int64s, Records
from rxreplay.traces.vantage import GUEST, WIRE

from .arrivals import Arrivals
from .options import Options


class Frames(NamedTuple):
    """Frames in the order in which the device gets them.

    Attributes
    ----------
    frame_len : int64 array, shape (n,)
        Bytes, without FCS.
    number : int64 array, shape (n,)
        The packet of the capture that each is, was a part of, or was handed on with.
    ts_ns, queue : int64 arrays, shape (n,)
        When, and to which receive queue.

    Where lengths are all that was walked, `number` and `queue` are empty: every packet is a frame,
    and goes to queue 0. So are times that nobody wants.
    """

    frame_len: Int64s
    number: Int64s
    ts_ns: Int64s
    queue: Int64s

    def of_each(self, queues: int) -> list[int]:
        """Count those of each queue of a device that has so many.

        Examples
        --------
        >>> three = np.array([60, 61, 62])
        >>> Frames(three, three, three, np.array([1, 0, 1])).of_each(3)
        [1, 2, 0]
        >>> Frames(three, three[:0], three, three[:0]).of_each(1)
        [3]
        """
        if queues == 1:
            return [self.frame_len.size]
        counts: list[int] = np.bincount(self.queue, minlength=queues).tolist()
        return counts

    def followed_by(self, more: "Frames") -> "Frames":
        """Give these and more."""
        return Frames(*map(np.concatenate, zip(self, more, strict=True)))


def no_frames() -> Frames:
    """Give none."""
    return Frames(*np.zeros((4, 0), np.int64))


def vantage_of(options: Options) -> "Vantage":
    """Give what makes frames of the packets of a capture."""
    if options.vantage == WIRE:
        return Wire(options.gro_timeout_ns, options.mtu)
    return Guest(options.mtu) if options.vantage == GUEST else Device()


class Vantage(Protocol):
    """Makes frames of packets."""

    def take(self, arrivals: Arrivals) -> Frames:
        """Give the frames that are known when these packets have come."""

    def end(self) -> Frames:
        """Give the rest."""

    @property
    def carried(self) -> Any:  # noqa: ANN401 - each has its own
        """What it takes into the next captures of a trace."""

    def resume(self, carried: Any, /) -> None:  # noqa: ANN401
        """Go on with what another of the same options has carried."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """What is carried where nothing has to be remembered."""


class Device:
    """The capture shows what the device gets."""

    carried = Nothing()

    def resume(self, carried: Nothing) -> None:
        """Go on, as at first."""

    def take(self, arrivals: Arrivals) -> Frames:
        """Give the packets as they are."""
        return Frames(arrivals.frame_len, arrivals.number, arrivals.ts_ns, arrivals.queue)

    def end(self) -> Frames:
        """Give nothing."""
        return no_frames()


class Guest:
    """The capture shows what the guest's GRO has made of it."""

    def __init__(self, mtu: int) -> None:
        """Begin without knowing a flow."""
        from rxreplay.traces.resegment import Resegmenter  # numba comes with it

        self._resegmenter = Resegmenter(mtu)

    @property
    def carried(self) -> Records:
        """What flows have shown."""
        return self._resegmenter.carried

    def resume(self, carried: Records) -> None:
        """Go on with what another has carried."""
        self._resegmenter.resume(carried)

    def take(self, arrivals: Arrivals) -> Frames:
        """Split what was merged."""
        frame_len, record = self._resegmenter.take(arrivals.frame_len, arrivals.headers)
        columns = (arrivals.number, arrivals.ts_ns, arrivals.queue)
        return Frames(frame_len, *(column[record] for column in columns))

    def end(self) -> Frames:
        """Give nothing."""
        return no_frames()


@dataclass(frozen=True, slots=True)
class CarriedWire:
    """What the host's GRO takes into the next captures of a trace."""

    gro: Any  # as HostGro has it
    taken: int
    last: int


class Wire:
    """The capture shows what the host's GRO has not merged yet."""

    def __init__(self, timeout_ns: int, mtu: int) -> None:
        """Begin with nothing held."""
        from rxreplay.traces.host_gro import HostGro

        self._gro = HostGro(timeout_ns=timeout_ns, mtu=mtu)
        self._taken = 0
        self._last = 0

    @property
    def carried(self) -> CarriedWire:
        """What the host still holds."""
        return CarriedWire(self._gro.carried, self._taken, self._last)

    def resume(self, carried: CarriedWire) -> None:
        """Go on with what another has carried."""
        self._gro.resume(carried.gro)
        self._taken, self._last = carried.taken, carried.last

    def take(self, arrivals: Arrivals) -> Frames:
        """Give what the host hands on."""
        a = arrivals
        if not a.number.size:
            return no_frames()
        out = self._gro.take(a.ts_ns, a.frame_len, a.headers, a.alike, a.queue)
        frames = self._frames(out, a.number)
        self._taken += a.number.size
        self._last = int(a.number[-1])
        return frames

    def end(self) -> Frames:
        """Give what is still held."""
        return self._frames(self._gro.end(), np.zeros(0, np.int64))

    def _frames(self, out: Int64s, numbers: Int64s) -> Frames:
        from rxreplay.traces.coalesce import CARRIED, FRAME_LEN, RECORD, TS_NS

        known = np.append(numbers, self._last)  # a poll can end with the last packet of before
        record = out[RECORD] - self._taken
        return Frames(out[FRAME_LEN].copy(), known[record], out[TS_NS].copy(), out[CARRIED].copy())
