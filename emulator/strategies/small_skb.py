"""Small buffers up to 4.10: each is the head of an skb that was allocated when it was posted."""

from rxreplay._jit import kernel

from ..abi import ETH_HLEN, SIZEOF_SK_BUFF
from ..chunks import put_page
from ..heads import kmalloc, page_frag_alloc
from ..poll import end_poll, posted, wants_refill
from ..residency import drop, napi_gro_receive, new_skb
from ..state import FIRST_BUF, NOBODY, RX_LENGTH_ERRORS, Int64s, Queue, Record


@kernel
def post(q: Queue) -> None:
    """Post one skb.  Source: drivers/net/virtio_net.c, add_recvbuf_small().

    The fill at open may sleep (GFP_KERNEL), and then __netdev_alloc_skb() takes the head from the
    slab; a refill may not, and takes it from the page_frag_cache.
    """
    s = q.state
    buf = q.ring[s["tail"] & (q.ring.size - 1)]
    buf["slab"] = 0
    if s["opened"]:
        buf["chunk"] = page_frag_alloc(q, q.layout.buf_len)
        buf["size"] = q.layout.buf_len
        s["carved_bytes"] += q.layout.buf_len
        kmalloc(q, buf, SIZEOF_SK_BUFF)
    else:
        buf["chunk"] = NOBODY
        buf["size"] = 0  # no piece of a chunk
        kmalloc(q, buf, SIZEOF_SK_BUFF + q.layout.head_slab)
    s["ring_bytes"] += buf["size"]
    s["tail"] += 1


@kernel
def fill(q: Queue) -> None:
    """Post until the ring is full.  Source: drivers/net/virtio_net.c, try_fill_recv()."""
    while posted(q) < q.layout.ring_size:
        post(q)
    q.state["peak_ring_bytes"] = max(q.state["peak_ring_bytes"], q.state["ring_bytes"])


@kernel
def receive_small(q: Queue, skb: Record) -> None:
    """Take the oldest posted skb.  Source: drivers/net/virtio_net.c, same name."""
    s = q.state
    buf = q.ring[s["head"] & (q.ring.size - 1)]
    s["head"] += 1
    s["ring_bytes"] -= buf["size"]
    skb["bufs"] = 1
    from_slab = buf["chunk"] == NOBODY
    if skb["frame"] < ETH_HLEN:
        drop_small(q, skb, buf)
    else:
        head = q.layout.head_slab if from_slab else q.layout.buf_len
        skb["truesize"] = skb["head_truesize"] = head + SIZEOF_SK_BUFF
        skb["linear"] = skb["frame"]
        skb["head_chunk"] = FIRST_BUF
        skb["slab"] = buf["slab"]
        own(q, skb, from_slab)
        napi_gro_receive(q, skb)


@kernel
def own(q: Queue, skb: Record, from_slab: bool) -> None:
    """Give the bytes of a head to their owners, in the ledger of heads or in that of buffers."""
    s = q.state
    if from_slab:
        s["slab_skb_heads"] += 1
        s["slab_skb_payload"] += skb["frame"]
    else:
        s["first_bufs"] += 1
        s["payload"] += skb["frame"]
        s["unused"] += q.layout.capacity - skb["frame"]


@kernel
def drop_small(q: Queue, skb: Record, buf: Record) -> None:
    """Free the skb of a frame that is too short to be one."""
    q.state["slab_bytes"] -= buf["slab"]
    if buf["chunk"] == NOBODY:
        q.state["slab_skb_heads"] += 1
    else:
        q.state["dropped"] += buf["size"]
        put_page(q, buf["chunk"])
        buf["chunk"] = NOBODY
    drop(q, skb, RX_LENGTH_ERRORS)


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
