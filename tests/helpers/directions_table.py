"""What is decided about captures, as the rows of a table."""

import re

from helpers.capture_ends import ends_of_file
from rxreplay.errors import TraceError
from rxreplay.traces import open_trace
from rxreplay.traces.deciding import decide
from rxreplay.traces.decision import DirectionError

COUNTS = re.compile(r" \(receives[^)]*\)")


def cells(path):
    """Give decision, evidence, packets taken and packets looked at; None for what is no capture."""
    try:
        open_trace(path, keep_damaged=True).close()
    except TraceError:
        return None
    ends = ends_of_file(path)
    looked_at = f"{ends.dst.size:,}"
    try:
        found = decide(ends, name="")
    except DirectionError as error:
        text = COUNTS.sub("", str(error).removeprefix(": ").split(";")[0])
        return (
            "asks",
            text.removeprefix("which address is the guest's is not clear: "),
            "",
            looked_at,
        )
    return found.words, found.evidence, f"{int(found.rule.mask(ends).sum()):,}", looked_at


def table(folder):
    """Give the cells of each capture below a folder, by its path there."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    rows = {str(path.relative_to(folder)): cells(path) for path in paths}
    return {name: row for name, row in rows.items() if row}
