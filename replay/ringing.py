"""How large a ring has to be: the library function `ring`."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final, cast

from rxreplay.emulator import Figures, Strategy
from rxreplay.emulator.clock import Stall
from rxreplay.emulator.timed_receiver import TimedReceiver
from rxreplay.errors import OptionError
from rxreplay.traces import Digest

from .comparing import DEFAULTS, openings
from .feeding import clock_warnings, describe, expected_packets, replay_warnings
from .options import Options, Progress, no_progress
from .pooled import wait_for
from .recorded import recorded
from .result import ResultWarning, TraceInfo
from .schemas import RING
from .selecting import Selection
from .settings import resolve
from .sources import Source
from .spreading import cores
from .timeline import Timeline, stand_still
from .timing import Timing

SIZES: Final = (64, 128, 256, 512, 1024, 2048, 4096)
USUAL: Final = ("5.10/mergeable", "7.2/mergeable")


@dataclass(frozen=True, slots=True)
class Tried:
    """One ring under one strategy.

    Attributes
    ----------
    strategy : str
    ring : int
        Buffers.
    figures : Figures
        By the clock.
    peak_waiting : int
        Packets that waited in the host at once, at most.
    least_stall : Stall or None
        The shortest stall that would lose a packet while it lasts, and the moment at which it
        would, where the vCPU stands still at no other time; None where none would before the
        capture ends, or where packets are lost without one.
    """

    strategy: str
    ring: int
    figures: Figures
    peak_waiting: int
    least_stall: Stall | None

    @property
    def lost(self) -> int:
        """Packets that found no place, neither in the ring nor in the backend's queue."""
        return self.figures.drops.backend_full or 0

    def as_dict(self) -> dict[str, Any]:
        """Give it as JSON has it."""
        stall = self.least_stall
        return {
            "strategy": self.strategy,
            "ring": self.ring,
            "lost": self.lost,
            "peak_waiting": self.peak_waiting,
            "least_stall_ns": stall and stall.length_ns,
            "least_stall_at_ns": stall and stall.start_ns,
            "figures": self.figures.as_dict(),
        }


@dataclass(frozen=True, slots=True)
class Rings:
    """Everything that `ring` has computed.

    Attributes
    ----------
    config : dict
        What decides the figures.
    trace : TraceInfo
    tried : list of Tried
        Strategy by strategy, from the smallest ring to the largest.
    warnings : list of ResultWarning
    doubts : list of str
        What is not established of the strategies.
    run : dict
        Version and command.
    """

    config: dict[str, Any]
    trace: TraceInfo
    tried: list[Tried]
    warnings: list[ResultWarning]
    doubts: list[str]
    run: dict[str, Any] = field(default_factory=dict)
    failed: tuple[str, ...] = ()  # there is one trace: it is read, or an error

    def of(self, strategy: str) -> list[Tried]:
        """Give the rings of one strategy."""
        return [each for each in self.tried if each.strategy == strategy]

    def smallest(self, strategy: str) -> Tried | None:
        """Give the smallest ring that loses nothing, None where each of them does."""
        return next((each for each in self.of(strategy) if not each.lost), None)

    def as_dict(self) -> dict[str, Any]:
        """Give everything as JSON has it."""
        best = {name: self.smallest(name) for name in self.config["strategies"]}
        return recorded(RING, self.config, self.run) | {
            "trace": self.trace.as_dict(),
            "smallest": {name: found and found.ring for name, found in best.items()},
            "rings": [each.as_dict() for each in self.tried],
            "warnings": [asdict(warning) for warning in self.warnings],
        }


class Tries:
    """One ring under one strategy, and the same without stalls where there are some."""

    def __init__(self, strategy: Strategy, size: int, timing: Timing, options: Options) -> None:
        """Fill the ring."""
        timings = [timing, replace(timing, stall=())] if timing.stall else [timing]
        self._receivers = [
            TimedReceiver(strategy, each.as_service(), ring=size, rcvbuf=options.rcvbuf)
            for each in timings
        ]
        self.receiver = self._receivers[0]
        self.runs = [each.receive for each in self._receivers]

    def finish(self, wire_bytes: int | None = None) -> Tried:
        """Give what has come of it."""
        figures, *_ = [each.finish(wire_bytes) for each in self._receivers]
        asked, without_stalls = self._receivers[0], self._receivers[-1]
        return Tried(
            asked.strategy.name, asked.ring, figures, asked.peak_waiting, without_stalls.least_stall
        )


def ring(
    source: Source,
    strategies: Sequence[str | Strategy] = USUAL,
    sizes: Sequence[int] = SIZES,
    timing: Timing | None = None,
    options: Options = DEFAULTS,
    progress: Progress = no_progress,
    **changes: Any,  # noqa: ANN401 - fields of Options
) -> Rings:
    """Replay one trace by the clock with rings of several sizes, all in one walk.

    Parameters
    ----------
    source : path, or open trace
        The capture; with `join` among the options, a list of paths.
    strategies : sequence of str or Strategy
        What receives.
    sizes : sequence of int
        Buffers of each ring, powers of two.
    timing : Timing
        How time passes.
    options, progress, **changes
        As for `replay`; `ring` and `polls` do not matter.

    Returns
    -------
    Rings

    Raises
    ------
    RxReplayError
        The trace cannot be read, or there is no such strategy, size or time.

    Examples
    --------
    >>> found = ring([60] * 5000, ["5.10/small"], [64, 256], Timing("rate:10000000"))
    >>> [tried.lost for tried in found.tried]
    [3040, 2848]
    """
    options = replace(options, **changes)
    timing = timing or Timing()
    if options.queues > 1:
        raise OptionError("rings are tried for one queue; --queues is for others")
    chosen = resolve(strategies)
    queues = [Tries(each, size, timing, options) for each in chosen for size in sorted(set(sizes))]
    [opening] = openings(cast(Sequence[Source], source) if options.join else [source], options)
    with opening() as trace:
        selection, digest = Selection(trace, options, timed=True), Digest()
        timeline, fixed = Timeline(timing.time), timing.stalls().fixed
        with ThreadPoolExecutor(options.threads or cores()) as pool:
            for frames in selection.frames(digest):
                batch = frames.frame_len, timeline.times(frames.ts_ns)
                if fixed and frames.frame_len.size:
                    stand_still(timeline, fixed, [each.receiver for each in queues])
                    fixed = []
                wait_for(pool.submit(run, *batch) for each in queues for run in each.runs)
                progress(selection.walked, expected_packets(trace, selection))
        wire_bytes = int(selection.delivery.wire_bytes.sum())
        tried = [each.finish(wire_bytes) for each in queues]
        info = describe(trace, digest, selection.delivery, [tried[0].figures.packets])
        warnings = [ResultWarning(w.code, w.text, 0) for w in trace.warnings]
        warnings += replay_warnings(trace, digest, selection, options, 0)
    warnings += clock_warnings(timeline, info.path or info.format, 0)
    config = replace(options, timing=timing).as_config(chosen, chosen[0].name)
    doubts = list(dict.fromkeys(each.doubt for each in chosen if each.doubt))
    return Rings(config | {"ring": sorted(set(sizes))}, info, tried, warnings, doubts)
