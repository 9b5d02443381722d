"""All that a report shows, from one walk of each trace: the library function `make_report`.

It cannot be `report`, as the package of the reporters is called that.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from rxreplay.emulator import Strategy
from rxreplay.emulator.series import Series, together

from .comparing import DEFAULTS, compared, default_strategies
from .feeding import Fed, feed
from .lengthwise import lengths_to_try, truesize_by_length
from .options import Options, Progress, no_progress
from .result import Results, ResultWarning
from .ringing import SIZES, Tried
from .settings import resolve
from .sources import LengthsTrace, Source, Walkable
from .timing import Timing
from .watching import LengthCounter, OverTime, RingBank, Watched, Watcher


@dataclass(frozen=True, slots=True)
class Curves:
    """Mean truesize in steady streams, by length.

    Attributes
    ----------
    lengths : list of int
        Bytes of the frames.
    truesize : dict of str to list
        Bytes a packet by strategy, None where such packets are dropped.
    """

    lengths: list[int]
    truesize: dict[str, list[float | None]]


@dataclass(frozen=True, slots=True)
class Chapter:
    """What a report shows of one trace beside its results.

    Attributes
    ----------
    lengths : dict of int to int
        Frames by their bytes, as the device got them.
    beyond : (int, int)
        Frames that are longer than any device hands to a guest, and their bytes.
    rings : list of Tried
        Rings of several sizes by the capture's clock, strategy by strategy.
    no_rings : str
        Why there are none, or "".
    series : dict of str to Series
        Memory over trace time by the clock, of each strategy; empty where packets have no times.
    """

    lengths: dict[int, int]
    beyond: tuple[int, int]
    rings: list[Tried]
    no_rings: str
    series: dict[str, Series]


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that a report shows.

    Attributes
    ----------
    results : Results
        As `compare` gives them.
    strategies : list of Strategy
        What received, in the order of the results.
    chapters : list of Chapter
        One for each trace of the results.
    curves : Curves
        What depends on the strategies alone.
    timing : Timing
        By which clock rings were tried.
    """

    results: Results
    strategies: list[Strategy]
    chapters: list[Chapter]
    curves: Curves
    timing: Timing

    @property
    def run(self) -> dict[str, Any]:
        """What made it."""
        return self.results.run

    @property
    def warnings(self) -> list[ResultWarning]:
        """What its reader should know."""
        return self.results.warnings

    @property
    def failed(self) -> list[str]:
        """Captures that could not be replayed, a line each."""
        return self.results.failed


class Gatherer:
    """Walks traces as `feed` does, and keeps what else their reports show.

    Parameters
    ----------
    sizes : sequence of int
        Rings to try by the capture's clock; none: no ring is tried.
    timing : Timing
        How time passes then.
    """

    def __init__(self, sizes: Sequence[int], timing: Timing) -> None:
        """Begin with no chapter."""
        self._sizes, self._timing = sorted(set(sizes)), timing
        self.chapters: list[Chapter] = []

    def feed(
        self,
        trace: Walkable,
        strategies: Sequence[Strategy],
        options: Options,
        progress: Progress,
        number: int,
    ) -> Fed:
        """Walk a trace once, for its replay and for its chapter."""
        why = self._why_not(trace, options)
        counter, over_time = LengthCounter(), None
        bank = None if why else RingBank(strategies, self._sizes, self._timing, options)
        if options.timing is None and not isinstance(trace, LengthsTrace):
            over_time = OverTime(strategies, self._timing, options)
        watchers: list[Watcher] = [counter]
        watchers += [each for each in (bank, over_time) if each is not None]
        timed = bool(bank or over_time) or options.timing is not None
        selection = Watched(trace, options, watchers, timed=timed)
        fed = feed(trace, strategies, options, progress, number, selection)
        if fed.info.first_ns is None:
            why = why or "its packets have no times"
        rings = [] if why or bank is None else bank.finish()
        beyond = counter.beyond_frames, counter.beyond_bytes
        found = over_time.finish() if over_time else fed.series
        series = {} if fed.info.first_ns is None else by_strategy(strategies, found)
        self.chapters.append(Chapter(counter.counts(), beyond, rings, why, series))
        return fed

    def _why_not(self, trace: Walkable, options: Options) -> str:
        """Say why no ring is tried by the clock, or ""."""
        if not self._sizes:
            return "no ring was asked for"
        if isinstance(trace, LengthsTrace):
            return "lengths have no times"
        return "rings are tried for one queue" if options.queues > 1 else ""


def by_strategy(
    strategies: Sequence[Strategy], series: Sequence[Sequence[Series]]
) -> dict[str, Series]:
    """Give the series of the whole device by the names of the strategies."""
    return {s.name: together(queues) for s, queues in zip(strategies, series, strict=bool(series))}


def make_report(
    sources: Sequence[Source],
    strategies: Sequence[str | Strategy] = (),
    options: Options = DEFAULTS,
    progress: Progress = no_progress,
    sizes: Sequence[int] = SIZES,
    **changes: Any,  # noqa: ANN401 - fields of Options
) -> Report:
    """Replay traces as `compare` does, and gather what a report shows beside it.

    Parameters
    ----------
    sources, strategies, options, progress, **changes
        As for `compare`.
    sizes : sequence of int
        Rings to try by the capture's clock, powers of two; by that of `options.timing` where there
        is one. None are tried for several queues, or where packets have no times.

    Returns
    -------
    Report
        `rxreplay.report.as_html` makes pages of it.

    Raises
    ------
    RxReplayError
        No trace could be read, or there is no such strategy or size.

    Examples
    --------
    >>> report = make_report([[60, 1514, 60]], ["5.10/small"])
    >>> report.chapters[0].lengths
    {60: 2, 1514: 1}
    """
    options = replace(options, **changes)
    timing = options.timing or Timing()
    chosen = resolve(strategies) or default_strategies()
    gatherer = Gatherer(sizes, timing)
    results = compared(sources, strategies, options, progress, gatherer.feed)
    return Report(results, chosen, gatherer.chapters, curves_of(chosen, options.ring), timing)


def curves_of(strategies: Sequence[Strategy], ring: int) -> Curves:
    """Run strategies over lengths; those that behave alike once."""
    lengths = lengths_to_try(strategies, ring)
    alike = {each.behaviour(ring): each for each in strategies}
    found = {key: truesize_by_length(each, ring, lengths) for key, each in alike.items()}
    return Curves(lengths, {each.name: found[each.behaviour(ring)] for each in strategies})
