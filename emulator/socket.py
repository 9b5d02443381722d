"""What an unread UDP socket takes: one that holds skbs, and one that only counts them."""

from rxreplay._jit import kernel

from .state import Queue, Record


@kernel
def condensed_truesize(skb: Record) -> int:
    """Give the truesize after frags that fit the tailroom were copied there and freed.

    Source: net/core/skbuff.c, skb_condense().
    """
    if skb["frame"] - skb["linear"] > skb["tailroom"]:
        return int(skb["truesize"])
    return int(skb["head_truesize"])


@kernel
def udp_charge(skb: Record, rmem: int, rcvbuf: int) -> int:
    """Give the bytes that the socket charges for `skb`, or -1 where it drops it.

    Source: net/ipv4/udp.c, __udp_enqueue_schedule_skb(), 4.10 to 6.17.
    """
    if rmem > rcvbuf:
        return -1
    if rmem > rcvbuf >> 1:
        return condensed_truesize(skb)
    return int(skb["truesize"])


@kernel
def count_fit(q: Queue, skb: Record) -> None:
    """Count `skb` if a socket that nobody reads would take it, before its first drop."""
    s = q.state
    if s["fit_closed"]:
        return
    charge = udp_charge(skb, s["fit_rmem"], s["fit_rcvbuf"])
    if charge < 0:
        s["fit_closed"] = 1
        return
    s["fit_rmem"] += charge
    s["fit_packets"] += 1
    s["fit_bytes"] += skb["frame"]
