"""Results as CSV: a row a result, columns named by their JSON paths."""

import csv
from collections.abc import Iterator
from typing import Any, TextIO

from ..result import Results


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


def _write(rows: list[dict[str, Any]], out: TextIO) -> None:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)


def write(results: Results, out: TextIO) -> None:
    """Write a row for each trace and strategy; an empty field is null."""
    _write([dict(flat(result.as_dict())) for result in results.results], out)


def write_info(results: Results, out: TextIO) -> None:
    """Write a row for each trace."""
    _write([dict(flat(trace.as_dict())) for trace in results.traces], out)
