"""`rxreplay ring`."""

from dataclasses import fields
from typing import Any

import click

from .by_clock import TIMING
from .shared import (
    CAPTURES,
    READING,
    RECEIVING,
    REPORTING,
    CaptureCommand,
    strategy_names,
)


@click.command("ring", cls=CaptureCommand)
@CAPTURES
@click.option(
    "--strategy",
    "-s",
    "strategies",
    metavar="KERNEL/MODE",
    shell_complete=strategy_names,
    multiple=True,
    default=("5.10/mergeable", "7.2/mergeable"),
    show_default=True,
    help="What receives.  Repeatable.",
)
@click.option(
    "--size",
    "sizes",
    metavar="N",
    type=int,
    multiple=True,
    default=(64, 128, 256, 512, 1024, 2048, 4096),
    show_default=True,
    help="Buffers of a ring to try.  Repeatable.",
)
@TIMING
@RECEIVING
@READING
@REPORTING
def command(
    captures: tuple[str, ...],
    strategies: tuple[str, ...],
    sizes: tuple[int, ...],
    settings: tuple[str, ...],
    form: str,
    output: str | None,
    force: bool,
    quiet: bool,
    **how: Any,
) -> None:
    """Find the smallest ring that loses nothing of CAPTURE, and what it costs.

    The device writes packets at the capture's times, the guest polls as fast as it can; where the
    ring is empty, packets wait in the host, and are lost where too many do.  Several captures are
    one with --join.
    """
    from ..explaining import one_source
    from ..options import Options
    from ..ringing import ring
    from ..settings import apply_settings
    from ..timing import Timing
    from ..writing import check_free
    from .inputs import all_inputs
    from .progress import progress_bar
    from .reporting import finish

    check_free(output, force=force, inputs=all_inputs(captures, how))
    timing = Timing(**{field.name: how.pop(field.name) for field in fields(Timing)})
    options = Options(**how)
    chosen, source = apply_settings(strategies, settings), one_source(captures, options)
    with progress_bar(quiet=quiet) as progress:
        rings = ring(source, chosen, sizes, timing, options, progress)
    finish(rings, "ring", form, output, quiet=quiet)
