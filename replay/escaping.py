"""Text from outside, made safe to show: a name or a comment must not act on a terminal."""


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


def _shown(letter: str) -> str:
    return letter if letter.isprintable() else letter.encode("unicode_escape").decode("ascii")
