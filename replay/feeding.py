"""One trace, walked once, into every strategy that wants it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rxreplay.emulator import Figures, Receiver, Strategy
from rxreplay.emulator.queue import checked_ring
from rxreplay.traces import Digest
from rxreplay.traces.directions import Candidate, Directions
from rxreplay.traces.summary import HISTOGRAM, Summary

from .options import Options, Progress, no_progress
from .result import ResultWarning, TraceInfo
from .selecting import Selection
from .sources import Walkable
from .spreading import Spreader, cores

SHOWN_CANDIDATES = 3
LOOPBACK = "00:00:00:00:00:00"


@dataclass(frozen=True, slots=True)
class Fed:
    """What one walk gave: the trace, the figures of each strategy, and the warnings."""

    info: TraceInfo
    figures: list[Figures]
    warnings: list[ResultWarning]
    directions: Directions


def feed(
    trace: Walkable,
    strategies: Sequence[Strategy],
    options: Options,
    progress: Progress = no_progress,
    number: int = 0,
    selection: Selection | None = None,
) -> Fed:
    """Walk a trace once and replay it under each strategy; `number` is the trace's, for warnings.

    `selection` is for a walk that is looked at by somebody else as well.

    Raises
    ------
    TraceError
        The trace cannot be read to its end.
    """
    from rxreplay.emulator.counting import Counters  # numba comes with it

    counters = Counters()
    behaviours = [strategy.behaviour(checked_ring(options.ring)) for strategy in strategies]
    receivers = {  # strategies that are alike share one
        behaviour: Receiver(
            strategy,
            ring=options.ring,
            polls=options.polls,
            rcvbuf=options.rcvbuf,
            strides=counters,
        )
        for behaviour, strategy in dict(zip(behaviours, strategies, strict=True)).items()
    }
    digest, selection = Digest(), selection or Selection(options, replaying=bool(strategies))
    with Spreader(receivers.values(), options.threads or cores()) as spreader:
        for lengths in selection.of(trace, digest):
            spreader.add(lengths)
            progress(selection.walked, expected_packets(trace, selection))
        spreader.finish()
    found = {
        behaviour: receiver.finish(selection.wire_bytes)
        for behaviour, receiver in receivers.items()
    }
    figures = [found[behaviour] for behaviour in behaviours]
    warnings = [ResultWarning(w.code, w.text, number) for w in trace.warnings]
    warnings += replay_warnings(trace, digest, selection, options, number)
    return Fed(describe(trace, digest.summary), figures, warnings, digest.directions)


def expected_packets(trace: Walkable, so_far: Selection) -> int | None:
    """Guess the packets of a trace from its size and the packets so far."""
    walked = so_far.captured_bytes + 16 * so_far.walked
    if trace.size_bytes is None or not walked or trace.format.endswith((".gz", ".zst", ".lz4")):
        return None
    return max(so_far.walked, round(so_far.walked * trace.size_bytes / walked))


def describe(trace: Walkable, summary: Summary) -> TraceInfo:
    """Put down what a trace is and what it holds, after its walk."""
    held: dict[str, Any] = summary.as_dict()
    return TraceInfo(
        path=trace.path,
        format=trace.format,
        link_type=trace.link_type,
        size_bytes=trace.size_bytes,
        snaplen=trace.snaplen,
        **held,
    )


def replay_warnings(
    trace: Walkable, digest: Digest, selection: Selection, options: Options, number: int
) -> list[ResultWarning]:
    """Say where the packets that were replayed may not be those that a guest received."""
    name = trace.path or trace.format
    found = []
    directions = digest.directions
    if digest.summary.beyond_packets:
        text = oversized_text(digest.summary)
        found.append(ResultWarning("oversized", f"{name}: {text}", number))
    if selection.timeless:
        text = f"{selection.timeless:,} packets have no time, and were left out"
        found.append(ResultWarning("left_out", f"{name}: {text}", number))
    if not selection.packets:
        text = nothing_text(selection, options)
        found.append(ResultWarning("no_packets", f"{name}: {text}", number))
    elif guests(directions) and not options.guest_macs:
        text = direction_text(directions, selection)
        found.append(ResultWarning("both_directions", f"{name}: {text}", number))
    return found


def oversized_text(summary: Summary) -> str:
    """Say that packets claim more than can be.

    Examples
    --------
    >>> import numpy as np
    >>> from rxreplay.traces import Block
    >>> summary, lengths = Summary(), np.array([65_600, 60])
    >>> summary.add(Block(lengths, lengths, lengths, lengths[:0], lengths[:0]))
    >>> oversized_text(summary)
    '1 packet is longer than 65,599 bytes on the wire (the longest: 65,600), which is more than ...'
    """
    count = summary.beyond_packets
    return (
        f"{count:,} {'packet is' if count == 1 else 'packets are'} longer than {HISTOGRAM - 1:,} "
        f"bytes on the wire (the longest: {summary.percentile(100):,}), which is more than a "
        "device hands to a guest; the capture may be damaged"
    )


def nothing_text(selection: Selection, options: Options) -> str:
    """Say why no packet was replayed."""
    if options.selecting() == ["--guest-mac"]:
        return f"no packet goes to {', '.join(options.guest_macs)}; nothing was replayed"
    if selection.walked and options.selecting():
        return f"{', '.join(options.selecting())} left no packet; nothing was replayed"
    return "there is no packet in it"


def guests(directions: Directions) -> list[Candidate]:
    """Give the addresses that may be a guest's; the loopback interface has none."""
    return [found for found in directions.candidates() if found.mac != LOOPBACK]


def direction_text(directions: Directions, selection: Selection) -> str:
    """Name the addresses that both send and receive, and what to do about it."""
    candidates = guests(directions)
    shown = ", ".join(
        f"{c.mac} ({100 * c.to_packets / selection.packets:.0f} % of the packets go to it)"
        for c in candidates[:SHOWN_CANDIDATES]
    )
    more = len(candidates) - SHOWN_CANDIDATES
    others = f" and {more} more" if more > 0 else ""
    return (
        "holds both directions, but only received packets use receive buffers; all were replayed. "
        f"--guest-mac MAC keeps those for the guest; candidates: {shown}{others}"
    )
