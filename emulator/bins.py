"""Bins of trace time: a fixed number of them, which grow wider as the trace goes on."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from rxreplay.errors import StrategyError

from .state import LEVELS, Int64s, Record, _fields

Floats = NDArray[np.float64]

NEVER: Final = 2**63 - 1
MOST_BINS: Final = 2**16

# Columns of what is the highest in a bin, the number of counters at its end among them: they only
# rise.  The last two belong together.
HIGHEST: Final = (
    *(*LEVELS, "held_bytes", "waiting_packets"),
    *("delivered_packets", "delivered_bytes"),
    *("device_too_long", "rx_length_errors", "xdp_drops", "backend_full"),
    *("amplified_held_bytes", "amplified_payload_bytes"),
)
COUNTERS: Final = HIGHEST[8:14]
SUMMED: Final = HIGHEST[:7]  # columns of byte-nanoseconds
AMPLIFIED_HELD, AMPLIFIED_PAYLOAD = AMPLIFIED = [14, 15]

BINS = np.dtype(
    _fields(
        "origin",  # where the first bin begins
        "shift",  # a bin is 2 ** shift nanoseconds wide
        "bin",  # the open one
        "ends",  # when it does
        "at",  # up to when its levels have been summed
    )
)
"""Which bin is open; times in nanoseconds."""


class Bins(NamedTuple):
    """The bins of a queue, as the kernels take them.

    Attributes
    ----------
    now : record of dtype BINS
    highest : int64 array, shape (bins, 16)
        Columns as `HIGHEST` names them.
    summed : float64 array, shape (bins, 7)
        Byte-nanoseconds, columns as `SUMMED` names them.
    """

    now: Record
    highest: Int64s
    summed: Floats


def checked_bins(bins: int) -> int:
    """Give the number of bins if it can be: pairs are made of them again and again.

    Raises
    ------
    StrategyError
        It cannot.

    Examples
    --------
    >>> checked_bins(512)
    512
    """
    if not 1 < bins <= MOST_BINS or bins & (bins - 1):
        raise StrategyError(f"a series has 2 to {MOST_BINS:,} points, a power of two, not {bins}")
    return bins


def new_bins(bins: int = 0, origin: int = 0) -> Bins:
    """Give empty bins, each a nanosecond wide; without a number, none that is ever written to.

    Examples
    --------
    >>> new_bins(4).highest.shape
    (4, 16)
    """
    now = np.zeros(1, BINS)[0]
    now["origin"] = now["at"] = origin
    now["ends"] = origin + 1 if bins else NEVER
    rows = checked_bins(bins) if bins else 0
    return Bins(now, np.zeros((rows, len(HIGHEST)), np.int64), np.zeros((rows, len(SUMMED))))


def highest_of(bins: Bins, name: str) -> int:
    """Give what is the highest in all bins that were kept; 0 where there are none."""
    return int(bins.highest[:, HIGHEST.index(name)].max(initial=0))


def check_origin(bins: Bins, first: int) -> None:
    """Check that no bin would come before the first.

    Raises
    ------
    ValueError
        The first packet does.
    """
    if bins.summed.size and first < bins.now["origin"]:
        raise ValueError(f"the first packet, at {first:,}, is before the bins: give their origin")
