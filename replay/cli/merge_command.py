"""`rxreplay merge`."""

import click

from .shared import FORM_OF_CORPUS, Command


@click.command("merge", cls=Command)
@click.argument("results", metavar="RESULTS...", nargs=-1, required=True)
@click.option(
    "-o", "--output", metavar="FOLDER", required=True, help="Keep the merged result in FOLDER."
)
@FORM_OF_CORPUS
@click.option("--quiet", "-q", is_flag=True, help="No warnings.")
def command(results: tuple[str, ...], output: str, form: str, quiet: bool) -> None:
    """Make one result of several that corpus has written, of parts of an archive.

    RESULTS are folders of the same configuration, or the corpus.json in them. A trace that is in
    several counts once.
    """
    from ..corpus.merge import merge
    from .reporting import finish

    merged = merge(results, output)
    finish(merged, "corpus", form, None, quiet=quiet, last=merged.failures, folder=output)
