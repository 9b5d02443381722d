"""How a walk ends early: the file is cut, or what stands there cannot be."""


class Damage(Exception):  # noqa: N818 - never seen by a user, who meets a TraceError or a warning
    """Something that no writer of captures leaves behind; the text says what was found."""


class Cut(Damage):
    """The bytes end inside a record: what a full disk or a killed writer leaves behind."""


def too_long(cap_len: int, limit: int) -> str:
    """Say that a captured length cannot be.

    Examples
    --------
    >>> too_long(6_553_600, 262_144)
    'captured length 6,553,600 is more than any capture tool writes here (262,144)'
    """
    return f"captured length {cap_len:,} is more than any capture tool writes here ({limit:,})"
