"""How a command ends: results where the user wants them, warnings and failures on stderr."""

import platform
import sys
from collections.abc import Collection, Iterable
from typing import Final

from .._version import __version__
from ..gathering import Report
from ..report import BINARY, reporter
from ..result import Outcome
from ..writing import output, write_folder
from .saying import complain
from .statuses import LIMIT_CROSSED, SOME_FAILED

TELLING: Final = ("table", "markdown")  # forms that say what is not established themselves
NOT_ESTABLISHED: Final = ("kernel",)  # codes of such warnings


def run_record() -> dict[str, object]:
    """Say what made the results: nothing here decides them."""
    return {
        "version": __version__,
        "command": sys.argv[1:],
        "python": platform.python_version(),
    }


def finish(
    results: Outcome,
    command: str,
    form: str,
    path: str | None,
    *,
    quiet: bool,
    crossings: Iterable[str] = (),
    last: str = "",
    **view: object,
) -> None:
    """Write the results, then what went wrong, and exit so.

    The status is 3 where limits are crossed, and 4 where some inputs failed.

    `last` is to be read behind all that failed; `view` is what the table of a command can be told
    besides.
    """
    results.run.update(run_record())
    with output(path, binary=form in BINARY) as out:
        reporter(form, command)(results, out, **(view if form == "table" else {}))
    told = NOT_ESTABLISHED if form in TELLING and path in (None, "-") else ()
    say_how_it_went(results, path, crossings, quiet=quiet, told=told, last=last)


def finish_folder(report: Report, path: str, *, quiet: bool) -> None:
    """Write the pages of a report to a folder, then what went wrong, as `finish` does."""
    from ..report.as_html import pages

    report.run.update(run_record())
    write_folder(path, pages(report))
    say_how_it_went(report, path, quiet=quiet)


def say_how_it_went(
    results: Outcome,
    path: str | None,
    crossings: Iterable[str] = (),
    *,
    quiet: bool,
    told: Collection[str] = (),
    last: str = "",
) -> None:
    """Write on standard error what went wrong, and where the results are; exit accordingly.

    Warnings whose codes are in `told` have been read already.
    """
    if not quiet:
        untold = (warning for warning in results.warnings if warning.code not in told)
        complain(*(f"warning: {warning.text}" for warning in untold))
    for failure in results.failed:
        complain(f"rxreplay: {failure}")
    if last:
        complain(f"rxreplay: {last}")
    if path not in (None, "-") and not quiet:
        complain(f"Wrote {path}")
    crossed = [f"rxreplay: {text}" for text in crossings]
    complain(*crossed)
    if crossed or results.failed:
        sys.exit(LIMIT_CROSSED if crossed else SOME_FAILED)
