"""The one way by which commands write lines on a terminal, whatever a capture is called."""

import errno
import os
import sys
import traceback
from contextlib import suppress
from io import TextIOBase
from types import TracebackType

import click

from ..escaping import escaped


class ClosedOutput(TextIOBase):
    """Stands in for a standard output that was closed before the command began."""

    def write(self, text: str) -> int:  # noqa: ARG002
        """Fail, as on a full disk."""
        raise OSError(errno.EBADF, "the stream is closed")


def say(*lines: str) -> None:
    """Write lines on standard output; what is no letter in them is escaped."""
    for line in lines:
        click.echo(escaped(line))


def complain(*lines: str) -> None:
    """Write lines on standard error, if anybody can hear that."""
    with suppress(OSError):
        for line in lines:
            click.echo(escaped(line), err=True)


def complain_of_usage(error: click.ClickException) -> None:
    """Write what is wrong with the arguments, and how they are to be."""
    message, ctx = error.format_message(), getattr(error, "ctx", None)
    if ctx is None:
        complain(f"Error: {message}")
    elif message == ctx.get_help():  # there were no arguments at all
        complain(*message.split("\n"))
    else:
        hint = f"Try '{ctx.command_path} --help' for help."
        complain(*ctx.get_usage().split("\n"), hint, "", f"Error: {message}")


def complain_of_a_fault(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Write a traceback, as Python does for what nobody has caught."""
    text = "".join(traceback.format_exception(kind, error, trace))
    complain(*text.removesuffix("\n").split("\n"))


def prepare_streams() -> None:
    """Put something where a standard stream is closed, and let no letter be too much for one.

    What is written to a closed standard output fails then as on a full disk, and what is written
    to standard error is lost.
    """
    if sys.stdout is None:
        sys.stdout = ClosedOutput()
    if sys.stderr is None:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        sys.stderr = os.fdopen(nowhere, "w", encoding="utf-8", errors="backslashreplace")
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")
    if sys.excepthook is sys.__excepthook__:
        sys.excepthook = complain_of_a_fault
