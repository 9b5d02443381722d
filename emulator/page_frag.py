"""page_frag: the queue's own cursor, which cuts buffers from 32 KiB chunks."""

from rxreplay._jit import kernel

from .abi import PAGE_FRAG_SIZE
from .chunks import alloc_chunk, put_page
from .log import log_refill
from .state import Queue, Record


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
    s["frag_chunk"] = alloc_chunk(q, PAGE_FRAG_SIZE, True)
    s["frag_offset"] = 0


@kernel
def frag_left(q: Queue) -> int:
    """Give the bytes between the cursor and the end of its chunk."""
    return int(q.chunks[q.state["frag_chunk"]]["size"] - q.state["frag_offset"])


@kernel
def cut(q: Queue, buf: Record, size: int) -> None:
    """Carve `size` bytes at the cursor for `buf`, with a reference of its own: get_page()."""
    number = q.state["frag_chunk"]
    buf["chunk"] = number
    buf["offset"] = q.state["frag_offset"]
    buf["size"] = size
    buf["slab"] = 0
    q.state["frag_offset"] += size
    q.state["carved_bytes"] += size
    q.chunks[number]["refs"] += 1
