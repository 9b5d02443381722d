"""One trace, walked once, into every strategy that wants it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rxreplay.emulator import Figures, Strategy
from rxreplay.traces import Digest
from rxreplay.traces.summary import Summary

from .delivering import Delivery
from .device import Device
from .options import Options, Progress, no_progress
from .result import Decided, ResultWarning, TraceInfo
from .selecting import Selection
from .sources import Walkable


@dataclass(frozen=True, slots=True)
class Fed:
    """What one walk gave: the trace, the figures of each strategy by queue, and the warnings."""

    info: TraceInfo
    figures: list[list[Figures]]
    warnings: list[ResultWarning]


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
    digest = Digest()
    selection = selection or Selection(trace, options, replaying=bool(strategies))
    told = 0
    with Device(strategies, options) as device:
        for frames in selection.frames(digest):
            device.receive(frames)
            if selection.walked > told:
                told = selection.walked
                progress(told, expected_packets(trace, selection))
        figures = device.finish(selection.delivery.wire_bytes)
    warnings = [ResultWarning(w.code, w.text, number) for w in trace.warnings]
    warnings += replay_warnings(trace, selection, options, number, digest.summary.packets)
    info = describe(trace, digest.summary, selection.delivery, device.packets)
    return Fed(info, figures, warnings)


def expected_packets(trace: Walkable, so_far: Selection) -> int | None:
    """Guess the packets of a trace from its size and the packets so far."""
    walked = so_far.captured_bytes + 16 * so_far.walked
    if trace.size_bytes is None or not walked or trace.format.endswith((".gz", ".zst", ".lz4")):
        return None
    return max(so_far.walked, round(so_far.walked * trace.size_bytes / walked))


def describe(
    trace: Walkable, summary: Summary, delivery: Delivery, queue_packets: list[int]
) -> TraceInfo:
    """Put down what a trace is and what it holds, after its walk."""
    held: dict[str, Any] = summary.as_dict()
    direction, vantage = delivery.direction, delivery.vantage
    return TraceInfo(
        path=trace.path,
        format=trace.format,
        link_type=trace.link_type,
        size_bytes=trace.size_bytes,
        snaplen=trace.snaplen,
        direction=Decided(direction.words, delivery.unclear or direction.evidence),
        vantage=Decided(vantage.vantage, vantage.reason),
        looked_at=asdict(delivery.seen),
        queue_packets=queue_packets,
        **held,
    )


def replay_warnings(
    trace: Walkable, selection: Selection, options: Options, number: int, counted: int
) -> list[ResultWarning]:
    """Say where the packets that were replayed may not be those that a guest received."""
    name = trace.path or trace.format
    found = []
    if selection.timeless:
        text = f"{selection.timeless:,} packets have no time, and were left out"
        found.append(ResultWarning("left_out", f"{name}: {text}", number))
    if not selection.delivery.packets:
        text = nothing_text(selection, options, counted)
        found.append(ResultWarning("no_packets", f"{name}: {text}", number))
    texts = [f"{name}: {text}" for text in selection.delivery.remarks]
    return found + [ResultWarning("remark", text, number) for text in texts]


def nothing_text(selection: Selection, options: Options, counted: int) -> str:
    """Say why no packet was replayed."""
    if counted:
        return (
            f"none of {counted:,} packets is {selection.delivery.direction}; nothing was replayed"
        )
    if selection.walked and options.choosing():
        return f"{', '.join(options.choosing())} left no packet; nothing was replayed"
    return "there is no packet in it"
