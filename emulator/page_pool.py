"""page_pool: whole pages or pieces of them, which come back to the pool when nobody needs them.

The cache is a stack of pages, and those that found no room there wait in a queue of their own; both
are linked by the `next` of the chunks' records.
"""

from rxreplay._jit import kernel

from .abi import PP_ALLOC_CACHE_REFILL, PP_ALLOC_CACHE_SIZE
from .log import log_frag
from .pages import alloc_pages, free_pages
from .state import NOBODY, POOL_PAGE, Queue, Record


@kernel
def cache_push(q: Queue, number: int) -> None:
    """Put a page on top of the cache."""
    q.chunks[number]["refs"] = 0
    q.chunks[number]["next"] = q.state["pool_cache"]
    q.state["pool_cache"] = number
    q.state["pool_cached"] += 1


@kernel
def returned_push(q: Queue, number: int) -> None:
    """Put a page at the end of those returned.  Source: page_pool_recycle_in_ring()."""
    s = q.state
    q.chunks[number]["next"] = NOBODY
    if s["pool_returned"] == 0:
        s["pool_oldest"] = number
    else:
        q.chunks[s["pool_newest"]]["next"] = number
    s["pool_newest"] = number
    s["pool_returned"] += 1


@kernel
def page_pool_refill_alloc_cache(q: Queue) -> None:
    """Fill the empty cache: from the pages returned, else from the page allocator.

    Source: net/core/page_pool.c, same name, __page_pool_alloc_pages_slow().
    """
    s = q.state
    count = min(s["pool_returned"], PP_ALLOC_CACHE_REFILL)
    for _ in range(count):
        number = s["pool_oldest"]
        s["pool_oldest"] = q.chunks[number]["next"]
        s["pool_returned"] -= 1
        cache_push(q, number)
    if count == 0:
        for _ in range(PP_ALLOC_CACHE_REFILL):
            cache_push(q, alloc_pages(q, q.layout.page_size, POOL_PAGE))


@kernel
def page_pool_alloc_pages(q: Queue) -> int:
    """Take a whole page; its reference is the taker's.  Source: net/core/page_pool.c, same name."""
    s = q.state
    if s["pool_cached"] == 0:
        page_pool_refill_alloc_cache(q)
    number = s["pool_cache"]
    s["pool_cache"] = q.chunks[number]["next"]
    s["pool_cached"] -= 1
    q.chunks[number]["refs"] = 1
    s["filled_bytes"] += q.layout.page_size
    return int(number)


@kernel
def page_pool_put_page(q: Queue, number: int) -> None:
    """Take back a page that nobody refers to.  Source: net/core/page_pool.c, same name."""
    if q.state["pool_cached"] < PP_ALLOC_CACHE_SIZE:
        cache_push(q, number)
    elif q.state["pool_returned"] < q.layout.ring_size:  # pool_size is the ring's
        returned_push(q, number)
    else:
        free_pages(q, number)


@kernel
def page_pool_alloc_frag(q: Queue, size: int) -> None:
    """Leave room for `size` bytes at the cursor.  Source: net/core/page_pool.c, same name."""
    s = q.state
    log_frag(q, size)
    page = s["pool_page"]
    if page >= 0 and s["pool_offset"] + size > q.layout.page_size:
        s["chunk_tail"] += q.layout.page_size - s["pool_offset"]
        if q.chunks[page]["refs"] == 1:  # only the cursor's own: begin it again
            s["filled_bytes"] += q.layout.page_size
            s["pool_offset"] = 0
        else:
            q.chunks[page]["refs"] -= 1
            s["pool_page"] = NOBODY
    if s["pool_page"] < 0:
        s["pool_page"] = page_pool_alloc_pages(q)
        s["pool_offset"] = 0


@kernel
def page_pool_alloc_va(q: Queue, buf: Record, size: int) -> None:
    """Give `buf` a piece of `size` bytes or a little more, above half a page a whole one.

    Source: include/net/page_pool/helpers.h, page_pool_alloc().
    """
    s = q.state
    buf["slab"] = 0
    buf["offset"] = 0
    buf["size"] = q.layout.page_size
    if 2 * size > q.layout.page_size:
        buf["chunk"] = page_pool_alloc_pages(q)
    else:
        page_pool_alloc_frag(q, size)
        buf["chunk"] = s["pool_page"]
        buf["offset"] = s["pool_offset"]
        q.chunks[s["pool_page"]]["refs"] += 1
        s["pool_offset"] += size
        if s["pool_offset"] + size > q.layout.page_size:  # no room for more: it gets the rest
            s["pool_offset"] = q.layout.page_size
        buf["size"] = s["pool_offset"] - buf["offset"]
    s["carved_bytes"] += buf["size"]
