"""The figures of a device from those of its receive queues."""

from collections.abc import Iterable, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any

from .figures import Amplification, AmplificationLevel, Consumed, Figures, Level

OF_EACH_QUEUE = "packets of each queue"


def combined(queues: Sequence[Figures]) -> Figures:
    """Add up what the queues of one device have come to.

    Parameters
    ----------
    queues : sequence of Figures
        At least one.

    Returns
    -------
    Figures
        Counts are sums. So are levels of memory: the queues' own peaks (or means) added up are as
        much as all can have come to, for no clock says whether they did so at once. The worst
        amplification is the worst queue's. What one socket takes of several is not known: None.

    Examples
    --------
    >>> import numpy as np
    >>> from rxreplay.emulator import Receiver, strategy
    >>> queues = [Receiver(strategy("5.10/small")) for _ in range(2)]
    >>> for queue in queues:
    ...     queue.receive(np.array([60]))
    >>> combined([queue.finish() for queue in queues]).truesize_bytes
    4352
    """
    if len(queues) == 1:
        return queues[0]
    names = [field.name for field in fields(Figures) if field.name != "consumed"]
    summed = {name: _sum(getattr(q, name) for q in queues) for name in names}
    truesize, delivered = summed["truesize_bytes"], summed["delivered_bytes"]
    linear = [q.least_linear for q in queues if q.least_linear is not None]
    return Figures(
        **summed
        | {
            "lifetime": queues[0].lifetime,
            "mean_over": OF_EACH_QUEUE,
            "amplification": _amplification([q.amplification for q in queues]),
            "len_per_truesize": delivered / truesize if truesize else None,
            "least_linear": min(linear, default=None),
            "rcvbuf": queues[0].rcvbuf,
            "fit_packets": None,
            "fit_bytes": None,
            "consumed": _consumed([q.consumed for q in queues if q.consumed]),
        }
    )


def _sum(values: Iterable[Any]) -> Any:  # noqa: ANN401 - numbers, and dataclasses of them
    """Add numbers, tuples place by place, dataclasses field by field; None adds nothing."""
    known = [value for value in values if value is not None]
    if not known:
        return None
    first = known[0]
    if isinstance(first, Level):
        return _levels(known)
    if is_dataclass(first):
        names = [field.name for field in fields(first)]
        kind: Any = type(first)
        return kind(**{name: _sum(getattr(v, name) for v in known) for name in names})
    if isinstance(first, tuple):
        return tuple(map(sum, zip(*known, strict=True)))
    return first if isinstance(first, str) else sum(known)


def _consumed(queues: Sequence[Consumed]) -> Consumed | None:
    """Add up what consumers came to; a flow has one queue, so that no socket has more than one."""
    if not queues:
        return None
    peaks = [queue.pinned for queue in queues if queue.pinned]
    return Consumed(
        read_packets=sum(queue.read_packets for queue in queues),
        held_packets=sum(queue.held_packets for queue in queues),
        peak_rmem=max(queue.peak_rmem for queue in queues),
        pinned=replace(_sum(peaks), at_ns=None) if peaks else None,
        amplification_p50=None,
        amplification_p99=None,
    )


def _levels(levels: Sequence[Level]) -> Level:
    """Add levels; what a queue without a packet has posted, it has all the time."""
    means = [level.end if level.mean is None else level.mean for level in levels]
    idle = all(level.mean is None for level in levels)
    return Level(
        sum(level.peak for level in levels),
        None if idle else sum(means),
        sum(level.end for level in levels),
    )


def _amplification(levels: Sequence[AmplificationLevel]) -> AmplificationLevel:
    """Give the worst peak, and mean and end from sums."""
    peaks = [level.peak for level in levels if level.peak]
    return AmplificationLevel(
        peak=max(peaks, key=lambda peak: peak.ratio, default=None),
        mean=_ratio(level.mean for level in levels),
        end=_ratio(level.end for level in levels),
    )


def _ratio(parts: Iterable[Amplification | None]) -> Amplification | None:
    known = [part for part in parts if part]
    held, payload = (sum(getattr(p, f"{of}_bytes") for p in known) for of in ("held", "payload"))
    return Amplification(held, payload, held / payload) if payload else None
