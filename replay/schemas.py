"""Names and versions of the JSON forms: what a reader can rely on (docs/schema.md)."""

import re
from dataclasses import dataclass
from typing import Final

VERSION: Final = re.compile(r"(rxreplay(?:-[a-z]+)?)/(\d{1,4})(?:\.\d{1,4})?", re.ASCII)


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
    ('rxreplay/1.1', True, True)
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
        found = VERSION.fullmatch(text) if isinstance(text, str) else None
        return found is not None and (self.name, self.major) == (found[1], int(found[2]))


RESULT: Final = Schema("rxreplay", 1, 1)
CORPUS: Final = Schema("rxreplay-corpus", 1, 0)
DIFF: Final = Schema("rxreplay-diff", 1, 1)
EXPLAIN: Final = Schema("rxreplay-explain", 1, 1)
PINNING: Final = Schema("rxreplay-pinning", 1, 1)
PLAN: Final = Schema("rxreplay-plan", 1, 1)
RING: Final = Schema("rxreplay-ring", 1, 1)
SERIES: Final = Schema("rxreplay-series", 1, 1)
SOCKETS: Final = Schema("rxreplay-sockets", 1, 1)
SWEEP: Final = Schema("rxreplay-sweep", 1, 1)
