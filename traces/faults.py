"""How a walk ends early: the file is cut, or what stands there cannot be."""


class Damage(Exception):  # noqa: N818 - never seen by a user, who meets a TraceError or a warning
    """Something that no writer of captures leaves behind; the text says what was found."""


class Cut(Damage):
    """The bytes end inside a record: what a full disk or a killed writer leaves behind."""


def what_counts(records: int) -> str:
    """Say what a fault has left of a capture.

    Examples
    --------
    >>> what_counts(2), what_counts(1), what_counts(0)
    ('the 2 records before it count', 'the record before it counts', 'there is no record before it')
    """
    if records == 0:
        return "there is no record before it"
    if records == 1:
        return "the record before it counts"
    return f"the {records:,} records before it count"


def what_to_do(records: int) -> str:
    """Say what a user can do about an impossible record.

    Examples
    --------
    >>> what_to_do(2), what_to_do(0)
    ('--keep-damaged replays the 2 records before it.', 'Record or copy the capture again.')
    """
    if records == 0:
        return "Record or copy the capture again."
    before = "record" if records == 1 else f"{records:,} records"
    return f"--keep-damaged replays the {before} before it."


def too_long(cap_len: int, limit: int) -> str:
    """Say that a captured length cannot be.

    Examples
    --------
    >>> too_long(6_553_600, 262_144)
    'captured length 6,553,600 is more than any capture tool writes here (262,144)'
    """
    return f"captured length {cap_len:,} is more than any capture tool writes here ({limit:,})"
