"""From a kernel's release to the era whose behaviour it had."""

import re
from typing import Final

from rxreplay.errors import StrategyError

from .eras import ERAS, Era, era

OLDEST: Final = min(row.first for row in ERAS if row.first > (0, 0))
NEWEST: Final = (7, 3)  # the newest release whose source was read
RECORDED_LATE_510: Final = 223  # of 5.10.y; the release that brought each change is not looked up


def era_of(kernel: str) -> tuple[Era, str]:
    """Find the era of a release, and what is uncertain about it, or "".

    A bare `X.Y` of a long-term series is its last point release, `X.Y.Z` that release.

    Raises
    ------
    StrategyError
        It is no release, it is too old, or its era is not established.

    Examples
    --------
    >>> era_of("6.8")[0].kernel, era_of("5.10.223")[0].kernel
    ('6.12', '5.10')
    """
    if any(row.kernel == kernel for row in ERAS):
        return era(kernel), ""
    match = re.fullmatch(r"(\d+)\.(\d+)(?:\.(\d+))?", kernel)
    if match is None:
        raise StrategyError(f"no kernel {kernel!r}: name a release, such as 6.1 or 5.10.223")
    release, point = (int(match[1]), int(match[2])), int(match[3] or 0)
    if release < OLDEST:
        raise StrategyError(
            f"{kernel} is older than {OLDEST[0]}.{OLDEST[1]}, the first that is modelled"
        )
    if release == (5, 10) and point:
        return late_510(kernel, point)
    found = max((row for row in ERAS if (0, 0) < row.first <= release), key=lambda row: row.first)
    if release > NEWEST:
        known = f"{NEWEST[0]}.{NEWEST[1]}"
        return found, f"{kernel} is newer than {known}, the newest known: taken as {known}"
    return found, ""


def late_510(kernel: str, point: int) -> tuple[Era, str]:
    """Find the era of 5.10.y: changes of 5.13 were backported somewhere between."""
    if point >= RECORDED_LATE_510:
        return era("5.10"), ""
    raise StrategyError(
        f"{kernel}: which of its releases brought the changes of 5.13 is not established; "
        f"5.10.0 is before them, 5.10.{RECORDED_LATE_510} after them: name one of these"
    )
