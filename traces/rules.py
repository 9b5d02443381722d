"""Rules by which packets are taken: all, by the way that the capture noted, or by the guest."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from .ends import (
    DST_HIGH,
    DST_LOW,
    SRC_HIGH,
    SRC_LOW,
    Ends,
    is_group_ip,
    is_group_mac,
    is_known_ip,
    words,
)
from .packets import Int64s, Mask

Side = Literal["in", "out", "both"]  # received by the guest, sent by it, or either


@dataclass(frozen=True, slots=True)
class Everything:
    """Take each packet.

    Examples
    --------
    >>> from .ends import no_ends
    >>> Everything().mask(no_ends(2)).tolist()
    [True, True]
    """

    def mask(self, ends: Ends) -> Mask:
        """Say which packets are taken."""
        return np.ones(ends.dst.size, np.bool_)


@dataclass(frozen=True, slots=True)
class ByWay:
    """Take the packets that went one way on the interface that captured them.

    Parameters
    ----------
    column : {"flagged", "cooked"}
        Of `Ends`.
    way : int
        `IN` or `OUT`; a packet without either is not taken.

    Examples
    --------
    >>> from .ends import IN, no_ends
    >>> ByWay("flagged", IN).mask(no_ends(2)).tolist()
    [False, False]
    """

    column: Literal["flagged", "cooked"]
    way: int

    def mask(self, ends: Ends) -> Mask:
        """Say which packets are taken."""
        ways: Int64s = getattr(ends, self.column)
        taken: Mask = ways == self.way
        return taken


@dataclass(frozen=True, slots=True)
class ByGuest:
    """Take what guests receive, or send, or either.

    A guest receives what has one of its addresses as destination, and what goes to a broadcast or
    multicast address from a source that is known and no guest's.

    Parameters
    ----------
    macs, ips : tuple of int
        Addresses of guests, in the numbers that `parse_mac` and `parse_ip` give.
    side : {"in", "out", "both"}
        Which of them.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from .ends import no_ends
    >>> guest, other = 0x525400000001, 0x525400000002
    >>> ends = replace(no_ends(2), dst=np.array([guest, other]), src=np.array([other, guest]))
    >>> ByGuest((guest,)).mask(ends).tolist()
    [True, False]
    """

    macs: tuple[int, ...] = ()
    ips: tuple[int, ...] = ()
    side: Side = "in"

    def mask(self, ends: Ends) -> Mask:
        """Say which packets are taken."""
        ip = ends.ip
        sent = self._is_guest(ends.src, ip[SRC_HIGH], ip[SRC_LOW])
        if self.side == "out":
            return sent
        known = (ends.src >= 0) | is_known_ip(ip[SRC_HIGH], ip[SRC_LOW])
        no_mac = ends.dst < 0
        to_all = is_group_mac(ends.dst) | (no_mac & is_group_ip(ip[DST_HIGH], ip[DST_LOW]))
        received = self._is_guest(ends.dst, ip[DST_HIGH], ip[DST_LOW]) | (to_all & known & ~sent)
        return received | sent if self.side == "both" else received

    def _is_guest(self, mac: Int64s, high: Int64s, low: Int64s) -> Mask:
        found = np.isin(mac, np.array(self.macs, np.int64))
        return found | is_one_of(high, low, self.ips)


def is_one_of(high: Int64s, low: Int64s, ips: Sequence[int]) -> Mask:
    """Say which addresses are among a few."""
    found = np.zeros(high.size, np.bool_)
    for one_high, one_low in zip(*words(ips), strict=True):
        found |= (high == one_high) & (low == one_low)
    return found


Rule = Everything | ByWay | ByGuest
