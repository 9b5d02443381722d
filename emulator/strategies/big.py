"""Big buffers: chains of whole pages, of which those unused go back to the queue's own list."""

from rxreplay._jit import kernel

from ..abi import ETH_HLEN
from ..heads import build_skb, builds_in_place, copy_to_head
from ..meters import note_resident
from ..poll import end_poll, posted, wants_refill
from ..residency import drop, napi_gro_receive, new_skb
from ..state import NOBODY, RX_LENGTH_ERRORS, Int64s, Queue, Record


@kernel
def post(q: Queue) -> None:
    """Post one chain of pages, spare ones first.

    Source: drivers/net/virtio_net.c, add_recvbuf_big(), get_a_page().
    """
    s = q.state
    buf = q.ring[s["tail"] & (q.ring.size - 1)]
    buf["chunk"] = NOBODY  # a page has one owner: counting them is enough
    buf["size"] = q.layout.buf_len
    spare = min(s["spare_pages"], q.layout.pages)
    s["spare_pages"] -= spare
    s["chunk_bytes"] += (q.layout.pages - spare) * q.layout.page_size
    note_resident(q)
    s["filled_bytes"] += q.layout.buf_len
    s["carved_bytes"] += q.layout.buf_len
    s["ring_bytes"] += q.layout.buf_len
    s["tail"] += 1


@kernel
def fill(q: Queue) -> None:
    """Post until the ring is full.  Source: drivers/net/virtio_net.c, try_fill_recv()."""
    while posted(q) < q.layout.ring_size:
        post(q)
    q.state["peak_ring_bytes"] = max(q.state["peak_ring_bytes"], q.state["ring_bytes"])


@kernel
def page_to_skb(q: Queue, skb: Record) -> None:
    """Build the head, and a frag for each page that has more.

    Source: drivers/net/virtio_net.c, same name.
    """
    frame = skb["frame"]
    before = q.layout.hdr_len + q.layout.alignment
    q.state["first_bufs"] += 1
    q.state["unused"] += q.layout.buf_len - before - frame
    if builds_in_place(q, frame, q.layout.page_size - before - frame):
        build_skb(q, skb, q.layout.page_size, frame)
        skb["pages"] = 1
        q.state["built_in_place"] += 1
        q.state["unused"] -= q.layout.sizeof_shared_info
        q.state["payload"] += frame
        return
    copied = copy_to_head(q, skb, frame)
    if frame > copied:
        skb["pages"] = (before + frame + q.layout.page_size - 1) // q.layout.page_size
    skb["nr_frags"] = skb["pages"]
    skb["truesize"] += skb["pages"] * q.layout.page_size
    q.state["payload"] += frame - copied


@kernel
def receive_big(q: Queue, skb: Record) -> None:
    """Take the oldest chain; its unused pages become spare.

    Source: drivers/net/virtio_net.c, same name, give_pages().
    """
    s = q.state
    s["head"] += 1
    s["ring_bytes"] -= q.layout.buf_len
    skb["bufs"] = 1
    if skb["frame"] < ETH_HLEN:
        s["dropped"] += q.layout.buf_len
        s["spare_pages"] += q.layout.pages
        drop(q, skb, RX_LENGTH_ERRORS)
        return
    page_to_skb(q, skb)
    s["spare_pages"] += q.layout.pages - skb["pages"]
    napi_gro_receive(q, skb)


@kernel
def receive(q: Queue, frames: Int64s, polls: Int64s) -> None:
    """Receive frames of `frames[i]` bytes; `polls` are the packets of each NAPI poll."""
    for frame in frames:
        if frame > q.layout.capacity:
            q.state["device_too_long"] += 1
        else:
            if posted(q) == 0:  # the guest catches up
                fill(q)
                end_poll(q, polls)
            receive_big(q, new_skb(q, frame))
            q.state["work"] += 1
            if q.state["work"] == q.state["budget"]:
                if wants_refill(q):
                    fill(q)
                end_poll(q, polls)
        q.state["packet"] += 1


@kernel
def end(q: Queue, polls: Int64s) -> None:
    """End a poll that is still open."""
    if q.state["work"] > 0:
        if wants_refill(q):
            fill(q)
        end_poll(q, polls)
