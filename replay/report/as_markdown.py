"""Results as Markdown, for a pull request or a wiki."""

from collections.abc import Iterator, Sequence
from typing import TextIO

from rxreplay.emulator import Figures

from ..escaping import escaped
from ..flattening import flat
from ..result import Results
from ..verdict import verdict
from .as_table import assumptions, exact, heading
from .heads import digests_text
from .row import Row
from .rows import ROWS, best_of


def write_compare(results: Results, out: TextIO) -> None:
    """Write a table of the strategies for each trace, and the verdict."""
    for number, trace in enumerate(results.traces):
        figures = results.of(number)
        head = [f"**{cell(heading(trace))}**", cell(assumptions(results))]
        head.append(cell(digests_text(trace, results.config)))
        rows = [["", *map(cell, figures)], ["---", *("---:" for _ in figures)]]
        rows += [[row.label, *cells(row, list(figures.values()))] for row in ROWS]
        doubts = [f"not established: {doubt}" for doubt in results.doubts(number)]
        said = [*doubts, verdict(figures, results.reference)]
        write_blocks(out, [*head, "\n".join(table_lines(rows)), *map(cell, said)])


def cells(row: Row, figures: Sequence[Figures]) -> Iterator[str]:
    """Write a figure of each strategy, the best in bold."""
    best = best_of(row, figures)
    for each in figures:
        text = " ".join(row.text(each).split())
        wins = best is not None and row.value(each) == best and not each.drops.total()
        yield f"**{text}**" if wins else text


def write_replay(results: Results, out: TextIO) -> None:
    """Write all figures of one strategy."""
    for result in results.results:
        queue = "" if result.queue is None else f", queue {result.queue}"
        trace = results.traces[result.trace]
        about = f"{result.strategy}{queue}: {assumptions(results)}"
        rows = [["figure", "value"], ["---", "---:"]]
        rows += [[name, exact(value)] for name, value in flat(result.figures.as_dict())]
        digests = digests_text(trace, results.config)
        blocks = [
            f"**{cell(heading(trace))}**",
            cell(about),
            cell(digests),
            "\n".join(table_lines(rows)),
        ]
        write_blocks(out, blocks + ([cell(result.doubt)] if result.doubt else []))


def write_blocks(out: TextIO, blocks: Sequence[str]) -> None:
    """Write paragraphs and tables, an empty line after each."""
    out.writelines(f"{block}\n\n" for block in blocks)


def table_lines(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Write rows as Markdown has them."""
    return (f"| {' | '.join(row)} |" for row in rows)


def cell(text: str) -> str:
    r"""Escape what Markdown or HTML would take for something else.

    Examples
    --------
    >>> print(cell("a|b_c <x>"))
    a\|b\_c &lt;x&gt;
    """
    text = escaped(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "".join(f"\\{letter}" if letter in r"\|_*`[]#" else letter for letter in text)
