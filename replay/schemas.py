"""Names and versions of the JSON forms: what a reader can rely on (docs/schema.md)."""

import re
from dataclasses import dataclass
from typing import Final

from .escaping import quoted

NUMBER: Final = r"(?:0|[1-9]\d{0,19})"  # without a zero in front: each version has one spelling
VERSION: Final = re.compile(rf"(rxreplay(?:-[a-z]+)?)/({NUMBER})(?:\.{NUMBER})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Schema:
    """A form and its version.

    Attributes
    ----------
    name : str
    major : int
        Another one: what was there is gone, or means something else.
    minor : int
        A higher one: something is there besides.

    Examples
    --------
    >>> str(RESULT), RESULT.can_read("rxreplay/1"), RESULT.can_read("rxreplay/1.7")
    ('rxreplay/1.2', True, True)
    >>> RESULT.can_read("rxreplay/2.0"), RESULT.can_read("rxreplay-ring/1.1"), RESULT.can_read(1)
    (False, False, False)
    """

    name: str
    major: int
    minor: int

    def __str__(self) -> str:
        """Write it as documents have it."""
        return f"{self.name}/{self.major}.{self.minor}"

    def can_read(self, text: object) -> bool:
        """Say whether who knows this one understands a document of that one; no minor is 0."""
        return (self.name, self.major) == parsed(text)


def parsed(text: object) -> tuple[str, int] | None:
    """Give the name and the major of a version, None of what is none.

    Examples
    --------
    >>> parsed("rxreplay-ring/1.1"), parsed("rxreplay/1"), parsed("rxreplay/01.1"), parsed(None)
    (('rxreplay-ring', 1), ('rxreplay', 1), None, None)
    """
    found = VERSION.fullmatch(text) if isinstance(text, str) else None
    return (found[1], int(found[2])) if found else None


RESULT: Final = Schema("rxreplay", 1, 2)
CORPUS: Final = Schema("rxreplay-corpus", 1, 1)
DIFF: Final = Schema("rxreplay-diff", 1, 1)
EXPLAIN: Final = Schema("rxreplay-explain", 1, 2)
PINNING: Final = Schema("rxreplay-pinning", 1, 2)
PLAN: Final = Schema("rxreplay-plan", 1, 1)
RING: Final = Schema("rxreplay-ring", 1, 2)
SERIES: Final = Schema("rxreplay-series", 1, 1)
SOCKETS: Final = Schema("rxreplay-sockets", 1, 2)
SWEEP: Final = Schema("rxreplay-sweep", 1, 2)

WRITERS: Final = {
    schema.name: f"'rxreplay {schema.name.partition('-')[2]}'"
    for schema in (DIFF, EXPLAIN, PINNING, PLAN, RING, SOCKETS, SWEEP)
} | {SERIES.name: "--series"}


def not_a_result(text: object) -> str:
    """Say what the form of a document is that should be a result, and what reads it.

    Examples
    --------
    >>> print(not_a_result("rxreplay/2.0"))
    schema 'rxreplay/2.0' is of a newer rxreplay, which reads it, where rxreplay/1.2 was expected
    >>> print(not_a_result("rxreplay-ring/1.1"))
    schema 'rxreplay-ring/1.1' is what 'rxreplay ring' writes for programs that know its JSON \
Schema, where rxreplay/1.2 was expected
    >>> not_a_result(None)
    'no schema, where rxreplay/1.2 was expected'
    """
    name, major = parsed(text) or ("", 0)
    what = ""
    if name in WRITERS:
        what = f" is what {WRITERS[name]} writes for programs that know its JSON Schema"
    elif name == RESULT.name and major > RESULT.major:
        what = " is of a newer rxreplay, which reads it"
    found = f"schema {quoted(text)}" if text else "no schema"
    return f"{found}{what}, where {RESULT} was expected"
