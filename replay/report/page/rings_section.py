"""Drops and memory against ring size, by the capture's own clock."""

from typing import Final

from ...gathering import Chapter
from ...ringing import Tried
from ...units import bytes_text, share_text
from ..heads import clock_text
from .drawing import WIDTH, Drawing
from .lines import RIGHT, Curve, draw_curves, key_of
from .parts import Cell, Column, Page, Picture, Section, Table, count_cell
from .scales import Scale, draw_axis_x, draw_axis_y, even_ticks, power_ticks

LEFT: Final = 62
HIGH: Final = 150

Runs = dict[int, list[Tried]]  # by the numbers of the columns, the smallest ring first


def rings_section(page: Page) -> Section:
    """Show what rings of several sizes lose and cost."""
    chapter, title = page.chapter, "Drops against ring size"
    if not chapter.rings or not page.trace.packets:
        why = chapter.no_rings or "there is no packet"
        return Section("rings", title, [f"No ring was tried by the clock: {why}."])
    runs = {column.number: of(chapter, column) for column in page.columns}
    words = [f"By the clock of the capture: {clock_text(page.report.timing.as_config())}."]
    words += answers(page.columns, runs)
    pictures = [memory_picture(page.columns, runs)]
    if any(each.lost for tried in runs.values() for each in tried):
        pictures.insert(0, loss_picture(page.columns, runs))
    return Section("rings", title, words, pictures)


def of(chapter: Chapter, column: Column) -> list[Tried]:
    """Give the rings of a column's first strategy."""
    return [each for each in chapter.rings if each.strategy == column.names[0]]


def answers(columns: list[Column], runs: Runs) -> list[str]:
    """Say which ring is enough, for those that need the same in one sentence."""
    enough: dict[int | None, list[str]] = {}
    for column in columns:
        ring = next((each.ring for each in runs[column.number] if not each.lost), None)
        enough.setdefault(ring, []).append(column.names[0])
    if list(enough) == [None]:
        return ["No ring that was tried is enough under any strategy."]
    if len(enough) == 1:
        sizes = [each.ring for each in runs[columns[0].number]]
        if next(iter(enough)) == sizes[0]:
            return [f"No ring from {sizes[0]:,} buffers on loses a packet under any strategy."]
    return [
        f"No ring that was tried is enough for {', '.join(names)}."
        if ring is None
        else f"{ring:,} buffers are enough for {', '.join(names)}."
        for ring, names in enough.items()
    ]


def axes(sizes: list[int]) -> tuple[Drawing, Scale]:
    """Begin a picture with ring sizes at its bottom."""
    drawing = Drawing(HIGH + 44)
    low, high = (sizes[0], sizes[-1]) if len(sizes) > 1 else (sizes[0] / 2, sizes[0] * 2)
    x = Scale(low, high, LEFT, WIDTH - RIGHT, log=True)
    draw_axis_x(drawing, x, sizes, lambda size: f"{size:,.0f}", HIGH + 10)
    drawing.words(LEFT, HIGH + 42, "buffers in the ring", "soft")
    return drawing, x


def loss_picture(columns: list[Column], runs: Runs) -> Picture:
    """Show the share of packets that each ring loses."""
    sizes = [each.ring for each in runs[columns[0].number]]
    drawing, x = axes(sizes)
    most = max(lost_share(each) for tried in runs.values() for each in tried)
    ticks = even_ticks(most)
    y = Scale(0, ticks[-1], HIGH + 10, 10)
    draw_axis_y(drawing, y, ticks, lambda share: f"{100 * share:.3g} %", x)
    curves = [
        Curve(c, [(x(each.ring), y(lost_share(each))) for each in runs[c.number]]) for c in columns
    ]
    draw_curves(drawing, curves, y)
    title = "Packets lost against the size of the ring"
    words = f"The smallest ring loses up to {share_text(most, 1)} of the packets."
    markup = drawing.markup("losses", title, words)
    table = table_of(columns, runs, "Rings by the clock: losses")
    return Picture("losses", title, words, markup, [table], key_of(columns))


def lost_share(tried: Tried) -> float:
    """Give the share of packets that found no place."""
    return tried.lost / max(1, tried.figures.packets)


def memory_picture(columns: list[Column], runs: Runs) -> Picture:
    """Show the most memory that each ring keeps from the guest."""
    sizes = [each.ring for each in runs[columns[0].number]]
    drawing, x = axes(sizes)
    peaks = [each.figures.resident_bytes.peak for tried in runs.values() for each in tried]
    y = Scale(min(peaks) / 1.2, max(peaks) * 1.2, HIGH + 10, 10, log=True)
    draw_axis_y(drawing, y, power_ticks(y), bytes_text, x)
    curves = [
        Curve(c, [(x(each.ring), y(each.figures.resident_bytes.peak)) for each in runs[c.number]])
        for c in columns
    ]
    draw_curves(drawing, curves, y)
    title = "Resident memory at most against the size of the ring, both axes logarithmic"
    words = "Each doubling of the ring is paid for in every queue of every device of every guest."
    markup = drawing.markup("ring-memory", title, words)
    table = table_of(columns, runs, "Rings by the clock")
    return Picture("ring-memory", title, words, markup, [table], key_of(columns))


def table_of(columns: list[Column], runs: Runs, caption: str) -> Table:
    """Give all rings in numbers."""
    heads = ["strategy", "ring", "lost", "", "waited in the host", "posted bytes, at most"]
    heads += ["resident bytes, at most", "resident bytes, mean"]
    rows = [
        [
            Cell(column.label),
            count_cell(each.ring),
            count_cell(each.lost),
            Cell(share_text(each.lost, each.figures.packets)),
            count_cell(each.peak_waiting),
            count_cell(each.figures.ring_bytes.peak),
            count_cell(each.figures.resident_bytes.peak),
            Cell(bytes_text(each.figures.resident_bytes.mean), each.figures.resident_bytes.mean),
        ]
        for column in columns
        for each in runs[column.number]
    ]
    return Table(caption, heads, rows)
