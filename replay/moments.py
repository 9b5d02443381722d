"""Which packets are asked for by their number or their time, as text."""

import re
from datetime import UTC, datetime
from typing import Final, NamedTuple

from rxreplay.errors import OptionError

NS_PER_S: Final = 10**9
EARLIEST: Final = -(2**63) + 1
LATEST: Final = 2**63 - 1

UNITS: Final = {"ns": 1, "us": 10**3, "µs": 10**3, "ms": 10**6, "s": NS_PER_S}
UNITS_LONG: Final = {"": NS_PER_S, "m": 60 * NS_PER_S, "h": 3600 * NS_PER_S}
DIGITS: Final = r"\d{1,30}"  # Python reads no number of thousands
AFTER: Final = re.compile(rf"\+({DIGITS})(?:\.(\d{{1,9}}))?(ns|us|µs|ms|s|m|h|)", re.ASCII)
EPOCH: Final = re.compile(rf"(-?)({DIGITS})(?:\.(\d{{1,9}}))?", re.ASCII)
ISO: Final = re.compile(r"(.*?:.*?)[.,](\d{1,9})(Z|[+-][\d:]+)?", re.ASCII)
RANGE: Final = re.compile(rf"({DIGITS})?:({DIGITS})?|({DIGITS})", re.ASCII)


class Moment(NamedTuple):
    """A time; `relative` says that it counts from the first packet."""

    ns: int
    relative: bool

    def from_first(self, first_ns: int) -> int:
        """Give nanoseconds since the epoch, where the first packet's time is known."""
        return min(max(self.ns + first_ns * self.relative, EARLIEST), LATEST)


def parse_moment(text: str) -> Moment:
    """Read a time: of ISO 8601, in seconds since the epoch, or `+` and a time span.

    Without a zone it is UTC.

    Raises
    ------
    OptionError
        It is none.

    Examples
    --------
    >>> parse_moment("2024-05-01T12:00:00.000000001+02:00")
    Moment(ns=1714557600000000001, relative=False)
    >>> parse_moment("1714557600.5").ns, parse_moment("+1.5ms")
    (1714557600500000000, Moment(ns=1500000, relative=True))
    """
    text = text.strip()
    if found := AFTER.fullmatch(text):
        unit = (UNITS | UNITS_LONG)[found[3]]
        return Moment(int(found[1]) * unit + nanoseconds(found[2]) * unit // NS_PER_S, True)
    if found := EPOCH.fullmatch(text):
        ns = int(found[2]) * NS_PER_S + nanoseconds(found[3])
        return Moment(-ns if found[1] else ns, False)
    return Moment(parse_iso(text), False)


def parse_span(text: str, option: str) -> int:
    """Read a time span in nanoseconds; `option` is where it was given.

    Raises
    ------
    OptionError
        It is none.

    Examples
    --------
    >>> parse_span("50us", "--gro-timeout"), parse_span("1.5ms", "--gro-timeout")
    (50000, 1500000)
    """
    found = AFTER.fullmatch(f"+{text.strip()}")
    if not found:
        raise OptionError(f"{option} {text}: write a time span, as 50us or 2ms")
    return parse_moment(found[0]).ns


def nanoseconds(digits: str | None) -> int:
    """Read what stands behind the point of a number of seconds.

    Examples
    --------
    >>> nanoseconds("5"), nanoseconds(None)
    (500000000, 0)
    """
    return int((digits or "").ljust(9, "0"))


def parse_iso(text: str) -> int:
    """Read a time of ISO 8601, to the nanosecond; in nanoseconds since the epoch.

    Raises
    ------
    OptionError
        It is none.

    Examples
    --------
    >>> parse_iso("1970-01-02"), parse_iso("1970-01-01T00:00:01.25Z")
    (86400000000000, 1250000000)
    """
    found = ISO.fullmatch(text)
    whole, fraction = (found[1] + (found[3] or ""), found[2]) if found else (text, None)
    try:
        # of digits alone Python takes the ninth for the T, and the last ones for nothing
        moment = datetime.fromisoformat("" if whole.isdecimal() else whole)
    except ValueError:
        raise OptionError(
            f"time {text!r}: write it as 2024-05-01T12:00:00 (UTC, unless a zone follows), as "
            "seconds since 1970, or from the first packet on as +10s, +500ms"
        ) from None
    zoned = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    past = zoned - datetime(1970, 1, 1, tzinfo=UTC)
    return (past.days * 86_400 + past.seconds) * NS_PER_S + nanoseconds(fraction)


def parse_packets(text: str) -> tuple[int, int | None]:
    """Read `A:B`, `A:`, `:B` or `N`; give the first and the last packet, None for the end.

    Raises
    ------
    OptionError
        It is none of these, or there can be no such packet.

    Examples
    --------
    >>> parse_packets("3:9"), parse_packets("3:"), parse_packets(":9"), parse_packets("3")
    ((3, 9), (3, None), (1, 9), (3, 3))
    """
    found = RANGE.fullmatch(text.strip())
    first, last = 0, None
    if found and found[3]:
        first = last = int(found[3])
    elif found:
        first, last = int(found[1] or 1), int(found[2]) if found[2] else None
    if first < 1 or (last is not None and last < first):
        raise OptionError(
            f"--packets {text}: not A:B, A:, :B or N with numbers of packets, from 1 upwards"
        )
    return first, last
