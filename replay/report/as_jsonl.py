"""Results as JSON lines: each line is whole, and says what it is."""

import json
from typing import TextIO

from ..result import Results

LISTS = ("traces", "results", "warnings")  # what failed is of the run


def write(results: Results, out: TextIO) -> None:
    """Write a line for the run, then one for each trace, result and warning."""
    whole = results.as_dict()
    lists = {name: whole.pop(name) for name in LISTS}
    for row in [{"type": "run"} | whole] + [
        {"type": name.removesuffix("s")} | each for name in LISTS for each in lists[name]
    ]:
        out.write(json.dumps(row, allow_nan=False) + "\n")
