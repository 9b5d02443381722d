"""Why a receive buffer has the size that it has, term by term."""

from collections.abc import Iterable

from rxreplay.emulator.abi import align
from rxreplay.emulator.state import Layout

from .story import Term


def some(terms: Iterable[tuple[str, int]]) -> tuple[Term, ...]:
    """Leave out what has no bytes.

    Examples
    --------
    >>> some([("a", 1), ("b", 0)])
    (Term(name='a', bytes=1),)
    """
    return tuple(Term(name, int(size)) for name, size in terms if size)


def small_sizing(layout: Layout, size: int) -> tuple[Term, ...]:
    """Part a small buffer: room for the longest frame, whatever comes."""
    rest = "the rest of its page" if layout.pool else "the rest of its slab object"
    return some(
        [
            ("headroom", layout.headroom),
            ("virtio header", layout.hdr_len),
            ("longest frame", layout.capacity),
            ("to whole cache lines", layout.alignment),
            ("shared info", layout.shared_info),
            (rest, size - layout.buf_len),
        ]
    )


def big_sizing(layout: Layout) -> tuple[Term, ...]:
    """Part a big buffer: a chain of pages."""
    more = layout.pages - 1
    return some(
        [("first page", layout.page_size), (f"the {more} pages behind it", more * layout.page_size)]
    )


def whole_page_sizing(layout: Layout, asked: int, size: int) -> tuple[Term, ...]:
    """Part a mergeable buffer that is a page for an XDP program, with room at both ends."""
    posted = layout.len_term - layout.headroom - layout.shared_info
    return some(
        [
            ("headroom", layout.headroom),
            ("posted", posted),
            ("less for a DMA record", asked - layout.len_term),
            ("shared info", layout.shared_info),
            ("the rest of its chunk", size - asked),
        ]
    )


def mergeable_sizing(layout: Layout, asked: int, size: int, average: int) -> tuple[Term, ...]:
    """Part a mergeable buffer: the average frame between two bounds, rounded up, and what is left.

    Source: drivers/net/virtio_net.c, get_mergeable_buf_len(), add_recvbuf_mergeable().

    Examples
    --------
    >>> from rxreplay.emulator import strategy
    >>> layout = strategy("5.10/mergeable").layout(256)
    >>> [bytes for name, bytes in mergeable_sizing(layout, 1536, 2048, 60)]
    [12, 1518, 6, 512]
    """
    if layout.avg_max == 0:
        return whole_page_sizing(layout, asked, size)
    wanted = min(max(average, layout.avg_min), layout.avg_max)
    before = layout.headroom + layout.hdr_len + layout.shared_info
    full = align(layout.len_term + wanted, layout.granularity)
    rest = "the rest of its page" if layout.pool else "the rest of its chunk"
    return some(
        [
            ("headroom", layout.headroom),
            ("virtio header", layout.hdr_len),
            ("shared info", layout.shared_info),
            ("rounding of these", layout.len_term - before),
            (bound(layout, average), wanted),
            (f"to a multiple of {layout.granularity}", full - layout.len_term - wanted),
            ("less for a DMA record", asked - full),
            (rest, size - asked),
        ]
    )


def bound(layout: Layout, average: int) -> str:
    """Say what decides the frame length that a mergeable buffer is made for.

    Examples
    --------
    >>> from rxreplay.emulator import strategy
    >>> bound(strategy("5.10/mergeable").layout(256), 60)
    'least frame length'
    """
    if average < layout.avg_min:
        return "least frame length"
    return "most frame length" if average > layout.avg_max else "average frame length"
