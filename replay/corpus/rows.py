"""The results of a corpus as a Parquet file: a row for each trace and strategy."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from rxreplay.emulator import Figures
from rxreplay.emulator.at_peak import AtPeak
from rxreplay.errors import OptionError
from rxreplay.escaping import escaped
from rxreplay.flattening import flat, leaves
from rxreplay.length_quantiles import EDGES, QUANTILES
from rxreplay.tabular import column_types, needed

from .over_packets import OverPackets

AT_ONCE: Final = 2048  # rows that wait in memory, and are a row group then
LENGTHS: Final = (  # columns beside those of `compare`
    *(f"replayed_len.{name}.{edge}" for name in QUANTILES for edge in EDGES),
    "replayed_len.max",
)


class Rows:
    """Rows on their way to a file."""

    def __init__(self, path: Path, about: Mapping[str, Any]) -> None:
        """Open it; `about` is what its metadata say."""
        self._arrow = needed("pyarrow", "arrow")
        kinds = {int: "int64", float: "float64", str: "string"}
        types = column_types() | dict.fromkeys(LENGTHS, int)
        columns = [(name, getattr(self._arrow, kinds[kind])()) for name, kind in types.items()]
        metadata = {f"rxreplay.{key}": json.dumps(part) for key, part in about.items()}
        self._schema = self._arrow.schema(columns, metadata)
        parquet = needed("pyarrow.parquet", "arrow")
        self._writer = parquet.ParquetWriter(path, self._schema, compression="zstd")
        self._waiting: list[dict[str, Any]] = []
        self._traces = 0

    def add(self, name: str, document: Mapping[str, Any]) -> None:
        """Take the results of a trace; its number is its place in the corpus."""
        [trace] = document["traces"]
        lengths = lengths_of(trace)
        self._waiting += (row(name, self._traces, each) | lengths for each in document["results"])
        self._traces += 1
        if len(self._waiting) >= AT_ONCE:
            self._write()

    def _write(self) -> None:
        self._writer.write_table(self._arrow.Table.from_pylist(self._waiting, self._schema))
        self._waiting = []

    def close(self) -> None:
        """Write the last of them."""
        if self._waiting:
            self._write()
        self._writer.close()


class NoRows:
    """Stands where pyarrow is not installed."""

    def add(self, name: str, document: Mapping[str, Any]) -> None:
        """Do nothing."""


def row(name: str, number: int, result: Mapping[str, Any]) -> dict[str, Any]:
    """Give a result as a row, its columns named as `compare --format parquet` names them."""
    plain = {key: result[key] for key in ("strategy", "queue", "doubt")}
    figures = leaves(Figures, result["figures"], "figures")
    at_peak = leaves(AtPeak, result["at_peak"], "at_peak")
    return {"path": escaped(name), "trace": number} | plain | dict(figures) | dict(at_peak)


def lengths_of(trace: Mapping[str, Any]) -> dict[str, Any]:
    """Give the quantiles of a trace's lengths as columns; none where they are not known.

    Examples
    --------
    >>> trace = {"packets": 1, "replayed_len": {"max": 60, "counts": {"60": 1}}}
    >>> lengths_of(trace)["replayed_len.p999.most"], lengths_of(trace)["replayed_len.max"]
    (60, 60)
    """
    over = OverPackets()
    over.add(trace)
    found = dict(flat(over.lengths() or {}, "replayed_len"))
    return {name: found.get(name) for name in LENGTHS}


@contextmanager
def rows_file(path: Path, about: Mapping[str, Any]) -> Iterator[Rows | NoRows]:
    """Open a file of rows that is there whole or not at all; without pyarrow there is none."""
    temporary = path.with_name(f".{path.name}")
    try:
        rows = Rows(temporary, about)
    except OptionError:
        yield NoRows()
        return
    try:
        yield rows
    except BaseException:
        rows.close()
        temporary.unlink()
        raise
    rows.close()
    os.replace(temporary, path)
