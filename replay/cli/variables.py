"""The names of options in the environment."""

from typing import Final

import click

ENVIRONMENT: Final = "RXREPLAY"


def long_name(option: click.Option) -> str:
    """Give the long name of an option, without dashes in front.

    Examples
    --------
    >>> long_name(click.Option(["--strategy", "-s", "strategies"]))
    'strategy'
    """
    return next(opt for opt in option.opts if opt.startswith("--")).removeprefix("--")


def variable_of(command: str, option: str) -> str:
    """Name the environment variable that an option of a command has.

    Examples
    --------
    >>> variable_of("compare", "guest-mac")
    'RXREPLAY_COMPARE_GUEST_MAC'
    """
    return f"{ENVIRONMENT}_{command}_{option}".upper().replace("-", "_")
