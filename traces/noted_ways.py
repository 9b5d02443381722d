"""The way of packets as the capture noted it: loopback, flags of a pcapng, cooked packet types."""

from typing import Final

import numpy as np

from .decision import Decision, Direction, all_packets, share_of
from .ends import IN, OUT, Ends, is_group_mac, is_known_ip
from .rules import ByWay
from .standing import MOST, NEARLY_ALL, is_share, standings, tip

V4_LOOPBACK: Final = 0xFFFF7F  # 127.0.0.0/8, as the upper bits of an address's lower half
V6_LOOPBACK: Final = 1


def by_loopback(ends: Ends, _direction: Direction) -> Decision | None:
    """Take all of a loopback interface, where a machine sends to itself."""
    high, low = ends.ip[::2], ends.ip[1::2]  # of destination and source
    same = (low[0] == low[1]) & (high[0] == high[1])
    local = (high == 0) & ((low >> 24 == V4_LOOPBACK) | (low == V6_LOOPBACK))
    no_mac = (ends.dst == 0) & (ends.src == 0)
    no_header = (ends.dst < 0) & is_known_ip(high, low).all(axis=0)
    inside = (no_mac | no_header) & (same | local.all(axis=0))
    if not is_share(int(inside.sum()), inside.size, NEARLY_ALL):
        return None
    return all_packets(f"loopback: {share_of(inside)} go from a machine to itself")


def by_flags(ends: Ends, direction: Direction) -> Decision | None:
    """Go by the flags of a pcapng."""
    inward, outward = ends.flagged == IN, ends.flagged == OUT
    if not is_share(int((inward | outward).sum()), inward.size, NEARLY_ALL):
        return None
    if direction == "auto" and not (inward.any() and outward.any()):
        return all_packets(f"one way: all are flagged {'in' if inward.any() else 'out'}bound")
    tap = seen_from_tap(ends)
    way = IN if (direction == "out") == (tap is not None) else OUT
    evidence = f"pcapng flags: {share_of(inward)} inbound, {share_of(outward)} outbound"
    if tap:
        evidence += f"; noted on the host's side: {tap}"
    return Decision(ByWay("flagged", way), f"flagged {'in' if way == IN else 'out'}bound", evidence)


def seen_from_tap(ends: Ends) -> str | None:
    """Say why flags are a host's, on whose tap outbound packets are those that the guest receives.

    In a guest, inbound packets have one destination and outbound ones the same source; on its tap,
    inbound ones have one source. Where both are true, as on a link between two machines, the host
    is behind it only where that is known to be so.
    """
    known = (ends.dst >= 0) & (ends.src >= 0) & (ends.flagged > 0) & ~is_group_mac(ends.dst)
    inward, dst, src = ends.flagged[known] == IN, ends.dst[known], ends.src[known]
    rows = standings(np.where(inward, dst, src), np.where(inward, src, dst))
    if not rows:
        return None
    near = max(rows, key=lambda row: row.to)
    far = max(rows, key=lambda row: row.sent)
    packets = int(known.sum())
    if not is_share(far.sent, packets, NEARLY_ALL):
        return None
    if not is_share(near.to, packets, MOST):
        return "inbound ones have one source, outbound ones go to it"
    chosen, reason = tip(ends, [near.address, far.address])
    return reason if chosen == far.address else None


def by_cooked(ends: Ends, direction: Direction) -> Decision | None:
    """Go by the packet types of Linux cooked captures, as if taken in the guest."""
    inward, outward = ends.cooked == IN, ends.cooked == OUT
    if not is_share(int((inward | outward).sum()), inward.size, NEARLY_ALL):
        return None
    if direction == "auto" and not (inward.any() and outward.any()):
        return all_packets(f"one way: all are of type {'incoming' if inward.any() else 'outgoing'}")
    way = OUT if direction == "out" else IN
    evidence = f"cooked packet types: {share_of(inward)} incoming, {share_of(outward)} outgoing"
    words = f"of type {'incoming' if way == IN else 'outgoing'}"
    return Decision(ByWay("cooked", way), words, evidence)
