"""When a vCPU stands still, as a user writes it: in each period, at given times, or from a file."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from rxreplay.errors import OptionError

from .escaping import brief
from .moments import Moment, parse_moment, parse_span
from .small_file import small_file

FILE: Final = "file:"
LARGEST: Final = 2**26  # bytes of a file: a million stalls have fewer
MOST: Final = 2**60  # nanoseconds of a stall's start and length: 36 years


class FixedStall(NamedTuple):
    """A stall at one time of the capture."""

    start: Moment
    length_ns: int

    def as_dict(self) -> dict[str, int | bool]:
        """Give it as JSON has it."""
        start = {"start_ns": self.start.ns, "from_first_packet": self.start.relative}
        return start | {"length_ns": self.length_ns}


@dataclass(frozen=True, slots=True)
class Stalls:
    """All stalls that were asked for.

    Attributes
    ----------
    length_ns, period_ns : int
        At the start of each period; 0: never.
    fixed : list of FixedStall
        As they were written; they may overlap.
    """

    length_ns: int
    period_ns: int
    fixed: list[FixedStall]


def parse_stalls(texts: str | Sequence[str]) -> Stalls:
    """Read stalls: `LENGTH/PERIOD`, at most once, `LENGTH@TIME`, and `file:NAME`.

    Raises
    ------
    OptionError
        One is none of these, or its file cannot be read.

    Examples
    --------
    >>> parse_stalls(["2ms/100ms", "5ms@+1.5s"]).fixed
    [FixedStall(start=Moment(ns=1500000000, relative=True), length_ns=5000000)]
    """
    texts = [texts] if isinstance(texts, str) else texts
    length = period = 0
    fixed: list[FixedStall] = []
    for text in texts:
        span, at, start = text.partition("@")
        if text.startswith(FILE):
            fixed.extend(read_stalls(Path(text.removeprefix(FILE))))
        elif at:
            fixed.append(fixed_stall(start, span))
        elif "/" in text and not period:
            length, period = (parse_span(part, "--stall") for part in text.split("/", 1))
        elif text:
            twice = " (one period is enough)" if period else ""
            raise OptionError(
                f"--stall {text}: write LENGTH/PERIOD, as 2ms/100ms{twice}, LENGTH@TIME, as "
                "2ms@+1.5s, or file:NAME"
            )
    return Stalls(length, period, fixed)


def fixed_stall(start: str, length: str) -> FixedStall:
    """Read one stall.

    Raises
    ------
    OptionError
        It is none.
    """
    stall = FixedStall(parse_moment(start), parse_span(length, "--stall"))
    if stall.length_ns > MOST:
        raise OptionError(f"--stall {length}: that is longer than any capture")
    return stall


def read_stalls(path: Path) -> Iterable[FixedStall]:
    """Read a file of stalls: a start and a length in each line.

    Raises
    ------
    OptionError
        The file cannot be read, or a line is none; the message says which.
    """
    where = f"--stall {FILE}{path}"
    try:
        lines = small_file(path, where, LARGEST).decode().splitlines()
    except UnicodeDecodeError:
        raise OptionError(f"{where}: it is no text") from None
    return _stalls_in(lines, path)


def _stalls_in(lines: Sequence[str], path: Path) -> Iterator[FixedStall]:
    for number, line in enumerate(lines, 1):
        words = re.split(r"[\s,]+", line.partition("#")[0].strip())
        if words == [""]:
            continue
        where = f"--stall {FILE}{path}: line {number:,}"
        if len(words) != 2:
            raise OptionError(f"{where}: {len(words)} columns, where a start and a length belong")
        try:
            yield fixed_stall(*map(brief, words))  # errors quote them
        except OptionError as error:
            raise OptionError(f"{where}: {error}") from None
