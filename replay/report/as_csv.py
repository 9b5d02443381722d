"""Results as CSV: a row a result, columns named by their JSON paths."""

import csv
from collections.abc import Iterator
from dataclasses import asdict, is_dataclass
from typing import Any, TextIO, get_args, get_type_hints

from rxreplay.emulator import Figures

from ..escaping import escaped
from ..plan_result import Plan
from ..result import Result, Results
from ..ringing import Rings
from ..socket_result import SocketResults
from ..stories.story import Stories


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
    for name, hint in get_type_hints(kind).items():
        part = None if value is None else value[name]
        nested = [each for each in get_args(hint) or [hint] if is_dataclass(each)]
        if nested:
            yield from leaves(nested[0], part, f"{path}.{name}")
        else:
            yield from flat(part, f"{path}.{name}")


def result_row(result: Result, path: str | None) -> dict[str, Any]:
    """Give a result's fields by their JSON paths, and first of which capture they are."""
    whole = result.as_dict()
    figures = leaves(Figures, whole.pop("figures"), "figures")
    return {"path": path} | whole | dict(figures)


def _write(rows: list[dict[str, Any]], out: TextIO) -> None:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _field(value) for name, value in row.items()})


def _field(value: object) -> object:
    """Give a field as it is written: a table of it is opened on somebody's terminal."""
    return escaped(value) if isinstance(value, str) else value


def write(results: Results, out: TextIO) -> None:
    """Write a row for each trace and strategy; an empty field is null."""
    _write([result_row(r, results.traces[r.trace].path) for r in results.results], out)


def write_info(results: Results, out: TextIO) -> None:
    """Write a row for each trace."""
    _write([dict(flat(trace.as_dict())) for trace in results.traces], out)


def write_ring(results: Rings, out: TextIO) -> None:
    """Write a row for each ring."""
    where = {"trace": results.trace.path or results.trace.format}
    _write([where | dict(flat(each.as_dict())) for each in results.tried], out)


def write_plan(results: Plan, out: TextIO) -> None:
    """Write a row for each kind of NIC, for a VM, a host and all, and for each change."""
    whole = results.as_dict()
    parts = [("nic", nic) for nic in whole["nics"]]
    parts += [(scope, whole[scope]) for scope in results.memory.scopes()]
    parts += [("saving", saving) for saving in whole["savings"]]
    _write([{"part": part} | dict(flat(row)) for part, row in parts], out)


def write_explain(results: Stories, out: TextIO) -> None:
    """Write a row for each packet, with its buffers and chunks as counts."""
    config, trace = results.config, results.trace
    where = {
        "trace": trace.path or trace.format,
        "strategy": config["reference"],
        "ring": config["ring"],
    }
    doubt = {"doubt": "; ".join(results.doubts)}
    rows = []
    for story in results.stories:
        row = story.as_dict()
        del row["because"], row["terms"]
        counts = {name: len(row[name]) for name in ("buffers", "chunks")}
        rows.append(where | row | counts | doubt)
    _write(rows, out)


def write_sockets(results: SocketResults, out: TextIO) -> None:
    """Write a row for each socket of each strategy: first the one that gets all traffic."""
    trace = results.trace
    rows = []
    for result in results.results:
        where = {"trace": trace.path or trace.format, "strategy": result.strategy}
        where |= {"ring": results.config["ring"]}
        for name, socket in [("all traffic", result.figures.all_traffic), *result.flows]:
            rows.append(where | {"socket": name} | dict(flat(asdict(socket))))
            rows[-1]["doubt"] = result.doubt
    _write(rows, out)
