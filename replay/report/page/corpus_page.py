"""The page of a corpus: sums, sizes and traces, from its saved result."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from rxreplay.errors import RxReplayError

from ...corpus.outcome import Corpus
from ...units import bytes_text, count_text, duration_text, share_text
from ..as_corpus import HEADS, RESIDENT, cells, heading
from ..corpus_lengths import LENGTH_HEADS, length_rows
from .making import environment

TRACE_HEADS: Final = ("trace", "packets", "on the wire", "over", "warnings", "result")


@dataclass(frozen=True, slots=True)
class Table:
    """Heads and rows of text."""

    heads: tuple[str, ...]
    rows: list[list[str]]


def corpus_page(corpus: Corpus) -> str:
    """Write the page of a corpus.

    Raises
    ------
    RxReplayError
        The result is not whole.
    """
    document = corpus.document
    try:
        return (
            environment()
            .get_template("corpus.html")
            .render(
                heading=heading(document["totals"]),
                resident=f"Sums; {RESIDENT}",
                strategies=Table(
                    ("strategy", *HEADS), [list(cells(each)) for each in document["results"]]
                ),
                sizes=sizes(document),
                lengths=Table(LENGTH_HEADS, list(length_rows(document.get("replayed_len")))),
                failures=corpus.failures,
                traces=Table(TRACE_HEADS, list(map(trace_cells, document["traces"]))),
                warnings=[
                    *(f"Not replayed: {reason}" for reason in corpus.failed),
                    *(warning.text for warning in corpus.warnings),
                ],
                not_modelled=document["not_modelled"],
                record=record(corpus),
            )
        )
    except (LookupError, TypeError, AttributeError) as error:
        raise RxReplayError(f"corpus.json is not whole ({error}); run the corpus again") from None


def trace_cells(trace: Mapping[str, Any]) -> list[str]:
    """Write the row of a trace."""
    first, last = trace["first_ns"], trace["last_ns"]
    return [
        trace["name"],
        count_text(trace["packets"]),
        bytes_text(trace["wire_bytes"]),
        duration_text(None if first is None else last - first),
        ", ".join(dict.fromkeys(each["code"] for each in trace["warnings"])),
        trace["result"],
    ]


def sizes(document: Mapping[str, Any]) -> Table:
    """Write packets and bytes by size."""
    totals = document["totals"]
    rows = [
        [
            name.replace("_", " "),
            count_text(of["packets"]),
            share_text(of["packets"], totals["packets"]),
            bytes_text(of["wire_bytes"]),
            share_text(of["wire_bytes"], totals["wire_bytes"]),
        ]
        for name, of in document["by_size"].items()
    ]
    return Table(("bytes", "packets", "of all", "on the wire", "of all"), rows)


def record(corpus: Corpus) -> list[tuple[str, str]]:
    """Say what made the page, and all that decides its figures."""
    run = {**corpus.document["run"], "model": corpus.document["model"]}
    lines = [(name, str(value)) for name, value in run.items()]
    return lines + [(name, json.dumps(value)) for name, value in corpus.document["config"].items()]
