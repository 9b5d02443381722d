"""`rxreplay corpus`."""

from typing import Any

import click

from .by_clock import MAYBE_TIMING, timed
from .shared import (
    EMULATING_EACH,
    FORM_OF_CORPUS,
    READING_EACH,
    STACK,
    STEERING,
    STRATEGIES,
    Command,
    options,
)

GOING_THROUGH = options(
    click.option(
        "--workers",
        type=click.IntRange(min=1),
        help="Processes that replay; 1: this one alone.  [default: as many as there are cores]",
    ),
    click.option(
        "--scheduler",
        metavar="URL",
        help="Replay on the workers of a Dask cluster, by the address of its scheduler: "
        "tcp://HOST:8786.  They must be able to read every SOURCE.",
    ),
    click.option(
        "--rotation",
        type=click.Choice(["auto", "off"]),
        default="auto",
        show_default=True,
        help="Join the files that one capture was rotated into, told by the names that dumpcap -b "
        "and tcpdump -C give; off: each file is a trace.",
    ),
    click.option(
        "--include",
        metavar="GLOB",
        multiple=True,
        help="Take only files that match, by name or whole path.  Repeatable.",
    ),
    click.option(
        "--exclude", metavar="GLOB", multiple=True, help="Pass over files that match.  Repeatable."
    ),
    click.option("--strict", is_flag=True, help="Stop at the first trace that fails."),
    click.option("--retry-failed", is_flag=True, help="Try again what failed in a run before."),
    click.option(
        "--verify-content",
        is_flag=True,
        help="Read again what is done, and replay it where the packets are not the same.",
    ),
)


@click.command("corpus", cls=Command)
@click.argument("sources", metavar="SOURCE...", nargs=-1, required=True)
@click.option(
    "-o",
    "--output",
    metavar="FOLDER",
    required=True,
    help="Keep results in FOLDER; what is there already is not replayed again.",
)
@STRATEGIES
@GOING_THROUGH
@EMULATING_EACH
@MAYBE_TIMING
@READING_EACH
@STEERING
@STACK
@FORM_OF_CORPUS
@click.option("--quiet", "-q", is_flag=True, help="No progress, no warnings.")
def command(
    sources: tuple[str, ...],
    output: str,
    strategies: tuple[str, ...],
    settings: tuple[str, ...],
    workers: int | None,
    scheduler: str | None,
    rotation: str,
    include: tuple[str, ...],
    exclude: tuple[str, ...],
    form: str,
    quiet: bool,
    **how: Any,
) -> None:
    """Replay every capture under each SOURCE, and add up what all have come to.

    SOURCE is a folder, with all folders in it; a glob; a capture; or a URL of one of these. FOLDER
    has a result for each trace, and corpus.json. The same command again goes on where it was
    stopped, however that was.
    """
    from ..comparing import REFERENCE, default_strategies
    from ..corpus.listing import find
    from ..corpus.rotation import entries
    from ..corpus.running import How, replay_corpus
    from ..options import Options
    from ..settings import apply_settings
    from .progress import corpus_bar
    from .reporting import finish

    going = How(**{name: how.pop(name) for name in How.__slots__})
    options = Options(**timed(how))
    chosen = apply_settings(strategies or default_strategies(), settings)
    reference = chosen[0].name if strategies or settings else REFERENCE
    found = find(sources, include, exclude)
    with corpus_bar(quiet=quiet) as told:
        corpus = replay_corpus(
            entries(found.inputs, rotation),
            output,
            chosen,
            options,
            engine_of(workers, scheduler, quiet=quiet),
            going,
            told,
            reference=reference,
        )
    view: dict[str, Any] = {"folder": output, "passed_over": found.passed_over}
    finish(corpus, "corpus", form, None, quiet=quiet, last=corpus.failures, **view)


def engine_of(workers: int | None, scheduler: str | None, *, quiet: bool) -> Any:
    """Give what does the work; with one worker it is this process."""
    from ..corpus.in_processes import ProcessEngine
    from ..corpus.on_dask import DaskEngine, say_nothing
    from ..corpus.sequential import SequentialEngine
    from ..spreading import cores
    from .saying import complain

    if scheduler is not None:
        if workers is not None:
            raise click.UsageError("--workers is for this machine; with --scheduler it has no say")
        return DaskEngine(scheduler, say_nothing if quiet else complain)
    count = workers or cores()
    return ProcessEngine(count) if count > 1 else SequentialEngine()
