"""Curves of several strategies, each named by its number at its right end."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from .drawing import Drawing
from .parts import Column
from .scales import Scale, apart

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
        drawing.words(end[0] + 5, place + 4, " ".join(str(c.number) for c in who), "name")


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
