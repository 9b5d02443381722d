"""What is linear and what is copied; and which strategies no other beats on memory and copies."""

from collections.abc import Iterator, Sequence
from typing import Final

from rxreplay.emulator import Figures

from ...units import bytes_text, number_text, share_text
from .drawing import WIDTH, Drawing
from .parts import Cell, Column, Page, Picture, Section, Table, count_cell
from .scales import Scale, apart, draw_axis_x, draw_axis_y, even_ticks

PITCH: Final = 38
BAR: Final = 15
HALF: Final = 300  # units of the left half
LEFT: Final = 62
HEIGHT: Final = 300
DECADES: Final = [2.0**n for n in range(10, 44)]


def copies_section(page: Page) -> Section:
    """Show linearity and copies, and the front of memory against copies."""
    able = [column for column in page.columns if column.figures.delivered_packets]
    title = "What is linear, what is copied"
    if not able:
        return Section("copies", title, ["No packet was delivered."])
    words = ["What the stack copies later, when it pulls headers, is not counted here."]
    return Section("copies", title, words, [linearity(able), front_picture(able)])


def copied_each(figures: Figures) -> float:
    """Give the bytes that the driver copied of the mean packet delivered."""
    return figures.copied_bytes / figures.delivered_packets


def linearity(columns: Sequence[Column]) -> Picture:
    """Show the linear bytes of packets, and what was copied for them."""
    drawing = Drawing(PITCH * len(columns) + 4)
    most = max(copied_each(column.figures) for column in columns) or 1
    for row, column in enumerate(columns):
        figures, top = column.figures, PITCH * row
        linear = HALF * figures.linear_bytes / (figures.delivered_bytes or 1)
        drawing.words(0, top + 13, column.label, "name")
        for look, start, stop, note in (
            ("w0", 0, linear, "linear bytes"),
            ("w5", linear, HALF, "bytes in frags"),
        ):
            share = share_text(stop - start, HALF)
            box = {"x": start, "y": top + 18, "width": stop - start, "height": BAR}
            if stop > start:
                drawing.shape("rect", f"bar part {look}", f"{note}: {share}", **box)
        each = copied_each(figures)
        width = (WIDTH - HALF - 84) * each / most
        box = {"x": HALF + 14, "y": top + 18, "width": max(width, 0.6), "height": BAR}
        drawing.shape("rect", "bar w1", f"copied: {number_text(each, ' B a packet')}", **box)
        drawing.words(HALF + 18 + width, top + 30, number_text(each, " B"), "soft")
    title = "Frame bytes in heads and in frags (left); bytes copied a packet (right)"
    words = "Linear bytes can be read without a pull; copied bytes cost time, and free the buffer."
    markup = drawing.markup("linear", title, words)
    legend = [("w0", "linear bytes"), ("w5", "bytes in frags"), ("w1", "copied by the driver")]
    return Picture("linear", title, words, markup, [linear_table(columns)], legend)


def linear_table(columns: Sequence[Column]) -> Table:
    """Give linearity and copies in numbers."""
    heads = ["strategy", "linear bytes", "bytes in frags", "packets without frags"]
    heads += ["copied bytes", "packets copied whole", "headers copied", "copied for a program"]
    rows = [
        [
            Cell(column.label),
            *map(
                count_cell,
                (
                    f.linear_bytes,
                    f.nonlinear_bytes,
                    f.linear_packets,
                    f.copied_bytes,
                    f.copy_small.packets,
                    f.copy_header.packets,
                    f.copy_xdp.packets,
                ),
            ),
        ]
        for column, f in ((column, column.figures) for column in columns)
    ]
    return Table("Linear bytes and copies", heads, rows)


def front(columns: Sequence[Column]) -> list[Column]:
    """Give those that drop nothing and that none of these beats on both, most memory first."""
    able = [column for column in columns if not column.figures.drops.total()]
    costs = {c.number: (c.figures.resident_bytes.peak, copied_each(c.figures)) for c in able}
    best = [c for c in able if not any(beats(other, costs[c.number]) for other in costs.values())]
    return sorted(best, key=lambda c: costs[c.number], reverse=True)


def beats(one: tuple[float, float], other: tuple[float, float]) -> bool:
    """Say whether one is nowhere worse, and not the same.

    Examples
    --------
    >>> beats((1, 2), (1, 3)), beats((1, 2), (1, 2)), beats((1, 2), (0, 3))
    (True, False, False)
    """
    return one != other and one[0] <= other[0] and one[1] <= other[1]


def front_picture(columns: Sequence[Column]) -> Picture:
    """Show resident memory against copies."""
    drawing, best = Drawing(HEIGHT), front(columns)
    peaks = [column.figures.resident_bytes.peak for column in columns]
    marks = even_ticks(max(copied_each(column.figures) for column in columns))
    x = Scale(min(peaks) / 1.3, max(peaks) * 1.3, LEFT, WIDTH - 8, log=True)
    y = Scale(0, marks[-1], HEIGHT - 40, 12)
    draw_axis_y(drawing, y, marks, lambda tick: f"{tick:.3g} B", x)
    ticks = [tick for tick in DECADES if x.low <= tick <= x.high]
    draw_axis_x(drawing, x, ticks[:: -(-len(ticks) // 6) or 1], bytes_text, HEIGHT - 40)
    drawing.words(LEFT, HEIGHT - 6, "resident, at most", "soft")
    spots = {
        c.number: (x(c.figures.resident_bytes.peak), y(copied_each(c.figures))) for c in columns
    }
    drawing.path(stairs([spots[column.number] for column in best]), "line front")
    for column in columns:
        drops = column.figures.drops.total()
        look = f"point {column.look}" + (" hollow" if drops else "")
        note = f"{column.label}{': drops packets' if drops else ''}"
        place = spots[column.number]
        drawing.shape("circle", look, note, cx=place[0], cy=place[1], r=6)
    for place, text in labels(spots, (y.stop, y.start)):
        drawing.words(*place, text, "name")
    names = ", ".join(column.names[0] for column in best)
    words = "Lower left is better: less memory kept from the guest, fewer bytes copied. "
    words += f"None beats {names} on both." if best else "Every strategy drops packets."
    title = "Resident memory at most (logarithmic) against bytes copied a packet"
    markup = drawing.markup("front", title, words)
    legend = [(f"point {column.look}", column.label) for column in columns]
    if any(column.figures.drops.total() for column in columns):
        legend += [("point hollow", "hollow: drops packets")]
    if len(best) > 1:
        legend += [("line front", "front of those that none beats on both")]
    return Picture("front", title, words, markup, [front_table(columns, best)], legend)


def stairs(spots: Sequence[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """Lead a front from spot to spot along the axes."""
    for index, (x, y) in enumerate(spots):
        if index:
            yield spots[index - 1][0], y
        yield x, y


def labels(
    spots: dict[int, tuple[float, float]], ends: tuple[float, float]
) -> Iterator[tuple[tuple[float, float], str]]:
    """Put numbers beside spots; those of spots that nearly cover each other stand in a row."""
    groups: list[list[int]] = []
    for number, spot in sorted(spots.items(), key=lambda item: item[1]):
        near = (
            g
            for g in groups
            if max(abs(a - b) for a, b in zip(spots[g[0]], spot, strict=True)) < 14
        )
        group = next(near, None)
        if group is None:
            groups.append([number])
        else:
            group.append(number)
    heights = apart([spots[group[0]][1] for group in groups], 0, *ends)
    for group, height in zip(groups, heights, strict=True):
        x = max(spots[number][0] for number in group)
        yield (x + 9, height - 8), " ".join(map(str, sorted(group)))


def front_table(columns: Sequence[Column], best: Sequence[Column]) -> Table:
    """Give the spots in numbers."""
    numbers = {column.number for column in best}
    rows = [
        [
            Cell(column.label),
            count_cell(column.figures.resident_bytes.peak),
            Cell(number_text(copied_each(column.figures), " B"), copied_each(column.figures)),
            count_cell(column.figures.drops.total()),
            Cell("yes" if column.number in numbers else "no"),
        ]
        for column in columns
    ]
    heads = [
        "strategy",
        "resident bytes, at most",
        "copied a packet",
        "packets dropped",
        "unbeaten",
    ]
    return Table("Memory against copies", heads, rows)
