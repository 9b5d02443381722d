"""A row of a comparison: which figure, how it reads, and which way is better."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from rxreplay.emulator import Figures

Number = float | None


@dataclass(frozen=True, slots=True)
class Row:
    """A figure that a comparison shows.

    Attributes
    ----------
    label : str
        What people read.
    value : callable
        From the figures to the number that is compared; None where it was not computed.
    text : callable
        From the figures to what is printed.
    better : {"low", "high"} or None
        Which end is the best, if either.
    relative : bool
        Whether it is shown in times of the reference as well.
    """

    label: str
    value: Callable[[Figures], Number]
    text: Callable[[Figures], str]
    better: Literal["low", "high"] | None = "low"
    relative: bool = False


def per_packet(figure: float, figures: Figures) -> Number:
    """Divide by the packets delivered."""
    return figure / figures.delivered_packets if figures.delivered_packets else None
