"""The result of a corpus that was saved, read again."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from rxreplay.errors import RxReplayError
from rxreplay.escaping import quoted
from rxreplay.result_file import read_document
from rxreplay.schemas import CORPUS as FORM

from .store import CORPUS
from .summing import Kept

KEY: Final = re.compile(r"(?:units|errors)/([0-9a-f]{64})\.json", re.ASCII)
HOW: Final = "run rxreplay corpus there again"


@dataclass(frozen=True, slots=True)
class SavedCorpus:
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


def load_corpus(source: str | os.PathLike[str]) -> SavedCorpus:
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
    return SavedCorpus(os.path.dirname(name) or ".", document, kept)


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
