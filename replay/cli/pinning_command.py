"""`rxreplay pinning`."""

from dataclasses import fields
from typing import Any

import click

from .by_clock import TIMING, consumer
from .shared import (
    CAPTURES,
    READING,
    RECEIVING,
    REPORTING,
    CaptureCommand,
)


@click.command("pinning", cls=CaptureCommand)
@CAPTURES
@click.option(
    "--strategy",
    "-s",
    "strategies",
    metavar="KERNEL/MODE",
    multiple=True,
    default=("5.10/mergeable", "6.12/mergeable", "7.2/mergeable"),
    show_default=True,
    help="What receives.  Repeatable.",
)
@click.option("--ring", type=int, default=256, show_default=True, help="Buffers in the ring.")
@consumer("unread")
@TIMING
@RECEIVING
@READING
@REPORTING
def command(
    captures: tuple[str, ...],
    strategies: tuple[str, ...],
    settings: tuple[str, ...],
    form: str,
    output: str | None,
    force: bool,
    quiet: bool,
    **how: Any,
) -> None:
    """Tell what packets of CAPTURE that nobody has read yet pin in the guest's memory.

    Each flow has a socket of --rcvbuf bytes, which is read at a rate or not at all; or each packet
    is kept for a while.  Several captures are one with --join.
    """
    from ..explaining import one_source
    from ..options import Options
    from ..pinning_down import pinning
    from ..settings import apply_settings
    from ..timing import Timing
    from ..writing import check_free
    from .inputs import all_inputs
    from .progress import progress_bar
    from .reporting import finish

    check_free(output, force=force, inputs=all_inputs(captures, how))
    timing = Timing(**{field.name: how.pop(field.name) for field in fields(Timing)})
    options = Options(**how, timing=timing)
    chosen, source = apply_settings(strategies, settings), one_source(captures, options)
    with progress_bar(quiet=quiet) as progress:
        pinnings = pinning(source, chosen, options, progress)
    finish(pinnings, "pinning", form, output, quiet=quiet)
