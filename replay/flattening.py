"""Nested values as leaves with paths, as CSV's columns and users name figures."""

from collections.abc import Iterator
from dataclasses import is_dataclass
from functools import cache
from typing import Any, Final, get_args, get_origin, get_type_hints

from rxreplay.emulator.abi import MAX_SKB_FRAGS

FRAGS: Final = range(MAX_SKB_FRAGS + 1)  # what counts by frags has so many


def flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - any JSON
    """Give the leaves of a JSON value with their paths.

    Examples
    --------
    >>> list(flat({"a": {"b": 1}, "c": [2, 3]}))
    [('a.b', 1), ('c.0', 2), ('c.1', 3)]
    """
    if isinstance(value, dict):
        items: Any = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    else:
        yield path, value
        return
    for key, part in items:
        yield from flat(part, f"{path}.{key}" if path else str(key))


def leaves(kind: Any, value: dict[str, Any] | None, path: str) -> Iterator[tuple[str, Any]]:  # noqa: ANN401
    """Give the leaves of a dataclass in its JSON form, null ones too: the same for every run.

    Examples
    --------
    >>> from rxreplay.emulator.figures import AmplificationLevel
    >>> [path for path, _ in leaves(AmplificationLevel, None, "a")][:2]
    ['a.peak.held_bytes', 'a.peak.payload_bytes']
    """
    found = {} if value is None else dict(flat(value, path))
    for name in leaf_names(kind, path):
        yield name, found.get(name)


@cache
def leaf_names(kind: Any, path: str) -> tuple[str, ...]:  # noqa: ANN401
    """Name the leaves of a dataclass, once for all rows of a table."""
    return tuple(name for name, _ in leaf_types(kind, path))


def leaf_types(kind: Any, path: str) -> Iterator[tuple[str, type]]:  # noqa: ANN401
    """Give the types of a dataclass's leaves, without None; a tuple has a leaf for each of frags.

    Examples
    --------
    >>> from rxreplay.emulator.figures import Level
    >>> list(leaf_types(Level, "a"))
    [('a.peak', <class 'int'>), ('a.mean', <class 'float'>), ('a.end', <class 'int'>)]
    """
    for name, hint in get_type_hints(kind).items():
        inner = next(iter(get_args(hint)), hint)  # of `int | None` and of `tuple[int, ...]`
        if is_dataclass(inner):
            yield from leaf_types(inner, f"{path}.{name}")
        elif get_origin(hint) is tuple:
            yield from ((f"{path}.{name}.{frags}", inner) for frags in FRAGS)
        else:
            yield f"{path}.{name}", inner
