"""The one way by which reports put text on a terminal or a page, whatever a capture is called."""

from typing import Any, Final, TextIO

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from ..escaping import escaped

PLAIN_WIDTH: Final = 100  # where the output is no terminal


class SafeConsole(Console):
    """A console to which a string is a line of letters: no markup, no control characters."""

    def render_str(self, text: str, **how: Any) -> Text:  # noqa: ANN401 - as its base has it
        """Give a string as rich shows it, also in the cells of a table."""
        return super().render_str(escaped(text), **(how | {"markup": False, "emoji": False}))


def console(out: TextIO) -> SafeConsole:
    """Make the console that prints on `out`: colours only where it is a terminal."""
    width = None if out.isatty() else PLAIN_WIDTH
    return SafeConsole(file=out, width=width, highlight=False, soft_wrap=False)


def line(text: str, style: str = "") -> Text:
    r"""Give a line that may hold anything.

    Examples
    --------
    >>> line("\x1b[31m.pcap").plain == r"\x1b[31m.pcap"
    True
    """
    return Text(escaped(text), style)


def lines(text: str, style: str = "") -> Text:
    r"""Give text of ours, in which a newline is one.

    Examples
    --------
    >>> lines("1\n\x1b[2J").plain.split("\n") == ["1", r"\x1b[2J"]
    True
    """
    return Text("\n".join(map(escaped, text.split("\n"))), style)


def beside_mark(text: Text) -> Padding:
    """Leave the place free that a mark has behind other figures: rich takes a space off."""
    return Padding(text, (0, 1, 0, 0))
