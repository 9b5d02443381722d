"""Keep a result, and put its tables into README.md and docs/performance.md, between marks."""

import json
import re
from collections.abc import Callable
from pathlib import Path

from table import bar_table, full_table, machine_line, start_table, summary

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results.json"
PAGES = (ROOT / "README.md", ROOT / "docs" / "performance.md")
PARTS: dict[str, Callable[[dict], str]] = {
    "summary": summary,
    "bars": bar_table,
    "starts": start_table,
    "all": full_table,
    "machine": machine_line,
}
MARKED = re.compile(r"(<!-- bench: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def refreshed(page: str, results: dict) -> str:
    """Give a page with every marked part made anew."""
    return MARKED.sub(lambda found: f"{found[1]}{PARTS[found[2]](results)}\n{found[3]}", page)


def as_text(results: dict) -> str:
    """Give a result as JSON, the runs of a row on one line."""
    head = {key: value for key, value in results.items() if not isinstance(value, list)}
    lists = {key: value for key, value in results.items() if isinstance(value, list)}
    parts = [f'"{key}": {json.dumps(value)}' for key, value in head.items()]
    for key, rows in lists.items():
        lines = ",\n".join(f"  {json.dumps(row)}" for row in rows)
        parts.append(f'"{key}": [\n{lines}\n]')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def keep(results: dict) -> None:
    """Write the result into the checkout, and the pages anew."""
    RESULTS.write_text(as_text(results))
    for path in PAGES:
        path.write_text(refreshed(path.read_text(), results))
