"""`rxreplay compare`."""

import click

from .shared import CAPTURES, EMULATING, READING, REPORTING


@click.command("compare")
@CAPTURES
@click.option(
    "--strategy",
    "-s",
    "strategies",
    metavar="KERNEL/MODE",
    multiple=True,
    help="A strategy to show; the first is the reference.  Repeatable.  "
    "[default: all of 'rxreplay strategies' marked with *]",
)
@EMULATING
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
    **how: object,
) -> None:
    """Replay each CAPTURE under several strategies and show them side by side."""
    from ..comparing import compare
    from ..options import Options, apply_settings
    from ..writing import check_free
    from .progress import progress_bar
    from .reporting import finish

    check_free(output, force=force)
    chosen = apply_settings(strategies, settings)
    with progress_bar(quiet=quiet) as progress:
        results = compare(captures, chosen, Options(**how), progress)
    finish(results, "compare", form, output, quiet=quiet)
