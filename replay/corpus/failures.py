"""Why traces could not be replayed, by kind: what a person can do at once for many of them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final

from rxreplay.errors import (
    DamagedError,
    LinkTypeError,
    NoCaptureError,
    RxReplayError,
    UnreadableError,
)
from rxreplay.traces.decision import DirectionError

WORKER: Final = "worker"
OTHER: Final = RxReplayError.kind
KINDS: Final = {
    DirectionError.kind: "direction not clear (--direction both)",
    LinkTypeError.kind: "of link types that no guest receives",
    DamagedError.kind: "damaged (--keep-damaged)",
    NoCaptureError.kind: "no capture at all",
    UnreadableError.kind: "not to be read, or not to the end",
    WORKER: "at which workers died (--retry-failed)",
    OTHER: "for other reasons",
}


def kind_of(failure: Mapping[str, Any]) -> str:
    """Give the kind of a failure; those that were written before there were kinds are others."""
    return str(failure.get("kind", OTHER))


def failures_text(kinds: Iterable[str], traces: int) -> str:
    """Say how many of so many traces failed, the most frequent kind first; "" where none has.

    Examples
    --------
    >>> failures_text(["damaged", "direction", "direction"], 5)
    '3 of 5 traces failed: 2 direction not clear (--direction both), 1 damaged (--keep-damaged)'
    """
    counts = Counter(kind if kind in KINDS else OTHER for kind in kinds)
    if not counts:
        return ""
    found = sorted((kind for kind in KINDS if counts[kind]), key=lambda kind: -counts[kind])
    parts = ", ".join(f"{counts[kind]:,} {KINDS[kind]}" for kind in found)
    return f"{counts.total():,} of {traces:,} traces failed: {parts}"
