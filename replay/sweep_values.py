"""The values of a sweep, as a user writes them."""

import re
from typing import Final

from rxreplay.errors import OptionError

from .escaping import brief

MOST_VALUES: Final = 512
HOW: Final = "write FROM:TO:STEP, FROM:TO:xFACTOR, or A,B,C"
SIZE: Final = r"(\d{1,15})(KiB)?"
RANGE: Final = re.compile(rf"{SIZE}:{SIZE}(?::(x)?{SIZE})?", re.ASCII)


def parse_values(text: str) -> list[int]:
    """Read `FROM:TO`, `FROM:TO:STEP`, `FROM:TO:xFACTOR`, or values with commas between them.

    Raises
    ------
    OptionError
        It is none of these, or means no value, or more than 512.

    Examples
    --------
    >>> parse_values("64:256:64"), parse_values("64:512:x2"), parse_values("1,5,4KiB")
    ([64, 128, 192, 256], [64, 128, 256, 512], [1, 5, 4096])
    """
    values = ranged(text) if ":" in text else listed(text)
    if len(values) > MOST_VALUES:
        raise refused(text, f"{len(values):,} values, {MOST_VALUES} at most")
    return list(values)


def refused(text: str, why: str = "") -> OptionError:
    """Make the error that says what is wrong with values, and how they are written.

    Examples
    --------
    >>> print(refused("2:1", "FROM is above TO"))
    2:1: FROM is above TO; write FROM:TO:STEP, FROM:TO:xFACTOR, or A,B,C
    """
    return OptionError(f"{brief(text)}: {f'{why}; ' if why else ''}{HOW}")


def listed(text: str) -> list[int]:
    """Read values with commas between them."""
    found = [re.fullmatch(SIZE, part, re.ASCII) for part in text.split(",")]
    if not all(found):
        raise refused(text)
    return [size(*each.groups()) for each in found if each]


def ranged(text: str) -> list[int] | range:
    """Read the values of a range."""
    match = RANGE.fullmatch(text)
    if not match:
        raise refused(text)
    start, stop = size(match[1], match[2]), size(match[3], match[4])
    step = size(match[6] or "1", match[7])
    if start > stop:
        raise refused(text, f"FROM is above TO, {start:,} above {stop:,}")
    if not match[5]:
        if step == 0:
            raise refused(text, "a STEP of 0 stands still")
        return range(start, stop + 1, step)
    if start == 0 or step < 2:
        raise refused(text, "a FACTOR from 2 on moves FROM, and that from 1 on")
    values = [start]
    while values[-1] * step <= stop:
        values.append(values[-1] * step)
    return values


def size(number: str, unit: str | None) -> int:
    """Read a number with or without a unit."""
    return int(number) * (1024 if unit else 1)
