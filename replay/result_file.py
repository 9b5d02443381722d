"""Result files of `replay` and `compare`: JSON, read again."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike, fspath
from typing import Any, Final, NoReturn

from .errors import RxReplayError
from .escaping import brief
from .result import Results
from .schemas import RESULT, not_a_result
from .sound_results import fault

Path = str | PathLike[str]
HOW: Final = "make a result file by rxreplay compare CAPTURE --format json -o FILE"
LARGEST: Final = 2**28  # bytes of a file
DEEPEST: Final = 32  # parts within parts: results have eight


@dataclass(frozen=True, slots=True)
class ResultFile:
    """A result of `replay` or `compare`.

    Attributes
    ----------
    name : str
        What it is called.
    whole : dict
        As JSON has it; `config`, `traces` and `results` are there.
    """

    name: str
    whole: Mapping[str, Any]

    @property
    def config(self) -> dict[str, Any]:
        """What decided the figures."""
        return dict(self.whole["config"])

    @property
    def failed(self) -> list[str]:
        """Captures that could not be replayed."""
        return list(self.whole.get("failed", ()))

    def captures(self) -> list[str]:
        """Name the captures, in order."""
        return [str(trace.get("path") or trace.get("format")) for trace in self.whole["traces"]]

    def by_size(self, trace: int) -> dict[str, Any] | None:
        """Give the packets by size of a capture; None in files from before there were any."""
        return self.whole["traces"][trace].get("by_size") or None

    def digests(self) -> list[str | None]:
        """Give the digests of what was replayed; None where a file has none, as before 1.1."""
        return [trace.get("digest") for trace in self.whole["traces"]]

    def figures(self) -> dict[tuple[int, str, int | None], Mapping[str, Any]]:
        """Give the figures by number of the capture, strategy, and queue (None: the device)."""
        return {
            (result["trace"], result["strategy"], result.get("queue")): result["figures"]
            for result in self.whole["results"]
        }


def result_file(source: Path | Results) -> ResultFile:
    """Read a result file; results that are at hand are taken as they are.

    Raises
    ------
    RxReplayError
        It cannot be read, or is no result of `replay` or `compare`.

    Examples
    --------
    >>> from rxreplay import replay
    >>> result_file(replay([60], "5.10/small")).captures()
    ['lengths']
    """
    if isinstance(source, Results):
        return ResultFile("results", json.loads(json.dumps(source.as_dict())))
    name = fspath(source)
    return ResultFile(name, checked(read_document(name), name))


def read_document(name: str) -> object:
    """Read a file of JSON, of which no number is beyond all others.

    Raises
    ------
    RxReplayError
        It cannot be read, is none, or is larger than results are.
    """
    try:
        with open(name, "rb") as file:
            text = file.read(LARGEST + 1)
    except OSError as error:
        raise RxReplayError(f"{name}: {error.strerror or error}") from None
    if len(text) > LARGEST:
        raise RxReplayError(f"{name}: more than {LARGEST:,} bytes, which no result has; {HOW}")
    try:
        whole = json.loads(text, parse_constant=no_number)
    except (ValueError, RecursionError) as error:
        raise RxReplayError(f"{name}: no JSON: {brief(str(error))}; {HOW}") from None
    if deeper_than(DEEPEST, whole):
        raise RxReplayError(f"{name}: parts within parts {DEEPEST} times, as no result has; {HOW}")
    return whole


def deeper_than(most: int, whole: object) -> bool:
    """Say whether there are more than so many lists and objects within each other.

    Examples
    --------
    >>> deeper_than(2, [[1], {"a": 2}]), deeper_than(2, [[{"a": []}]])
    (False, True)
    """
    inside = [whole]
    for _ in range(most + 1):
        nested = [each for each in inside if isinstance(each, dict | list)]
        if not nested:
            return False
        parts = (each.values() if isinstance(each, dict) else each for each in nested)
        inside = [part for each in parts for part in each]
    return True


def no_number(text: str) -> NoReturn:
    """Refuse NaN and infinities, which JSON has not.

    Raises
    ------
    ValueError
        Always.
    """
    raise ValueError(f"{text} is no number")


def checked(whole: object, name: str) -> Mapping[str, Any]:
    """Give what is a result, with all that others rely on.

    Raises
    ------
    RxReplayError
        It is none.
    """
    if not isinstance(whole, dict) or not RESULT.can_read(whole.get("schema")):
        found = whole.get("schema") if isinstance(whole, dict) else None
        raise RxReplayError(f"{name}: {not_a_result(found)}; {HOW}")
    if wrong := fault(whole):
        raise RxReplayError(f"{name}: {wrong}; {HOW}")
    return whole
