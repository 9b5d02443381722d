"""When packets arrive: the capture's own times, faster or slower ones, or a steady rate."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Protocol

import numpy as np
from rxreplay.emulator.clock import Stall
from rxreplay.errors import OptionError
from rxreplay.traces import NO_TIME

from .moments import NS_PER_S
from .sources import Lengths
from .stalls import FixedStall
from .timing import RECORDED

FORM: Final = re.compile(r"(scale|rate):(\d{1,30}(?:\.\d{1,30})?)", re.ASCII)
MOST_SCALE: Final = 10**6


@dataclass(frozen=True, slots=True)
class Carried:
    """What a timeline takes into the next captures of a trace."""

    first_ns: int  # NO_TIME where there was none
    latest: int
    packets: int
    backwards: int
    timeless: int
    stalls_before: int


class Timeline:
    """Gives packets their times, which ascend.

    Parameters
    ----------
    time : str
        As `Timing` has it.

    Attributes
    ----------
    backwards, timeless : int
        Packets whose time was before the latest so far, or that had none: they arrive at it.
    stalls_before : int
        Stalls that end before the first packet.

    Examples
    --------
    >>> timeline = Timeline("scale:2")
    >>> timeline.times(np.array([1000, 3000, 2000])).tolist(), timeline.backwards
    ([0, 1000, 1000], 1)
    """

    def __init__(self, time: str) -> None:
        """Read the form.

        Raises
        ------
        OptionError
            It is none.
        """
        found = FORM.fullmatch(time)
        number = Fraction(found[2]) if found else Fraction(1)
        if (time != RECORDED and not found) or not 0 < number <= 10**9:
            raise OptionError(
                f"--time {time}: write recorded, scale:K (K times as fast) or rate:PPS"
            )
        self._kind = found[1] if found else RECORDED
        self._number = number
        if self._kind == "scale":
            self._number = number.limit_denominator(MOST_SCALE)
        self._first: int | None = None
        self._latest = 0
        self._packets = 0
        self.backwards = self.timeless = self.stalls_before = 0

    @property
    def carried(self) -> Carried:
        """What it takes into the next captures."""
        first_ns = NO_TIME if self._first is None else self._first
        counts = self.backwards, self.timeless, self.stalls_before
        return Carried(first_ns, self._latest, self._packets, *counts)

    def resume(self, carried: Carried) -> None:
        """Go on with what another of the same form has carried."""
        self._first = None if carried.first_ns == NO_TIME else carried.first_ns
        self._latest, self._packets = carried.latest, carried.packets
        self.backwards, self.timeless = carried.backwards, carried.timeless
        self.stalls_before = carried.stalls_before

    @property
    def zero_ns(self) -> int | None:
        """When on the capture's clock, since the epoch, time 0 was; None where it is another."""
        return self._first if self._kind == RECORDED else None

    def times(self, ts_ns: Lengths) -> Lengths:
        """Give nanoseconds since the first packet.

        Parameters
        ----------
        ts_ns : int64 array, shape (n,)
            Of the next packets, since the epoch; `NO_TIME` where there is none.
        """
        if self._kind == "rate":
            numbers = np.arange(self._packets, self._packets + ts_ns.size)
            self._packets += ts_ns.size
            spacing = Fraction(NS_PER_S) / self._number
            return numbers * spacing.numerator // spacing.denominator
        if not ts_ns.size:
            return ts_ns
        if self._first is not None and ascends(ts_ns, self._first + self._latest):
            self._latest = int(ts_ns[-1]) - self._first
            return self._scaled(ts_ns - self._first)
        timed = ts_ns != NO_TIME
        self.timeless += int(ts_ns.size - timed.sum())
        if self._first is None and timed.any():
            self._first = int(ts_ns[timed][0])
        since = np.where(timed, ts_ns - (self._first or 0), self._latest)
        highest = np.maximum.accumulate(np.append(self._latest, since))
        self.backwards += int((timed & (since < highest[:-1])).sum())
        self._latest = int(highest[-1])
        return self._scaled(highest[1:])

    def _scaled(self, since: Lengths) -> Lengths:
        """Let time pass faster or slower; a division takes long, and most often is by 1."""
        if self._number == 1:
            return since
        return since * self._number.denominator // self._number.numerator

    def placed(self, stalls: Iterable[FixedStall]) -> list[Stall]:
        """Give stalls in the time of `times`, which has been asked for the first packets before.

        Raises
        ------
        OptionError
            One has a date, and packets have none.
        """
        number = Fraction(1) if self._kind == "rate" else self._number
        found = []
        for moment, length_ns in stalls:
            since = moment.ns
            if not moment.relative:
                if self._kind == "rate" or self._first is None:
                    raise OptionError(
                        "a stall has a date, and the first packets have none: write +TIME, which "
                        "counts from the first packet"
                    )
                since -= self._first
            found.append(Stall(since * number.denominator // number.numerator, length_ns))
        self.stalls_before += sum(start + length < 0 for start, length in found)
        return found


def ascends(ts_ns: Lengths, latest: int) -> bool:
    """Say whether times go on from the latest, and none steps back or is missing.

    Examples
    --------
    >>> ascends(np.array([5, 5, 6]), 5), ascends(np.array([5, 6]), 6), ascends(np.array([7, 6]), 5)
    (True, False, False)
    """
    return int(ts_ns[0]) >= latest and bool((ts_ns[1:] >= ts_ns[:-1]).all())


class StandsStill(Protocol):
    """A guest that can stand still."""

    def stand_still(self, stalls: Iterable[Stall], /) -> None:
        """Stand still in the time that it is given."""


def stand_still(
    timeline: Timeline, stalls: Sequence[FixedStall], guests: Iterable[StandsStill]
) -> None:
    """Let guests stand still at times of the capture, whose first packets have been timed."""
    placed = timeline.placed(stalls)
    for guest in guests:
        guest.stand_still(placed)
