"""Memory over trace time, by a clock, beside the traffic that came."""

from collections.abc import Iterator
from typing import Final

import numpy as np
from rxreplay.emulator.bins import Floats
from rxreplay.emulator.series import Series
from rxreplay.emulator.state import Int64s

from ...units import bit_rate_text, bytes_text, duration_text, time_unit
from ..over_time import at_peak_text, bits_per_s, has_rate
from .drawing import WIDTH, Drawing
from .lines import RIGHT, Curve, draw_curves, key_of
from .parts import Cell, Column, Page, Picture, Section, Table, count_cell
from .scales import Scale, draw_axis_x, draw_axis_y, even_ticks, power_ticks

LEFT: Final = 74
HIGH: Final = 150
LOW: Final = 60  # the height of the traffic
MOST: Final = 64  # moments that are shown
TITLE: Final = "Memory over time"
OTHER_CLOCK: Final = (
    "The figures above know no time: polls come by the number of packets. From here on packets "
    "come at the times of the capture and wait until the guest polls, so that memory can differ "
    "from the comparison."
)
STILL: Final = (
    "All packets have the same time: they are taken for one burst, whose rate means nothing, and "
    "rings lose what such a burst would. --time rate:PPS sets a rate."
)

Shown = dict[int, list[float]]  # by the numbers of the columns


def time_section(page: Page) -> Section:
    """Show how much memory was taken while the traffic came."""
    series = page.chapter.series
    if not series or not page.trace.packets:
        return Section("time", TITLE, ["Nothing is known over time: the packets have no times."])
    first = series[page.columns[0].names[0]]
    words = [OTHER_CLOCK] if page.report.results.config["clock"] is None else []
    words += [
        f"The trace lasts {duration_text(first.end_ns)} by the clock. Each point is the most in "
        "its span of time: no peak is lost between two of them."
    ]
    if still(page):
        words.append(STILL)
    words += list(at_peaks(page))
    return Section("time", TITLE, words, [memory_picture(page, first)])


def still(page: Page) -> bool:
    """Say whether there are several packets, and no time passes from one to another."""
    return page.trace.packets > 1 and not page.trace.duration_ns and not rated(page)


def rated(page: Page) -> bool:
    """Say whether frames come at a rate that means something."""
    return has_rate(page.trace, page.report.results.config)


def at_peaks(page: Page) -> Iterator[str]:
    """Say what was held when the first strategy had the most."""
    column = page.columns[0]
    peak = page.chapter.series[column.names[0]].at_peak
    if peak is not None:
        yield f"{column.names[0]}: {at_peak_text(peak, column.names[0])}"


def neighbours(values: Int64s | Floats, groups: int) -> list[float]:
    """Give the greatest of each group of neighbours.

    Examples
    --------
    >>> neighbours(np.array([1, 5, 2, 3, 9]), 2), neighbours(np.array([4, 7]), 9)
    ([5.0, 9.0], [4.0, 7.0])
    """
    groups = min(groups, values.size)
    firsts = np.arange(groups) * values.size // groups
    return [float(value) for value in np.maximum.reduceat(values, firsts)]


def memory_picture(page: Page, first: Series) -> Picture:
    """Show resident memory of each strategy, and below it the rate at which frames arrived.

    Frames that all come at one time have no rate.
    """
    shown: Shown = {
        c.number: neighbours(page.chapter.series[c.names[0]].highest["resident_bytes"], MOST)
        for c in page.columns
    }
    rate = neighbours(bits_per_s(first), MOST) if rated(page) else []
    times = moments(first, len(next(iter(shown.values()))))
    bottom = HIGH + 10 + (LOW + 18 if rate else 0)
    drawing, x = Drawing(bottom + 34), Scale(0, max(1, first.end_ns), LEFT, WIDTH - RIGHT)
    draw_memory(drawing, page.columns, shown, [x(at) for at in times], x)
    if rate:
        draw_rate(drawing, rate, [x(at) for at in times], x)
    draw_times(drawing, x, bottom)
    most = f"At most {bytes_text(max(max(levels) for levels in shown.values()))} are resident"
    title = "Resident memory (logarithmic) over trace time"
    words = f"{most}."
    if rate:
        title = "Resident memory (logarithmic) and the rate of the traffic over trace time"
        words = f"{most}, with {bit_rate_text(max(rate))} at most."
    markup = drawing.markup("over-time", title, words)
    table = table_of(page.columns, shown, times, rate)
    return Picture("over-time", title, words, markup, [table], key_of(page.columns), "alone")


def draw_times(drawing: Drawing, x: Scale, bottom: float) -> None:
    """Draw the axis of time, in one unit."""
    size, unit = time_unit(x.high)
    ticks = [tick * size for tick in even_ticks(x.high / size) if tick * size <= x.high]
    draw_axis_x(drawing, x, ticks, lambda at: f"{at / size:,.6g} {unit}" if at else "0", bottom)


def moments(first: Series, groups: int) -> list[int]:
    """Give when each group of neighbours begins."""
    starts = first.start_ns
    return [int(starts[n * starts.size // groups]) for n in range(groups)]


def draw_memory(
    drawing: Drawing, columns: list[Column], shown: Shown, at: list[float], x: Scale
) -> None:
    """Draw a curve for each strategy."""
    every = [level for levels in shown.values() for level in levels]
    y = Scale(min(every) / 1.2, max(every) * 1.2, HIGH + 10, 10, log=True)
    draw_axis_y(drawing, y, power_ticks(y), bytes_text, x)
    curves = [
        Curve(c, [(place, y(level)) for place, level in zip(at, shown[c.number], strict=True)])
        for c in columns
    ]
    draw_curves(drawing, curves, y)


def draw_rate(drawing: Drawing, rate: list[float], at: list[float], x: Scale) -> None:
    """Draw the rate of the traffic below the memory."""
    bottom = HIGH + LOW + 28
    y = Scale(0, max(*rate, 1.0), bottom, bottom - LOW)
    draw_axis_y(drawing, y, [0, y.high], lambda tick: bit_rate_text(tick) if tick else "0", x)
    drawing.path([(place, y(each)) for place, each in zip(at, rate, strict=True)], "axis")


def table_of(columns: list[Column], shown: Shown, times: list[int], rate: list[float]) -> Table:
    """Give all points in numbers."""
    traffic = [Cell(bit_rate_text(each)) for each in rate]
    heads = [
        "from",
        *["traffic, at most"][: len(rate)],
        *(f"resident, {column.label}" for column in columns),
    ]
    rows = [
        [
            Cell(duration_text(at) if at else "0"),
            *traffic[n : n + 1],
            *(count_cell(int(shown[column.number][n])) for column in columns),
        ]
        for n, at in enumerate(times)
    ]
    return Table("Memory over time: resident bytes, the most in each span", heads, rows)
