"""Heads of skbs: built around a buffer, or fresh from a page_frag_cache or the slab."""

from rxreplay._jit import kernel

from .abi import PAGE_FRAG_CACHE_MAX_SIZE, SIZEOF_SK_BUFF
from .chunks import alloc_chunk, put_page
from .meters import note_resident
from .state import FIRST_BUF, NOBODY, Queue, Record


@kernel
def kmalloc(q: Queue, owner: Record, size: int) -> None:
    """Give an skb, or a posted one's buffer, slab objects of `size` bytes.  Source: mm/slub.c."""
    owner["slab"] += size
    q.state["slab_bytes"] += size
    note_resident(q)


@kernel
def page_frag_alloc(q: Queue, size: int) -> int:
    """Cut `size` bytes from the top of a block downwards; give the block.

    Source: mm/page_alloc.c, same name, where a bias stands for the references of slices to come.
    """
    if q.state["cache_chunk"] < 0 or q.state["cache_offset"] < size:
        refill_cache(q)
    q.state["cache_offset"] -= size
    q.chunks[q.state["cache_chunk"]]["refs"] += 1
    return int(q.state["cache_chunk"])


@kernel
def refill_cache(q: Queue) -> None:
    """Begin the block again where all its slices are back, else take another one."""
    s = q.state
    number = s["cache_chunk"]
    if number >= 0:
        s["chunk_tail"] += s["cache_offset"]
    if number >= 0 and q.chunks[number]["refs"] == 1:
        s["filled_bytes"] += PAGE_FRAG_CACHE_MAX_SIZE
    else:
        if number >= 0:
            put_page(q, number)
        s["cache_chunk"] = alloc_chunk(q, PAGE_FRAG_CACHE_MAX_SIZE, False)
    s["cache_offset"] = PAGE_FRAG_CACHE_MAX_SIZE


@kernel
def napi_alloc_skb(q: Queue, skb: Record) -> None:
    """Make a fresh skb with room for GOOD_COPY_LEN bytes.  Source: net/core/skbuff.c, same name."""
    skb["head_chunk"] = NOBODY
    if q.layout.head_slice > 0:
        skb["head_chunk"] = page_frag_alloc(q, q.layout.head_slice)
        q.state["carved_heads"] += q.layout.head_slice
    kmalloc(q, skb, SIZEOF_SK_BUFF + q.layout.head_slab)
    skb["truesize"] = skb["head_truesize"] = q.layout.head_truesize
    q.state["copy_heads"] += 1


@kernel
def copy_to_head(q: Queue, skb: Record, part: int) -> int:
    """Make a fresh skb and copy into it what its head takes of `part` bytes; give the count.

    Source: drivers/net/virtio_net.c, page_to_skb().
    """
    napi_alloc_skb(q, skb)
    copied = part if part <= q.layout.copy_room else q.layout.copy_else
    skb["linear"] = copied
    skb["tailroom"] = q.layout.copy_room - copied
    s = q.state
    s["freed_copy"] += copied
    s["head_unused"] += skb["tailroom"]
    if copied == skb["frame"]:
        s["copy_small_bytes"] += copied
        s["copy_small_packets"] += 1
    else:
        s["copy_header_bytes"] += copied
        s["copy_header_packets"] += 1
    return int(copied)


@kernel
def build_skb(q: Queue, skb: Record, size: int, linear: int) -> None:
    """Make a buffer of `size` bytes the head.  Source: net/core/skbuff.c, same name."""
    kmalloc(q, skb, SIZEOF_SK_BUFF)
    skb["head_chunk"] = FIRST_BUF
    skb["linear"] = linear
    skb["truesize"] = skb["head_truesize"] = size + SIZEOF_SK_BUFF


@kernel
def alloc_empty_skb(q: Queue, skb: Record) -> None:
    """Put an empty skb on the frag_list of `skb`.

    Source: drivers/net/virtio_net.c, receive_mergeable(): alloc_skb(0).
    """
    kmalloc(q, skb, q.layout.empty_truesize)
    skb["frag_list"] += 1
    skb["truesize"] += q.layout.empty_truesize
