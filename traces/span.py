"""First and latest time of a capture, and its longest pause."""

from .packets import NO_TIME, Int64s, Record


class Span:
    """What joints between captures are judged by; fed with times, or what a digest has of them.

    Examples
    --------
    >>> import numpy as np
    >>> span = Span()
    >>> span.add(np.array([5, 9, 7, 20]))
    >>> span.first, span.latest, span.longest_pause
    (5, 20, 11)
    """

    def __init__(self, tally: Record = None) -> None:
        """Begin without a time, or keep what `tally` says now."""
        from .tally import new_tally

        self._tally = new_tally() if tally is None else tally.copy()

    def add(self, ts_ns: Int64s) -> None:
        """Add the times of consecutive records."""
        from .tally import add_times

        add_times(ts_ns, self._tally)

    @property
    def first(self) -> int | None:
        """First time; None where no record has one."""
        first = int(self._tally["span_first_ns"])
        return None if first == NO_TIME else first

    @property
    def latest(self) -> int:
        """Latest time; a clock may step back after it."""
        return int(self._tally["span_latest_ns"])

    @property
    def longest_pause(self) -> int:
        """Most nanoseconds from the latest time so far to the next one."""
        return int(self._tally["longest_pause_ns"])
