"""Heads of skbs: built around a buffer, or fresh from a page_frag_cache or the slab."""

from rxreplay._jit import kernel

from .abi import SIZEOF_SK_BUFF
from .chunks import put_page
from .meters import note_resident
from .pages import alloc_order3, alloc_pages
from .state import (
    BUILD_ALWAYS,
    BUILD_IF_IT_FITS,
    FIRST_BUF,
    HEAD_BLOCK,
    NOBODY,
    Queue,
    Record,
)


@kernel
def kmalloc(q: Queue, owner: Record, size: int) -> None:
    """Give an skb, or a posted one's buffer, slab objects of `size` bytes.  Source: mm/slub.c."""
    owner["slab"] += size
    q.state["slab_bytes"] += size
    note_resident(q)


@kernel
def page_frag_alloc(q: Queue, size: int) -> int:
    """Cut `size` bytes from the top of a block downwards; give the block.

    Source: mm/page_alloc.c, same name, where a bias stands for the references of slices to come;
    net/core/skbuff.c, page_frag_alloc_1k(), where the last slice of a page takes the cursor's.
    """
    s = q.state
    if s["cache_chunk"] < 0 or s["cache_offset"] < size:
        refill_cache(q)
    number = s["cache_chunk"]
    s["cache_offset"] -= size
    if q.layout.slices_1k and s["cache_offset"] == 0:
        s["cache_chunk"] = NOBODY
    else:
        q.chunks[number]["refs"] += 1
    return int(number)


@kernel
def refill_cache(q: Queue) -> None:
    """Begin the block again where all its slices are back, else take another one."""
    s = q.state
    number = s["cache_chunk"]
    if number >= 0:
        s["chunk_tail"] += s["cache_offset"]
    if number < 0 or q.chunks[number]["refs"] > 1:
        if number >= 0:
            put_page(q, number)
        if q.layout.slices_1k:
            s["cache_chunk"] = alloc_pages(q, q.layout.page_size, HEAD_BLOCK)
        else:
            s["cache_chunk"] = alloc_order3(q, HEAD_BLOCK)
    s["cache_offset"] = q.chunks[s["cache_chunk"]]["size"]
    s["filled_bytes"] += s["cache_offset"]


@kernel
def napi_alloc_skb(q: Queue, skb: Record) -> None:
    """Make a fresh skb with room for `copy_len` bytes.  Source: net/core/skbuff.c, same name."""
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
def builds_in_place(q: Queue, part: int, behind: int) -> bool:
    """Say whether a mergeable or big buffer with `part` bytes of the frame becomes the head.

    `behind` are the bytes after them that count as the buffer's.
    Source: drivers/net/virtio_net.c, page_to_skb().
    """
    if q.layout.build_skb == BUILD_ALWAYS:
        return True
    fits = part > q.layout.copy_len and behind >= q.layout.sizeof_shared_info
    return bool(q.layout.build_skb == BUILD_IF_IT_FITS and fits)


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
