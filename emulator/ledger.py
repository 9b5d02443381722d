"""From a queue's records to figures, and the equalities that every run has to keep."""

from dataclasses import asdict

import numpy as np
from rxreplay.errors import LedgerError

from .abi import SIZEOF_SK_BUFF
from .figures import BufferLedger, ChunkLedger, HeadLedger, Waste
from .state import Queue


def buffer_ledger(queue: Queue) -> BufferLedger:
    """Add up the owners of carved bytes; some are so many bytes in each buffer."""
    state, layout = queue.state, queue.layout
    first, bufs = int(state["first_bufs"]), int(state["first_bufs"] + state["further_bufs"])
    return BufferLedger(
        carved=int(state["carved_bytes"]),
        posted=int(state["ring_bytes"]),
        payload=int(state["payload"]),
        vnet_hdr=first * layout.hdr_len,
        headroom=bufs * layout.headroom,
        shared_info=bufs * layout.shared_info
        + int(state["built_in_place"]) * layout.sizeof_shared_info,
        alignment=first * layout.alignment,
        hole=int(state["hole"]),
        unused=int(state["unused"]),
        freed_copy=int(state["freed_copy"]),
        dropped=int(state["dropped"]),
        dma_record=int(state["dma_records"]) * layout.dma_record,
    )


def cursor_left(queue: Queue) -> int:
    """Give the bytes that no buffer or head has got yet of the chunks under a cursor."""
    state = queue.state
    number = int(state["frag_chunk"])
    left = int(queue.chunks[number]["size"] - state["frag_offset"]) if number >= 0 else 0
    page_size = queue.layout.page_size
    in_page = page_size - int(state["pool_offset"]) if state["pool_page"] >= 0 else 0
    return left + in_page + int(state["cache_offset"])


def chunk_ledger(queue: Queue) -> ChunkLedger:
    """Add up where the bytes of chunks went."""
    state = queue.state
    return ChunkLedger(
        filled=int(state["filled_bytes"]),
        carved_buffers=int(state["carved_bytes"]),
        carved_heads=int(state["carved_heads"]),
        chunk_tail=int(state["chunk_tail"]),
        cursor_left=cursor_left(queue),
    )


def copied_to_heads(queue: Queue) -> int:
    """Give the bytes that were copied to fresh heads."""
    return int(queue.state["copy_small_bytes"] + queue.state["copy_header_bytes"])


def head_ledger(queue: Queue) -> HeadLedger:
    """Add up the heads that are no buffers: fresh ones, empty ones of frag_lists, posted skbs'."""
    state, layout = queue.state, queue.layout
    shared_info = layout.sizeof_shared_info
    fresh, empty = int(state["copy_heads"]), int(state["frag_list_skbs"])
    posted = int(state["slab_skb_heads"])
    empty_head = layout.empty_truesize - SIZEOF_SK_BUFF
    posted_room = layout.head_slab - layout.skb_pad - shared_info
    posted_payload = int(state["slab_skb_payload"])
    return HeadLedger(
        bytes=fresh * (layout.head_truesize - SIZEOF_SK_BUFF)
        + empty * empty_head
        + posted * layout.head_slab,
        payload=copied_to_heads(queue) + posted_payload,
        headroom=(fresh + posted) * layout.skb_pad,
        shared_info=(fresh + empty + posted) * shared_info,
        unused=int(state["head_unused"])
        + empty * (empty_head - shared_info)
        + posted * posted_room
        - posted_payload,
    )


def balance(name: str, whole: int, parts: dict[str, int]) -> None:
    """Check that the parts make up the whole.

    Raises
    ------
    LedgerError
        They do not; the message has every part.
    """
    if whole != sum(parts.values()):
        listed = " + ".join(f"{part} {value:,}" for part, value in parts.items())
        raise LedgerError(
            f"{name} {whole:,} is not {listed} = {sum(parts.values()):,}: a fault of the emulator, "
            "please report it with the capture"
        )


def check_alive(queue: Queue) -> None:
    """Check the levels against what the records of chunks and of the ring say is alive.

    Raises
    ------
    LedgerError
        A level does not.
    """
    state, chunks, page_size = queue.state, queue.chunks, queue.layout.page_size
    pages = int(state["tail"] - state["head"]) * queue.layout.pages + int(state["spare_pages"])
    pooled = int(state["pool_cached"] + state["pool_returned"])
    parts = {
        "chunks": int(chunks["size"][chunks["refs"] > 0].sum()),
        "pages in the pool": pooled * page_size,
        "pages posted or spare": pages * page_size,
        "pages of skbs": int(state["skb_pages"]) * page_size,
    }
    balance("chunk_bytes", int(state["chunk_bytes"]), parts)
    ring = queue.ring[np.arange(state["head"], state["tail"]) % queue.ring.size]
    balance("ring_bytes", int(state["ring_bytes"]), {"buffers": int(ring["size"].sum())})
    parts = {"skbs": int(state["skb_slab_bytes"]), "posted skbs": int(ring["slab"].sum())}
    balance("slab_bytes", int(state["slab_bytes"]), parts)
    held = chunks["size"][(chunks["refs"] > 0) & (chunks["skb_refs"] > 0)]
    parts = {"chunks": int(held.sum()), "pages": int(state["skb_pages"]) * page_size}
    balance("bytes that skbs hold", int(state["held_bytes"]), parts)


def waste(queue: Queue) -> Waste:
    """Give the three ledgers of a run, balanced.

    Raises
    ------
    LedgerError
        One does not balance.
    """
    ledgers = Waste(buffer_ledger(queue), chunk_ledger(queue), head_ledger(queue))
    for name, whole, ledger in (
        ("bytes carved for buffers", "carved", ledgers.buffers),
        ("bytes of chunks filled", "filled", ledgers.chunks),
        ("bytes of heads", "bytes", ledgers.heads),
    ):
        parts = asdict(ledger)
        balance(name, parts.pop(whole), parts)
    return ledgers


def check_delivered(queue: Queue) -> None:
    """Check that each byte delivered is linear or in a frag, and stands in a buffer or a head."""
    state = queue.state
    delivered = int(state["delivered_bytes"])
    balance(
        "delivered bytes",
        delivered,
        {"linear": int(state["linear_bytes"]), "nonlinear": int(state["nonlinear_bytes"])},
    )
    balance(
        "delivered bytes",
        delivered,
        {
            "in buffers": int(state["payload"]),
            "copied": copied_to_heads(queue),
            "in heads from the slab": int(state["slab_skb_payload"]),
        },
    )
