"""What is wrong with a document that should be a result of `replay` or `compare`."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeGuard

from .escaping import brief, quoted
from .flattening import flat

MOST: Final = 2**63 - 1  # that a figure can be
WORDS: Final = ("mean_over", "lifetime")  # figures that are no numbers
TEXTS_OF_RUN: Final = ("version", "command", "python", "config_sha256")
NEEDED: Final = {"config": dict, "traces": list, "results": list}
PARTS: Final = NEEDED | {"run": dict, "warnings": list, "not_modelled": list, "failed": list}


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


def is_count(value: object) -> bool:
    """Say whether a value is a whole number that can be a figure."""
    return isinstance(value, int) and is_figure(value)


def is_text(value: object) -> bool:
    """Say whether a value is a text."""
    return isinstance(value, str)


def is_setting(value: object) -> bool:
    """Say whether a value can be one of a configuration: a text, true, false, null or a number.

    Examples
    --------
    >>> [is_setting(value) for value in (True, -1, "x", None, 10**400, float("inf"))]
    [True, True, True, True, False, False]
    """
    return not isinstance(value, int | float) or abs(value) <= MOST


def is_warning(value: object) -> bool:
    """Say whether a value is a warning."""
    return isinstance(value, dict) and is_text(value.get("text"))


def fault(whole: Mapping[str, Any]) -> str:
    """Say what is wrong first, and where; "" of a sound result.

    Examples
    --------
    >>> fault({"config": {}, "traces": [], "results": []})
    'config.ring is not there'
    >>> good = {"config": {"ring": 256}, "traces": [], "results": []}
    >>> fault(good), fault(good | {"run": {"version": 2}}), fault(good | {"failed": 3})
    ('', 'run.version is 2, no text', 'there is no sound `failed`')
    """
    return next(faults(whole), "")


def faults(whole: Mapping[str, Any]) -> Iterator[str]:
    """Say what is wrong, part by part: a later one relies on those before it."""
    for part, kind in PARTS.items():
        if not isinstance(whole.get(part, None if part in NEEDED else kind()), kind):
            yield f"there is no sound `{part}`"
    ring = whole["config"].get("ring")
    if not is_count(ring):
        yield (
            "config.ring is not there"
            if ring is None
            else f"config.ring is {quoted(ring)}, no count"
        )
    yield from leaves_that_are_no("setting", is_setting, whole["config"], "config")
    run = whole.get("run", {})
    yield from leaves_that_are_no("setting", is_setting, run, "run")
    said = {name: run[name] for name in TEXTS_OF_RUN if name in run}
    yield from leaves_that_are_no("text", is_text, said, "run")
    yield from each_that_is_no("warning", is_warning, whole, "warnings")
    yield from each_that_is_no("text", is_text, whole, "not_modelled")
    yield from each_that_is_no("text", is_text, whole, "failed")
    for number, trace in enumerate(whole["traces"]):
        yield from faults_of_trace(trace, f"traces.{number}")
    for number, result in enumerate(whole["results"]):
        yield from faults_of_result(result, number, len(whole["traces"]))


def leaves_that_are_no(
    name: str, sound: Callable[[object], bool], part: object, path: str
) -> Iterator[str]:
    """Name the leaves of a part that are not sound."""
    for where, value in flat(part, path):
        if not sound(value):
            yield f"{brief(where)} is {quoted(value)}, no {name}"


def each_that_is_no(
    name: str, sound: Callable[[object], bool], whole: Mapping[str, Any], part: str
) -> Iterator[str]:
    """Name the elements of a list that are not sound."""
    for number, value in enumerate(whole.get(part, [])):
        if not sound(value):
            yield f"{part}.{number} is {quoted(value)}, no {name}"


def faults_of_trace(trace: object, path: str) -> Iterator[str]:
    """Say what is wrong with a capture: its names, its digest, its packets by size."""
    known = trace if isinstance(trace, dict) else {}
    if known is not trace:
        yield f"{path} is {quoted(trace)}, no capture"
    for name in ("path", "format", "digest"):
        if not isinstance(known.get(name), str | None):
            yield f"{path}.{name} is {quoted(known[name])}, no text"
    sizes = known.get("by_size") or {}
    if isinstance(sizes, dict):
        yield from leaves_that_are_no("count", is_count, sizes, f"{path}.by_size")
    else:
        yield f"{path}.by_size is {quoted(sizes)}, no packets by size"


def faults_of_result(result: object, number: int, traces: int) -> Iterator[str]:
    """Say what is wrong with a result: what it is of, and its figures."""
    if complete(result, traces):
        for path, value in flat(result["figures"]):
            if not (is_figure(value) or (path in WORDS and is_text(value))):
                yield f"{brief(path)} of result {number} is {quoted(value)}, no figure"
    else:
        yield f"result {number} is not whole"


def complete(result: object, traces: int) -> TypeGuard[dict[str, Any]]:
    """Say whether a result names its capture and strategy, and has figures."""
    return (
        isinstance(result, dict)
        and is_count(result.get("trace"))
        and result["trace"] < traces
        and isinstance(result.get("strategy"), str)
        and (result.get("queue") is None or is_count(result["queue"]))
        and isinstance(result.get("figures"), dict)
    )
