"""Results as OpenMetrics text, for what scrapes files: a gauge a figure."""

from collections.abc import Mapping, Sequence
from typing import TextIO

from ..escaping import escaped
from ..recorded import config_sha256
from ..result import Results
from ..tabular import column_types, result_rows

LABELS = ("path", "trace", "strategy", "queue")


def write(results: Results, out: TextIO) -> None:
    """Write each figure of each result; what was not computed is NaN."""
    write_info(results, out)
    rows = list(result_rows(results))
    for name, kind in column_types().items():
        if kind is str or not name.startswith("figures."):
            continue
        metric = metric_name(name)
        out.write(f"# TYPE {metric} gauge\n")
        for row in rows:
            value = "NaN" if row[name] is None else repr(row[name])
            out.write(f"{metric}{{{labels(row)}}} {value}\n")
    out.write("# EOF\n")


def write_info(results: Results, out: TextIO) -> None:
    """Write what decided the figures and what was replayed, as labels."""
    out.write("# TYPE rxreplay_config info\n")
    out.write(f'rxreplay_config_info{{sha256="{config_sha256(results.config)}"}} 1\n')
    out.write("# TYPE rxreplay_trace info\n")
    for number, trace in enumerate(results.traces):
        row = {"path": trace.path, "trace": number, "digest": trace.digest}
        out.write(f"rxreplay_trace_info{{{labels(row, tuple(row))}}} 1\n")


def metric_name(column: str) -> str:
    """Name a figure as Prometheus does.

    Examples
    --------
    >>> metric_name("figures.resident_bytes.peak")
    'rxreplay_resident_bytes_peak'
    """
    return "rxreplay_" + column.removeprefix("figures.").replace(".", "_")


def labels(row: Mapping[str, object], names: Sequence[str] = LABELS) -> str:
    r"""Write what a figure is of.

    Examples
    --------
    >>> print(labels({"path": 'a"b', "trace": 0, "strategy": "5.10/small", "queue": None}))
    path="a\"b",trace="0",strategy="5.10/small"
    """
    known = {name: row[name] for name in names if row[name] is not None}
    return ",".join(f'{name}="{quoted(str(value))}"' for name, value in known.items())


def quoted(text: str) -> str:
    """Escape what would end a label."""
    return escaped(text).replace("\\", "\\\\").replace('"', '\\"')
