"""How large a part of the traffic each address is an end of, and which of them is the guest's.

A machine that captures its own traffic is an end of nearly all of it, and so is the guest behind a
tap. Where two addresses are, as on a link between two machines, only what else is known of them can
tell: a prefix of virtual machines, or that many IP addresses are behind one and few behind the
other, which is then the gateway.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from .ends import SRC_HIGH, SRC_LOW, Ends, is_known_ip
from .packets import Int64s, Mask

NEARLY_ALL: Final = 99  # per cent of the packets that the guest is an end of, at least
MOST: Final = 90  # of which no other address is an end, where the matter is clear
FEW_IPS: Final = 4  # behind one machine: IPv4, IPv6 of the link, of the network, for privacy
MANY_TIMES: Final = 3  # a gateway has more than these times the addresses of the machine

# The first three bytes of addresses that hypervisors and clouds give to their guests.
GUEST_PREFIXES: Final = {
    0x525400: "QEMU/KVM",
    0xFA163E: "OpenStack",
    0x00163E: "Xen",
    0x42010A: "Google Cloud",
    0x005056: "VMware",
    0x000C29: "VMware",
    0x080027: "VirtualBox",
    0xBC2411: "Proxmox",
}


class Standing(NamedTuple):
    """An address, and the packets to it and from it."""

    address: int
    to: int
    sent: int

    @property
    def both(self) -> int:
        """Packets that it is an end of."""
        return self.to + self.sent


def standings(dst: Int64s, src: Int64s) -> list[Standing]:
    """Count packets to and from each address, the busiest first.

    Parameters
    ----------
    dst, src : int64 arrays, shape (n,)
        Both ends of each packet, which differ.

    Examples
    --------
    >>> standings(np.array([7, 7, 8]), np.array([8, 9, 7]))[0]
    Standing(address=7, to=2, sent=1)
    """
    to, sent = tally(dst), tally(src)
    rows = (Standing(address, to[address], sent[address]) for address in to | sent)
    return sorted(rows, key=lambda row: (-row.both, row.address))


def tally(numbers: Int64s) -> Counter[int]:
    """Count how often each number is there."""
    values, counts = np.unique(numbers, return_counts=True)
    return Counter(dict(zip(values.tolist(), counts.tolist(), strict=True)))


def is_share(part: int, whole: int, per_cent: int) -> bool:
    """Say whether a part is at least so many per cent of the whole.

    Examples
    --------
    >>> is_share(99, 100, 99), is_share(98, 100, 99), is_share(0, 0, 99)
    (True, False, False)
    """
    return whole > 0 and 100 * part >= per_cent * whole


def possible(rows: Sequence[Standing], packets: int) -> list[Standing]:
    """Give the addresses that receive, and are an end of most packets."""
    return [row for row in rows if row.to and is_share(row.both, packets, MOST)]


def leader(rows: Sequence[Standing], packets: int) -> Standing | None:
    """Give the address that alone is an end of most packets, and of nearly all.

    Examples
    --------
    >>> a, b = Standing(1, 60, 40), Standing(2, 40, 49)
    >>> leader([a, b], 100), leader([a, b._replace(sent=50)], 100)
    (Standing(address=1, to=60, sent=40), None)
    """
    found = possible(rows, packets)
    if len(found) == 1 and is_share(found[0].both, packets, NEARLY_ALL):
        return found[0]
    return None


def maker(mac: int) -> str | None:
    """Say who gives such addresses to virtual machines.

    Examples
    --------
    >>> maker(0x525400123456), maker(0x00005E000101)
    ('QEMU/KVM', None)
    """
    return GUEST_PREFIXES.get(mac >> 24)


def only_guest_prefix(macs: Sequence[int]) -> int | None:
    """Give the one of several addresses that is a virtual machine's.

    Examples
    --------
    >>> only_guest_prefix([1, 0x525400000001]), only_guest_prefix([0x525400000001] * 2)
    (90520730730497, None)
    """
    found = [mac for mac in macs if maker(mac)]
    return found[0] if len(found) == 1 else None


def single_machine(macs: Sequence[int], ips: dict[int, int]) -> int | None:
    """Give the address that few IP addresses are behind, where many are behind each other.

    Parameters
    ----------
    macs : sequence of int
        Of equal standing.
    ips : dict
        How many IP addresses are behind each.

    Examples
    --------
    >>> single_machine([1, 2], {1: 1, 2: 4}), single_machine([1, 2], {1: 1, 2: 3})
    (1, None)
    """
    ranked = sorted(macs, key=lambda mac: ips[mac])
    if len(ranked) < 2 or not 0 < ips[ranked[0]] <= FEW_IPS:
        return None
    return ranked[0] if ips[ranked[1]] > MANY_TIMES * ips[ranked[0]] else None


def ips_behind(ends: Ends, mac: int) -> int:
    """Count the IP addresses that an Ethernet address sends from."""
    high, low = ends.ip[SRC_HIGH], ends.ip[SRC_LOW]
    of_it: Mask = (ends.src == mac) & is_known_ip(high, low)
    return len(set(zip(high[of_it].tolist(), low[of_it].tolist(), strict=True)))


def tip(ends: Ends, macs: Sequence[int]) -> tuple[int | None, str]:
    """Choose the guest among addresses of equal standing, and say why; None where nothing tells."""
    ips = {mac: ips_behind(ends, mac) for mac in macs}
    named, alone = only_guest_prefix(macs), single_machine(macs, ips)
    if named is not None and alone in (None, named):
        return named, f"the only end of most packets with a prefix of {maker(named)} guests"
    if named is None and alone is not None:
        others = min(ips[mac] for mac in macs if mac != alone)
        return alone, f"of IP addresses, {ips[alone]} behind it and {others:,} behind the other end"
    return None, ""
