"""One trace, walked once, into every strategy that wants it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from rxreplay.emulator import Figures, Receiver, Strategy
from rxreplay.emulator.queue import checked_ring
from rxreplay.traces import Digest
from rxreplay.traces.directions import Candidate, Directions, for_guest
from rxreplay.traces.summary import Summary

from .options import Options, Progress, mac_numbers, no_progress
from .result import ResultWarning, TraceInfo
from .sources import Lengths, Walkable
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


class Selection:
    """The lengths of the packets that reach the guest; everything where no address is given."""

    def __init__(self, guest_macs: Sequence[str]) -> None:
        """Take the guest's addresses as the user wrote them."""
        self._macs = np.array(mac_numbers(guest_macs), np.int64)
        self.packets = 0

    def of(self, trace: Walkable, digest: Digest) -> Iterator[Lengths]:
        """Walk a trace for the lengths to replay, and add all of it to `digest`."""
        for lengths in self._chosen(trace, digest) if self._macs.size else trace.lengths(digest):
            self.packets += lengths.size
            yield lengths

    def _chosen(self, trace: Walkable, digest: Digest) -> Iterator[Lengths]:
        for block in trace.blocks():
            digest.add(block)
            yield block.wire_len[for_guest(block, self._macs)]


def feed(
    trace: Walkable,
    strategies: Sequence[Strategy],
    options: Options,
    progress: Progress = no_progress,
    number: int = 0,
) -> Fed:
    """Walk a trace once and replay it under each strategy; `number` is the trace's, for warnings.

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
    digest, selection = Digest(), Selection(options.guest_macs)
    summary, directions = digest.summary, digest.directions
    with Spreader(receivers.values(), options.threads or cores()) as spreader:
        for lengths in selection.of(trace, digest):
            spreader.add(lengths)
            progress(summary.packets, expected_packets(trace, summary))
        spreader.finish()
    found = {behaviour: receiver.finish() for behaviour, receiver in receivers.items()}
    figures = [found[behaviour] for behaviour in behaviours]
    warnings = [ResultWarning(w.code, w.text, number) for w in trace.warnings]
    warnings += replay_warnings(trace, directions, selection, options, number)
    return Fed(describe(trace, summary), figures, warnings, directions)


def expected_packets(trace: Walkable, summary: Summary) -> int | None:
    """Guess the packets of a trace from its size and the packets so far."""
    walked = summary.captured_bytes + 16 * summary.packets
    if trace.size_bytes is None or not walked or trace.format.endswith((".gz", ".zst", ".lz4")):
        return None
    return max(summary.packets, round(summary.packets * trace.size_bytes / walked))


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
    trace: Walkable, directions: Directions, selection: Selection, options: Options, number: int
) -> list[ResultWarning]:
    """Say where the packets that were replayed may not be those that a guest received."""
    name = trace.path or trace.format
    if options.guest_macs:
        if selection.packets:
            return []
        text = f"{name}: no packet goes to {', '.join(options.guest_macs)}; nothing was replayed"
        return [ResultWarning("no_packets", text, number)]
    if not selection.packets:
        return [ResultWarning("no_packets", f"{name}: there is no packet in it", number)]
    if not guests(directions):
        return []
    return [
        ResultWarning("both_directions", f"{name}: {direction_text(directions, selection)}", number)
    ]


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
