"""What a packet is charged by its length: the steps and cliffs of each strategy."""

from itertools import pairwise
from typing import Final

from ...units import ratio_text
from .drawing import WIDTH, Drawing
from .lines import RIGHT, Curve, draw_curves, key_of, places
from .parts import Cell, Column, Page, Picture, Table, count_cell
from .scales import Scale, draw_axis_x, draw_axis_y
from .traffic_picture import tick_text

LEFT: Final = 46
HEIGHT: Final = 330
TICKS_X: Final = (64, 256, 1024, 4096, 16_384, 65_536)
CLIFF: Final = 1.2  # from one length tried to the next, 9 % longer
Known = dict[int, list[float | None]]  # truesize by the number of the column

TICKS_Y: Final = (512, 1024, 2048, 4096, 8192, 16_384, 32_768, 65_536, 131_072)


def truesize_picture(page: Page) -> Picture:
    """Show truesize against length."""
    curves = page.report.curves
    lengths = curves.lengths
    known = {c.number: curves.truesize[c.names[0]] for c in page.columns}
    x = Scale(lengths[0], lengths[-1], LEFT, WIDTH - RIGHT, log=True)
    y = Scale(TICKS_Y[0], TICKS_Y[-1], HEIGHT - 26, 8, log=True)
    drawing = Drawing(HEIGHT)
    draw_axis_y(drawing, y, TICKS_Y, tick_text, x)
    draw_axis_x(drawing, x, TICKS_X[:-1], tick_text, HEIGHT - 26)
    at = [x(length) for length in lengths]
    floor = [None if length < TICKS_Y[0] else float(length) for length in lengths]
    drawing.path(places(floor, at, y), "line floor", "the frame itself")
    draw_curves(drawing, [Curve(c, places(known[c.number], at, y)) for c in page.columns], y)
    title = "Truesize of a packet against its length, bytes, both axes logarithmic"
    words = (
        "Mean truesize in a steady stream of frames of one length, buffers settled on it, a ring "
        f"of {page.ring}. {cliffs(page.columns, lengths, known)} A line that ends marks lengths "
        "that are dropped."
    )
    markup = drawing.markup("truesize", title, words)
    legend = [*key_of(page.columns), ("line floor", "the frame itself")]
    table = table_of(page.columns, lengths, known)
    return Picture("truesize", title, words, markup, [table], legend)


def cliffs(columns: list[Column], lengths: list[int], known: Known) -> str:
    """Name the steepest step of each strategy."""
    found: dict[tuple[int, int], dict[str, list[str]]] = {}
    for column in columns:
        spans = zip(pairwise(lengths), pairwise(known[column.number]), strict=True)
        steps = [(after / before, span) for span, (before, after) in spans if before and after]
        rise, span = max(steps, default=(1.0, (0, 0)))
        if rise >= CLIFF:
            by_rise = found.setdefault(span, {})
            by_rise.setdefault(ratio_text(rise, 1), []).append(str(column.number))
    texts = [
        f"from {low:,} to {high:,} bytes "
        + ", ".join(f"{rise} ({', '.join(who)})" for rise, who in by_rise.items())
        for (low, high), by_rise in sorted(found.items())
    ]
    return f"Steepest steps: {'; '.join(texts)}." if texts else "No step is steep."


def table_of(columns: list[Column], lengths: list[int], known: Known) -> Table:
    """Give the curves in numbers."""
    rows = [
        [
            count_cell(length),
            *(
                Cell("dropped" if value is None else f"{value:,.1f}".removesuffix(".0"), value)
                for value in (known[column.number][row] for column in columns)
            ),
        ]
        for row, length in enumerate(lengths)
    ]
    heads = ["bytes of the frame", *(column.label for column in columns)]
    return Table("Mean truesize in bytes, by length", heads, rows)
