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
def udp_charge(skb: Record, rmem: int, rcvbuf: int, strict: int) -> int:
    """Give the bytes that the socket charges for `skb`, or -1 where it drops it.

    Up to 6.17 a socket that is not above `rcvbuf` takes one more skb, whatever its truesize; since
    6.18 (`strict`) the skb has to fit, but in an empty socket.
    Source: net/ipv4/udp.c, __udp_enqueue_schedule_skb().
    """
    charge = skb["truesize"] if rmem <= rcvbuf >> 1 else condensed_truesize(skb)
    above = rmem + charge if strict and rmem > 0 else rmem
    return -1 if above > rcvbuf else int(charge)


@kernel
def count_fit(q: Queue, skb: Record) -> None:
    """Count `skb` if a socket that nobody reads would take it, before its first drop."""
    s = q.state
    if s["fit_closed"]:
        return
    charge = udp_charge(skb, s["fit_rmem"], s["fit_rcvbuf"], q.layout.udp_strict)
    if charge < 0:
        s["fit_closed"] = 1
        return
    s["fit_rmem"] += charge
    s["fit_packets"] += 1
    s["fit_bytes"] += skb["frame"]
