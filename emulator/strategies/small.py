"""Small buffers since 4.11, from page_frag or a page_pool, each made an skb by build_skb()."""

from rxreplay._jit import kernel

from ..abi import ETH_HLEN
from ..chunks import put_page
from ..heads import build_skb
from ..page_frag import cut, put_dma_record, skb_page_frag_refill
from ..page_pool import page_pool_alloc_va
from ..poll import end_poll, posted, wants_refill
from ..residency import drop, napi_gro_receive, new_skb
from ..state import NOBODY, RX_LENGTH_ERRORS, Int64s, Queue, Record


@kernel
def post(q: Queue) -> None:
    """Post one buffer.  Source: drivers/net/virtio_net.c, add_recvbuf_small()."""
    buf = q.ring[q.state["tail"] & (q.ring.size - 1)]
    if q.layout.pool:
        page_pool_alloc_va(q, buf, q.layout.buf_len)
    else:
        skb_page_frag_refill(q, q.layout.buf_len)
        put_dma_record(q)
        cut(q, buf, q.layout.buf_len)
    q.state["ring_bytes"] += buf["size"]
    q.state["tail"] += 1


@kernel
def fill(q: Queue) -> None:
    """Post until the ring is full.  Source: drivers/net/virtio_net.c, try_fill_recv()."""
    while posted(q) < q.layout.ring_size:
        post(q)
    q.state["peak_ring_bytes"] = max(q.state["peak_ring_bytes"], q.state["ring_bytes"])


@kernel
def receive_small(q: Queue, skb: Record) -> None:
    """Make the oldest buffer the head of `skb`.  Source: drivers/net/virtio_net.c, same name."""
    s = q.state
    buf = q.ring[s["head"] & (q.ring.size - 1)]
    s["head"] += 1
    s["ring_bytes"] -= buf["size"]
    skb["bufs"] = 1
    if skb["frame"] < ETH_HLEN:
        s["dropped"] += buf["size"]
        put_page(q, buf["chunk"])
        buf["chunk"] = NOBODY
        drop(q, skb, RX_LENGTH_ERRORS)
        return
    build_skb(q, skb, buf["size"], skb["frame"])
    s["first_bufs"] += 1
    s["payload"] += skb["frame"]
    s["unused"] += q.layout.capacity - skb["frame"]
    s["hole"] += buf["size"] - q.layout.buf_len
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
            receive_small(q, new_skb(q, frame))
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
