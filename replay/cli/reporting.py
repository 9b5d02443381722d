"""How a command ends: results where the user wants them, warnings and failures on stderr."""

import platform
import sys

from .._version import __version__
from ..gathering import Report
from ..report import reporter
from ..result import Results
from ..ringing import Rings
from ..socket_result import SocketResults
from ..stories.story import Stories
from ..writing import output, write_folder
from .saying import complain

SOME_FAILED = 4

Whole = Results | Stories | Rings | SocketResults | Report


def run_record() -> dict[str, object]:
    """Say what made the results: nothing here decides them."""
    return {
        "version": __version__,
        "command": sys.argv[1:],
        "python": platform.python_version(),
    }


def finish(
    results: Whole,
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
    say_how_it_went(results, path, quiet=quiet)


def finish_folder(report: Report, path: str, *, quiet: bool) -> None:
    """Write the pages of a report to a folder, then what went wrong, as `finish` does."""
    from ..report.as_html import pages

    report.run.update(run_record())
    write_folder(path, pages(report))
    say_how_it_went(report, path, quiet=quiet)


def say_how_it_went(results: Whole, path: str | None, *, quiet: bool) -> None:
    """Write warnings and failures on standard error, and where the results are."""
    if not quiet:
        for warning in results.warnings:
            complain(f"warning: {warning.text}")
    for failure in results.failed:
        complain(f"rxreplay: {failure}")
    if path not in (None, "-") and not quiet:
        complain(f"Wrote {path}")
    if results.failed:
        sys.exit(SOME_FAILED)
