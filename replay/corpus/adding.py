"""Which figures of several traces can be added, and which only compared."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, get_type_hints

from rxreplay.emulator import Figures
from rxreplay.emulator.figures import Level
from rxreplay.flattening import flat, leaf_types

LEVELS: Final = tuple(name for name, kind in get_type_hints(Figures).items() if kind is Level)
PEAKS: Final = (*(f"{name}.peak" for name in LEVELS), "consumed.peak_rmem", "consumed.pinned.bytes")
NO_SUMS: Final = (  # each guest's own: they were not there at once
    *LEVELS,
    "amplification",
    "consumed.peak_rmem",
    "consumed.pinned",
    "least_linear",
    "rcvbuf",
    "fit_packets",
    "fit_bytes",
)


def added_figures() -> Iterator[str]:
    """Name the figures that are counts of packets, bytes or buffers over all of a trace.

    Examples
    --------
    >>> names = list(added_figures())
    >>> [name in names for name in ("packets", "drops.rcvbuf", "rcvbuf", "resident_bytes.end")]
    [True, True, False, False]
    """
    for path, kind in leaf_types(Figures, ""):
        name = path.removeprefix(".")
        if kind is int and not any(name == no or name.startswith(f"{no}.") for no in NO_SUMS):
            yield name


class Sums:
    """Whole numbers of nested documents, added place by place; what is null adds nothing.

    Examples
    --------
    >>> sums = Sums()
    >>> for part in ({"a": 1, "b": {"c": [1, 2]}}, {"a": 2**63, "b": None}):
    ...     sums.add(part)
    >>> sums.of(["a", "b.c.1", "d"])
    {'a': 9223372036854775809, 'b.c.1': 2, 'd': None}
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self._sums: dict[str, Any] = {}

    def add(self, part: Mapping[str, Any]) -> None:
        """Add a document."""
        add(self._sums, part)

    def of(self, names: Iterable[str]) -> dict[str, int | None]:
        """Give the sums of these paths; null where no document had a number."""
        found = dict(flat(self._sums))
        return {name: found.get(name) for name in names}

    def of_all(self) -> dict[str, Any]:
        """Give all sums, as the documents have them."""
        return self._sums


def add(into: dict[str, Any], part: Mapping[str, Any]) -> None:
    """Add the whole numbers of a document to those of others."""
    for name, value in part.items():
        if isinstance(value, int):
            into[name] = into.get(name, 0) + value
        elif isinstance(value, list):
            add(into.setdefault(name, {}), {str(at): each for at, each in enumerate(value)})
        elif isinstance(value, dict):
            add(into.setdefault(name, {}), value)


def value_at(figures: Mapping[str, Any], path: str) -> Any:  # noqa: ANN401 - any figure
    """Give a figure by its path; None where it, or what it is in, was not computed.

    Examples
    --------
    >>> value_at({"a": {"b": 3}, "c": None}, "a.b"), value_at({"c": None}, "c.d")
    (3, None)
    """
    value: Any = figures
    for name in path.split("."):
        if value is None:
            return None
        value = value[name]
    return value
