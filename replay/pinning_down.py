"""What skbs that are kept pin in the guest's memory: the library function `pinning`."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final, cast

import numpy as np
from rxreplay.emulator import Figures, Strategy
from rxreplay.emulator.kept import Holder
from rxreplay.emulator.timed_receiver import TimedReceiver
from rxreplay.errors import OptionError
from rxreplay.traces import Digest
from rxreplay.traces.packets import Int64s

from .comparing import openings
from .consumers import has_sockets, parse_consumer
from .feeding import clock_warnings, describe, expected_packets, replay_warnings
from .options import Options, Progress, no_progress
from .pooled import wait_for
from .recorded import recorded
from .result import ResultWarning, TraceInfo
from .schemas import PINNING
from .selecting import Selection
from .settings import resolve
from .socket_keys import SocketKeys
from .sources import Source
from .spreading import cores
from .timeline import Timeline
from .timing import Timing

USUAL: Final = ("5.10/mergeable", "6.12/mergeable", "7.2/mergeable")
SHOWN_FLOWS: Final = 5
UNREAD_BY_THE_CLOCK: Final = Options(timing=Timing(), consumer="unread")


@dataclass(frozen=True, slots=True)
class PinningFlow:
    """A flow whose socket holds skbs.

    Attributes
    ----------
    flow : str
        Its name.
    packets, payload_bytes, rmem_bytes : int
        In its socket: skbs, frame bytes in them, what they are charged.
    pinned_bytes : int
        What they keep resident: of a chunk to which several skbs refer, each reference has an
        equal share.
    dropped_packets, peak_rmem_bytes : int
        Of its socket.
    """

    flow: str
    packets: int
    payload_bytes: int
    rmem_bytes: int
    pinned_bytes: int
    dropped_packets: int
    peak_rmem_bytes: int

    @classmethod
    def of(cls, holder: Holder, keys: SocketKeys) -> "PinningFlow":
        """Name a holder."""
        return cls(keys.name(holder.key), **{k: v for k, v in asdict(holder).items() if k != "key"})


@dataclass(frozen=True, slots=True)
class PinnedDown:
    """One strategy.

    Attributes
    ----------
    strategy : str
    figures : Figures
        By the clock, with what the consumer came to.
    flows_holding : int
        Whose sockets held something when the highest flows were looked at.
    seen_bytes : int
        That skbs pinned at that moment: at least eight ninths of the most.
    flows : list of PinningFlow
        The highest first.
    """

    strategy: str
    figures: Figures
    flows_holding: int
    seen_bytes: int
    flows: list[PinningFlow]

    def as_dict(self) -> dict[str, Any]:
        """Give it as JSON has it."""
        return asdict(self) | {"figures": self.figures.as_dict()}


@dataclass(frozen=True, slots=True)
class Pinnings:
    """Everything that `pinning` has computed.

    Attributes
    ----------
    config : dict
        What decides the figures.
    trace : TraceInfo
    results : list of PinnedDown
        In the order of the strategies.
    no_flows : str or None
        Why all packets went into one socket.
    warnings : list of ResultWarning
    doubts : list of str
        What is not established of the strategies.
    run : dict
        Version and command.
    """

    config: dict[str, Any]
    trace: TraceInfo
    results: list[PinnedDown]
    no_flows: str | None
    warnings: list[ResultWarning]
    doubts: list[str]
    run: dict[str, Any] = field(default_factory=dict)
    failed: tuple[str, ...] = ()  # there is one trace: it is read, or an error

    def as_dict(self) -> dict[str, Any]:
        """Give everything as JSON has it."""
        return recorded(PINNING, self.config, self.run) | {
            "trace": self.trace.as_dict(),
            "no_flows": self.no_flows,
            "results": [each.as_dict() for each in self.results],
            "warnings": [asdict(warning) for warning in self.warnings],
        }


def pinning(
    source: Source,
    strategies: Sequence[str | Strategy] = USUAL,
    options: Options = UNREAD_BY_THE_CLOCK,
    progress: Progress = no_progress,
    **changes: Any,  # noqa: ANN401 - fields of Options
) -> Pinnings:
    """Tell what skbs that somebody keeps pin in the guest's memory.

    Parameters
    ----------
    source : path, open trace, or int64 array of shape (n,)
        The capture; with `join` among the options, a list of paths.
    strategies : sequence of str or Strategy
        What receives.
    options, progress, **changes
        As for `replay`; a clock there has to be, and a consumer that keeps something.

    Returns
    -------
    Pinnings

    Raises
    ------
    RxReplayError
        The trace cannot be read, or there is no such strategy, time or consumer.

    Examples
    --------
    >>> found = pinning([1514] * 50, ["5.10/mergeable"], timing=Timing("rate:1000"))
    >>> pinned = found.results[0].figures.consumed.pinned
    >>> pinned.payload_bytes, pinned.bytes
    (75700, 136704)
    """
    options = replace(options, **changes)
    consumer, timing = parse_consumer(options.consumer, options.rcvbuf), options.timing
    if timing is None or not consumer.kind:
        raise OptionError(
            "pinning needs a clock, and a consumer that keeps skbs: --consumer unread"
        )
    if options.queues > 1:
        raise OptionError("what is pinned is told of one queue; --queues is for others")
    chosen = resolve(strategies)
    how: dict[str, Any] = {"ring": options.ring, "rcvbuf": options.rcvbuf, "consumer": consumer}
    receivers = [TimedReceiver(each, timing.as_service(), **how) for each in chosen]

    def in_use() -> Int64s:
        return np.concatenate([each.keys for each in receivers])

    [opening] = openings(cast(Sequence[Source], source) if options.join else [source], options)
    with opening() as trace:
        selection, digest = Selection(trace, options, timed=True), Digest()
        timeline, keys = Timeline(timing.time), SocketKeys(trace, options, selection, in_use)
        asks = has_sockets(consumer)
        with ThreadPoolExecutor(options.threads or cores()) as pool:
            for frames in selection.frames(digest):
                batch = [frames.frame_len, timeline.times(frames.ts_ns), keys.of(frames)]
                wait_for(pool.submit(r.receive, *batch[: 2 + asks]) for r in receivers)
                progress(selection.walked, expected_packets(trace, selection))
        wire_bytes = int(selection.delivery.wire_bytes.sum())
        results = [pinned_down(r, wire_bytes, keys, options.consumer) for r in receivers]
        info = describe(trace, digest, selection.delivery, [results[0].figures.packets])
        warnings = [ResultWarning(w.code, w.text, 0) for w in trace.warnings]
        warnings += replay_warnings(trace, digest, selection, options, 0)
    warnings += clock_warnings(timeline, info.path or info.format, 0)
    config = options.as_config(chosen, chosen[0].name)
    doubts = list(dict.fromkeys(each.doubt for each in chosen if each.doubt))
    return Pinnings(config, info, results, keys.no_flows if asks else None, warnings, doubts)


def pinned_down(
    receiver: TimedReceiver, wire_bytes: int, keys: SocketKeys, lifetime: str
) -> PinnedDown:
    """End a run, and name the flows that held the most."""
    figures = replace(receiver.finish(wire_bytes), lifetime=lifetime)
    seen = receiver.holders
    flows = [PinningFlow.of(holder, keys) for holder in seen.highest[:SHOWN_FLOWS]]
    return PinnedDown(receiver.strategy.name, figures, seen.flows, seen.pinned_bytes, flows)
