"""`rxreplay replay`."""

from typing import Any

import click

from .shared import (
    EMULATING,
    FAIL_ON,
    MAYBE_TIMING,
    READING,
    REPORTING_RESULTS,
    STEERING,
    CaptureCommand,
    strategy_names,
    timed,
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
@READING
@STEERING
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
    **how: Any,
) -> None:
    """Replay CAPTURE under one strategy and give all of its figures."""
    from ..comparing import replay
    from ..limits import crossings, parsed
    from ..options import Options
    from ..settings import apply_settings
    from ..writing import check_free
    from .progress import progress_bar
    from .reporting import finish

    check_free(output, force=force, inputs=[capture])
    [chosen] = apply_settings([strategy], settings)
    limits = parsed(fail_on, [chosen])
    with progress_bar(quiet=quiet) as progress:
        results = replay(capture, chosen, Options(**timed(how)), progress)
    crossed = crossings(limits, results)
    finish(results, "replay", form, output, quiet=quiet, crossings=crossed)
