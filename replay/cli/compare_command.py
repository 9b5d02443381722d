"""`rxreplay compare`."""

from typing import Any

import click

from .shared import (
    CAPTURES,
    EMULATING,
    MAYBE_TIMING,
    READING,
    REPORTING,
    STEERING,
    STRATEGIES,
    CaptureCommand,
    timed,
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
@READING
@STEERING
@REPORTING
def command(
    captures: tuple[str, ...],
    strategies: tuple[str, ...],
    rows: tuple[str, ...],
    settings: tuple[str, ...],
    form: str,
    output: str | None,
    force: bool,
    quiet: bool,
    **how: Any,
) -> None:
    """Replay each CAPTURE under several strategies and show them side by side."""
    from ..comparing import compare, default_strategies
    from ..options import Options
    from ..report.rows import rows_with
    from ..settings import apply_settings
    from ..writing import check_free
    from .progress import progress_bar
    from .reporting import finish

    check_free(output, force=force, inputs=captures)
    shown = rows_with(rows)
    chosen = apply_settings(strategies or default_strategies(), settings)
    with progress_bar(quiet=quiet) as progress:
        results = compare(captures, chosen, Options(**timed(how)), progress)
    finish(results, "compare", form, output, quiet=quiet, rows=shown)
