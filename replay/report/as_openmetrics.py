"""Results as OpenMetrics text, for what scrapes files: a gauge a figure."""

from typing import TextIO

from ..escaping import escaped
from ..result import Results
from ..tabular import column_types, result_rows

LABELS = ("path", "trace", "strategy", "queue")


def write(results: Results, out: TextIO) -> None:
    """Write each figure of each result; what was not computed is NaN."""
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


def metric_name(column: str) -> str:
    """Name a figure as Prometheus does.

    Examples
    --------
    >>> metric_name("figures.resident_bytes.peak")
    'rxreplay_resident_bytes_peak'
    """
    return "rxreplay_" + column.removeprefix("figures.").replace(".", "_")


def labels(row: dict[str, object]) -> str:
    r"""Write what a figure is of.

    Examples
    --------
    >>> print(labels({"path": 'a"b', "trace": 0, "strategy": "5.10/small", "queue": None}))
    path="a\"b",trace="0",strategy="5.10/small"
    """
    known = {name: row[name] for name in LABELS if row[name] is not None}
    return ",".join(f'{name}="{quoted(str(value))}"' for name, value in known.items())


def quoted(text: str) -> str:
    """Escape what would end a label."""
    return escaped(text).replace("\\", "\\\\").replace('"', '\\"')
