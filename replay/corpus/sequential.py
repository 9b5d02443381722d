"""Units one after the other, in this process."""

from collections.abc import Generator, Sequence
from typing import Final

from .unit import Done, Unit, work


class SequentialEngine:
    """Runs units here."""

    workers: Final = 1

    def run(self, units: Sequence[Unit]) -> Generator[Done]:
        """Give the outcome of each unit, in their order."""
        yield from map(work, units)
