"""`rxreplay replay`."""

from typing import Any

import click

from .by_clock import MAYBE_TIMING, SERIES, timed
from .shared import (
    CHECKPOINT,
    EMULATING,
    FAIL_ON,
    READING,
    REPORTING_RESULTS,
    STACK,
    STEERING,
    CaptureCommand,
    strategy_names,
)


@click.command("replay", cls=CaptureCommand)
@click.argument("capture", metavar="CAPTURE")
@click.option(
    "--strategy",
    "-s",
    metavar="KERNEL/MODE",
    shell_complete=strategy_names,
    required=True,
    help="What receives.",
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
    capture: str,
    strategy: str,
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
    """Replay CAPTURE under one strategy and give all of its figures."""
    from ..comparing import replay
    from ..limits import crossings, parsed
    from ..options import Options
    from ..settings import apply_settings
    from ..writing import check_free
    from .inputs import all_inputs, check_checkpoint
    from .progress import progress_bar
    from .reporting import finish
    from .series_file import check_series, write_series

    inputs = all_inputs([capture], how)
    check_free(output, force=force, inputs=inputs)
    options = Options(**timed(how))
    check_series(series, output, options, inputs, force=force)
    check_checkpoint(checkpoint, [output, series])
    [chosen] = apply_settings([strategy], settings)
    limits = parsed(fail_on, [chosen])
    with progress_bar(quiet=quiet) as progress:
        results = replay(capture, chosen, options, progress, checkpoint=checkpoint)
    write_series(results, series, quiet=quiet)
    crossed = crossings(limits, results)
    finish(results, "replay", form, output, quiet=quiet, crossings=crossed)
