"""`rxreplay diff`."""

import click

from .shared import FAIL_ON, REPORTING_DIFF, Command


@click.command("diff", cls=Command)
@click.argument("before", metavar="BEFORE")
@click.argument("after", metavar="AFTER")
@FAIL_ON
@REPORTING_DIFF
def command(
    before: str,
    after: str,
    fail_on: tuple[str, ...],
    form: str,
    output: str | None,
    force: bool,
    quiet: bool,
) -> None:
    """Tell what changed between two JSON results of replay or compare.

    A limit of --fail-on is on what a figure has grown by, per cent on what it was before.
    """
    from ..changing import diff, outgrown
    from ..limits import checked, parse_limit
    from ..writing import check_free
    from .inputs import all_inputs
    from .reporting import finish

    check_free(output, force=force, inputs=all_inputs([before, after], {}))
    limits = [parse_limit(text) for text in fail_on]
    found = diff(before, after)
    checked(limits, [pair.strategy for pair in found.pairs])
    crossed = outgrown(limits, found)
    finish(found, "diff", form, output, quiet=quiet, crossings=crossed)
