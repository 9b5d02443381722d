"""The reporters: each writes the same results in its own form."""

from collections.abc import Callable
from importlib import import_module
from typing import Any, Final

Reporter = Callable[..., None]  # (Results, TextIO or BinaryIO), and how a table is to look

FORMATS: Final = ("table", "json", "csv")
DIFF_FORMATS: Final = (*FORMATS, "markdown")
CORPUS_FORMATS: Final = (*FORMATS, "markdown")
MORE_FORMATS: Final = (*FORMATS, "jsonl", "markdown", "parquet", "openmetrics")
BINARY: Final = ("parquet",)
ELSEWHERE: Final = {
    ("table", "corpus"): "as_corpus",
    ("table", "explain"): "as_story",
    ("table", "pinning"): "as_pinning",
    ("table", "plan"): "as_plan",
    ("table", "ring"): "as_ring",
    ("table", "sockets"): "as_sockets",
    ("table", "diff"): "as_diff",
    ("markdown", "corpus"): "as_corpus_markdown",
    ("markdown", "diff"): "as_diff_markdown",
    ("table", "sweep"): "as_sweep",
}


def reporter(form: str, command: str) -> Reporter:
    """Find the reporter of a form for a command that gives results, such as `info`."""
    module = import_module(f"{__name__}.{ELSEWHERE.get((form, command), f'as_{form}')}")
    chosen: Any = getattr(module, f"write_{command}", None) or module.write
    return chosen  # type: ignore[no-any-return]
