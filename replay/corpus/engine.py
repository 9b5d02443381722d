"""What runs units: here, in processes, on a cluster."""

from collections.abc import Generator, Sequence
from typing import Protocol

from .unit import Done, Unit


class Engine(Protocol):
    """Runs units, wherever it likes and in any order."""

    @property
    def workers(self) -> int:
        """How many units it runs at once."""

    def run(self, units: Sequence[Unit]) -> Generator[Done]:
        """Give the outcome of each unit once, as soon as it is there.

        Whoever stops early closes the iterator, and nothing goes on behind it.
        """
