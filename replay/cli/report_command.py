"""`rxreplay report`."""

from typing import Any

import click

from .by_clock import MAYBE_TIMING, timed
from .shared import (
    CAPTURES,
    EMULATING,
    READING,
    STEERING,
    STRATEGIES,
    CaptureCommand,
)


@click.command("report", cls=CaptureCommand)
@CAPTURES
@STRATEGIES
@click.option(
    "--size",
    "sizes",
    metavar="N",
    type=int,
    multiple=True,
    default=(64, 128, 256, 512, 1024, 2048, 4096),
    show_default=True,
    help="Buffers of a ring to try by the capture's clock.  Repeatable; 0 tries none.",
)
@EMULATING
@MAYBE_TIMING
@READING
@STEERING
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    help="Write to FILE, whole or not at all; of several captures, a page each and an index to the "
    "folder FILE.  [default: report.html, or the folder report]",
)
@click.option("--force", is_flag=True, help="Write over FILE, or over files of the folder.")
@click.option("--quiet", "-q", is_flag=True, help="No progress, no warnings.")
def command(
    captures: tuple[str, ...],
    strategies: tuple[str, ...],
    sizes: tuple[int, ...],
    settings: tuple[str, ...],
    output: str | None,
    force: bool,
    quiet: bool,
    **how: Any,
) -> None:
    """Write a page about each CAPTURE: verdict, comparison, pictures with their numbers.

    A page is one file that needs no network: it can be mailed.  Rings are tried by the capture's
    own clock, or by the one that --time and its options give.

    In place of captures, a folder that corpus has written gives a page of what all of its traces
    have come to.
    """
    from ..corpus.saved import is_corpus

    if len(captures) == 1 and is_corpus(captures[0]):
        from .corpus_report import write_corpus_report

        write_corpus_report(captures[0], output, force=force, quiet=quiet)
        return

    from ..comparing import default_strategies
    from ..gathering import make_report
    from ..options import Options
    from ..settings import apply_settings
    from ..writing import check_folder, check_free
    from .inputs import all_inputs
    from .progress import progress_bar
    from .reporting import finish, finish_folder

    several = len(captures) > 1 and how["join"] is None
    output = output or ("report" if several else "report.html")
    if several:
        check_folder(output, force=force)
    else:
        check_free(output, force=force, inputs=all_inputs(captures, how))
    chosen = apply_settings(strategies or default_strategies(), settings)
    with progress_bar(quiet=quiet) as progress:
        tried = tuple(filter(None, sizes))
        report = make_report(captures, chosen, Options(**timed(how)), progress, tried)
    if several:
        finish_folder(report, output, quiet=quiet)
    else:
        finish(report, "report", "html", output, quiet=quiet)
