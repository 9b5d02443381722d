"""The tables of a page that are no picture's: the comparison, and all figures to the digit."""

from ...flattening import flat
from ...units import ratio_text
from ..as_table import comparable
from ..row import Row
from ..rows import ROWS, best_of
from .parts import Cell, Column, Page, Table, Value


def comparison_table(page: Page) -> Table:
    """Make the table that `rxreplay compare` prints."""
    rows = [[Cell(row.label), *cells(page, row)] for row in ROWS]
    return Table("Strategies side by side", ["", *(c.label for c in page.columns)], rows)


def cells(page: Page, row: Row) -> list[Cell]:
    """Give a row: each figure, whether it is the best, and how many times the reference's."""
    figures = page.report.results.of(page.number)
    reference = page.report.results.reference
    best = best_of(row, figures.values())
    base = None
    if row.relative and comparable(figures, reference):
        base = row.value(figures[reference])
    return [cell(row, column, best, base) for column in page.columns]


def cell(row: Row, column: Column, best: Value, base: Value) -> Cell:
    """Give a figure of one column."""
    value = row.value(column.figures)
    wins = best is not None and value == best and not column.figures.drops.total()
    text, _, share = row.text(column.figures).partition("\n")
    note = ratio_text(value, base) if base else share
    return Cell(text.strip(), value, note, "best" if wins else "")


def figures_table(page: Page) -> Table:
    """Give every figure by its JSON path."""
    flats = [dict(flat(column.figures.as_dict())) for column in page.columns]
    names = dict.fromkeys(name for each in flats for name in each)
    rows = [
        [Cell(name), *(exact(each.get(name)) for each in flats)]
        for name in names
        if not name.startswith("nr_frags.") or any(each[name] for each in flats)
    ]
    return Table("All figures", ["figure", *(c.label for c in page.columns)], rows)


def exact(value: object) -> Cell:
    """Show a value with all its digits, as JSON has it."""
    if isinstance(value, int):
        return Cell(f"{value:,}", value)
    if isinstance(value, float):
        return Cell(f"{value:,.4f}", value)
    return Cell("null" if value is None else str(value))
