"""What a receive queue held when its resident memory was at its highest."""

from dataclasses import asdict, dataclass
from typing import Any

from .state import HEAD_BLOCK, PAGE_FRAG, POOL_PAGE, XDP_PAGE, Record


@dataclass(frozen=True, slots=True)
class Chunks:
    """Chunks of one kind: how many, and their bytes."""

    count: int
    bytes: int


@dataclass(frozen=True, slots=True)
class AtPeak:
    """The first moment at which a queue had as much memory as it ever had.

    Attributes
    ----------
    at_ns : int
        After the first packet of the trace.
    packet : int or None
        The last packet that the driver had received, among those of the queue, from 1; None when
        the ring was filled first.
    resident_bytes, chunk_bytes, slab_bytes : int
        The levels.
    page_frag, page_pool, head_blocks, xdp_pages, big_pages : Chunks
        Chunks by kind; their bytes are `chunk_bytes`.
    idle_pages : int
        Of the pages, those that wait in the pool, or as spare ones of big buffers.
    buffers, ring_bytes : int
        Posted: how many, and their bytes.
    skbs, skb_truesize_bytes, payload_bytes_in_flight, held_bytes : int
        Alive: how many, what they are charged, the frame bytes in them, and what they keep.
    """

    at_ns: int
    packet: int | None
    resident_bytes: int
    chunk_bytes: int
    slab_bytes: int
    page_frag: Chunks
    page_pool: Chunks
    head_blocks: Chunks
    xdp_pages: Chunks
    big_pages: Chunks
    idle_pages: int
    buffers: int
    ring_bytes: int
    skbs: int
    skb_truesize_bytes: int
    payload_bytes_in_flight: int
    held_bytes: int

    def as_dict(self) -> dict[str, Any]:
        """Give it as JSON has it."""
        return asdict(self)


def at_peak_of(held: Record, page_size: int) -> AtPeak:
    """Read a record of dtype HELD; what of the chunks is none of the counted kinds is big pages."""
    kinds = {
        "page_frag": PAGE_FRAG,
        "page_pool": POOL_PAGE,
        "head_blocks": HEAD_BLOCK,
        "xdp_pages": XDP_PAGE,
    }
    chunks: Any = {
        name: Chunks(int(held["chunks"][kind]), int(held["bytes"][kind]))
        for name, kind in kinds.items()
    }
    whole = sum(each.bytes for each in chunks.values())
    big = int(held["chunk_bytes"]) - whole
    plain = ("resident_bytes", "chunk_bytes", "slab_bytes", "idle_pages", "buffers", "ring_bytes")
    skbs = ("skbs", "skb_truesize_bytes", "payload_bytes_in_flight", "held_bytes")
    levels: Any = {name: int(held[name]) for name in (*plain, *skbs)}
    return AtPeak(
        at_ns=int(held["at"]),
        packet=None if held["packet"] < 0 else int(held["packet"]) + 1,
        big_pages=Chunks(big // page_size, big),
        **chunks,
        **levels,
    )
