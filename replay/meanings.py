"""What another value of a knob changes in how packets are received, in words."""

from collections.abc import Callable
from typing import Final

from rxreplay.emulator.state import BUILD_ALWAYS, BUILD_IF_IT_FITS, BUILD_NEVER, Layout

from .allocations import buffers_of_chunk, source_of_copied_head, source_of_posted_head


def copied_whole(layout: Layout) -> int | None:
    """Give the longest packet that is copied whole, wherever it lies.

    Examples
    --------
    >>> from rxreplay.emulator import strategy
    >>> [copied_whole(strategy(f"{kernel}/mergeable").layout(256)) for kernel in ("4.10", "6.18")]
    [128, 128]
    >>> copied_whole(strategy("6.18/small").layout(256))  # None
    """
    if layout.build_skb == BUILD_ALWAYS:
        return None
    whole = layout.copy_len if layout.build_skb == BUILD_IF_IT_FITS else layout.copy_room
    return whole or None


def copied_head(layout: Layout) -> int | None:
    """Give the truesize of a packet that is copied whole."""
    return layout.head_truesize if copied_whole(layout) else None


def least_buffer(layout: Layout) -> int:
    """Give the bytes of the shortest buffer."""
    wanted = layout.len_term + min(layout.avg_min, layout.avg_max)
    return layout.buf_len or (wanted + layout.granularity - 1) & -layout.granularity


def linear_up_to(layout: Layout) -> int | None:
    """Give the longest packet that is linear in the shortest buffer; None: any that fits."""
    if layout.pages:
        room = layout.page_size - layout.hdr_len - layout.alignment
    elif layout.buf_len:
        return None
    else:
        room = least_buffer(layout) - layout.headroom - layout.hdr_len
    if layout.build_skb == BUILD_NEVER:
        return None
    return room - (layout.shared_info or layout.sizeof_shared_info)


def chunk(layout: Layout) -> tuple[int, int] | None:
    """Give the bytes that buffers are cut from, and how many of the shortest ones that makes."""
    return buffers_of_chunk(layout, least_buffer(layout))


MEANINGS: Final[tuple[tuple[Callable[[Layout], object], str], ...]] = (
    (copied_whole, "a packet of {1:,} bytes is copied whole"),
    (copied_head, "a packet copied whole has a truesize of {1:,}"),
    (source_of_copied_head, "its head is from {1}, no longer from {0}"),
    (least_buffer, "the least buffer has {1:,} bytes"),
    (source_of_posted_head, "its first head is from {1}, no longer from {0}"),
    (chunk, "{1[0]:,} bytes hold {1[1]} of them, no longer {0[1]}"),
    (linear_up_to, "a packet of {1:,} bytes is linear in the least buffer"),
)


def meaning(before: Layout, after: Layout) -> str:
    """Say what differs from one layout to the next, or "".

    Examples
    --------
    >>> from rxreplay.emulator import strategy
    >>> plain, longer = (strategy(f"5.10/mergeable,copy_len={n}").layout(256) for n in (128, 256))
    >>> for words in meaning(plain, longer).split(", "):
    ...     print(words)
    a packet of 640 bytes is copied whole
    a packet copied whole has a truesize of 1,280
    its head is from kmalloc-1k
    no longer from kmalloc-512
    """
    pairs = ((find(before), find(after), words) for find, words in MEANINGS)
    return ", ".join(words.format(was, now) for was, now, words in pairs if now and was != now)
