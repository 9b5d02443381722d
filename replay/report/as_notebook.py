"""Results as a notebook shows them: the comparison as an HTML table for each trace."""

from html import escape

from ..escaping import escaped
from ..result import Results
from .as_table import heading
from .rows import ROWS


def table(results: Results) -> str:
    """Give a table of the strategies for each trace, as HTML.

    Examples
    --------
    >>> from rxreplay import replay
    >>> "<th>5.10/small</th>" in replay([60], "5.10/small")._repr_html_()
    True
    """
    parts = []
    for number, trace in enumerate(results.traces):
        figures = results.of(number)
        heads = "".join(f"<th>{shown(name)}</th>" for name in figures)
        lines = [f"<tr><th></th>{heads}</tr>"]
        for row in ROWS:
            cells = "".join(f"<td>{shown(row.text(each))}</td>" for each in figures.values())
            lines.append(f"<tr><th>{shown(row.label)}</th>{cells}</tr>")
        caption = f"<caption>{shown(heading(trace))}</caption>"
        parts.append(f"<table>{caption}{''.join(lines)}</table>")
    return "".join(parts)


def shown(text: str) -> str:
    """Escape what HTML would take for something else, and what is no letter."""
    return escape(escaped(" ".join(text.split())))
