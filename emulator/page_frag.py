"""page_frag: the queue's own cursor, which cuts buffers from chunks of 32 KiB, or lone pages."""

from rxreplay._jit import kernel

from .chunks import put_page
from .log import log_refill
from .pages import alloc_order3
from .state import PAGE_FRAG, Queue, Record


@kernel
def skb_page_frag_refill(q: Queue, size: int) -> None:
    """Leave room for `size` bytes at the cursor.  Source: net/core/sock.c, same name."""
    log_refill(q, size)
    s = q.state
    number = s["frag_chunk"]
    if number >= 0:
        chunk = q.chunks[number]
        if chunk["refs"] == 1:  # every buffer cut from it is back
            s["chunk_tail"] += chunk["size"] - s["frag_offset"]
            s["filled_bytes"] += chunk["size"]
            s["frag_offset"] = 0
            return
        if s["frag_offset"] + size <= chunk["size"]:
            return
        s["chunk_tail"] += chunk["size"] - s["frag_offset"]
        put_page(q, number)  # buffers and skbs may still hold the chunk
    s["frag_chunk"] = alloc_order3(q, PAGE_FRAG)
    s["frag_offset"] = 0
    s["filled_bytes"] += q.chunks[s["frag_chunk"]]["size"]


@kernel
def put_dma_record(q: Queue) -> None:
    """Give the start of a fresh chunk to its DMA record.

    Source: drivers/net/virtio_net.c, virtnet_rq_alloc(), 6.13 to 7.0.
    """
    if q.state["frag_offset"] == 0:
        q.state["frag_offset"] = q.layout.dma_record
        q.state["carved_bytes"] += q.layout.dma_record
        q.state["dma_records"] += 1


@kernel
def shortened(q: Queue, size: int) -> int:
    """Give what is asked of a fresh chunk that has no room for `size` bytes and a DMA record.

    Source: drivers/net/virtio_net.c, add_recvbuf_mergeable(), 6.12 to 7.0.
    """
    whole = q.chunks[q.state["frag_chunk"]]["size"]
    if q.state["frag_offset"] == 0 and size + q.layout.shortens > whole:
        return size - q.layout.shortens
    return size


@kernel
def frag_left(q: Queue) -> int:
    """Give the bytes between the cursor and the end of its chunk."""
    return int(q.chunks[q.state["frag_chunk"]]["size"] - q.state["frag_offset"])


@kernel
def cut(q: Queue, buf: Record, size: int) -> None:
    """Carve `size` bytes at the cursor for `buf`, with a reference of its own: get_page()."""
    s = q.state
    number = s["frag_chunk"]
    buf["chunk"] = number
    buf["offset"] = s["frag_offset"]
    buf["size"] = size
    buf["slab"] = 0
    s["frag_offset"] += size
    s["carved_bytes"] += size
    q.chunks[number]["refs"] += 1
