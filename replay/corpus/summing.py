"""The results of a folder as one: corpus.json, and a row for each."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from rxreplay.result import ResultWarning

from .merging import Merger
from .outcome import Corpus
from .rows import NoRows, rows_file
from .store import CORPUS, ROWS, Store, write_whole

JOINTS: Final = ("gap", "overlap")


@dataclass(frozen=True, slots=True)
class Kept:
    """A trace that a store knows the outcome of, and what it was made of."""

    name: str
    inputs: list[dict[str, Any]]
    key: str


def summed(
    store: Store,
    kept: Sequence[Kept],
    config: Mapping[str, Any],
    warnings: Sequence[ResultWarning],
    *,
    replayed: int | None = None,
) -> Corpus:
    """Add up the results of traces, and write what they have come to beside them."""
    merger = Merger(config, [asdict(each) for each in warnings])
    with rows_file(store.folder / ROWS, merger.begun()) as rows:
        for each in kept:
            if store.has(each.key):
                document = store.document(each.key)
                merger.add(each.name, each.inputs, store.path(each.key), document)
                rows.add(each.name, document)
            else:
                where, failure = store.error_path(each.key), store.failure(each.key)
                merger.add_failed(each.name, each.inputs, where, failure)
    document = merger.document()
    text = json.dumps(document, indent=2, allow_nan=False) + "\n"
    write_whole(store.folder / CORPUS, text.encode("ascii"))
    said = [*joints(document), *warnings]
    return Corpus(document, said, replayed, rows=not isinstance(rows, NoRows))


def joints(document: Mapping[str, Any]) -> list[ResultWarning]:
    """Give what was said about files that were joined: where they overlap, or lie apart."""
    return [
        ResultWarning(each["code"], each["text"])
        for trace in document["traces"]
        for each in trace["warnings"]
        if each["code"] in JOINTS
    ]
