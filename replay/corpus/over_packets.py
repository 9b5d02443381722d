"""The lengths of the packets of a corpus, trace after trace."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from rxreplay.length_quantiles import length_quantiles


class OverPackets:
    """Counts of lengths in buckets, added: the same in whatever order, and in whatever parts.

    Examples
    --------
    >>> over = OverPackets()
    >>> over.add({"packets": 3, "replayed_len": {"max": 1514, "counts": {"60": 2, "1514": 1}}})
    >>> over.add({"packets": 1, "replayed_len": {"max": 60, "counts": {"60": 1}}})
    >>> over.lengths()["p90"], over.lengths()["counts"]
    ({'least': 1514, 'most': 1514}, {'60': 3, '1514': 1})
    """

    def __init__(self) -> None:
        """Begin with none."""
        self._counts: Counter[str] = Counter()
        self._longest = 0
        self._known = True

    def add(self, trace: Mapping[str, Any]) -> None:
        """Take the lengths of a trace; in results of before 1.2 there are none."""
        lengths = trace.get("replayed_len")
        if lengths is None:
            self._known &= not trace["packets"]
            return
        self._counts.update(lengths["counts"])
        self._longest = max(self._longest, lengths["max"] or 0)

    def lengths(self) -> dict[str, Any] | None:
        """Give quantiles and counts; None of no packet, or where those of a trace are not known."""
        if not (self._counts and self._known):
            return None
        counts = {least: self._counts[least] for least in sorted(self._counts, key=int)}
        return length_quantiles(counts, self._longest) | {"counts": counts}
