"""Which packets of a capture the guest received; docs/direction.md has the rules in words.

Evidence is heard in an order, and the first that is there decides, or asks: loopback, the flags of
a pcapng, the packet types of Linux cooked captures, Ethernet addresses, IP addresses.
"""

from collections.abc import Callable, Sequence
from typing import Final

from .decision import Decision, Direction, DirectionError, all_packets, of_guests
from .ends import Ends, format_ip
from .guest_finding import by_ip, by_mac
from .mac import format_mac
from .noted_ways import by_cooked, by_flags, by_loopback

JUDGES: Final[Sequence[Callable[[Ends, Direction], Decision | None]]] = (
    by_loopback,
    by_flags,
    by_cooked,
    by_mac,
    by_ip,
)
ANYWAY: Final = "--direction both replays all"


def told(direction: Direction, macs: Sequence[int], ips: Sequence[int]) -> Decision | None:
    """Give the decision that options make, None where the capture has to be looked at.

    Parameters
    ----------
    direction : {"auto", "in", "out", "both"}
        As `decide` has it.
    macs, ips : sequences of int
        Addresses of guests, in the numbers that `parse_mac` and `parse_ip` give.

    Examples
    --------
    >>> print(told("auto", [0x525400123456], []))
    received by 52:54:00:12:34:56 (the guest's addresses were given)
    >>> print(told("both", [], []), told("in", [], []))
    all packets (--direction both) None
    """
    names = ", ".join([*map(format_mac, macs), *map(format_ip, ips)])
    if names:
        evidence = "the guest's addresses were given"
        return of_guests(tuple(macs), tuple(ips), names, direction, evidence)
    return all_packets("--direction both") if direction == "both" else None


def decide(ends: Ends, direction: Direction = "auto", name: str = "capture") -> Decision:
    """Decide from the first packets of a capture which of all to take.

    Parameters
    ----------
    ends : Ends
        Of the first packets.
    direction : {"auto", "in", "out"}
        `in`: what the guest received; `out`: what it sent; `auto`: as `in`, but a capture whose
        packets are all marked as of one way is taken whole.
    name : str
        Of the capture, for the error.

    Raises
    ------
    DirectionError
        It is not clear; the message has candidates and the option to give.

    Examples
    --------
    >>> from dataclasses import replace
    >>> import numpy as np
    >>> from .ends import no_ends
    >>> guest, others = [0x525400000001] * 2, [0x000000000002, 0x000000000003]
    >>> ends = replace(no_ends(4), dst=np.array(guest + others), src=np.array(others + guest))
    >>> print(decide(ends))
    received by 52:54:00:00:00:01 (an end of 100 % of the unicast packets, the next address of 50 %)
    """
    if not ends.dst.size:
        return all_packets("there is none")
    try:
        for judge in JUDGES:
            if found := judge(ends, direction):
                return found
    except DirectionError as error:
        raise DirectionError(f"{name}: {error}; {ANYWAY}") from None
    raise DirectionError(
        f"{name}: nothing in it says which packets the guest received: neither flags nor packet "
        f"types, and few or no addresses; {ANYWAY}"
    )
