"""Series over trace time as files: a row for each bin, or columns of numbers."""

import csv
import json
from collections.abc import Callable, Iterator
from math import isnan
from pathlib import Path
from typing import Any, Final, TextIO

from rxreplay.emulator.series import Series
from rxreplay.errors import OptionError

from ..escaping import escaped
from ..recorded import recorded
from ..result import Result, Results
from ..schemas import SERIES


def column_lists(series: Series) -> dict[str, list[int | float | None]]:
    """Give the columns as lists; None is what is not known."""
    lists = {name: column.tolist() for name, column in series.columns().items()}
    return {name: [None if isnan(v) else v for v in values] for name, values in lists.items()}


def timed_results(results: Results) -> Iterator[tuple[Result, Series]]:
    """Give the results that have a series."""
    return ((result, result.series) for result in results.results if result.series)


def rows(results: Results) -> Iterator[dict[str, Any]]:
    """Give a row for each bin of each result, named as `Series.columns` names them."""
    for result, series in timed_results(results):
        zero = results.zero_ns[result.trace]
        path = results.traces[result.trace].path
        of = {"trace": result.trace, "path": path, "strategy": result.strategy}
        of |= {"queue": result.queue}
        columns = column_lists(series)
        for values in zip(*columns.values(), strict=True):
            row = dict(zip(columns, values, strict=True))
            epoch = None if zero is None else zero + row["start_ns"]
            yield of | {"epoch_ns": epoch} | row


def write_csv(results: Results, out: TextIO) -> None:
    """Write a row for each bin; an empty field is not known."""
    writer = csv.writer(out, lineterminator="\n")
    for number, row in enumerate(rows(results)):
        if number == 0:
            writer.writerow(row)
        writer.writerow(escaped(v) if isinstance(v, str) else v for v in row.values())


def write_jsonl(results: Results, out: TextIO) -> None:
    """Write an object for each bin, a line each."""
    for row in rows(results):
        out.write(json.dumps(row, allow_nan=False) + "\n")


def write_json(results: Results, out: TextIO) -> None:
    """Write one object, in which each figure is a list of so many numbers as there are bins."""
    found = [
        {
            "trace": result.trace,
            "strategy": result.strategy,
            "queue": result.queue,
            "width_ns": series.width_ns,
            "end_ns": series.end_ns,
            "at_peak": result.at_peak.as_dict() if result.at_peak else None,
            "columns": column_lists(series),
        }
        for result, series in timed_results(results)
    ]
    traces = [
        {"path": trace.path, "digest": trace.digest, "zero_ns": zero}
        for trace, zero in zip(results.traces, results.zero_ns, strict=True)
    ]
    whole = recorded(SERIES, results.config, results.run) | {"traces": traces, "series": found}
    json.dump(whole, out, allow_nan=False)
    out.write("\n")


FORMS: Final[dict[str, Callable[[Results, TextIO], None]]] = {
    ".csv": write_csv,
    ".json": write_json,
    ".jsonl": write_jsonl,
}


def form_of(path: str) -> Callable[[Results, TextIO], None]:
    """Give what writes a file of such a name.

    Raises
    ------
    OptionError
        Nothing does.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in FORMS:
        raise OptionError(f"--series {path}: name a file that ends with {', '.join(FORMS)}")
    return FORMS[suffix]
