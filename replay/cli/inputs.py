"""The files that a command reads: none of them may be written over."""

from collections.abc import Iterable, Mapping
from typing import Any

import click

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
