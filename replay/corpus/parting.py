"""Large traces in parts, so that no worker is idle while another one is at the last of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, Final, TypeVar

from .joining import joined
from .unit import Done, Unit

WORTH_PARTING: Final = 1 << 30  # bytes: below that, starting a process costs more than it saves

T = TypeVar("T")


class Parts:
    """Units of work made of whole ones, and whole outcomes made of those of the parts.

    Parameters
    ----------
    wholes : sequence of Unit
        What is to be done.
    workers : int
        Between how many.
    """

    def __init__(self, wholes: Sequence[Unit], workers: int) -> None:
        """Part what is large."""
        fair = sum(unit.size for unit in wholes) / workers
        self._whole: dict[str, Unit] = {}
        self._parts: dict[str, list[Unit]] = {}
        self._done: dict[str, dict[str, Done]] = {}
        for unit in wholes:
            large = workers > 1 and unit.size >= WORTH_PARTING and 2 * unit.size > fair
            parts = parted(unit, workers if large else 1)
            self._parts[unit.key] = parts
            self._done[unit.key] = {}
            self._whole.update((each.key, unit) for each in (unit, *parts))

    def units(self) -> list[Unit]:
        """Give what workers are to do, the largest first, so that the last ones are short."""
        waiting = (
            part
            for whole, parts in self._parts.items()
            for part in parts
            if part.key not in self._done[whole]
        )
        return sorted(waiting, key=weight, reverse=True)

    def resume(self, parts_of: Callable[[str], Mapping[str, Any]]) -> None:
        """Take parts that were kept, by the keys of their traces.

        One is always left to do: its outcome is what makes a trace whole. Runs with different
        numbers of workers, each of which was killed, can have left all that there are now.
        """
        for whole, parts in self._parts.items():
            kept = parts_of(whole) if len(parts) > 1 else {}
            found = {part.key: kept[part.key] for part in parts if part.key in kept}
            if len(found) == len(parts):
                found.popitem()
            self._done[whole] = {key: Done(key, each) for key, each in found.items()}

    def unit(self, key: str) -> Unit:
        """Give the trace that has a key, or a part with it."""
        return self._whole[key]

    def add(self, done: Done) -> Done | None:
        """Take the outcome of a part; give that of its trace if it was the last one."""
        whole = self._whole[done.key]
        found, parts = self._done[whole.key], self._parts[whole.key]
        found[done.key] = done
        if len(found) < len(parts):
            return None
        del self._done[whole.key]
        return joined(whole, [found[part.key] for part in parts])


def parted(unit: Unit, workers: int) -> list[Unit]:
    """Split a unit into groups of neighbouring strategies, and these by receive queues if need be.

    Strategies that are named one after the other are often of one kernel and share their queue.
    """
    groups, slices = shares(len(unit.group), unit.options.queues, workers)
    numbers = split(tuple(range(unit.options.queues)), slices) if slices > 1 else [()]
    return [
        replace(unit, group=group, queues=queues)
        for group in split(unit.group, groups)
        for queues in numbers
    ]


def shares(strategies: int, queues: int, workers: int) -> tuple[int, int]:
    """Say into how many groups strategies are split, and into how many parts the queues of each.

    By strategies as long as there are enough: how full queues are is not known before the walk.
    Else so that the largest part is the least, and of equal ways that by strategies.

    Examples
    --------
    >>> shares(11, 8, 4), shares(1, 8, 4), shares(3, 8, 8), shares(3, 2, 8), shares(3, 8, 6)
    ((4, 1), (1, 4), (1, 8), (3, 2), (3, 2))
    """
    if strategies >= workers:
        return workers, 1
    ways = [(groups, min(queues, workers // groups)) for groups in range(strategies, 0, -1)]
    return min(ways, key=lambda way: -(-strategies // way[0]) * -(-queues // way[1]))


def split(things: tuple[T, ...], parts: int) -> list[tuple[T, ...]]:
    """Split things into groups of neighbours, as equal as can be.

    Examples
    --------
    >>> split((1, 2, 3, 4, 5), 2)
    [(1, 2), (3, 4, 5)]
    """
    cuts = [len(things) * part // parts for part in range(parts + 1)]
    return [things[begin:end] for begin, end in pairwise(cuts)]


def weight(unit: Unit) -> int:
    """Say how much there is to emulate, as far as that is known."""
    return unit.size * len(unit.group) * len(unit.queues or range(unit.options.queues))
