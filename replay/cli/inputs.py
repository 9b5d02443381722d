"""The files that a command reads: none of them may be written over."""

import os
from collections.abc import Iterable, Mapping
from typing import Any

import click

from ..errors import OptionError
from ..stalls import FILE


def all_inputs(given: Iterable[str | None], how: Mapping[str, Any]) -> list[str]:
    """Give the files that are named as inputs, by options, and for the defaults of options.

    Parameters
    ----------
    given : iterable of str or None
        Captures and the like.
    how : dict
        Options by their names.
    """
    stalls = (text.removeprefix(FILE) for text in how.get("stall", ()) if text.startswith(FILE))
    config = click.get_current_context().find_root().params.get("config")
    return [each for each in (*given, *stalls, config) if each]


def check_checkpoint(checkpoint: str | None, outputs: Iterable[str | None]) -> None:
    """Refuse, before any work, to write something else over a checkpoint.

    Raises
    ------
    OptionError
        One of `outputs` is the same file.
    """
    if checkpoint is None:
        return
    for path in outputs:
        if path and os.path.realpath(path) == os.path.realpath(checkpoint):
            raise OptionError(f"--checkpoint {checkpoint}: {path} is the same file; name another")
