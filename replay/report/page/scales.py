"""Axes: from values to places, and the marks beside them."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from .drawing import Drawing

STEPS: Final = (1, 2, 5)
ALMOST: Final = 1 - 1e-9  # so that rounding makes no further step


@dataclass(frozen=True, slots=True)
class Scale:
    """Where values of an axis lie.

    Attributes
    ----------
    low, high : float
        The ends of what is shown.
    start, stop : float
        Where these lie in a drawing.
    log : bool
        Whether equal distances are equal ratios.
    """

    low: float
    high: float
    start: float
    stop: float
    log: bool = False

    def __call__(self, value: float) -> float:
        """Give the place of a value.

        Examples
        --------
        >>> Scale(0, 10, 100, 200)(5), Scale(1, 100, 0, 10, log=True)(10)
        (150.0, 5.0)
        """
        low, high = self.low, self.high
        if self.log:
            low, high, value = math.log(low), math.log(high), math.log(value)
        return self.start + (value - low) * (self.stop - self.start) / (high - low)


def even_ticks(value: float, about: int = 4) -> list[float]:
    """Give marks from 0 to a value or a little more, at distances that people like.

    Examples
    --------
    >>> even_ticks(41), even_ticks(0.5), even_ticks(0)
    ([0.0, 20.0, 40.0, 60.0], [0.0, 0.2, 0.4, 0.6], [0.0, 1.0])
    """
    if value <= 0:
        return [0.0, 1.0]
    power = 10.0 ** math.floor(math.log10(value / about))
    step = next(each * power for each in (*STEPS, 10) if each * power * about >= value * ALMOST)
    return [round(n * step, 12) for n in range(math.ceil(value / step * ALMOST) + 1)]


def power_ticks(scale: Scale, most: int = 7) -> list[float]:
    """Give the powers of two of bytes on a scale, every so many-th where there are more than most.

    Examples
    --------
    >>> power_ticks(Scale(1000, 5000, 0, 1, log=True)), len(power_ticks(Scale(1, 2**40, 0, 1)))
    ([1024.0, 2048.0, 4096.0], 7)
    """
    ticks = [2.0**n for n in range(10, 44) if scale.low <= 2.0**n <= scale.high]
    return ticks[:: max(1, -(-len(ticks) // most))]


def draw_axis_x(
    drawing: Drawing, scale: Scale, ticks: Sequence[float], text: Callable[[float], str], y: float
) -> None:
    """Draw the axis at the bottom, `y`, with its marks."""
    drawing.path([(scale.start, y), (scale.stop, y)], "axis")
    for tick in ticks:
        x = scale(tick)
        drawing.path([(x, y), (x, y + 4)], "axis")
        drawing.words(x, y + 17, text(tick), "mid")


def draw_axis_y(
    drawing: Drawing, scale: Scale, ticks: Sequence[float], text: Callable[[float], str], x: Scale
) -> None:
    """Draw lines across at each mark of the axis on the left."""
    for tick in ticks:
        y = scale(tick)
        drawing.path([(x.start, y), (x.stop, y)], "grid")
        drawing.words(x.start - 6, y + 4, text(tick), "end")


def apart(places: Sequence[float], least: float, top: float, bottom: float) -> list[float]:
    """Move labels so that none is nearer than `least` to another, in the order that they have.

    Examples
    --------
    >>> apart([10, 11, 50], 12, 0, 100)
    [4.5, 16.5, 50.0]
    >>> apart([99, 100], 12, 0, 100)
    [88.0, 100.0]
    """
    moved = dict(_spread(sorted(enumerate(places), key=_place), least))
    over = max(0.0, max(moved.values(), default=0.0) - bottom)
    under = max(0.0, top - min(moved.values(), default=top))
    return [moved[index] - over + under for index in range(len(places))]


def _place(indexed: tuple[int, float]) -> float:
    return indexed[1]


def _spread(ordered: Sequence[tuple[int, float]], least: float) -> Iterator[tuple[int, float]]:
    """Give labels in groups that are centred where their members wanted to be."""
    groups: list[list[tuple[int, float]]] = []
    for each in ordered:
        groups.append([each])
        while len(groups) > 1 and _start(groups[-1], least) < _end(groups[-2], least) + least:
            last = groups.pop()
            groups[-1] += last
    for group in groups:
        for position, (index, _) in enumerate(group):
            yield index, _start(group, least) + position * least


def _start(group: Sequence[tuple[int, float]], least: float) -> float:
    return sum(place for _, place in group) / len(group) - least * (len(group) - 1) / 2


def _end(group: Sequence[tuple[int, float]], least: float) -> float:
    return _start(group, least) + least * (len(group) - 1)
