"""One outcome of those of the parts of a trace, as if there had been none."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from operator import itemgetter
from typing import Any

from rxreplay.emulator import Figures
from rxreplay.emulator.combining import combined
from rxreplay.errors import UnreadableError
from rxreplay.result import Result

from .unit import Done, Unit

Rows = Sequence[Mapping[str, Any]]


def joined(whole: Unit, parts: Sequence[Done]) -> Done:
    """Make one outcome of those of all parts, which are in the order of `parted`."""
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
        "results": list(results_of(documents)),
        "warnings": list(warnings.values()),
    }


def results_of(documents: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Give the results of parts, strategy by strategy.

    Parts that have the same strategies have different queues, in the order of their numbers; the
    result of the device stands before those.
    """
    results = [part["results"] for part in documents]
    for _, alike in groupby(results, key=lambda rows: rows[0]["strategy"]):
        by_strategy: dict[str, list[Mapping[str, Any]]] = {}
        for row in (row for rows in alike for row in rows):
            by_strategy.setdefault(row["strategy"], []).append(row)
        for rows in by_strategy.values():
            if rows[0]["queue"] is not None:
                yield of_device(rows)
            yield from rows


def of_device(queues: Rows) -> dict[str, Any]:
    """Give the result of a device, in the form of JSON, from those of all its queues."""
    trace, strategy, doubt = itemgetter("trace", "strategy", "doubt")(queues[0])
    figures = combined([Figures.from_dict(queue["figures"]) for queue in queues])
    return Result(trace, strategy, figures, doubt or "").as_dict()
