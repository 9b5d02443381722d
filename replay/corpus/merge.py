"""Several results of corpora as one: the library function `merge`."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from rxreplay.emulator.checkpoint import MODEL
from rxreplay.errors import RxReplayError
from rxreplay.escaping import quoted
from rxreplay.result import ResultWarning
from rxreplay.result_file import read_document
from rxreplay.schemas import CORPUS as FORM

from .outcome import Corpus
from .store import CORPUS, Store, opened
from .summing import Kept, summed

KEY: Final = re.compile(r"(?:units|errors)/([0-9a-f]{64})\.json", re.ASCII)
HOW: Final = "run rxreplay corpus there again"


@dataclass(frozen=True, slots=True)
class Saved:
    """The result of a corpus that was read again.

    Attributes
    ----------
    folder : str
        Where it lies.
    document : dict
        As corpus.json has it.
    kept : list of Kept
        Its traces, also those that failed.
    """

    folder: str
    document: Mapping[str, Any]
    kept: list[Kept]


def is_corpus(source: object) -> bool:
    """Say whether a source is a folder with the result of a corpus."""
    if not isinstance(source, str | os.PathLike):
        return False
    return os.path.isfile(os.path.join(os.fspath(source), CORPUS))


def load_corpus(source: str | os.PathLike[str]) -> Saved:
    """Read the result of a corpus, by its folder or by its corpus.json.

    Raises
    ------
    RxReplayError
        There is none, or it is not sound.
    """
    path = os.fspath(source)
    name = os.path.join(path, CORPUS) if os.path.isdir(path) else path
    document: Any = read_document(name)
    schema = document.get("schema") if isinstance(document, dict) else None
    if not FORM.can_read(schema):
        raise RxReplayError(f"{name}: schema {quoted(schema)}, where {FORM} was expected; {HOW}")
    try:
        rows = [*document["traces"], *document["failed"]]
        kept = [Kept(str(row["name"]), list(row["inputs"]), key_of(row["result"])) for row in rows]
        for part, kind in {"config": dict, "warnings": list, "model": int}.items():
            if not isinstance(document[part], kind):
                raise TypeError(part)
    except (LookupError, TypeError):
        raise RxReplayError(f"{name}: it is not whole; {HOW}") from None
    return Saved(os.path.dirname(name) or ".", document, kept)


def key_of(path: object) -> str:
    """Give the key of a result by where it lies in its folder.

    Raises
    ------
    LookupError
        That is no such place.
    """
    match = KEY.fullmatch(str(path))
    if match is None:
        raise LookupError(path)
    return match[1]


def merge(sources: Sequence[str | os.PathLike[str]], folder: str) -> Corpus:
    """Make one result of those of parts of a corpus: the same as of the whole.

    Parameters
    ----------
    sources : sequence of path
        Folders that `corpus` or `merge` has written, or their corpus.json. A trace that is in
        several of them counts once.
    folder : str
        Where the result is to lie, with that of each trace.

    Raises
    ------
    RxReplayError
        They are of different configurations, or of different files of one name.
    """
    found = [load_corpus(source) for source in sources]
    for other in found:
        check_same(found[0], other)
    with opened(folder) as store:
        kept: dict[str, Kept] = {}
        for part in found:
            there = Store(part.folder)
            for each in part.kept:
                check_name(kept.get(each.name), each, part)
                kept[each.name] = each
                copy(each.key, there, store)
        config, warnings = found[0].document["config"], found[0].document["warnings"]
        in_order = [kept[name] for name in sorted(kept)]
        return summed(store, in_order, config, [ResultWarning(**each) for each in warnings])


def copy(key: str, there: Store, here: Store) -> None:
    """Take the result of a trace over; one that failed elsewhere and is done here is done."""
    if here.has(key):
        return
    if there.has(key):
        here.keep(key, there.document(key))
    else:
        here.keep_reason(key, there.failure(key))


def check_same(first: Saved, other: Saved) -> None:
    """Refuse results that cannot be added up.

    Raises
    ------
    RxReplayError
        Their configurations or models are not the same; the message says in what.
    """
    if other.document["model"] != MODEL:
        raise RxReplayError(f"{other.folder}: it is of another model of the emulator; {HOW}")
    one, two = first.document["config"], other.document["config"]
    names = [name for name in sorted(one.keys() | two.keys()) if one.get(name) != two.get(name)]
    if names:
        raise RxReplayError(
            f"{other.folder}: {', '.join(names)} not as in {first.folder}; only results of one "
            "configuration can be merged"
        )


def check_name(before: Kept | None, now: Kept, part: Saved) -> None:
    """Refuse two files of one name: nobody could say which of them counts.

    Raises
    ------
    RxReplayError
        It is so.
    """
    if before and before.key != now.key:
        raise RxReplayError(
            f"{part.folder}: {now.name} is another file there, or was joined from others; "
            "merge results of which each has its own captures"
        )
