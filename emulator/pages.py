"""The page allocator, as the receive path sees it: blocks that are taken and given back."""

from rxreplay._jit import kernel

from .log import log_chunk
from .meters import note_resident
from .snapshot import count_chunk
from .state import Queue


@kernel
def alloc_pages(q: Queue, size: int, kind: int) -> int:
    """Take a block; its first reference is the taker's.  Source: mm/page_alloc.c, same name."""
    number = q.state["free_chunk"]
    chunk = q.chunks[number]
    q.state["free_chunk"] = chunk["next"]
    chunk["refs"] = 1
    chunk["skb_refs"] = 0
    chunk["skb_bytes"] = 0
    chunk["size"] = size
    chunk["kind"] = kind
    q.state["chunk_bytes"] += size
    count_chunk(q, kind, 1, size)
    note_resident(q)
    log_chunk(q, number, True)
    return int(number)


@kernel
def alloc_order3(q: Queue, kind: int) -> int:
    """Take a block of order 3, or where there is none a page.

    Source: net/core/sock.c, skb_page_frag_refill(); mm/page_alloc.c, __page_frag_cache_refill().
    """
    q.state["order3_tries"] += 1
    if q.layout.order3 > 0 and q.state["order3_tries"] % q.layout.order3 == 0:
        return alloc_pages(q, q.layout.page_size, kind)
    return alloc_pages(q, q.layout.chunk_size, kind)


@kernel
def free_pages(q: Queue, number: int) -> None:
    """Give a block back.  Source: mm/page_alloc.c, __free_pages()."""
    chunk = q.chunks[number]
    chunk["next"] = q.state["free_chunk"]
    q.state["free_chunk"] = number
    q.state["chunk_bytes"] -= chunk["size"]
    count_chunk(q, chunk["kind"], -1, chunk["size"])
    log_chunk(q, number, False)
