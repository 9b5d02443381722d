"""A corpus as Markdown: what all traces together come to, for a pull request or a wiki."""

from collections.abc import Sequence
from typing import TextIO

from ..corpus.outcome import Corpus
from .as_corpus import HEADS, RESIDENT, cells, heading
from .as_markdown import cell, table_lines, write_blocks
from .corpus_lengths import LENGTH_HEADS, length_rows


def write_corpus(corpus: Corpus, out: TextIO) -> None:
    """Write totals, quantiles of the length, and a row for each strategy."""
    document = corpus.document
    blocks = [f"**{cell(heading(document['totals']))}**"]
    if corpus.failures:
        blocks.append(cell(corpus.failures))
    if document.get("replayed_len"):
        blocks.append(table(LENGTH_HEADS, list(length_rows(document["replayed_len"]))))
    if document["traces"]:
        rows = [list(cells(result)) for result in document["results"]]
        blocks += [table(("strategy", *HEADS), rows), cell(RESIDENT)]
    write_blocks(out, blocks)


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Write a table, of which all columns but the first are numbers."""
    aligned = ["---", *("---:" for _ in heads[1:])]
    return "\n".join(table_lines([heads, aligned, *(list(map(cell, row)) for row in rows)]))
