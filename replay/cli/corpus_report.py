"""`rxreplay report` on a folder that `rxreplay corpus` has written."""

import os

import click
from click.core import ParameterSource

from ..corpus.outcome import Corpus
from ..corpus.saved import load_corpus
from ..corpus.store import CORPUS
from ..errors import OptionError
from ..result import ResultWarning
from ..writing import check_free
from .reporting import finish

OWN = ("captures", "output", "force", "quiet")


def write_corpus_report(folder: str, output: str | None, *, force: bool, quiet: bool) -> None:
    """Write a page of what is saved; nothing is replayed.

    Raises
    ------
    OptionError
        Options are given that say how to replay.
    """
    context = click.get_current_context()
    for option in context.command.params:
        name = str(option.name)
        given = context.get_parameter_source(name) is ParameterSource.COMMANDLINE
        if given and name not in OWN:
            raise OptionError(
                f"{folder}: it is replayed already, and {option.opts[0]} comes too late; give that "
                "to corpus"
            )
    output = output or "report.html"
    check_free(output, force=force, inputs=[os.path.join(folder, CORPUS)])
    document = load_corpus(folder).document
    warnings = [ResultWarning(each["code"], each["text"]) for each in document["warnings"]]
    corpus = Corpus({**document}, warnings, None, rows=False)
    finish(corpus, "corpus", "html", output, quiet=quiet, last=corpus.failures)
