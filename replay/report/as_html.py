"""A report as pages of HTML that need nothing but themselves."""

import re
from pathlib import PurePath
from typing import Final, TextIO

from ..corpus.outcome import Corpus
from ..gathering import Report
from .page.corpus_page import corpus_page
from .page.making import INDEX, index_page, trace_page

LONGEST_NAME: Final = 60


def write_report(report: Report, out: TextIO) -> None:
    """Write the page of a report's only trace."""
    out.write(trace_page(report, 0))


def write_corpus(corpus: Corpus, out: TextIO) -> None:
    """Write the page of a corpus."""
    out.write(corpus_page(corpus))


def pages(report: Report) -> dict[str, str]:
    """Give the pages of all traces by the names of their files, and the index that leads to them.

    Examples
    --------
    >>> from rxreplay.gathering import make_report
    >>> list(pages(make_report([[60], [1514]], ["5.10/small"])))
    ['1-lengths.html', '2-lengths.html', 'index.html']
    """
    traces = report.results.traces
    names = [file_name(n, each.path or each.format) for n, each in enumerate(traces, 1)]
    made = {name: trace_page(report, number, INDEX) for number, name in enumerate(names)}
    return made | {INDEX: index_page(report, names)}


def file_name(number: int, path: str) -> str:
    """Name the page of a trace: by its number, so that it is unique, and by its file.

    Examples
    --------
    >>> file_name(3, "/tmp/a b?.pcap.gz"), file_name(4, "..")
    ('3-a-b.pcap.gz.html', '4.html')
    """
    plain = re.sub(r"[^A-Za-z0-9._]+", "-", PurePath(path).name).strip("-.")[:LONGEST_NAME]
    return "-".join(filter(None, [str(number), re.sub(r"-+(?=\.)", "", plain)])) + ".html"
