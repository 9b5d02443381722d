"""References: a chunk lives while a buffer, an skb or a cursor has one."""

from rxreplay._jit import kernel

from .page_pool import page_pool_put_page
from .pages import free_pages
from .state import POOL_PAGE, Queue


@kernel
def put_page(q: Queue, number: int) -> None:
    """Drop a reference; the last one frees the chunk, or gives its page back to the pool.

    Source: include/linux/mm.h, same name; net/core/skbuff.c, napi_pp_put_page().
    """
    chunk = q.chunks[number]
    chunk["refs"] -= 1
    if chunk["refs"] == 1:
        count_survivor(q, number, 1)
    elif chunk["refs"] == 0:
        if chunk["kind"] == POOL_PAGE:
            page_pool_put_page(q, number)
        else:
            free_pages(q, number)


@kernel
def count_survivor(q: Queue, number: int, sign: int) -> None:
    """Count a chunk with one reference left, where that is an skb's, for at most half of it."""
    chunk = q.chunks[number]
    if chunk["skb_refs"] == 1 and 2 * chunk["skb_bytes"] <= chunk["size"]:
        q.state["survivors"] += sign
        q.state["survivor_bytes"] += sign * chunk["size"]


@kernel
def skb_holds(q: Queue, number: int, size: int) -> None:
    """Make a reference that a buffer or a head of `size` bytes has an skb's."""
    chunk = q.chunks[number]
    chunk["skb_refs"] += 1
    chunk["skb_bytes"] += size
    if chunk["skb_refs"] == 1:
        q.state["held_bytes"] += chunk["size"]
        if chunk["refs"] == 1:
            count_survivor(q, number, 1)


@kernel
def skb_unref(q: Queue, number: int, size: int) -> None:
    """Drop an skb's reference.  Source: include/linux/skbuff.h, __skb_frag_unref()."""
    chunk = q.chunks[number]
    if chunk["refs"] == 1:
        count_survivor(q, number, -1)
    chunk["skb_refs"] -= 1
    chunk["skb_bytes"] -= size
    if chunk["skb_refs"] == 0:
        q.state["held_bytes"] -= chunk["size"]
    put_page(q, number)
