"""Text from outside, made safe to show: a name or a comment must not act on a terminal."""

from typing import Final

MOST: Final = 80  # letters of a value that an error shows


def escaped(text: str) -> str:
    r"""Write as escapes what a terminal or a reader would not take for letters.

    Control characters (escape sequences and newlines among them), marks that turn the direction of
    writing, invisible ones, and bytes of a file name that are no UTF-8. JSON does this by itself.

    Parameters
    ----------
    text : str
        One line, with anything in it.

    Returns
    -------
    str
        The same where `str.isprintable` is true of it.

    Examples
    --------
    >>> escaped("é.pcap") == "é.pcap"
    True
    >>> print(escaped("\x1b[31m.pcap\n"), escaped("\u202egnp.pcap"), escaped("\udcff.pcap"))
    \x1b[31m.pcap\n \u202egnp.pcap \udcff.pcap
    """
    if text.isprintable():
        return text
    return "".join(map(_shown, text))


def quoted(value: object) -> str:
    """Write a value of a file as it stands in an error: one line, and not all of a long one.

    Examples
    --------
    >>> quoted("a"), len(quoted("9" * 5000))
    ("'a'", 83)
    """
    return brief(repr(value))


def brief(text: str) -> str:
    """Write a text of a file without quotation marks: one line, and not all of a long one.

    Examples
    --------
    >>> brief("eth0"), brief("x" * 80 + "y")[-4:]
    ('eth0', 'x...')
    """
    return escaped(text if len(text) <= MOST else f"{text[:MOST]}...")


def _shown(letter: str) -> str:
    return letter if letter.isprintable() else letter.encode("unicode_escape").decode("ascii")
