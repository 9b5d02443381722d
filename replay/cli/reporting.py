"""How a command ends: results where the user wants them, warnings and failures on stderr."""

import platform
import sys

from .._version import __version__
from ..plan_result import Plan
from ..report import reporter
from ..result import Results
from ..ringing import Rings
from ..socket_result import SocketResults
from ..stories.story import Stories
from ..writing import output
from .saying import complain

SOME_FAILED = 4


def run_record() -> dict[str, object]:
    """Say what made the results: nothing here decides them."""
    return {
        "version": __version__,
        "command": sys.argv[1:],
        "python": platform.python_version(),
    }


def finish(
    results: Results | Stories | Rings | SocketResults | Plan,
    command: str,
    form: str,
    path: str | None,
    *,
    quiet: bool,
    **view: object,
) -> None:
    """Write the results, then what went wrong; exit with 4 where some inputs failed.

    `view` is what the table of a command can be told besides.
    """
    results.run.update(run_record())
    with output(path) as out:
        reporter(form, command)(results, out, **(view if form == "table" else {}))
    if not quiet:
        for warning in results.warnings:
            complain(f"warning: {warning.text}")
    for failure in results.failed:
        complain(f"rxreplay: {failure}")
    if path not in (None, "-") and not quiet:
        complain(f"Wrote {path}")
    if results.failed:
        sys.exit(SOME_FAILED)
