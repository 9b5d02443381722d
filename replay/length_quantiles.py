"""Quantiles of lengths on the wire, out of counts in buckets: between which two lengths each is."""

from bisect import bisect_left
from collections.abc import Mapping
from itertools import accumulate
from typing import Any, Final

from rxreplay.traces.buckets import most_of

QUANTILES: Final = {"p50": (50, 100), "p90": (90, 100), "p99": (99, 100), "p999": (999, 1000)}
EDGES: Final = ("least", "most")


def length_quantiles(lengths: Mapping[str, int], longest: int) -> dict[str, Any]:
    """Give nearest-rank quantiles: the least length that so many of the packets do not exceed.

    Parameters
    ----------
    lengths : mapping of str to int
        Packets of each bucket (`rxreplay.traces.buckets`), by its least length; one at least.
    longest : int
        Bytes of the longest packet, which no quantile exceeds.

    Returns
    -------
    dict
        `least` and `most` that each quantile can be, the same where it is exact, and `max`.

    Examples
    --------
    >>> found = length_quantiles({"60": 1, "1514": 7, "65024": 2}, 65_226)
    >>> found["p50"], found["p90"]
    ({'least': 1514, 'most': 1514}, {'least': 65024, 'most': 65226})
    >>> found["p99"], found["max"]
    ({'least': 65226, 'most': 65226}, 65226)
    """
    rising = sorted((int(least), count) for least, count in lengths.items())
    so_far = list(accumulate(count for _, count in rising))

    def ranked(part: int, whole: int) -> dict[str, int]:
        rank = -(-part * so_far[-1] // whole)
        if rank == so_far[-1]:  # the longest packet itself
            return {"least": longest, "most": longest}
        least, _ = rising[bisect_left(so_far, rank)]
        return {"least": least, "most": min(most_of(least), longest)}

    return {name: ranked(*share) for name, share in QUANTILES.items()} | {"max": longest}
