"""The guest's addresses, found among those of the packets: the one that is an end of nearly all."""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from .decision import Decision, Direction, DirectionError, all_packets, of_guests, per_cent
from .ends import (
    DST_HIGH,
    DST_LOW,
    SRC_HIGH,
    SRC_LOW,
    Ends,
    format_ip,
    ip_number,
    is_group_ip,
    is_group_mac,
    is_known_ip,
    is_v4,
)
from .mac import format_mac
from .packets import Int64s, Mask
from .standing import MOST, NEARLY_ALL, Standing, is_share, leader, possible, standings, tip

SHOWN_CANDIDATES: Final = 3


def by_mac(ends: Ends, direction: Direction) -> Decision | None:
    """Find the Ethernet address that nearly all packets go to or come from.

    Raises
    ------
    DirectionError
        There are two such addresses, or none.
    """
    known = (ends.dst > 0) & (ends.src > 0)  # 0 stands where a program had no address to write
    if not is_share(int(known.sum()), known.size, MOST):
        return None
    unicast = known & ~is_group_mac(ends.dst) & (ends.dst != ends.src)
    rows, packets = standings(ends.dst[unicast], ends.src[unicast]), int(unicast.sum())
    if not np.isin(ends.dst[unicast], ends.src[known]).any():
        return one_way(ends, rows, packets)
    found = leader(rows, packets)
    if found:
        names, evidence = format_mac(found.address), of_nearly_all(found, rows, packets)
        return of_guests((found.address,), (), names, direction, evidence)
    chosen, reason = tip(ends, [row.address for row in possible(rows, packets)])
    if chosen is None:
        raise DirectionError(question("--guest-mac", format_mac, rows, packets))
    return of_guests((chosen,), (), format_mac(chosen), direction, reason)


def one_way(ends: Ends, rows: Sequence[Standing], packets: int) -> Decision | None:
    """Take all where no Ethernet address both receives and sends; None where IP addresses do.

    Programs that anonymise or convert write the same pair of addresses into all frames.

    Raises
    ------
    DirectionError
        Several addresses receive, and a guest has one.
    """
    receivers = [row for row in rows if row.to]
    if len(rows) == 2 and meet_both_ways(ends):
        return None
    if receivers and not is_share(receivers[0].to, packets, NEARLY_ALL):
        shown = question("--guest-mac", format_mac, receivers, packets)
        raise DirectionError(f"all goes one way, but to {len(receivers):,} addresses: {shown}")
    return all_packets("one way: no Ethernet address both receives and sends")


def meet_both_ways(ends: Ends) -> bool:
    """Say whether IP addresses that send also receive, in most packets."""
    unicast = unicast_ip(ends)
    _, dst, src = numbered(ends.ip[:, unicast])
    answered = np.isin(dst, src) & np.isin(src, dst)
    return is_share(int(answered.sum()), unicast.size, MOST)


def unicast_ip(ends: Ends) -> Mask:
    """Say which packets go from one IP address to another."""
    high, low = ends.ip[::2], ends.ip[1::2]  # of destination and source
    known = is_known_ip(high, low).all(axis=0)
    same = (high[0] == high[1]) & (low[0] == low[1])
    unicast: Mask = known & ~is_group_ip(high[0], low[0]) & ~same
    return unicast


def by_ip(ends: Ends, direction: Direction) -> Decision | None:
    """Find the IP address that nearly all packets go to or come from, one for each version.

    Raises
    ------
    DirectionError
        There are two such addresses of a version, or none.
    """
    known = is_known_ip(ends.ip[::2], ends.ip[1::2]).all(axis=0)
    if not is_share(int(known.sum()), known.size, MOST):
        return None
    ip = ends.ip[:, unicast_ip(ends)]
    names, dst, src = numbered(ip)
    if not np.isin(dst, src).any():
        return all_packets("one way: no IP address both receives and sends")
    found, reasons = [], []
    v4 = is_v4(ip[DST_HIGH], ip[DST_LOW])
    for version, of_it in ((4, v4), (6, ~v4)):
        rows, packets = standings(dst[of_it], src[of_it]), int(of_it.sum())
        answered = np.isin(dst[of_it], src[of_it]).any()
        if not answered and not is_share(packets, v4.size, 100 - MOST):
            continue  # few, and of one way: they say nothing
        best = leader(rows, packets) if answered else None
        if best is None:
            raise DirectionError(
                question("--guest-ip", lambda n: format_ip(names[n]), rows, packets)
            )
        found.append(names[best.address])
        reasons.append(f"IPv{version}: {of_nearly_all(best, rows, packets)}")
    text = " and ".join(map(format_ip, found))
    return of_guests((), tuple(found), text, direction, "; ".join(reasons))


def numbered(ip: Int64s) -> tuple[list[int], Int64s, Int64s]:
    """Give the addresses in columns of `Ends.ip`, and the ends of each packet as places there."""
    both = np.concatenate([ip[[DST_HIGH, DST_LOW]], ip[[SRC_HIGH, SRC_LOW]]], axis=1)
    pairs, places = np.unique(both, axis=1, return_inverse=True)
    numbers = [ip_number(high, low) for high, low in pairs.T.tolist()]
    dst, src = places.reshape(2, -1).astype(np.int64)
    return numbers, dst, src


def of_nearly_all(found: Standing, rows: Sequence[Standing], packets: int) -> str:
    """Say how an address stands out."""
    mine = f"an end of {per_cent(found.both, packets)} of the unicast packets"
    others = [row.both for row in rows if row.to and row.address != found.address]
    if not others:
        return f"{mine}, and the only address that receives any"
    return f"{mine}, the next address of {per_cent(max(others), packets)}"


def question(
    option: str, form: Callable[[int], str], rows: Sequence[Standing], packets: int
) -> str:
    """Name the busiest addresses that receive, and the option that names one."""
    candidates = [row for row in rows if row.to]
    shown = ", ".join(
        f"{form(row.address)} (receives {per_cent(row.to, packets)} of the packets, "
        f"sends {per_cent(row.sent, packets)})"
        for row in candidates[:SHOWN_CANDIDATES]
    )
    more = len(candidates) - SHOWN_CANDIDATES
    others = f" and {more:,} more" if more > 0 else ""
    example = f"{option} {form(candidates[0].address)}"
    return f"which address is the guest's is not clear: {shown}{others}; {example} would name it"
