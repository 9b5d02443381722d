"""One number moved over a range, and what that does: the library function `sweep`."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from statistics import median
from typing import Any, Final

from rxreplay.emulator import Figures, Strategy
from rxreplay.emulator.state import Layout
from rxreplay.errors import OptionError

from .comparing import DEFAULTS, compare
from .meanings import meaning
from .options import Options, Progress, no_progress
from .recorded import recorded
from .result import ResultWarning, TraceInfo
from .schemas import SWEEP
from .settings import resolve
from .sources import Source
from .sweep_values import parse_values

OF_THE_REPLAY: Final = {"ring": "ring", "poll": "polls", "rcvbuf": "rcvbuf"}
CLIFF: Final = 0.1  # of the larger value, from one step to the next
SHARES: Final = ("linear packets",)  # curves that are parts of a whole
STEEPER: Final = 4  # times the usual slope
FEWEST: Final = 4  # values: of one slope or two none is four times the median
CURVES: Final[Mapping[str, Callable[[Figures], float | None]]] = {
    "packets dropped": lambda f: f.drops.total(),
    "truesize a packet": lambda f: _each(f.truesize_bytes, f),
    "resident, at most": lambda f: f.resident_bytes.peak,
    "posted in the ring, at most": lambda f: f.ring_bytes.peak,
    "copied a packet": lambda f: _each(f.copied_bytes, f),
    "linear packets": lambda f: _each(f.linear_packets, f),
    "packets that fit a socket": lambda f: f.fit_packets,
}


def _each(figure: int, figures: Figures) -> float | None:
    return figure / figures.delivered_packets if figures.delivered_packets else None


@dataclass(frozen=True, slots=True)
class Point:
    """One value of the number, the figures with it, and the sizes of the strategy."""

    value: int
    figures: Figures
    layout: Layout


@dataclass(frozen=True, slots=True)
class Cliff:
    """Two neighbouring values between which a curve steps.

    Attributes
    ----------
    curve : str
        Of `CURVES`.
    below, above : int
        The values.
    before, after : float
        The curve there.
    meaning : str
        What is received differently from `above` on, or "" where no size of the strategy differs.
    """

    curve: str
    below: int
    above: int
    before: float
    after: float
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Sweep:
    """Everything that `sweep` has computed.

    Attributes
    ----------
    config : dict
        What decides the figures.
    trace : TraceInfo
    strategy, knob : str
        What was varied.
    points : list of Point
        From the least value to the largest.
    warnings : list of ResultWarning
    doubts : list of str
        What is not established of the strategy.
    """

    config: dict[str, Any]
    trace: TraceInfo
    strategy: str
    knob: str
    points: list[Point]
    warnings: list[ResultWarning]
    doubts: list[str]
    run: dict[str, Any] = field(default_factory=dict)
    failed: tuple[str, ...] = ()

    @property
    def cliffs(self) -> list[Cliff]:
        """Where a curve steps, curve by curve."""
        return [cliff for curve in CURVES for cliff in cliffs(self.points, curve)]

    def as_dict(self) -> dict[str, Any]:
        """Give everything as JSON has it."""
        return recorded(SWEEP, self.config, self.run) | {
            "trace": self.trace.as_dict(),
            "strategy": self.strategy,
            "knob": self.knob,
            "points": [{"value": p.value, "figures": p.figures.as_dict()} for p in self.points],
            "cliffs": [
                {name: getattr(cliff, name) for name in Cliff.__slots__} for cliff in self.cliffs
            ],
            "warnings": [{"code": w.code, "text": w.text} for w in self.warnings],
        }


def sweep(
    source: Source,
    strategy: str | Strategy,
    knob: str,
    values: str | Sequence[int],
    options: Options = DEFAULTS,
    progress: Progress = no_progress,
    **changes: Any,  # noqa: ANN401 - fields of Options
) -> Sweep:
    """Replay a trace with one number at each of several values.

    Knobs of a strategy take one walk for all values; `ring`, `poll` and `rcvbuf` one for each.

    Parameters
    ----------
    source : path, open trace, or int64 array of shape (n,)
        The capture, or lengths on the wire in bytes.
    strategy : str or Strategy
        What receives.
    knob : str
        `ring`, `poll`, `rcvbuf`, or a knob of the strategy.
    values : str or sequence of int
        As `parse_values` reads them, or the values themselves.
    options, progress, **changes
        As for `replay`.

    Returns
    -------
    Sweep

    Raises
    ------
    RxReplayError
        The trace cannot be read, or there is no such strategy, knob or value.

    Examples
    --------
    >>> found = sweep([1514] * 500, "7.2/mergeable", "ring", "64:256:x2")
    >>> [(point.value, point.figures.ring_bytes.peak) for point in found.points]
    [(64, 131072), (128, 262144), (256, 524288)]
    """
    options = replace(options, **changes)
    [chosen] = resolve([strategy])
    numbers = sorted(set(parse_values(values) if isinstance(values, str) else values))
    if not numbers:
        raise OptionError(f"{knob}: there is no value to try")
    if knob in OF_THE_REPLAY:
        name = OF_THE_REPLAY[knob]
        tried: list[dict[str, Any]] = [{name: number} for number in numbers]
        runs = [compare([source], [chosen], options, progress, **each) for each in tried]
        figures = [run.results[0].figures for run in runs]
        layouts = [chosen.layout(n if knob == "ring" else options.ring) for n in numbers]
    else:
        varied = [chosen.with_settings({knob: number}) for number in numbers]
        runs = [compare([source], varied, options, progress)]
        by_name = runs[0].of(0)
        figures = [by_name[each.name] for each in varied]
        layouts = [each.layout(options.ring) for each in varied]
    points = [Point(*each) for each in zip(numbers, figures, layouts, strict=True)]
    config = options.as_config([chosen], chosen.name) | {knob: numbers}
    doubts = [*filter(None, [chosen.doubt, what_if(chosen, knob, options.ring)])]
    warnings = [each for each in runs[0].warnings if each.code != "kernel"]  # of each value
    warnings += [ResultWarning("kernel", doubt) for doubt in doubts]
    return Sweep(config, runs[0].traces[0], chosen.name, knob, points, warnings, doubts)


def what_if(chosen: Strategy, name: str, ring: int) -> str:
    """Say that no kernel has other values of a knob, and which one this has; or "".

    Examples
    --------
    >>> from rxreplay.emulator import strategy
    >>> what_if(strategy("5.10/mergeable"), "copy_len", 256)
    "copy_len: a what-if, every kernel's is 128"
    >>> what_if(strategy("5.10/mergeable"), "min_buf_len", 16)
    "min_buf_len: a what-if, 5.10/mergeable's own is 4,086 with a ring of 16"
    """
    for knob in chosen.knobs:
        if knob.name == name and knob.what_if:
            usual = f"every kernel's is {knob.default}" if knob.default else own(chosen, name, ring)
            return f"{name}: a what-if, {usual}"
    return ""


def own(chosen: Strategy, name: str, ring: int) -> str:
    """Say what a kernel makes of a knob whose default is its own value.

    Examples
    --------
    >>> from rxreplay.emulator import strategy
    >>> own(strategy("5.10/small,tailroom=64"), "tailroom", 256)
    "5.10/small's own is 320"
    """
    layout = chosen.with_settings({name: 0}).layout(ring)
    if name == "tailroom":
        return f"{chosen.base}'s own is {layout.sizeof_shared_info:,}"
    return f"{chosen.base}'s own is {layout.avg_min:,} with a ring of {ring:,}"  # min_buf_len


def cliffs(points: Sequence[Point], curve: str) -> Iterator[Cliff]:
    """Find where a curve steps: by a tenth from one value to the next, and off its usual slope.

    Examples
    --------
    >>> found = sweep([1514] * 500, "7.2/mergeable", "ring", "64:256:x2")
    >>> list(cliffs(found.points, "posted in the ring, at most"))  # it doubles with the ring
    []
    """
    known = [(p, y) for p in points if (y := CURVES[curve](p.figures)) is not None]
    steps = list(pairwise(known))
    slopes = [abs(y - x) / (above.value - below.value) for (below, x), (above, y) in steps]
    usual = median(slopes) if slopes else 0
    for ((below, before), (above, after)), slope in zip(steps, slopes, strict=True):
        tenth = CLIFF * max(abs(before), abs(after))
        if slope > STEEPER * usual and abs(after - before) >= tenth:
            words = meaning(below.layout, above.layout)
            yield Cliff(curve, below.value, above.value, before, after, words)
