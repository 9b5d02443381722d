"""From a kernel's name, a release or a distribution's, to the era whose behaviour it had."""

import re
from dataclasses import dataclass, replace
from typing import Final

from rxreplay.errors import StrategyError

from .distributions import ASSUMED, DISTRIBUTIONS, Distribution
from .eras import ERAS, Era, Release, era

OLDEST: Final = min(row.first for row in ERAS if row.first > (0, 0))
NEWEST: Final = (7, 3)  # the newest release whose source was read
LAST_POINT: Final = 999  # what a bare X.Y stands for: no series has had as many


@dataclass(frozen=True, slots=True)
class Backport:
    """A change of receive memory that a long-term series took.

    Attributes
    ----------
    series : (int, int)
        `X.Y` of the series.
    since : int
        Its first point release with the change.
    era : str
        The row of the era table that it is like from there on.
    mainline, commit : str
        The change in mainline and in the series, "" where that is not known.
    evidence : str
        How `since` was established, or `assumed`.
    """

    series: Release
    since: int
    era: str
    mainline: str
    commit: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Kernel:
    """What a name stands for.

    Attributes
    ----------
    era : Era
        The row of the era table that it is like.
    release : (int, int)
        The mainline release whose options it has; (0, 0) for a driver that never was in one.
    doubt : str
        What is uncertain about that, or "".
    max_header : int or None
        `MAX_HEADER` of its configuration, None where the name does not say.
    """

    era: Era
    release: Release
    doubt: str = ""
    max_header: int | None = None


LOG: Final = "the tree's log"
# fmt: off
BACKPORTS: Final = (
    #       series   since era         mainline        commit          evidence
    Backport((4, 4),  76,  "4.4.76",   "d0fa28f00052", "",             "log of Ubuntu 4.4.0-88"),
    Backport((4, 4),  253, "4.9",      "3226b158e67c", "4f0fca0e17b1", LOG),
    Backport((4, 9),  36,  "4.4.76",   "d0fa28f00052", "",             ASSUMED),
    Backport((4, 9),  253, "4.9",      "3226b158e67c", "509f3e69334b", LOG),
    Backport((4, 14), 217, "4.14.217", "3226b158e67c", "40b95b92f1db", LOG),
    Backport((4, 14), 242, "4.14",     "0f6925b3e8da", "2789bc090f4a", LOG),
    Backport((4, 19), 170, "4.19.170", "3226b158e67c", "669c0b5782fb", LOG),
    Backport((4, 19), 201, "4.19",     "0f6925b3e8da", "16851e34b621", LOG),
    Backport((5, 4),  92,  "5.11",     "3226b158e67c", "5c466480d7d4", LOG),
    Backport((5, 4),  121, "5.10",     "0f6925b3e8da", "a05fb4ac72fb", LOG),
    Backport((5, 10), 10,  "5.11",     "3226b158e67c", "024158d3b571", LOG),
    Backport((5, 10), 39,  "5.10",     "0f6925b3e8da", "a36703d08c83", LOG),
    Backport((6, 6),  66,  "6.12.5",   "6aacd1484468", "a8f7d6963768", "CVE-2024-57843"),
    Backport((6, 6),  117, "6.12",     "14ad6ed30a10", "62523446ff7f", LOG),
    Backport((6, 12), 5,   "6.12.5",   "6aacd1484468", "67a11de8965c", "CVE-2024-57843"),
    Backport((6, 12), 17,  "6.12",     "14ad6ed30a10", "ed0ca7d2127c", LOG),
)
# fmt: on


def era_of(name: str) -> tuple[Era, str]:
    """Find the era of a kernel, and what is uncertain about it, or "".

    Examples
    --------
    >>> era_of("6.8")[0].kernel, era_of("5.10.38")[0].kernel, era_of("debian12")[0].kernel
    ('6.11', '5.11', '6.1')
    """
    found = kernel_of(name)
    return found.era, found.doubt


def kernel_of(name: str) -> Kernel:
    """Find what a name stands for: a row of the era table, a distribution, or a release.

    A bare `X.Y` of a long-term series is its last point release, `X.Y.Z` that release.

    Raises
    ------
    StrategyError
        It is none of these, or it is too old.

    Examples
    --------
    >>> kernel_of("debian12").max_header, kernel_of("debian12-cloud").max_header
    (176, 80)
    >>> kernel_of("4.9.100").doubt
    '4.9.100: that 4.9.36 was the first with d0fa28f00052 is assumed'
    """
    if name in DISTRIBUTIONS:
        return kernel_of_distribution(DISTRIBUTIONS[name])
    match = re.fullmatch(r"(\d{1,4})\.(\d{1,4})(?:\.(\d{1,4}))?", name, re.ASCII)
    release = (int(match[1]), int(match[2])) if match else (0, 0)
    if any(row.kernel == name for row in ERAS):
        return Kernel(era(name), release)
    if match is None:
        raise StrategyError(no_kernel(name))
    if release < OLDEST:
        raise StrategyError(
            f"{name} is older than {OLDEST[0]}.{OLDEST[1]}, the first that is modelled"
        )
    point = LAST_POINT if match[3] is None else int(match[3])
    return Kernel(era_at(release, point), release, doubt_at(name, release, point))


def no_kernel(name: str) -> str:
    """Say that there is no such kernel, and of a known distribution which versions there are."""
    lower = name.lower()
    if lower in DISTRIBUTIONS:
        return f"no kernel {name!r}: did you mean {lower}?"
    distribution = re.match(r"[a-z]*", lower)[0]  # type: ignore[index]  # it matches any text
    known = [each for each in DISTRIBUTIONS if distribution and each.startswith(distribution)]
    hint = f"of these there are {', '.join(known)}" if known else "name a release, such as 6.1"
    return f"no kernel {name!r}: {hint}"


def era_at(release: Release, point: int) -> Era:
    """Find the era of a point release: of the last backport it has, or of mainline.

    Examples
    --------
    >>> era_at((5, 10), 9).kernel, era_at((5, 10), 39).kernel, era_at((7, 4), 0).kernel
    ('5.10.0', '5.10', '7.2')
    """
    taken = [row for row in BACKPORTS if row.series == release and row.since <= point]
    if taken:
        return era(taken[-1].era)
    older = (row for row in ERAS if (0, 0) < row.first <= release)
    return max(older, key=lambda row: row.first)


def doubt_at(name: str, release: Release, point: int) -> str:
    """Say what is uncertain about a point release, or ""."""
    if release > NEWEST:
        known = f"{NEWEST[0]}.{NEWEST[1]}"
        return f"{name} is newer than {known}, the newest known: taken as {known}"
    rows = [row for row in BACKPORTS if row.series == release]
    following = [row.since for row in rows[1:]] + [LAST_POINT]
    for row, end in zip(rows, following, strict=False):
        if row.evidence == ASSUMED and 0 < point < end:
            first = f"{release[0]}.{release[1]}.{row.since}"
            return f"{name}: that {first} was the first with {row.mainline} is {ASSUMED}"
    return ""


def kernel_of_distribution(distribution: Distribution) -> Kernel:
    """Find what a distribution's kernel is like, and say where that is assumed.

    Examples
    --------
    >>> kernel_of_distribution(DISTRIBUTIONS["rhel9.4"]).doubt
    'rhel9.4 (kernel 5.14.0-427): that it receives like 6.11 is assumed'
    """
    found = replace(
        kernel_of(distribution.like),
        release=distribution.release,
        max_header=distribution.max_header,
    )
    if distribution.evidence != ASSUMED:
        return found
    text = f"{distribution.name} (kernel {distribution.package})"
    return replace(found, doubt=f"{text}: that it receives like {distribution.like} is {ASSUMED}")
