"""Whether two queues stand alike: but for their chunks' numbers, they do the same for ever."""

from typing import NamedTuple

import numpy as np
from rxreplay._jit import kernel

from .head_block import HeadBlock
from .state import NOBODY, Int64s, Queue, Record, Records


class Standing(NamedTuple):
    """What decides the future of a queue between two polls."""

    state: Records  # STATE: one record
    ring: Records  # BUF
    chunks: Records  # CHUNK
    names: Int64s  # by number of a chunk, that of the other queue's chunk in its place


def standing(queue: Queue) -> Standing:
    """Give the records of a queue, not copied."""
    names = np.full(queue.chunks.size, NOBODY)
    return Standing(queue.state.reshape(1), queue.ring, queue.chunks, names)


def alike(one: Queue, other: Queue) -> bool:
    """Say whether two queues of the same layout stand alike, but for where a block of heads ends.

    None of their skbs is alive.
    """
    heads = HeadBlock.of(one) is None
    return bool(stand_alike(standing(one), standing(other), heads, max(1, one.layout.order3)))


@kernel
def stand_alike(one: Standing, other: Standing, heads: bool, order3: int) -> bool:
    """Compare cursors, pools and posted buffers, and name each chunk of one by the other's.

    `heads` says whether the place in the chunk of heads counts; of every `order3` allocations of a
    chunk the last gives a page.
    """
    a, b = one.state[0], other.state[0]
    if not (same_counts(a, b) and a["order3_tries"] % order3 == b["order3_tries"] % order3):
        return False
    if heads and a["cache_offset"] != b["cache_offset"]:
        return False
    same = pairs(one, other, a["frag_chunk"], b["frag_chunk"])
    same &= pairs(one, other, a["pool_page"], b["pool_page"])
    if heads:
        same &= pairs(one, other, a["cache_chunk"], b["cache_chunk"])
    same &= same_list(one, other, a["pool_cache"], b["pool_cache"], a["pool_cached"])
    same &= same_list(one, other, a["pool_oldest"], b["pool_oldest"], a["pool_returned"])
    for place in range(a["tail"] - a["head"]):
        mine = one.ring[(a["head"] + place) & (one.ring.size - 1)]
        its = other.ring[(b["head"] + place) & (other.ring.size - 1)]
        same &= mine["offset"] == its["offset"] and mine["size"] == its["size"]
        same &= mine["asked"] == its["asked"] and mine["slab"] == its["slab"]
        same &= pairs(one, other, mine["chunk"], its["chunk"])
    return bool(same)


@kernel
def same_counts(a: Record, b: Record) -> bool:
    """Compare what needs no chunk's number."""
    posted = a["tail"] - a["head"] == b["tail"] - b["head"]
    offsets = a["frag_offset"] == b["frag_offset"] and a["pool_offset"] == b["pool_offset"]
    pool = a["pool_cached"] == b["pool_cached"] and a["pool_returned"] == b["pool_returned"]
    return bool(posted and offsets and pool and a["spare_pages"] == b["spare_pages"])


@kernel
def pairs(one: Standing, other: Standing, mine: int, its: int) -> bool:
    """Say whether a chunk stands where the other queue's does, here and wherever it was met."""
    if mine < 0 or its < 0:
        return bool(mine == its)
    if one.names[mine] < 0 and other.names[its] < 0:
        one.names[mine], other.names[its] = its, mine
    chunk, twin = one.chunks[mine], other.chunks[its]
    same = chunk["refs"] == twin["refs"] and chunk["skb_refs"] == twin["skb_refs"]
    same &= chunk["size"] == twin["size"] and chunk["kind"] == twin["kind"]
    return bool(same and one.names[mine] == its and other.names[its] == mine)


@kernel
def same_list(one: Standing, other: Standing, mine: int, its: int, count: int) -> bool:
    """Compare two lists of pool pages of so many each."""
    same = True
    for _ in range(count):
        same &= pairs(one, other, mine, its)
        mine, its = one.chunks[mine]["next"], other.chunks[its]["next"]
    return same
