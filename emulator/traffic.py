"""What arrives over trace time, bin by bin: the traffic that all strategies share."""

from typing import Final, NamedTuple

import numpy as np

from .bins import BINS, checked_bins
from .state import Int64s, Record

SIZE_CLASSES: Final = (  # RFC 2819, by bytes without FCS here
    *("packets_to_64", "packets_65_to_127", "packets_128_to_255", "packets_256_to_511"),
    *("packets_512_to_1023", "packets_1024_to_1518", "packets_from_1519"),
)
TRAFFIC: Final = ("packets", "bytes", *SIZE_CLASSES)


class Carried(NamedTuple):
    """What it takes into the next slice of a trace."""

    now: Record  # BINS
    table: Int64s


class Traffic:
    """Counts frames in bins of trace time, as wide as those of a queue that ends with them.

    Parameters
    ----------
    bins : int
        How many there are at most, a power of two.
    origin : int
        When the first one begins, in nanoseconds.

    Attributes
    ----------
    configuration : dict of str to int
        Both, for `checkpoint`.

    Examples
    --------
    >>> traffic = Traffic(4)
    >>> traffic.receive(np.array([60, 1514, 60]), np.array([0, 0, 5]))
    >>> traffic.until(6)["bytes"].tolist()
    [1574, 0, 60, 0]
    """

    def __init__(self, bins: int, origin: int = 0) -> None:
        """Begin with bins a nanosecond wide."""
        self._now = np.zeros(1, BINS)[0]
        self._now["origin"] = origin
        self._table = np.zeros((checked_bins(bins), len(TRAFFIC)), np.int64)

        self.configuration = {"bins": bins, "origin": origin}

    @property
    def carried(self) -> Carried:
        """What it takes into the next slice."""
        return Carried(self._now, self._table)

    def resume(self, carried: Carried) -> None:
        """Go on with what another of the same configuration has carried."""
        self._now, self._table = carried

    def receive(self, frames: Int64s, times: Int64s) -> None:
        """Count frames of so many bytes, none of them before the origin."""
        from .binning import count_arrivals  # numba comes with it

        count_arrivals(self._now, self._table, frames, times)

    def until(self, end_ns: int) -> dict[str, Int64s]:
        """Give what came in each bin, up to so many nanoseconds after the origin."""
        from .binning import reach

        reach(self._now, self._table, end_ns)
        used = (end_ns >> int(self._now["shift"])) + 1
        return dict(zip(TRAFFIC, self._table[:used].T.copy(), strict=True))
