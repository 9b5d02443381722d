"""`rxreplay explain`."""

from typing import Any

import click

from .shared import CAPTURES, EMULATING, READING, REPORTING, CaptureCommand, strategy_names


@click.command("explain", cls=CaptureCommand)
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
    "--packet",
    "-n",
    "packets",
    metavar="N",
    type=int,
    multiple=True,
    help="Tell packet N in full: Wireshark's frame.number.  Repeatable.",
)
@click.option(
    "--range",
    "ranges",
    metavar="A:B",
    multiple=True,
    help="Show packets A to B, a line each.  Repeatable.",
)
@click.option("--flow", is_flag=True, help="Show all packets of --packet's flow, a line each.")
@EMULATING
@READING
@REPORTING
def command(
    captures: tuple[str, ...],
    strategy: str,
    packets: tuple[int, ...],
    ranges: tuple[str, ...],
    settings: tuple[str, ...],
    form: str,
    output: str | None,
    force: bool,
    quiet: bool,
    **how: Any,
) -> None:
    """Tell what single packets of CAPTURE became under one strategy, and why.

    Several captures are one with --join; their packets are counted through.
    """
    from ..explaining import explain, one_source
    from ..options import Options
    from ..settings import apply_settings
    from ..stories.asking import asked_for
    from ..writing import check_free
    from .inputs import all_inputs
    from .progress import progress_bar
    from .reporting import finish

    check_free(output, force=force, inputs=all_inputs(captures, how))
    [chosen] = apply_settings([strategy], settings)
    flow, options = how.pop("flow"), Options(**how)
    source, wanted = one_source(captures, options), asked_for(packets, ranges)
    with progress_bar(quiet=quiet) as progress:
        stories = explain(source, wanted, chosen, options, progress, flow=flow)
    finish(stories, "explain", form, output, quiet=quiet, told=packets)
