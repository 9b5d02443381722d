"""Memory and traffic over trace time, bin by bin, and what was held when memory was at its peak."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Final

import numpy as np

from .at_peak import AtPeak
from .bins import COUNTERS, HIGHEST, SUMMED, Bins, Floats
from .state import Int64s

AMPLIFIED: Final = HIGHEST[-2:]


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """One queue, or a device, under one strategy over trace time.

    Bin `i` is from `i * width_ns` to before `(i + 1) * width_ns` after the trace's first packet.

    Attributes
    ----------
    width_ns : int
        Of each bin, a power of two.
    end_ns : int
        When the last thing happened.
    highest : dict of str to int64 array, shape (bins,)
        The most at any moment of a bin, what it begins with included: bytes of each level, packets
        that waited in the host, and the worst amplification as two numbers.
    byte_ns : dict of str to float64 array, shape (bins,)
        Bytes of each level times the nanoseconds that they were taken.
    counts : dict of str to int64 array, shape (bins,)
        Packets and bytes that became skbs, and drops by cause.
    at_peak : AtPeak or None
        What was held when `resident_bytes` was at its highest; None for several queues together.
    traffic : dict of str to int64 array, shape (bins,)
        What arrived, as `Traffic.until` gives it; empty where nobody counted it.
    """

    width_ns: int
    end_ns: int
    highest: dict[str, Int64s]
    byte_ns: dict[str, Floats]
    counts: dict[str, Int64s]
    at_peak: AtPeak | None
    traffic: dict[str, Int64s]

    @property
    def start_ns(self) -> Int64s:
        """When each bin begins, after the first packet of the trace."""
        return np.arange(self.end_ns // self.width_ns + 1) * self.width_ns

    @property
    def span_ns(self) -> Int64s:
        """Nanoseconds of each bin: the width, and of the last one what there is of it."""
        return np.minimum(self.start_ns + self.width_ns, self.end_ns) - self.start_ns

    def mean(self, level: str) -> Floats:
        """Give the mean of a level in each bin; NaN where there is no time in it."""
        span = self.span_ns
        mean: Floats = np.full(span.size, np.nan)
        return np.divide(self.byte_ns[level], span, mean, where=span > 0)

    def columns(self) -> dict[str, Int64s | Floats]:
        """Give all that there is, a column each of so many numbers as there are bins.

        Examples
        --------
        >>> from rxreplay.emulator import strategy
        >>> from rxreplay.emulator.bins import new_bins
        >>> from rxreplay.emulator.clock import Service
        >>> from rxreplay.emulator.timed_receiver import TimedReceiver
        >>> queue = TimedReceiver(strategy("5.10/small"), Service(), bins=new_bins(8))
        >>> queue.receive(np.full(2, 60), np.array([0, 50_000]))
        >>> _ = queue.finish()
        >>> queue.series().columns()["delivered_packets"].tolist()
        [0, 1, 0, 0, 1]
        """
        found: dict[str, Int64s | Floats] = {"start_ns": self.start_ns, "span_ns": self.span_ns}
        found |= self.traffic
        for level in SUMMED:
            found |= {f"{level}_max": self.highest[level], f"{level}_mean": self.mean(level)}
        found |= {name: self.highest[name] for name in AMPLIFIED}
        return found | {"waiting_packets_max": self.highest["waiting_packets"]} | self.counts


def series_of(bins: Bins, at_peak: AtPeak) -> Series:
    """Give the series of a queue whose open bin has been kept."""
    origin, used = int(bins.now["origin"]), int(bins.now["bin"]) + 1
    columns = dict(zip(HIGHEST, bins.highest[:used].T.copy(), strict=True))
    in_all = {name: columns.pop(name) for name in COUNTERS}
    return Series(
        width_ns=1 << int(bins.now["shift"]),
        end_ns=int(bins.now["at"]) - origin,
        highest=columns,
        byte_ns=dict(zip(SUMMED, bins.summed[:used].T.copy(), strict=True)),
        counts={name: np.diff(column, prepend=0) for name, column in in_all.items()},
        at_peak=replace(at_peak, at_ns=at_peak.at_ns - origin),
        traffic={},
    )


def together(queues: Sequence[Series]) -> Series:
    """Give the series of a device from those of its queues, which end together.

    Highest levels are sums of what is the highest of each queue in a bin: no more can have been
    taken at once, and it may have been less. The worst amplification is the worst queue's.
    """
    if len(queues) == 1:
        return queues[0]
    first = queues[0]
    plain = [name for name in first.highest if name not in AMPLIFIED]
    worst = reduce(_worse, ([q.highest[name] for name in AMPLIFIED] for q in queues))
    return replace(
        first,
        highest={name: sum_of(q.highest[name] for q in queues) for name in plain}
        | dict(zip(AMPLIFIED, worst, strict=True)),
        byte_ns={name: np.sum([q.byte_ns[name] for q in queues], 0) for name in first.byte_ns},
        counts={name: sum_of(q.counts[name] for q in queues) for name in first.counts},
        traffic={name: sum_of(q.traffic[name] for q in queues) for name in first.traffic},
        at_peak=None,
    )


def sum_of(columns: Iterator[Int64s]) -> Int64s:
    """Add columns of numbers."""
    total: Int64s = np.sum(list(columns), 0)
    return total


def _worse(one: list[Int64s], other: list[Int64s]) -> list[Int64s]:
    """Give in each bin the greater of two ratios, (held, payload) each."""
    greater = other[0] * one[1] > one[0] * other[1]
    greater |= (one[1] == 0) & (other[1] > 0)
    return [np.where(greater, b, a) for a, b in zip(one, other, strict=True)]
