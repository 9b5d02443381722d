"""`rxreplay compare`."""

from typing import Any

import click

from .by_clock import MAYBE_TIMING, SERIES, timed
from .shared import (
    CAPTURES,
    CHECKPOINT,
    EMULATING,
    FAIL_ON,
    READING,
    REPORTING_RESULTS,
    STACK,
    STEERING,
    STRATEGIES,
    CaptureCommand,
)


@click.command("compare", cls=CaptureCommand)
@CAPTURES
@STRATEGIES
@click.option(
    "--row",
    "rows",
    metavar="TEXT",
    multiple=True,
    help="Show only the table's rows whose label contains TEXT, and no verdict.  Repeatable.",
)
@EMULATING
@MAYBE_TIMING
@SERIES
@READING
@STEERING
@STACK
@CHECKPOINT
@FAIL_ON
@REPORTING_RESULTS
def command(
    captures: tuple[str, ...],
    strategies: tuple[str, ...],
    rows: tuple[str, ...],
    settings: tuple[str, ...],
    fail_on: tuple[str, ...],
    form: str,
    output: str | None,
    force: bool,
    quiet: bool,
    series: str | None,
    checkpoint: str | None,
    **how: Any,
) -> None:
    """Replay each CAPTURE under several strategies and show them side by side."""
    from ..comparing import compare, default_strategies
    from ..limits import crossings, parsed
    from ..options import Options
    from ..report.rows import rows_with
    from ..settings import apply_settings
    from ..writing import check_free
    from .inputs import all_inputs, check_checkpoint
    from .progress import progress_bar
    from .reporting import finish
    from .series_file import check_series, write_series

    inputs = all_inputs(captures, how)
    check_free(output, force=force, inputs=inputs)
    options = Options(**timed(how))
    check_series(series, output, options, inputs, force=force)
    check_checkpoint(checkpoint, [output, series])
    shown = rows_with(rows, stack=bool(how["gro"]))
    chosen = apply_settings(strategies or default_strategies(), settings)
    limits = parsed(fail_on, chosen)
    with progress_bar(quiet=quiet) as progress:
        results = compare(captures, chosen, options, progress, checkpoint=checkpoint)
    write_series(results, series, quiet=quiet)
    crossed = crossings(limits, results)
    finish(results, "compare", form, output, quiet=quiet, crossings=crossed, rows=shown)
