"""Chunks: blocks of the page allocator, alive while a buffer, an skb or a cursor refers to them."""

from rxreplay._jit import kernel

from .log import log_chunk
from .meters import note_resident
from .state import Queue


@kernel
def alloc_chunk(q: Queue, size: int, page_frag: bool) -> int:
    """Take a block, its first reference the cursor's.  Source: mm/page_alloc.c, alloc_pages()."""
    number = q.state["free_chunk"]
    chunk = q.chunks[number]
    q.state["free_chunk"] = chunk["next_free"]
    chunk["refs"] = 1
    chunk["skb_refs"] = 0
    chunk["size"] = size
    chunk["page_frag"] = page_frag
    q.state["chunk_bytes"] += size
    q.state["filled_bytes"] += size
    note_resident(q)
    if page_frag:
        log_chunk(q, number, True)
    return int(number)


@kernel
def put_page(q: Queue, number: int) -> None:
    """Drop a reference; the last one frees the block.  Source: include/linux/mm.h, same name."""
    chunk = q.chunks[number]
    chunk["refs"] -= 1
    if chunk["refs"] == 0:
        chunk["next_free"] = q.state["free_chunk"]
        q.state["free_chunk"] = number
        q.state["chunk_bytes"] -= chunk["size"]
        if chunk["page_frag"]:
            log_chunk(q, number, False)


@kernel
def skb_holds(q: Queue, number: int) -> None:
    """Make a reference that a buffer or a head has an skb's."""
    chunk = q.chunks[number]
    chunk["skb_refs"] += 1
    if chunk["skb_refs"] == 1:
        q.state["held_bytes"] += chunk["size"]


@kernel
def skb_unref(q: Queue, number: int) -> None:
    """Drop an skb's reference.  Source: include/linux/skbuff.h, __skb_frag_unref()."""
    chunk = q.chunks[number]
    chunk["skb_refs"] -= 1
    if chunk["skb_refs"] == 0:
        q.state["held_bytes"] -= chunk["size"]
    put_page(q, number)
