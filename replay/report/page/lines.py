"""Curves of several strategies, each named by its number at its right end."""

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Final, NamedTuple

from .drawing import Drawing
from .parts import Column
from .scales import Scale, apart

LONG_RUN: Final = 4
RIGHT: Final = 62  # room for the numbers of five curves that end together

Point = tuple[float, float]


class Curve(NamedTuple):
    """A line of a strategy: places in a drawing, None where there is a gap."""

    column: Column
    points: list[Point | None]


def draw_curves(drawing: Drawing, curves: Sequence[Curve], y: Scale) -> None:
    """Draw lines, and the numbers of their strategies where each ends."""
    for curve in curves:
        drawing.path(curve.points, f"line {curve.column.look}", curve.column.label)
    by_end: dict[Point, list[Column]] = {}
    for curve in curves:
        end = next(point for point in reversed(curve.points) if point)  # no one drops all
        by_end.setdefault(end, []).append(curve.column)
    wanted = [end[1] for end in by_end]
    for (end, who), place in zip(by_end.items(), apart(wanted, 13, y.stop, y.start), strict=True):
        drawing.words(end[0] + 5, place + 4, numbers([c.number for c in who]), "name")


def numbers(ascending: Sequence[int]) -> str:
    """Write numbers side by side; of many that follow each other the first and the last.

    Examples
    --------
    >>> numbers([1, 2, 3, 7]), numbers([1, 3, 4, 5, 6, 9])
    ('1 2 3 7', '1 3-6 9')
    """
    runs = groupby(enumerate(ascending), lambda each: each[1] - each[0])
    found = [[number for _, number in run] for _, run in runs]
    return " ".join(
        f"{run[0]}-{run[-1]}" if len(run) >= LONG_RUN else " ".join(map(str, run)) for run in found
    )


def key_of(columns: Sequence[Column]) -> list[tuple[str, str]]:
    """Explain lines."""
    return [(f"line {column.look}", column.label) for column in columns]


def places(
    values: Sequence[float | None], at: Sequence[float], place: Callable[[float], float]
) -> list[Point | None]:
    """Put values into a drawing."""
    return [
        None if value is None else (x, place(value)) for x, value in zip(at, values, strict=True)
    ]
