"""The sizes of heads that are no buffers, by era and configuration."""

from collections.abc import Mapping
from typing import Any

from .abi import (
    ETH_HLEN,
    GRO_MAX_HEAD,
    MAX_TCP_OPTIONS_HEADER,
    PAGE_SIZE,
    SIZEOF_SK_BUFF,
    SIZEOF_SKB_FRAG,
    SIZEOF_SKB_SHARED_INFO,
    SMP_CACHE_BYTES,
    SZ_1K,
    kmalloc_size,
    skb_data_align,
)
from .eras import Era


def sizeof_shared_info(max_skb_frags: int) -> int:
    """Give the bytes of `struct skb_shared_info`, aligned.

    Examples
    --------
    >>> sizeof_shared_info(17), sizeof_shared_info(45)
    (320, 768)
    """
    return skb_data_align(SIZEOF_SKB_SHARED_INFO + max_skb_frags * SIZEOF_SKB_FRAG)


def small_head_size(era: Era, max_header: int, shared_info: int, pad: int) -> int:
    """Give `SKB_SMALL_HEAD_CACHE_SIZE`, 0 where there is no such cache.

    Source: net/core/skbuff.c; a power of two would be taken for a kmalloc() object.

    Examples
    --------
    >>> from rxreplay.emulator.eras import era
    >>> small_head_size(era("6.18"), 80, 320, 64), small_head_size(era("6.13"), 80, 320, 64)
    (640, 576)
    """
    if era.small_head == "none":
        return 0
    room = skb_data_align(MAX_TCP_OPTIONS_HEADER + max_header)  # MAX_TCP_HEADER
    if era.small_head == "gro":
        room = max(room, max_header + GRO_MAX_HEAD + pad)
    size = skb_data_align(room) + shared_info
    return size if size & (size - 1) else size + SMP_CACHE_BYTES


def source_of_head(era: Era, asked: int, small_head: int, page_size: int) -> str:
    """Give where `napi_alloc_skb()` takes a head of `asked` bytes from, its shared info included.

    What is longer than slices or small heads comes from a page_frag_cache: no kernel asks for it.
    Source: net/core/skbuff.c, napi_alloc_skb().

    Examples
    --------
    >>> from rxreplay.emulator.eras import era
    >>> [source_of_head(era("6.18"), asked, 640, 4096) for asked in (512, 640, 704)]
    ['small head', 'small head', 'page_frag_cache']
    """
    source = era.heads
    if source == "1k slice" and page_size != PAGE_SIZE:  # the slices are for small pages
        source = "small head" if small_head else "kmalloc"
    longest = {"small head": small_head, "page_frag_cache": asked}.get(source, SZ_1K)
    return source if asked <= longest else "page_frag_cache"


def fresh_heads(era: Era, knobs: Mapping[str, int]) -> dict[str, Any]:
    """Give what a layout says of heads that napi_alloc_skb() and alloc_skb(0) make.

    Source: net/core/skbuff.c, same names.
    """
    shared_info = knobs["tailroom"] or sizeof_shared_info(knobs["max_skb_frags"])
    pad, copy_len = knobs["headroom"], knobs["copy_len"]
    small_head = small_head_size(era, knobs["max_header"], shared_info, pad)
    asked = skb_data_align(copy_len + pad) + shared_info
    source = source_of_head(era, asked, small_head, knobs["page_size"])
    heads = {"small head": small_head, "1k slice": SZ_1K, "page_frag_cache": asked}
    head = heads.get(source) or kmalloc_size(asked)
    cut = source in ("page_frag_cache", "1k slice")
    room = head - pad - shared_info
    return {
        "copy_len": copy_len,
        "copy_room": room,
        "copy_else": ETH_HLEN if era.copy_else == ETH_HLEN else room,
        "head_truesize": head + SIZEOF_SK_BUFF,
        "head_slice": head if cut else 0,
        "head_slab": 0 if cut else head,
        "slices_1k": int(source == "1k slice"),
        "empty_truesize": (small_head or kmalloc_size(shared_info)) + SIZEOF_SK_BUFF,
        "skb_pad": pad,
        "sizeof_shared_info": shared_info,
    }
