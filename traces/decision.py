"""What is decided about the direction of a capture, and the error where that is not clear."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Final, Literal

from rxreplay.errors import TraceError

from .packets import Mask
from .rules import ByGuest, ByWay, Everything, Rule, Side

Direction = Literal["auto", "in", "out", "both"]
DIRECTIONS: Final[tuple[Direction, ...]] = ("auto", "in", "out", "both")
RULES: Final[dict[str, Callable[..., Rule]]] = {
    rule.__name__: rule for rule in (Everything, ByWay, ByGuest)
}


class DirectionError(TraceError):
    """It is not clear which packets of a capture the guest received."""

    kind = "direction"


@dataclass(frozen=True, slots=True)
class Decision:
    """What is taken, and why.

    Attributes
    ----------
    rule : Everything, ByWay or ByGuest
        Its `mask` chooses packets.
    words : str
        What was decided.
    evidence : str
        On what evidence.

    Examples
    --------
    >>> print(all_packets("one way only"))
    all packets (one way only)
    """

    rule: Rule
    words: str
    evidence: str

    def __str__(self) -> str:
        """Say both in one line."""
        return f"{self.words} ({self.evidence})"


def decision_text(decision: Decision | None) -> str:
    """Write a decision for `read_decision`, "" where there is none yet.

    Examples
    --------
    >>> decision_text(all_packets("one way only"))
    '["Everything", {}, "all packets", "one way only"]'
    """
    if decision is None:
        return ""
    rule = decision.rule
    return json.dumps([type(rule).__name__, asdict(rule), decision.words, decision.evidence])


def read_decision(text: str) -> Decision | None:
    """Give the decision that `decision_text` has written.

    Examples
    --------
    >>> guest = of_guests((2,), (), "00:00:00:00:00:02", "in", "--guest-mac")
    >>> read_decision(decision_text(guest)) == guest, read_decision("")
    (True, None)
    """
    if not text:
        return None
    name, fields, words, evidence = json.loads(text)
    values = {key: tuple(v) if isinstance(v, list) else v for key, v in fields.items()}
    return Decision(RULES[name](**values), words, evidence)


def all_packets(evidence: str) -> Decision:
    """Decide to take everything."""
    return Decision(Everything(), "all packets", evidence)


def of_guests(
    macs: tuple[int, ...], ips: tuple[int, ...], names: str, direction: Direction, evidence: str
) -> Decision:
    """Decide by the addresses of guests, whose names are `names`.

    Examples
    --------
    >>> print(of_guests((2,), (), "00:00:00:00:00:02", "out", "--guest-mac"))
    sent by 00:00:00:00:00:02 (--guest-mac)
    """
    side: Side = "in" if direction == "auto" else direction
    verb = {"in": "received by", "out": "sent by", "both": "received or sent by"}[side]
    return Decision(ByGuest(macs, ips, side), f"{verb} {names}", evidence)


def per_cent(part: int, whole: int) -> str:
    """Write a share; only all is 100 %, and only none is 0 %.

    Examples
    --------
    >>> per_cent(1999, 2000), per_cent(1, 2000), per_cent(2, 3), per_cent(0, 3)
    ('over 99 %', 'under 1 %', '67 %', '0 %')
    """
    if 0 < part < whole and 200 * part >= 199 * whole:
        return "over 99 %"
    if 0 < 200 * part < whole:
        return "under 1 %"
    return f"{100 * part / whole:.0f} %"


def share_of(mask: Mask) -> str:
    """Write of how many packets something is true."""
    return per_cent(int(mask.sum()), mask.size)
