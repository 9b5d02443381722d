"""A queue that has posted nothing yet, and what it cannot be."""

from collections.abc import Sequence
from numbers import Integral
from typing import Final

import numpy as np
from rxreplay.errors import StrategyError

from .abi import NAPI_POLL_WEIGHT, PP_ALLOC_CACHE_REFILL, PP_ALLOC_CACHE_SIZE
from .state import (
    BUF,
    CHUNK,
    EVENT,
    HELD,
    NOBODY,
    NONE_LINEAR,
    SKB,
    STATE,
    Int64s,
    Layout,
    Queue,
)

Polls = int | Sequence[int] | Int64s

MAX_RING: Final = 32768  # virtio 1.x, 2.7: the most descriptors of a split virtqueue
MAX_RCVBUF: Final = 2**31 - 1  # include/net/sock.h: sk_rcvbuf is an int
LEAST_TRUESIZE: Final = 512  # of anything that holds a chunk; bounds what a socket can pin


def checked_ring(ring: int) -> int:
    """Give the ring if virtio can have it.

    Raises
    ------
    StrategyError
        It cannot.
    """
    if not isinstance(ring, Integral) or not 1 < ring <= MAX_RING or ring & (ring - 1):
        raise StrategyError(f"a ring has 2 to {MAX_RING:,} buffers, a power of two, not {ring}")
    return int(ring)


def checked_polls(polls: Polls) -> Int64s:
    """Give the packets of each poll as an array.

    Raises
    ------
    StrategyError
        One cannot be.
    """
    budgets = np.atleast_1d(np.asarray(polls))
    whole = budgets.ndim == 1 and budgets.size and budgets.dtype.kind in "iu"
    if not whole or budgets.min() < 1 or budgets.max() > NAPI_POLL_WEIGHT:
        raise StrategyError(f"a NAPI poll receives 1 to {NAPI_POLL_WEIGHT} packets")
    return budgets.astype(np.int64)


def checked_rcvbuf(rcvbuf: int) -> int:
    """Give the bytes of a socket's buffer if it can be so large.

    Raises
    ------
    StrategyError
        It cannot.
    """
    if not isinstance(rcvbuf, Integral) or not 0 < rcvbuf <= MAX_RCVBUF:
        raise StrategyError(f"rcvbuf is from 1 to {MAX_RCVBUF:,} bytes, not {rcvbuf}")
    return int(rcvbuf)


def new_queue(layout: Layout, events: int, keep: int, rcvbuf: int) -> Queue:
    """Make the records of a queue, with room for `events`, `keep` skbs, and a socket's chunks."""
    state = np.zeros(1, STATE)[0]
    for cursor in ("frag_chunk", "cache_chunk", "pool_page", "pool_cache"):
        state[cursor] = NOBODY
    state["least_linear"] = NONE_LINEAR
    # Each posted buffer, each skb's buffer and head, each accepted skb's may be a chunk's last.
    in_use = 2 * layout.ring_size + 2 * NAPI_POLL_WEIGHT + 2 * rcvbuf // LEAST_TRUESIZE + 16
    in_pool = layout.ring_size + PP_ALLOC_CACHE_SIZE + PP_ALLOC_CACHE_REFILL if layout.pool else 0
    chunks = np.zeros(in_use + in_pool, CHUNK)
    chunks["next"] = np.arange(1, chunks.size + 1)
    chunks["next"][-1] = NOBODY
    skbs = 1 << (max(2 * NAPI_POLL_WEIGHT, keep) - 1).bit_length()
    ring = np.zeros(2 * layout.ring_size, BUF)
    return Queue(
        layout,
        state,
        ring,
        chunks,
        np.zeros(skbs, SKB),
        np.zeros(events, EVENT),
        np.zeros(0, STATE),
        np.zeros(0, HELD),
    )
