"""`rxreplay sockets`."""

from typing import Any

import click

from .shared import (
    CAPTURES,
    READING,
    REPORTING,
    RING,
    SETTING,
    STEERING,
    CaptureCommand,
    strategy_names,
)


@click.command("sockets", cls=CaptureCommand)
@CAPTURES
@click.option(
    "--strategy",
    "-s",
    "strategies",
    metavar="KERNEL/MODE",
    shell_complete=strategy_names,
    multiple=True,
    help="A strategy to show; the advice is about the first.  Repeatable.  "
    "[default: all of 'rxreplay strategies' marked with *]",
)
@click.option(
    "--rcvbuf",
    "rcvbufs",
    metavar="BYTES",
    type=click.IntRange(min=1),
    multiple=True,
    help="Bytes of a socket that is filled, besides the 212,992 that are Linux's default.  "
    "Repeatable.",
)
@click.option(
    "--hold",
    metavar="TIME",
    multiple=True,
    default=("10ms",),
    show_default=True,
    help="How long a socket is to do without its reader: what it needs for that.  Repeatable.",
)
@RING
@SETTING
@READING
@STEERING
@REPORTING
def command(
    captures: tuple[str, ...],
    strategies: tuple[str, ...],
    rcvbufs: tuple[int, ...],
    hold: tuple[str, ...],
    settings: tuple[str, ...],
    form: str,
    output: str | None,
    force: bool,
    quiet: bool,
    **how: Any,
) -> None:
    """Tell what sockets that nobody reads take of CAPTURE, and what they would need.

    For all of its traffic in one socket, and for its busiest flows with one each.
    """
    from ..charging import sockets
    from ..comparing import default_strategies
    from ..explaining import one_source
    from ..options import Options
    from ..settings import apply_settings
    from ..writing import check_free
    from .inputs import all_inputs
    from .progress import progress_bar
    from .reporting import finish

    check_free(output, force=force, inputs=all_inputs(captures, how))
    chosen, options = apply_settings(strategies or default_strategies(), settings), Options(**how)
    source = one_source(captures, options)
    with progress_bar(quiet=quiet) as progress:
        results = sockets(source, chosen, options, progress, rcvbufs=rcvbufs, hold=hold)
    finish(results, "sockets", form, output, quiet=quiet)
