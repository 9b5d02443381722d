"""From where a strategy has its heads and buffers, by the names of the allocators."""

from typing import Final

from rxreplay.emulator.abi import SZ_1K
from rxreplay.emulator.state import BUILD_ALWAYS, Layout

NO_POWERS: Final = (96, 192)  # bytes of kmalloc() objects that are no power of two


def slab_name(size: int) -> str:
    """Name the cache of objects of a size.  Source: mm/slab_common.c, net/core/skbuff.c.

    Examples
    --------
    >>> slab_name(512), slab_name(2048), slab_name(192), slab_name(640)
    ('kmalloc-512', 'kmalloc-2k', 'kmalloc-192', 'skbuff_small_head (640 bytes)')
    """
    if size & (size - 1) and size not in NO_POWERS:
        return f"skbuff_small_head ({size:,} bytes)"
    return f"kmalloc-{size // SZ_1K}k" if size >= SZ_1K else f"kmalloc-{size}"


def source_of_copied_head(layout: Layout) -> str:
    """Say from where the head of a copied packet is; "" where none is copied.

    Examples
    --------
    >>> from rxreplay.emulator import strategy
    >>> for kernel in ("4.10", "5.10", "6.1", "6.18"):
    ...     print(source_of_copied_head(strategy(f"{kernel}/mergeable").layout(256)))
    page_frag_cache (512 bytes)
    kmalloc-512
    a page in slices (1,024 bytes)
    skbuff_small_head (640 bytes)
    """
    if not layout.copy_len or layout.build_skb == BUILD_ALWAYS:
        return ""
    if layout.slices_1k:
        return "a page in slices (1,024 bytes)"
    if layout.head_slice:
        return f"page_frag_cache ({layout.head_slice:,} bytes)"
    return slab_name(layout.head_slab)


def source_of_posted_head(layout: Layout) -> str:
    """Say from where the head of an skb is that is posted at open; "" where buffers are none."""
    return slab_name(layout.head_slab) if layout.head_slab and not layout.copy_len else ""


def buffers_of_chunk(layout: Layout, buffer: int) -> tuple[int, int] | None:
    """Give the bytes that buffers of a length are cut from, and how many of them that makes.

    Examples
    --------
    >>> from rxreplay.emulator import strategy
    >>> buffers_of_chunk(strategy("5.10/mergeable").layout(256), 1536)
    (32768, 21)
    >>> buffers_of_chunk(strategy("7.2/small").layout(256), 1920)
    (4096, 2)
    """
    if layout.pages:
        return None
    whole = layout.page_size if layout.pool else layout.chunk_size
    return whole, whole // buffer
