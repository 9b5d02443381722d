"""One trace, walked once, into every strategy that wants it."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from rxreplay.emulator import Figures, Strategy
from rxreplay.emulator.series import Series
from rxreplay.traces import Digest
from rxreplay.traces.decap import LeftOut
from rxreplay.traces.length_counts import HISTOGRAM
from rxreplay.traces.summary import Summary

from .by_size import by_size
from .clocked import ClockedDevice
from .consumers import has_sockets, parse_consumer
from .delivering import Delivery
from .device import Device
from .lengths_replayed import replayed_len
from .options import Options, Progress, no_progress
from .result import Decided, ResultWarning, TraceInfo
from .selecting import Selection
from .socket_keys import SocketKeys
from .sources import Walkable
from .stacked import StackedDevice
from .timeline import Timeline

AnyDevice = Device | ClockedDevice | StackedDevice
Begin = Callable[[Digest, Selection, AnyDevice], None]


@dataclass(frozen=True, slots=True)
class Fed:
    """What one walk gave: the trace, figures of each strategy by queue, warnings, and series.

    `own` are the numbers of the queues that these are of, where they are not all.
    """

    info: TraceInfo
    figures: list[list[Figures]]
    warnings: list[ResultWarning]
    series: list[list[Series]] = field(default_factory=list)
    zero_ns: int | None = None
    own: Sequence[int] = ()


def feed(
    trace: Walkable,
    strategies: Sequence[Strategy],
    options: Options,
    progress: Progress = no_progress,
    number: int = 0,
    selection: Selection | None = None,
    begin: Begin | None = None,
    own: Sequence[int] = (),
) -> Fed:
    """Walk a trace once and replay it under each strategy; `number` is the trace's, for warnings.

    `selection` is for a walk that is looked at by somebody else as well; `begin` is called with
    all that the walk feeds before its first packet; `own` are the queues that are emulated, where
    others are elsewhere.

    Raises
    ------
    TraceError
        The trace cannot be read to its end.
    """
    digest = Digest()
    timed = options.timing is not None
    selection = selection or Selection(trace, options, replaying=bool(strategies), timed=timed)
    told = 0
    with device_of(strategies, options, trace, selection, own) as device:
        if begin:
            begin(digest, selection, device)
        for frames in selection.frames(digest):
            device.receive(frames)
            if selection.walked > told:
                told = selection.walked
                progress(told, expected_packets(trace, selection))
        figures = device.finish(selection.delivery.wire_bytes)
    warnings = [ResultWarning(w.code, w.text, number) for w in trace.warnings]
    warnings += replay_warnings(trace, digest, selection, options, number)
    info = describe(trace, digest, selection.delivery, device.packets)
    if isinstance(device, Device) or device.timeline is None:
        return Fed(info, figures, warnings, own=own)
    warnings += clock_warnings(device.timeline, trace.path or trace.format, number)
    if isinstance(device, StackedDevice):
        return Fed(info, figures, warnings, own=own)
    return Fed(info, figures, warnings, device.series(), device.timeline.zero_ns, own)


def device_of(
    strategies: Sequence[Strategy],
    options: Options,
    trace: Walkable,
    selection: Selection,
    own: Sequence[int],
) -> AnyDevice:
    """Give the device that receives: by the clock if there is one, with a stack if it is wanted."""
    if options.gro and strategies:
        return StackedDevice(strategies, options, selection.delivery, own)
    if options.timing is None:
        return Device(strategies, options, own)
    keys = None
    if has_sockets(parse_consumer(options.consumer, options.rcvbuf)):
        keys = SocketKeys(trace, options, selection)
    return ClockedDevice(strategies, options, options.timing, keys, own)


def expected_packets(trace: Walkable, so_far: Selection) -> int | None:
    """Guess the packets of a trace from its size and the packets so far."""
    walked = so_far.captured_bytes + 16 * so_far.walked
    if trace.size_bytes is None or not walked or trace.format.endswith((".gz", ".zst", ".lz4")):
        return None
    return max(so_far.walked, round(so_far.walked * trace.size_bytes / walked))


def describe(
    trace: Walkable, digest: Digest, delivery: Delivery, queue_packets: list[int]
) -> TraceInfo:
    """Put down what a trace is and what it holds, after its walk."""
    held: dict[str, Any] = digest.summary.as_dict()
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
        digest=digest.fingerprint_text if delivery.replaying else None,
        by_size=by_size(digest.summary),
        replayed_len=replayed_len(digest.summary, delivery) if delivery.replaying else None,
        **held,
    )


def replay_warnings(
    trace: Walkable, digest: Digest, selection: Selection, options: Options, number: int
) -> list[ResultWarning]:
    """Say where the packets that were replayed may not be those that a guest received."""
    name = trace.path or trace.format
    found = []

    if digest.summary.beyond_packets:
        text = oversized_text(digest.summary)
        found.append(ResultWarning("oversized", f"{name}: {text}", number))
    if selection.timeless:
        text = f"{selection.timeless:,} packets have no time, and were left out"
        found.append(ResultWarning("left_out", f"{name}: {text}", number))
    if any(selection.delivery.left_out):
        text = left_out_text(selection.delivery.left_out, options.decap)
        found.append(ResultWarning("no_tunnel", f"{name}: {text}", number))
    if not selection.delivery.packets:
        text = nothing_text(selection, options, digest.summary.packets)
        found.append(ResultWarning("no_packets", f"{name}: {text}", number))
    texts = [f"{name}: {text}" for text in selection.delivery.remarks]
    return found + [ResultWarning("remark", text, number) for text in texts]


def clock_warnings(timeline: Timeline, name: str, number: int) -> list[ResultWarning]:
    """Say where the capture's clock could not be followed."""
    found = []
    if timeline.backwards:
        text = f"{name}: {timeline.backwards:,} packets are dated before others: they follow these"
        found.append(ResultWarning("clock_backwards", text, number))
    if timeline.timeless:
        text = f"{name}: {timeline.timeless:,} packets have no time: they follow those before them"
        found.append(ResultWarning("clock_missing", text, number))
    if timeline.stalls_before:
        text = f"{name}: {timeline.stalls_before:,} stalls are over before the first packet"
        found.append(ResultWarning("clock_stalls", text, number))
    return found


def left_out_text(left_out: LeftOut, kinds: Sequence[str]) -> str:
    """Say which packets no tunnel was found in.

    Examples
    --------
    >>> left_out_text(LeftOut(no_tunnel=3, cut=1), ["vxlan", "gre"])
    '--decap leaves out 3 packets without vxlan, gre; 1 whose headers the snaplen cut'
    """
    forms = {
        "no_tunnel": f"{{:,}} packets without {', '.join(kinds)}",
        "cut": "{:,} whose headers the snaplen cut",
        "fragment": "{:,} fragments",
        "other": "{:,} that hold neither Ethernet nor IP",
    }
    counts = zip(forms.values(), (getattr(left_out, name) for name in forms), strict=True)
    return "--decap leaves out " + "; ".join(form.format(n) for form, n in counts if n)


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


def nothing_text(selection: Selection, options: Options, counted: int) -> str:
    """Say why no packet was replayed."""
    if counted:
        return (
            f"none of {counted:,} packets is {selection.delivery.direction}; nothing was replayed"
        )
    if selection.walked and options.choosing():
        return f"{', '.join(options.choosing())} left no packet; nothing was replayed"
    return "there is no packet in it"
