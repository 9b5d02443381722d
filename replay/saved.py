"""Results that were saved as JSON, read again."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike, fspath
from typing import Any, Final

from .errors import RxReplayError
from .result import SCHEMA, Results

Path = str | PathLike[str]
HOW: Final = "make a result file by rxreplay compare CAPTURE --format json -o FILE"
PARTS: Final = {"config": dict, "traces": list, "results": list}


@dataclass(frozen=True, slots=True)
class Saved:
    """A result file of `replay` or `compare`.

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

    def captures(self) -> list[str]:
        """Name the captures, in order."""
        return [str(trace.get("path") or trace.get("format")) for trace in self.whole["traces"]]

    def figures(self) -> dict[tuple[int, str, int | None], Mapping[str, Any]]:
        """Give the figures by number of the capture, strategy, and queue (None: the device)."""
        return {
            (result["trace"], result["strategy"], result.get("queue")): result["figures"]
            for result in self.whole["results"]
        }


def saved(source: Path | Results) -> Saved:
    """Read a result file; results that are at hand are taken as they are.

    Raises
    ------
    RxReplayError
        It cannot be read, or is no result of `replay` or `compare`.

    Examples
    --------
    >>> from rxreplay import replay
    >>> saved(replay([60], "5.10/small")).captures()
    ['lengths']
    """
    if isinstance(source, Results):
        return Saved("results", json.loads(json.dumps(source.as_dict())))
    name = fspath(source)
    try:
        with open(name, "rb") as file:
            whole = json.load(file)
    except OSError as error:
        raise RxReplayError(f"{name}: {error.strerror or error}") from None
    except (ValueError, RecursionError) as error:
        raise RxReplayError(f"{name}: no JSON ({error}); {HOW}") from None
    return Saved(name, checked(whole, name))


def checked(whole: object, name: str) -> Mapping[str, Any]:
    """Give what is a result, with all that others rely on.

    Raises
    ------
    RxReplayError
        It is none.
    """
    if not isinstance(whole, dict) or whole.get("schema") != SCHEMA:
        found = whole.get("schema") if isinstance(whole, dict) else None
        what = f"schema {found!r}" if found else "no schema"
        raise RxReplayError(f"{name}: {what}, where {SCHEMA} was expected; {HOW}")
    for part, kind in PARTS.items():
        if not isinstance(whole.get(part), kind):
            raise RxReplayError(f"{name}: its {part} are missing; {HOW}")
    for number, result in enumerate(whole["results"]):
        if not complete(result, len(whole["traces"])):
            raise RxReplayError(f"{name}: result {number} is not whole; {HOW}")
    if not all(isinstance(trace, dict) for trace in whole["traces"]):
        raise RxReplayError(f"{name}: its traces are not whole; {HOW}")
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
