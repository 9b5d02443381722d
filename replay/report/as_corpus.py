"""A corpus as a table: what all traces together come to, under each strategy."""

import os
from collections.abc import Iterator, Mapping
from typing import Any, Final, TextIO

from rich.table import Table

from ..corpus.outcome import Corpus
from ..corpus.store import CORPUS, ROWS
from ..units import bytes_text, count_text, many, number_text, share_text
from .corpus_lengths import lengths_text
from .showing import console, line

HEADS: Final = ("dropped", "truesize", "a packet", "copied", "resident", "largest")
RESIDENT: Final = "resident: what 95 % of the traces keep at most, by their peaks; and the largest"


def write_corpus(corpus: Corpus, out: TextIO, *, folder: str, passed_over: int = 0) -> None:
    """Write totals, a row for each strategy, and where the results lie."""
    to, document = console(out), corpus.document
    to.print(line(heading(document["totals"]), "bold"), soft_wrap=True)
    if corpus.replayed is not None:
        to.print(line(progress(corpus, corpus.replayed, passed_over), "dim"), soft_wrap=True)
    table = Table(box=None, pad_edge=False, show_edge=False, header_style="bold")
    table.add_column("strategy", no_wrap=True)
    for head in HEADS:
        table.add_column(head, justify="right", no_wrap=True)
    for result in document["results"]:
        table.add_row(*cells(result))
    if document.get("replayed_len"):
        to.print(line(lengths_text(document["replayed_len"])), soft_wrap=True)
    if corpus.failures:
        to.print(line(corpus.failures), soft_wrap=True)
    if document["traces"]:
        to.print()
        to.print(table)
        to.print()
        to.print(line(RESIDENT))
    to.print(line(where(corpus, folder)), soft_wrap=True)


def heading(totals: Mapping[str, Any]) -> str:
    """Say what the corpus holds.

    Examples
    --------
    >>> heading({"traces": 2, "packets": 1200, "wire_bytes": 2048, "failed": 1})
    '2 traces, 1,200 packets, 2.00 KiB on the wire; 1 failed'
    """
    failed = f"; {totals['failed']:,} failed" if totals["failed"] else ""
    traces, packets = many(totals["traces"], "trace"), many(totals["packets"], "packet")
    return f"{traces}, {packets}, {bytes_text(totals['wire_bytes'])} on the wire{failed}"


def progress(corpus: Corpus, replayed: int, passed_over: int) -> str:
    """Say what was done now."""
    before = corpus.document["totals"]["traces"] - replayed
    said = [f"{replayed:,} replayed now"]
    if before:
        said.append(f"{before:,} done before")
    if passed_over:
        said.append(f"{many(passed_over, 'other file')} passed over")
    return ", ".join(said)


def cells(result: Mapping[str, Any]) -> Iterator[str]:
    """Write the row of a strategy."""
    sums, largest = result["sums"], result["largest"]["resident_bytes.peak"]
    resident = result["quantiles"]["resident_bytes.peak"]
    packets, delivered = sums["packets"] or 0, sums["delivered_packets"] or 0
    yield result["strategy"]
    yield share_text(packets - delivered, packets) if packets > delivered else count_text(0)
    yield bytes_text(sums["truesize_bytes"])
    yield number_text(sums["truesize_bytes"] / delivered if delivered else None, " B")
    yield bytes_text(sums["copied_bytes"])
    yield bytes_text(resident["p95"])
    yield bytes_text(largest["value"] if largest else None)


def where(corpus: Corpus, folder: str) -> str:
    """Say where the results lie."""
    rows = f" and {ROWS}" if corpus.rows else "; pip install 'rxreplay[arrow]' for rows in Parquet"
    return f"Results: {os.path.join(folder, CORPUS)}{rows}"
