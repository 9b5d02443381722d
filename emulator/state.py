"""What a receive queue remembers: the dtypes of its records, and the sizes that never change."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .abi import PAGE_FRAG_MAX_SIZE, PAGE_SIZE

Record = Any  # numba's record: a view of one element of a record array
Records = NDArray[np.void]
Int64s = NDArray[np.int64]
Float64s = NDArray[np.float64]

PAGE_FRAG, POOL_PAGE, HEAD_BLOCK, XDP_PAGE = 1, 2, 3, 4  # kinds of chunk

NONE_LINEAR = 2**63 - 1  # `least_linear` before any packet had frags

NOBODY = -1  # no chunk: a head from the slab, a buffer that has been released
FIRST_BUF = -2  # the head of an skb is its first buffer

LEVELS = (
    "ring_bytes",
    "skb_truesize_bytes",
    "chunk_bytes",
    "slab_bytes",
    "resident_bytes",
    "payload_bytes_in_flight",
)


def _fields(*names: str) -> list[tuple[str, str]]:
    return [(name, "i8") for name in names]


CHUNK = np.dtype(_fields("refs", "skb_refs", "size", "kind", "next", "skb_bytes"))
"""A block of the page allocator: its references in all, those of skbs alive, and their bytes."""

BUF = np.dtype(_fields("chunk", "offset", "asked", "size", "slab"))
"""A ring entry: `size` bytes at `offset`, `asked` before the hole came on top; `slab` of an skb."""

SKB = np.dtype(
    _fields(
        "packet",  # number of the frame among those replayed, from 0
        "poll",  # number of the poll that received it, from 0
        "drop",  # 0, or why the driver dropped it
        "frame",  # bytes of the frame
        "linear",
        "truesize",
        "nr_frags",  # of the head skb; those on the frag_list have their own
        "frag_list",  # skbs on it
        "coalesced",
        "tailroom",  # of the head, behind the linear part: what skb_condense() asks
        "head_truesize",  # what is left of `truesize` without frags
        "first_buf",
        "bufs",
        "head_chunk",
        "pages",  # of a big buffer, that left with the skb
        "slab",
        "flow",  # its key, where there is a consumer that asks
    )
)

STATE = np.dtype(
    [
        # the ring: buffers posted and used since the start, what the posted ones can hold
        *_fields("head", "tail", "posted_room", "avg_pkt_len", "opened"),
        # the allocators: cursors, the list of free chunk numbers, big mode's spare pages
        *_fields("frag_chunk", "frag_offset", "cache_chunk", "cache_offset"),
        *_fields("free_chunk", "spare_pages", "order3_tries"),
        *_fields("pool_page", "pool_offset", "pool_cache", "pool_cached"),
        *_fields("pool_oldest", "pool_newest", "pool_returned"),
        # the poll: packets of this one, polls so far; frames, skbs, skbs not handed up; events
        *_fields("budget", "work", "polls", "packet", "skb", "pending", "delivered", "events"),
        *_fields("traced"),
        # who takes skbs: 0 nobody, 1 a consumer, which finds them up to `handed`, and keeps some
        *_fields("consumed", "handed", "kept"),
        # levels now, at their highest, and summed after each poll, weighted with its packets
        *_fields(*LEVELS, "held_bytes", "skb_slab_bytes", "skb_pages"),
        *_fields("survivors", "survivor_bytes"),
        *_fields(*(f"peak_{level}" for level in LEVELS)),
        *_fields("peak_amplified_held", "peak_amplified_payload"),
        *_fields(*(f"sum_{level}" for level in LEVELS), "sum_held_bytes", "sum_work"),
        # counters
        *_fields("delivered_packets", "delivered_bytes", "device_too_long", "rx_length_errors"),
        *_fields("xdp_drops"),
        *_fields("truesize_bytes", "linear_bytes", "nonlinear_bytes", "linear_packets"),
        *_fields("least_linear"),
        *_fields("frag_list_packets", "frag_list_skbs", "coalesced_frags"),
        *_fields("copy_small_bytes", "copy_small_packets"),
        *_fields("copy_header_bytes", "copy_header_packets"),
        *_fields("copy_xdp_bytes", "copy_xdp_packets"),
        ("nr_frags", "i8", (18,)),
        # ledgers: of buffers, of chunks, of heads
        *_fields("carved_bytes", "payload", "freed_copy", "unused", "hole", "dropped"),
        *_fields("first_bufs", "further_bufs", "built_in_place", "dma_records"),
        *_fields("filled_bytes", "carved_heads", "chunk_tail"),
        *_fields("copy_heads", "head_unused", "slab_skb_heads", "slab_skb_payload"),
        # sockets that nobody reads: one that holds skbs, and one that only counts
        *_fields("rcvbuf", "rmem_alloc", "rcvbuf_drops", "accepted"),
        *_fields("fit_rcvbuf", "fit_rmem", "fit_closed", "fit_packets", "fit_bytes"),
    ]
)
"""A receive queue, in one record."""

HELD = np.dtype(
    [
        *_fields("stamped", "at", "packet"),  # when; the last packet that the driver received
        *_fields("resident_bytes", "chunk_bytes", "slab_bytes", "buffers", "ring_bytes"),
        *_fields("skbs", "skb_truesize_bytes", "payload_bytes_in_flight", "held_bytes"),
        *_fields("idle_pages"),  # of a pool, or spare ones of big buffers
        ("chunks", "i8", (5,)),  # of each kind, and their bytes
        ("bytes", "i8", (5,)),
    ]
)
"""What is held at a moment."""

EVENT = np.dtype(_fields("kind", "a", "b", "c", "d", "e"))
"""A line of a recording; what `a` to `e` mean depends on the kind."""

REFILL, FRAG, CHUNK_TAKEN, CHUNK_FREED, PACKET, POLL, POOL_TAKEN, POOL_FREED = range(1, 9)
RX_LENGTH_ERRORS, DEVICE_TOO_LONG, XDP_DROPS = 1, 2, 3

# What of a chunk's last buffer is beyond the length asked for: `Layout.hole`.
HOLE_NOT_COUNTED, HOLE_COUNTED, HOLE_DROPS, HOLE_SKIPPED = range(4)
# When a mergeable or big buffer becomes the head of its skb: `Layout.build_skb`.
BUILD_NEVER, BUILD_IF_IT_FITS, BUILD_ALWAYS = range(3)
# What program is attached: `Layout.xdp`.
NO_XDP, XDP_PASS, XDP_PASS_FRAGS = range(3)


class Layout(NamedTuple):
    """The sizes of one strategy with its knobs, in bytes unless the name says otherwise."""

    ring_size: int  # buffers
    refill_above: int  # free buffers above which a poll refills
    gro_batch: int  # skbs that go up together
    hdr_len: int  # of the virtio header, where it stands in the buffer
    copy_len: int  # bytes that a fresh head is asked for; what build_skb() takes is longer
    copy_room: int  # bytes of a frame that a fresh head can take
    copy_else: int  # bytes copied when not all fit
    head_truesize: int  # of a fresh skb
    head_slice: int  # of a page_frag_cache block that a fresh head takes; 0: from the slab
    head_slab: int  # that a fresh head takes; 0: from a page_frag_cache
    empty_truesize: int  # of a fresh skb on a frag_list, its head from the slab
    skb_pad: int  # before the frame in a fresh head
    sizeof_shared_info: int  # struct skb_shared_info, aligned
    max_skb_frags: int
    page_size: int = PAGE_SIZE
    chunk_size: int = PAGE_FRAG_MAX_SIZE  # of page_frag and page_frag_cache
    order3: int = 0  # every so many-th allocation of a chunk fails, and gives a page; 0: none
    shortens: int = 0  # taken off a request that would leave no room for it in a fresh page
    capacity: int = 0  # the longest frame that a buffer holds; mergeable: the ring decides
    headroom: int = 0  # before the virtio header, in each buffer
    shared_info: int = 0  # behind what is posted, in each buffer
    alignment: int = 0  # lost to it in the first buffer of a frame
    buf_len: int = 0  # carved for a buffer of fixed size
    len_term: int = 0  # what an EWMA-sized buffer has beside the average frame
    avg_min: int = 0
    avg_max: int = 0
    granularity: int = 1
    hole: int = HOLE_COUNTED
    build_skb: int = BUILD_NEVER
    uncharged: int = 0  # of a buffer, that its truesize and its length check leave out
    pages: int = 0  # of a big buffer
    pool: int = 0  # 1: buffers are from a page_pool
    dma_record: int = 0  # at the start of a page_frag chunk
    slices_1k: int = 0  # 1: heads are cut from pages that are never begun again
    udp_strict: int = 0  # 1: a socket accepts only what still fits
    xdp: int = NO_XDP
    xdp_copy_room: int = 0  # the longest frame that is copied to one page for a program; 0: none


class Queue(NamedTuple):
    """One receive queue, as the kernels take it."""

    layout: Layout
    state: Record
    ring: Records  # BUF: the buffers posted, and as many whose skbs have not gone up yet
    chunks: Records  # CHUNK
    skbs: Records  # SKB: the newest ones, by their number
    log: Records  # EVENT: the first ones; none are kept where it is empty
    rows: Records  # STATE: as it is after each of the first polls; none are kept where it is empty
    held: Records  # HELD: counted now, and at the peak; neither where it is empty
