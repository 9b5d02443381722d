"""What is decided about captures, as the rows of a table."""

import re

from helpers.capture_ends import ends_and_seen
from rxreplay.errors import TraceError
from rxreplay.traces import open_trace
from rxreplay.traces.deciding import decide
from rxreplay.traces.decision import DirectionError
from rxreplay.traces.vantage import decide as decide_vantage

COUNTS = re.compile(r" \(receives[^)]*\)")


def cells(path):
    """Give decision, evidence, packets taken and looked at, and vantage; None for no capture."""
    try:
        open_trace(path, keep_damaged=True).close()
    except TraceError:
        return None
    ends, seen = ends_and_seen(path)
    looked_at, vantage = f"{ends.dst.size:,}", short_vantage(seen)
    try:
        found = decide(ends, name="")
    except DirectionError as error:
        text = COUNTS.sub("", str(error).removeprefix(": ").split(";")[0])
        evidence = text.removeprefix("which address is the guest's is not clear: ")
        return "asks", evidence, "", looked_at, vantage
    taken = f"{int(found.rule.mask(ends).sum()):,}"
    return found.words, found.evidence, taken, looked_at, vantage


def short_vantage(seen):
    """Give what a capture is taken for, and what else it could be by which share of its packets."""
    vantage, reason = decide_vantage(seen)
    other = re.search(r"--vantage (\w+)", reason)
    share = re.search(r"less than 1 %|\d+ %", reason)
    return f"{vantage}; {other[1]}: {share[0]}" if other else vantage


def table(folder):
    """Give the cells of each capture below a folder, by its path there."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    rows = {str(path.relative_to(folder)): cells(path) for path in paths}
    return {name: row for name, row in rows.items() if row}
