"""`rxreplay info`."""

from typing import Any

import click

from .shared import CAPTURES, READING, REPORTING, CaptureCommand


@click.command("info", cls=CaptureCommand)
@CAPTURES
@READING
@REPORTING
def command(
    captures: tuple[str, ...],
    form: str,
    output: str | None,
    force: bool,
    quiet: bool,
    **reading: Any,
) -> None:
    """Say what each CAPTURE holds, and what that means for a replay.

    CAPTURE is a pcap, pcapng or snoop file, plain or compressed with gzip, zstd or lz4, or - for
    standard input.
    """
    from ..inspecting import info
    from ..options import Options
    from ..writing import check_free
    from .inputs import all_inputs
    from .progress import progress_bar
    from .reporting import finish

    check_free(output, force=force, inputs=all_inputs(captures, reading))
    with progress_bar(quiet=quiet) as progress:
        results = info(captures, Options(**reading), progress)
    finish(results, "info", form, output, quiet=quiet)
