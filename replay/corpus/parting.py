"""Large traces in parts, so that no worker is idle while another one is at the last of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, Final

from rxreplay.errors import UnreadableError

from .unit import Done, Unit

WORTH_PARTING: Final = 8 << 20  # bytes: below that a second walk costs more than it saves


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
        return sorted(waiting, key=lambda part: -part.size * len(part.group))

    def resume(self, parts_of: Callable[[str], Mapping[str, Any]]) -> None:
        """Take parts that were kept, by the keys of their traces; never all, as those are whole."""
        for whole, parts in self._parts.items():
            kept = parts_of(whole) if len(parts) > 1 else {}
            found = {part.key: kept[part.key] for part in parts if part.key in kept}
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


def parted(unit: Unit, parts: int) -> list[Unit]:
    """Split a unit into groups of neighbouring strategies, as equal as can be.

    Strategies that are named one after the other are often of one kernel and share their queue.
    """
    count = len(unit.group)
    parts = min(parts, count)
    cuts = [count * part // parts for part in range(parts + 1)]
    return [replace(unit, group=unit.group[begin:end]) for begin, end in pairwise(cuts)]


def joined(whole: Unit, parts: Sequence[Done]) -> Done:
    """Make one outcome of those of all parts, as if there had been none."""
    failed = [part for part in parts if part.reason is not None]
    documents = [part.document for part in parts if part.document is not None]
    if failed:
        return replace(failed[0], key=whole.key)
    if any(each["traces"] != documents[0]["traces"] for each in documents):
        changed = f"{whole.name}: it changed while it was read; run the command again"
        return Done(whole.key, None, changed, UnreadableError.kind)
    return Done(whole.key, one_document(documents))


def one_document(documents: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Put the results of parts one behind the other; what all of them say is said once."""
    warnings = {tuple(each.items()): each for part in documents for each in part["warnings"]}
    return {
        **documents[0],
        "results": [result for part in documents for result in part["results"]],
        "warnings": list(warnings.values()),
    }
