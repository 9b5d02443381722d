"""Result files of `replay` and `compare`: JSON, read again."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike, fspath
from typing import Any, Final, NoReturn

from .errors import RxReplayError
from .escaping import brief
from .flattening import flat
from .result import Results
from .schemas import RESULT, not_a_result

Path = str | PathLike[str]
HOW: Final = "make a result file by rxreplay compare CAPTURE --format json -o FILE"
PARTS: Final = {"config": dict, "traces": list, "results": list, "failed": list}
WORDS: Final = ("mean_over", "lifetime")  # figures that are no numbers
LARGEST: Final = 2**28  # bytes of a file
MOST: Final = 2**63 - 1  # that a figure can be


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
        return [str(each) for each in self.whole.get("failed") or ()]

    def captures(self) -> list[str]:
        """Name the captures, in order."""
        return [str(trace.get("path") or trace.get("format")) for trace in self.whole["traces"]]

    def by_size(self, trace: int) -> dict[str, Any] | None:
        """Give the packets by size of a capture; None in files from before there were any."""
        found = self.whole["traces"][trace].get("by_size")
        sound = isinstance(found, dict) and all(is_figure(value) for _, value in flat(found))
        return found if found and sound else None

    def digests(self) -> list[str | None]:
        """Give the digests of what was replayed; None where a file has none, as before 1.1."""
        found = (trace.get("digest") for trace in self.whole["traces"])
        return [each if isinstance(each, str) else None for each in found]

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
        return json.loads(text, parse_constant=no_number)
    except (ValueError, RecursionError) as error:
        raise RxReplayError(f"{name}: no JSON: {brief(str(error))}; {HOW}") from None


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
    for part, kind in PARTS.items():
        if not isinstance(whole.get(part, [] if part == "failed" else None), kind):
            raise RxReplayError(f"{name}: there is no sound `{part}`; {HOW}")
    if not all(isinstance(trace, dict) for trace in whole["traces"]):
        raise RxReplayError(f"{name}: its traces are not whole; {HOW}")
    for number, result in enumerate(whole["results"]):
        if not complete(result, len(whole["traces"])):
            raise RxReplayError(f"{name}: result {number} is not whole; {HOW}")
        for path, value in flat(result["figures"]):
            if not (is_figure(value) or (path in WORDS and isinstance(value, str))):
                what = f"{brief(path)} of result {number} is {brief(repr(value))}"
                raise RxReplayError(f"{name}: {what}, no figure; {HOW}")
    return whole


def complete(result: object, traces: int) -> bool:
    """Say whether a result names its capture and strategy, and has figures."""
    return (
        isinstance(result, dict)
        and isinstance(result.get("trace"), int)
        and 0 <= result["trace"] < traces
        and isinstance(result.get("strategy"), str)
        and isinstance(result.get("queue"), int | None)
        and isinstance(result.get("figures"), dict)
    )


def is_figure(value: object) -> bool:
    """Say whether a value can be a figure: a number from 0 to 2^63, or null.

    Examples
    --------
    >>> [is_figure(value) for value in (0, 2.5, None, -1, True, "1", 10**400, [])]
    [True, True, True, False, False, False, False, False]
    """
    if isinstance(value, bool) or not isinstance(value, int | float | None):
        return False
    return value is None or 0 <= value <= MOST
