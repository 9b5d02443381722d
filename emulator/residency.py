"""How long skbs live, and who holds them: batches that go up, the free, the unread socket."""

from rxreplay._jit import kernel

from .chunks import skb_holds, skb_unref
from .log import log_packet
from .meters import count, note_in_flight
from .socket import count_fit, udp_charge
from .state import FIRST_BUF, XDP_DROPS, Queue, Record


@kernel
def new_skb(q: Queue, frame: int) -> Record:
    """Give the record of the next frame that the driver receives, still without memory."""
    skb = q.skbs[q.state["skb"] & (q.skbs.size - 1)]
    q.state["skb"] += 1
    skb["packet"] = q.state["packet"]
    skb["poll"] = q.state["polls"]
    skb["drop"] = 0
    skb["frame"] = frame
    skb["nr_frags"] = 0
    skb["frag_list"] = 0
    skb["coalesced"] = 0
    skb["tailroom"] = 0
    skb["first_buf"] = q.state["head"]
    skb["bufs"] = 0
    skb["pages"] = 0
    skb["slab"] = 0
    return skb


@kernel
def drop(q: Queue, skb: Record, why: int) -> None:
    """Count a frame that the driver refuses, whose buffers are freed already."""
    skb["drop"] = why
    skb["linear"] = 0
    skb["truesize"] = 0
    if why == XDP_DROPS:
        q.state["xdp_drops"] += 1
    else:
        q.state["rx_length_errors"] += 1


@kernel
def napi_gro_receive(q: Queue, skb: Record) -> None:
    """Count a finished skb and hand it up, in batches.  Source: net/core/dev.c, same name."""
    hold(q, skb)
    note_in_flight(q)
    count(q, skb)
    count_fit(q, skb)
    log_packet(q, skb)
    q.state["pending"] += 1
    if q.state["pending"] == q.layout.gro_batch:
        gro_normal_list(q)


@kernel
def gro_normal_list(q: Queue) -> None:
    """Pass what is pending to the stack, which frees it or keeps it in the unread socket."""
    if q.state["consumed"]:
        q.state["handed"] = q.state["skb"]
        q.state["pending"] = 0
        return
    while q.state["delivered"] < q.state["skb"]:
        skb = q.skbs[q.state["delivered"] & (q.skbs.size - 1)]
        q.state["delivered"] += 1
        if skb["drop"] == 0 and not udp_queue_rcv_skb(q, skb):
            kfree_skb(q, skb)
    q.state["pending"] = 0


@kernel
def hold(q: Queue, skb: Record) -> None:
    """Make the references of the skb's buffers, and of its own head, the skb's."""
    for entry in range(skb["first_buf"], skb["first_buf"] + skb["bufs"]):
        buf = q.ring[entry & (q.ring.size - 1)]
        if buf["chunk"] >= 0:
            skb_holds(q, buf["chunk"], buf["size"])
    if skb["head_chunk"] >= 0:
        skb_holds(q, skb["head_chunk"], q.layout.head_slice)
    s = q.state
    s["skb_pages"] += skb["pages"]
    s["held_bytes"] += skb["pages"] * q.layout.page_size
    s["skb_slab_bytes"] += skb["slab"]
    s["skb_truesize_bytes"] += skb["truesize"]
    s["payload_bytes_in_flight"] += skb["frame"]


@kernel
def kfree_skb(q: Queue, skb: Record) -> None:
    """Free an skb: its frags, then its head.  Source: net/core/skbuff.c, same name."""
    release_frags(q, skb)
    head, size = skb["head_chunk"], q.layout.head_slice
    if head == FIRST_BUF:
        buf = q.ring[skb["first_buf"] & (q.ring.size - 1)]
        head, size = buf["chunk"], buf["size"]
    if head >= 0:
        skb_unref(q, head, size)
    s = q.state
    s["slab_bytes"] -= skb["slab"]
    s["skb_slab_bytes"] -= skb["slab"]
    s["skb_truesize_bytes"] -= skb["truesize"]
    s["payload_bytes_in_flight"] -= skb["frame"]


@kernel
def release_frags(q: Queue, skb: Record) -> None:
    """Drop the references of an skb's frags.  Source: net/core/skbuff.c, skb_release_data()."""
    first = skb["first_buf"] + (skb["head_chunk"] == FIRST_BUF)  # the head is not a frag
    for entry in range(first, skb["first_buf"] + skb["bufs"]):
        buf = q.ring[entry & (q.ring.size - 1)]
        if buf["chunk"] >= 0:
            skb_unref(q, buf["chunk"], buf["size"])
    q.state["skb_pages"] -= skb["pages"]
    q.state["held_bytes"] -= skb["pages"] * q.layout.page_size
    q.state["chunk_bytes"] -= skb["pages"] * q.layout.page_size


@kernel
def udp_queue_rcv_skb(q: Queue, skb: Record) -> bool:
    """Say whether the unread socket keeps `skb`.  Source: net/ipv4/udp.c, same name."""
    s = q.state
    if s["rcvbuf"] == 0:  # there is no socket: nobody takes the packet
        return False
    charge = udp_charge(skb, s["rmem_alloc"], s["rcvbuf"], q.layout.udp_strict)
    if charge < 0:
        s["rcvbuf_drops"] += 1
        return False
    if charge < skb["truesize"]:
        release_frags(q, skb)
    s["skb_truesize_bytes"] += charge - skb["truesize"]
    s["rmem_alloc"] += charge
    s["accepted"] += 1
    return True
