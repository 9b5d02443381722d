"""The traffic by size, with the lengths at which strategies begin to do something else."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ...units import share_text
from .drawing import WIDTH, Drawing
from .parts import Cell, Column, Page, Picture, Table, count_cell
from .scales import Scale, apart, draw_axis_x, draw_axis_y, even_ticks

PER_DOUBLING: Final = 6  # bars
FIRST: Final = 32
LAST: Final = 65_536
TICKS: Final = (64, 128, 256, 512, 1024, 2048, 4096, 8192, 16_384, 32_768, 65_536)
LEFT: Final = 46
HIGH: Final = 118  # of each of the two panels
TOP: Final = 34  # for the letters of the thresholds
BETWEEN: Final = 30


@dataclass(frozen=True, slots=True)
class Threshold:
    """A length from which on a strategy does something else."""

    length: int
    meaning: str
    columns: list[Column]


@dataclass(frozen=True, slots=True)
class Bin:
    """Frames of `low` to `high` bytes."""

    low: int
    high: int
    frames: int
    size: int


def traffic_picture(page: Page) -> Picture | None:
    """Show how long frames are; nothing where there is none, or none of any byte."""
    bins = bins_of(page.chapter.lengths, page.chapter.beyond)
    totals = sum(b.frames for b in bins), sum(b.size for b in bins)
    if not all(totals):
        return None
    found = thresholds(page.columns, page.ring)
    drawing = Drawing(TOP + 2 * HIGH + BETWEEN + 24)
    x = Scale(FIRST, LAST * 1.12, LEFT, WIDTH - 4, log=True)
    for panel, (name, whole) in enumerate(zip(("frames", "size"), totals, strict=True)):
        bottom = TOP + HIGH + panel * (HIGH + BETWEEN)
        draw_panel(drawing, x, bottom, [(b, getattr(b, name) / whole) for b in bins])
        drawing.words(LEFT, bottom - HIGH - 6, ("share of frames", "share of bytes")[panel], "soft")
    draw_thresholds(drawing, x, found)
    draw_axis_x(drawing, x, TICKS, tick_text, TOP + 2 * HIGH + BETWEEN)
    most = max(bins, key=lambda b: b.frames)
    title = "Frames and bytes by length of the frame"
    words = (
        f"{share_text(most.frames, totals[0])} of {totals[0]:,} frames have {most.low:,} to "
        f"{most.high:,} bytes."
    )
    markup = drawing.markup("sizes", title, words)
    tables = [threshold_table(found), bin_table(bins)]
    legend = [("t0", "frames"), ("t1", "bytes"), *threshold_key(found)]
    return Picture("sizes", title, words, markup, tables, legend)


def threshold_key(found: list[Threshold]) -> Iterator[tuple[str, str]]:
    """Explain the letters in the picture."""
    for index, each in enumerate(found):
        numbers = ", ".join(str(column.number) for column in each.columns)
        text = f"{letter(index)} · {each.length:,} bytes: {each.meaning} ({numbers})"
        yield "line threshold", text


def tick_text(tick: float) -> str:
    """Write a length in few letters.

    Examples
    --------
    >>> tick_text(512), tick_text(65536)
    ('512', '64 Ki')
    """
    return f"{tick / 1024:.0f} Ki" if tick >= 1024 else f"{tick:.0f}"


def edges() -> list[int]:
    """Give the first length of each bin, ascending, and the end."""
    steps = range(PER_DOUBLING * (LAST.bit_length() - FIRST.bit_length()) + 2)
    return [0, *(round(FIRST * 2 ** (step / PER_DOUBLING)) for step in steps), 2**62]


def bins_of(lengths: dict[int, int], beyond: tuple[int, int]) -> list[Bin]:
    """Put frames into bins; those without any are left out."""
    starts = edges()
    counted = {len(starts) - 2: beyond} if beyond[0] else {}
    for length, frames in lengths.items():
        place = bisect_right(starts, length) - 1
        before = counted.get(place, (0, 0))
        counted[place] = before[0] + frames, before[1] + frames * length
    return [
        Bin(starts[place], starts[place + 1] - 1, frames, size)
        for place, (frames, size) in sorted(counted.items())
    ]


def draw_panel(drawing: Drawing, x: Scale, bottom: float, bars: list[tuple[Bin, float]]) -> None:
    """Draw the bars of one panel over its axis."""
    ticks = even_ticks(max(share for _, share in bars), 3)
    y = Scale(0, ticks[-1], bottom, bottom - HIGH)
    draw_axis_y(drawing, y, ticks, lambda share: f"{100 * share:.3g} %", x)
    look = "t0" if bottom == TOP + HIGH else "t1"
    for each, share in bars:
        start = min(x(max(each.low, FIRST)), x.stop - 4)
        stop = min(x(max(each.high + 1, FIRST + 1)), x.stop)
        note = f"{each.low:,} to {each.high:,} bytes: {share_text(share, 1)}"
        height = max(bottom - y(share), 0.6)
        box = {"x": start, "y": bottom - height, "width": stop - start - 0.5, "height": height}
        drawing.shape("rect", f"bar {look}", note, **box)


def thresholds(columns: list[Column], ring: int) -> list[Threshold]:
    """Give the lengths at which strategies begin to do something else, ascending."""
    found: dict[tuple[int, str], list[Column]] = {}
    for column in columns:
        for length, meaning in thresholds_of(column, ring):
            found.setdefault((length, meaning), []).append(column)
    return [Threshold(*key, found[key]) for key in sorted(found)]


def thresholds_of(column: Column, ring: int) -> list[tuple[int, str]]:
    """Give the thresholds of one strategy."""
    layout = column.strategy.layout(ring)
    found = []
    if column.strategy.copies_headers:
        found.append((layout.copy_room, "the longest frame that is copied whole"))
    if layout.capacity:
        found.append((layout.capacity, "the longest frame that a buffer holds"))
    elif column.figures.buffers:
        each = -(-(column.ledger.carved - column.ledger.posted) // column.figures.buffers)
        room = each - layout.headroom - layout.shared_info - layout.hdr_len
        found.append((room, "what a mean buffer of this run holds"))
    return found


def draw_thresholds(drawing: Drawing, x: Scale, found: list[Threshold]) -> None:
    """Draw a line down at each threshold, and its letter above."""
    places = [min(x(each.length), x.stop) for each in found]
    labels = apart(places, 15, LEFT, WIDTH - 12)
    for index, (place, label) in enumerate(zip(places, labels, strict=True)):
        drawing.path(
            [(label, 15), (place, 24), (place, TOP + 2 * HIGH + BETWEEN)], "line threshold"
        )
        drawing.words(label, 12, letter(index), "mid name", found[index].meaning)


def letter(index: int) -> str:
    """Give the letter of a threshold.

    Examples
    --------
    >>> letter(0), letter(26)
    ('A', 'A1')
    """
    turn = index // 26
    return chr(ord("A") + index % 26) + (str(turn) if turn else "")


def threshold_table(found: list[Threshold]) -> Table:
    """Explain the letters."""
    rows = [
        [
            Cell(letter(index)),
            count_cell(each.length),
            Cell(each.meaning),
            Cell(", ".join(str(column.number) for column in each.columns)),
        ]
        for index, each in enumerate(found)
    ]
    return Table("Thresholds", ["", "bytes of the frame", "what it is", "strategies"], rows)


def bin_table(bins: list[Bin]) -> Table:
    """Give the bars in numbers."""
    frames, size = sum(b.frames for b in bins), sum(b.size for b in bins)
    rows = [
        [
            Cell(f"{b.low:,} to {b.high:,}" if b.high < 2**61 else f"{b.low:,} and more"),
            count_cell(b.frames),
            Cell(share_text(b.frames, frames)),
            count_cell(b.size),
            Cell(share_text(b.size, size)),
        ]
        for b in bins
    ]
    return Table("Frames by length", ["bytes", "frames", "", "bytes in all", ""], rows)
