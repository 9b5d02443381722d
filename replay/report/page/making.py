"""Pages from a report: what is in them, in which order, and the templates that write it."""

import base64
import hashlib
import json
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from ..._version import __version__
from ...escaping import escaped
from ...gathering import Report
from ...recorded import NOT_MODELLED, config_sha256
from ...units import bytes_text, count_text, many, number_text
from ...verdict import findings
from ..as_table import assumptions, heading, legend
from ..heads import chosen_text, decided_texts, digests_text
from .copies_section import copies_section
from .parts import Page, Section, page_of
from .rings_section import rings_section
from .sizes_section import sizes_section
from .tables import comparison_table, figures_table
from .time_section import time_section
from .waste_section import waste_section

FOLDER: Final = Path(__file__).parent / "templates"
INDEX: Final = "index.html"
SECTIONS: Final[tuple[Callable[[Page], Section], ...]] = (
    waste_section,
    sizes_section,
    copies_section,
    time_section,
    rings_section,
)
UNTOLD: Final = ("threads",)  # no figure depends on it, and the page does not either


def shown(value: object) -> object:
    """Escape, before HTML is, what a terminal or a reader would not take for letters."""
    return escaped(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def parted(name: str) -> Markup:
    """Let the name of a strategy be broken where it has parts.

    Examples
    --------
    >>> str(parted("4.10/small,<a>"))
    '4.10/<wbr>small,<wbr>&lt;a&gt;'
    """
    safe = escape(escaped(name))
    return safe.replace("/", Markup("/<wbr>")).replace(",", Markup(",<wbr>"))


def environment() -> Environment:
    """Give the templates: all that they are given is escaped."""
    made = Environment(
        autoescape=True,
        finalize=shown,
        loader=FileSystemLoader(FOLDER),
        lstrip_blocks=True,
        trim_blocks=True,
        undefined=StrictUndefined,
    )
    style = (FOLDER / "style.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    made.filters["parted"] = parted
    made.globals |= {"style": Markup(style), "style_hash": f"sha256-{digest}"}
    return made


def trace_page(report: Report, number: int, back: str = "") -> str:
    """Write the page of one trace; `back` leads to the index."""
    page, results = page_of(report, number), report.results
    figures = results.of(number)
    return (
        environment()
        .get_template("trace.html")
        .render(
            name=page.trace.path or page.trace.format,
            heading=heading(page.trace),
            findings=findings(figures, results.reference),
            trace=page.trace,
            facts=facts(page),
            warnings=[w.text for w in results.warnings if w.trace in (None, number)],
            comparison=comparison_table(page),
            legend=legend(figures, results.reference),
            sections=[make(page) for make in SECTIONS],
            figures=figures_table(page),
            not_modelled=NOT_MODELLED,
            record=record(report),
            back=back,
        )
    )


def facts(page: Page) -> list[str]:
    """Say what was replayed, how that was decided, and under which rules the figures hold."""
    results = page.report.results
    chosen = [f"chosen: {text}"] if (text := chosen_text(results.config)) else []
    digests = digests_text(page.trace, results.config)
    doubts = [f"not established: {doubt}" for doubt in results.doubts(page.number)]
    return [*chosen, *decided_texts(page.trace), came(page), assumptions(results), digests, *doubts]


def came(page: Page) -> str:
    """Say how much of a capture came to the device: some packets are not the guest's."""
    figures = page.columns[0].figures
    size = bytes_text(figures.frame_bytes)
    return f"{many(figures.packets, 'frame')}, {size}, came to the device"


def record(report: Report) -> list[tuple[str, str]]:
    """Say what made a page, and all that decides its figures."""
    config = report.results.config
    run = {"version": __version__}
    run |= {name: value for name, value in report.run.items() if name not in UNTOLD}
    command = run.pop("command", None)
    lines = [("command", shlex.join(["rxreplay", *command]))] if command else []
    lines += [(name, str(value)) for name, value in run.items()]
    lines.append(("config_sha256", config_sha256(config)))
    return lines + [(name, json.dumps(value)) for name, value in config.items()]


def index_page(report: Report, names: list[str]) -> str:
    """Write the page that leads to those of all traces, whose files have these names."""
    results = report.results
    return (
        environment()
        .get_template("index.html")
        .render(
            entries=[entry(report, number, name) for number, name in enumerate(names)],
            warnings=[
                *(f"Not replayed: {failure}" for failure in results.failed),
                *(w.text for w in results.warnings if w.trace is None),
            ],
            record=record(report),
        )
    )


def entry(report: Report, number: int, name: str) -> dict[str, Any]:
    """Give the line of a trace in the index."""
    results, trace = report.results, report.results.traces[number]
    figures = results.of(number)
    able = [f for f in figures.values() if f.delivered_packets and not f.drops.total()]
    each = min((f.truesize_bytes / f.delivered_packets for f in able), default=None)
    return {
        "href": name,
        "name": trace.path or trace.format,
        "packets": count_text(trace.packets),
        "size": bytes_text(trace.wire_bytes),
        "truesize": number_text(each, " B"),
        "resident": bytes_text(min((f.resident_bytes.peak for f in able), default=None)),
        "findings": findings(figures, results.reference),
    }
