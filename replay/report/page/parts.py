"""What pages are made of: pictures, each with its tables, and how strategies are shown in them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup
from rxreplay.emulator import Figures, Strategy
from rxreplay.emulator.figures import BufferLedger

from ...gathering import Chapter, Report
from ...result import TraceInfo
from ..as_table import alike, title

Value = int | float | None


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table: what people read, and the exact value behind it."""

    text: str
    value: Value = None
    note: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table; the first cell of each row is its head.

    Attributes
    ----------
    caption : str
    heads : list of str
    rows : list of list of Cell
    """

    caption: str
    heads: list[str]
    rows: list[list[Cell]]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture, what it says in words, and its data.

    Attributes
    ----------
    ident : str
        Unique in a page.
    title, words : str
        What is shown, and what to see in it.
    drawing : Markup
    tables : list of Table
    legend : list of (str, str)
        Class and meaning of each colour or line.
    look : str
        Class of the whole.
    """

    ident: str
    title: str
    words: str
    drawing: Markup
    tables: list[Table]
    legend: list[tuple[str, str]] = field(default_factory=list)
    look: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a page: what it says, then its pictures."""

    ident: str
    title: str
    words: list[str]
    pictures: list[Picture] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Column:
    """Strategies of equal figures, which share a column, a bar and a line.

    Attributes
    ----------
    number : int
        From 1; the same in all pictures of a page.
    names : list of str
    strategy : Strategy
        The first of them.
    figures : Figures
    look : str
        Class of its lines and points.
    """

    number: int
    names: list[str]
    strategy: Strategy
    figures: Figures
    look: str

    @property
    def title(self) -> str:
        """The names in a line, those that are alike behind the first."""
        lines = title(self.names, stacked=False).split("\n")
        return " ".join([self.names[0], *(each for each in lines if each.startswith("= "))])

    @property
    def ledger(self) -> BufferLedger:
        """Where the bytes of its buffers went."""
        return self.figures.waste.buffers

    @property
    def label(self) -> str:
        """Number and names."""
        return f"{self.number} · {self.title}"


@dataclass(frozen=True, slots=True)
class Page:
    """What the page of one trace is made from.

    Attributes
    ----------
    report : Report
    number : int
        Of the trace.
    columns : list of Column
    """

    report: Report
    number: int
    columns: list[Column]

    @property
    def trace(self) -> TraceInfo:
        """The trace."""
        return self.report.results.traces[self.number]

    @property
    def ring(self) -> int:
        """Buffers in its ring."""
        return int(self.report.results.config["ring"])

    @property
    def chapter(self) -> Chapter:
        """What is shown of it beside its results."""
        return self.report.chapters[self.number]


def page_of(report: Report, number: int) -> Page:
    """Give what the page of a trace is made from."""
    figures = report.results.of(number)
    by_name = {each.name: each for each in report.strategies}
    columns = alike(figures)
    looks = looks_of([by_name[names[0]] for names in columns])
    return Page(
        report,
        number,
        [
            Column(index, names, by_name[names[0]], figures[names[0]], look)
            for index, (names, look) in enumerate(zip(columns, looks, strict=True), 1)
        ],
    )


def looks_of(strategies: Sequence[Strategy]) -> Iterator[str]:
    """Give each a colour by its mode, and another dash where the mode comes again.

    Examples
    --------
    >>> from rxreplay.emulator import strategy
    >>> list(looks_of([strategy("4.10/small"), strategy("4.11/small"), strategy("4.11/big")]))
    ['small d0', 'small d1', 'big d0']
    """
    met: dict[str, int] = {}
    for each in strategies:
        mode = "prototype" if each.era.kernel == "mst-2016" else each.mode.name
        yield f"{mode} d{met.get(mode, 0) % 4}"
        met[mode] = met.get(mode, 0) + 1


def count_cell(count: int | None) -> Cell:
    """Show a count with all its digits."""
    return Cell("-" if count is None else f"{count:,}", count)
