"""Whether options can be, before the first of many traces says so."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any, Final

from rxreplay.comparing import collect
from rxreplay.emulator import Strategy
from rxreplay.errors import OptionError
from rxreplay.options import Options, no_progress
from rxreplay.traces.filters import compile_filter
from rxreplay.traces.link_types import CARRIED, EN10MB

NO_PACKETS: Final = bytes.fromhex("d4c3b2a1 0200 0400 00000000 00000000 00000400 01000000")


def check_options(
    strategies: Sequence[Strategy], options: Options, config: Mapping[str, Any]
) -> None:
    """Refuse what no trace could be replayed with.

    Raises
    ------
    OptionError
        It is so.
    """
    collect([BytesIO(NO_PACKETS)], strategies, options, no_progress, {**config})
    if options.filter:
        check_filter(options.filter)


def check_filter(expression: str) -> None:
    """Refuse a filter that does not fit any kind of link; with one of them a trace may begin.

    Raises
    ------
    OptionError
        It is so; the message is that for Ethernet.
    """
    errors = []
    for link_type in sorted(CARRIED, key=lambda number: number != EN10MB):
        try:
            compile_filter(expression, link_type)
        except OptionError as error:
            errors.append(error)
        else:
            return
    raise errors[0]
