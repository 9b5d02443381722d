"""Results as CSV: a row a result, columns named by their JSON paths."""

import csv
from dataclasses import asdict
from typing import Any, TextIO

from rxreplay.emulator import Figures

from ..changing import Differences
from ..corpus.outcome import Corpus
from ..escaping import escaped
from ..flattening import flat, leaves
from ..pinning_down import Pinnings
from ..plan_result import Plan
from ..result import Results
from ..ringing import Rings
from ..socket_result import SocketResults
from ..stories.story import Stories
from ..sweeping import Sweep
from ..tabular import result_rows


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
    _write(list(result_rows(results)), out)


def write_info(results: Results, out: TextIO) -> None:
    """Write a row for each trace."""
    _write([dict(flat(trace.as_dict())) for trace in results.traces], out)


def write_corpus(corpus: Corpus, out: TextIO) -> None:
    """Write a row for each strategy; what all traces hold is in each of them."""
    document = corpus.document
    lengths = {**(document.get("replayed_len") or {})}
    lengths.pop("counts", None)  # each would be a column
    of_all = {name: document[name] for name in ("totals", "by_size")} | {"replayed_len": lengths}
    _write([dict(flat(of_all | result)) for result in document["results"]], out)


def write_diff(found: Differences, out: TextIO) -> None:
    """Write a row for each figure that differs, each length, and each size of a capture."""
    pairs = [pair.as_dict() for pair in found.pairs]
    rows = [pair | change for pair in pairs for change in pair_changes(pair)]
    for sizes in found.by_size:
        changes = [asdict(change) for change in sizes.changes or ()]
        rows += [
            {"capture": sizes.capture} | change | {"figure": f"by_size.{change['figure']}"}
            for change in changes
        ]
    _write(rows, out)


def pair_changes(pair: dict[str, Any]) -> list[dict[str, Any]]:
    """Take what differs out of a pair: its figures, and its lengths as if they were some."""
    changes: list[dict[str, Any]] = pair.pop("changes")
    moved = pair.pop("moved_lengths") or ()
    return changes + [{"figure": f"truesize_at.{each.pop('length')}"} | each for each in moved]


def write_sweep(found: Sweep, out: TextIO) -> None:
    """Write a row for each value."""
    where = {"path": found.trace.path, "strategy": found.strategy}
    rows = [
        where
        | {found.knob: point.value}
        | dict(leaves(Figures, point.figures.as_dict(), "figures"))
        for point in found.points
    ]
    _write(rows, out)


def write_ring(results: Rings, out: TextIO) -> None:
    """Write a row for each ring."""
    where = {"trace": results.trace.path or results.trace.format}
    _write([where | dict(flat(each.as_dict())) for each in results.tried], out)


def write_pinning(results: Pinnings, out: TextIO) -> None:
    """Write a row for each strategy, and the highest flows behind it."""
    where = {"trace": results.trace.path or results.trace.format}
    _write([where | dict(flat(each.as_dict())) for each in results.results], out)


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
