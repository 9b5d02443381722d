"""What a replay gives: one object that feeds every reporter, and its JSON form."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

from rxreplay.emulator import Figures
from rxreplay.emulator.at_peak import AtPeak
from rxreplay.emulator.series import Series

from .recorded import recorded
from .schemas import RESULT


@dataclass(frozen=True, slots=True)
class ResultWarning:
    """Something that the reader of a result should know; `trace` is its number, or None."""

    code: str
    text: str
    trace: int | None = None


class Outcome(Protocol):
    """What a command has computed, as far as its end is concerned."""

    @property
    def run(self) -> dict[str, Any]:
        """What made it."""

    @property
    def warnings(self) -> list[ResultWarning]:
        """What its reader should know."""

    @property
    def failed(self) -> Sequence[str]:
        """Captures that could not be replayed, a line each."""


class Reportable(Outcome, Protocol):
    """What reporters of all commands can write."""

    def as_dict(self) -> dict[str, Any]:
        """Give everything as JSON has it."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided about a capture, and why."""

    decision: str
    reason: str


@dataclass(frozen=True, slots=True)
class ReplayedLen:
    """Lengths on the wire.

    Attributes
    ----------
    max : int or None
        The greatest; None of no packet.
    counts : dict of str to int
        Packets of each bucket that has some, by its least length: docs/corpus.md.
    """

    max: int | None
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class TraceInfo:
    """A capture as it was read; what has no value (no packet, no time) is None.

    Attributes
    ----------
    direction : Decided
        Which packets were replayed as those that the guest received.
    vantage : Decided
        Where the capture was taken.
    looked_at : dict of str to int
        What was counted in the first packets, to see where the capture was taken.
    queue_packets : list of int
        Frames that each receive queue got.
    digest : str or None
        Of the frames that were replayed, their lengths and times in order: docs/digest.md. None
        where nothing is replayed.
    by_size : dict of str to dict
        `packets` and `wire_bytes` of each size class, exact.
    replayed_len : ReplayedLen or None
        Lengths on the wire of the packets that were replayed; None where nothing is replayed.
    """

    path: str | None
    format: str
    link_type: str | None
    size_bytes: int | None
    packets: int
    wire_bytes: int
    captured_bytes: int | None
    wire_len: dict[str, int | None]
    first_ns: int | None
    last_ns: int | None
    duration_ns: int | None
    snaplen: int | None
    truncated_packets: int | None
    above_mtu_packets: int
    ts_backwards: int | None
    direction: Decided
    vantage: Decided
    looked_at: dict[str, int]
    queue_packets: list[int]
    digest: str | None
    by_size: dict[str, dict[str, int]] = field(default_factory=dict)
    replayed_len: ReplayedLen | None = None

    def as_dict(self) -> dict[str, Any]:
        """Give the trace as JSON has it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Result:
    """One trace under one strategy.

    Attributes
    ----------
    trace : int
        Index into `Results.traces`.
    strategy : str
        The strategy's name.
    figures : Figures
        All of its figures.
    doubt : str
        What is assumed or computed of the strategy, and not established; or "".
    queue : int or None
        The receive queue that it is of; None: the whole device.
    series : Series or None
        Memory and traffic over trace time; None without a clock.
    """

    trace: int
    strategy: str
    figures: Figures
    doubt: str = ""
    queue: int | None = None
    series: Series | None = field(default=None, compare=False)

    @property
    def at_peak(self) -> AtPeak | None:
        """What was held when resident memory was at its highest, by the clock, of one queue."""
        return self.series.at_peak if self.series else None

    def as_dict(self) -> dict[str, Any]:
        """Give the result as JSON has it."""
        return {
            "trace": self.trace,
            "strategy": self.strategy,
            "queue": self.queue,
            "doubt": self.doubt or None,
            "at_peak": self.at_peak.as_dict() if self.at_peak else None,
            "figures": self.figures.as_dict(),
        }


@dataclass(frozen=True, slots=True)
class Results:
    """Everything that a command has computed.

    Attributes
    ----------
    config : dict
        What decides the figures; nothing of the machine or of where the bytes came from.
    traces : list of TraceInfo
    results : list of Result
        Trace by trace, in the order of the strategies.
    warnings : list of ResultWarning
    failed : list of str
        Captures that could not be replayed, a line each.
    run : dict
        Version and command: what made this, not what decides it.
    zero_ns : list of int or None
        Of each trace, when its series begin, since the epoch; None where that is not the capture's
        clock.
    """

    config: dict[str, Any]
    traces: list[TraceInfo]
    results: list[Result]
    warnings: list[ResultWarning]
    failed: list[str]
    run: dict[str, Any] = field(default_factory=dict)
    zero_ns: list[int | None] = field(default_factory=list)

    @property
    def reference(self) -> str:
        """The strategy that the others are compared with."""
        return str(self.config["reference"])

    def of(self, trace: int) -> dict[str, Figures]:
        """Give the figures of one trace by strategy, in order; those of the whole device."""
        of_device = (r for r in self.results if r.trace == trace and r.queue is None)
        return {result.strategy: result.figures for result in of_device}

    def queues(self, trace: int, strategy: str) -> list[Figures]:
        """Give the figures of each receive queue of one trace under one strategy, if several."""
        asked = (trace, strategy)
        found = (r for r in self.results if (r.trace, r.strategy) == asked and r.queue is not None)
        return [result.figures for result in found]

    def series(self, trace: int) -> dict[str, Series]:
        """Give the series of one trace by strategy, of the whole device; none without a clock."""
        of_device = (r for r in self.results if r.trace == trace and r.queue is None)
        return {result.strategy: result.series for result in of_device if result.series}

    def at_peaks(self, trace: int, strategy: str) -> dict[int | None, AtPeak]:
        """Give what was held at the peak of one trace under one strategy, by queue if several."""
        asked = (trace, strategy)
        found = (r for r in self.results if (r.trace, r.strategy) == asked)
        return {result.queue: result.at_peak for result in found if result.at_peak}

    def doubts(self, trace: int) -> list[str]:
        """Give what is not established of the strategies of one trace, each once."""
        said = (result.doubt for result in self.results if result.trace == trace and result.doubt)
        return list(dict.fromkeys(said))

    def to_arrow(self) -> Any:  # noqa: ANN401 - as the library has it
        """Give a pyarrow.Table, a row a result; the extra `arrow` brings pyarrow."""
        from .tabular import to_arrow

        return to_arrow(self)

    def to_pandas(self) -> Any:  # noqa: ANN401
        """Give a pandas.DataFrame of Arrow's types, so that null stays null and integers exact."""
        from .tabular import needed

        return self.to_arrow().to_pandas(types_mapper=needed("pandas", "pandas").ArrowDtype)

    def to_polars(self) -> Any:  # noqa: ANN401
        """Give a polars.DataFrame."""
        from .tabular import needed

        return needed("polars", "polars").from_arrow(self.to_arrow())

    def _repr_html_(self) -> str:
        """Give the comparison as a notebook shows it."""
        from .report.as_notebook import table

        return table(self)

    def as_dict(self) -> dict[str, Any]:
        """Give everything as JSON has it."""
        return recorded(RESULT, self.config, self.run) | {
            "traces": [trace.as_dict() for trace in self.traces],
            "results": [result.as_dict() for result in self.results],
            "warnings": [{"code": w.code, "text": w.text, "trace": w.trace} for w in self.warnings],
            "failed": self.failed,
        }
