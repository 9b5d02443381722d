"""`rxreplay sweep`."""

from typing import Any

import click

from .by_clock import MAYBE_TIMING, timed
from .shared import (
    CAPTURES,
    EMULATING,
    READING,
    REPORTING,
    STEERING,
    CaptureCommand,
    strategy_names,
)


@click.command("sweep", cls=CaptureCommand)
@CAPTURES
@click.option(
    "--strategy",
    "-s",
    metavar="KERNEL/MODE",
    shell_complete=strategy_names,
    required=True,
    help="What receives.",
)
@click.option(
    "--knob",
    metavar="NAME=VALUES",
    required=True,
    help="What to vary: ring, poll, rcvbuf or a knob of the strategy.  VALUES are FROM:TO:STEP, "
    "FROM:TO:xFACTOR, or A,B,C.",
)
@EMULATING
@MAYBE_TIMING
@READING
@STEERING
@REPORTING
def command(
    captures: tuple[str, ...],
    strategy: str,
    knob: str,
    settings: tuple[str, ...],
    form: str,
    output: str | None,
    force: bool,
    quiet: bool,
    **how: Any,
) -> None:
    """Replay CAPTURE with one number at each of several values, and name the cliffs."""
    from ..explaining import one_source
    from ..options import Options
    from ..settings import apply_settings
    from ..sweep_values import parse_values
    from ..sweeping import sweep
    from ..writing import check_free
    from .inputs import all_inputs
    from .progress import progress_bar
    from .reporting import finish

    check_free(output, force=force, inputs=all_inputs(captures, how))
    name, _, values = knob.partition("=")
    options, numbers = Options(**timed(how)), parse_values(values)
    [chosen], source = apply_settings([strategy], settings), one_source(captures, options)
    with progress_bar(quiet=quiet) as progress:
        found = sweep(source, chosen, name, numbers, options, progress)
    finish(found, "sweep", form, output, quiet=quiet)
