"""Room for what is alive: the tables of a consumer, and the chunks of its queue."""

from typing import Final

import numpy as np

from .consuming import find_again
from .holding import AT_ONCE, Holding
from .state import CHUNK, NOBODY, Int64s, Queue, Record, Records

MOST_EMPTY: Final = 8_192  # sockets: of more, those that are empty and never were as full go


def with_room(queue: Queue, x: Holding) -> tuple[Queue, Holding]:
    """Give both with room for the next step of the guest.

    Tables grow to twice what is in use, so that the cost of a packet stays the same. A chunk that
    no posted buffer needs has a reference of an skb: there are no more of them than of those.
    """
    h = x.state
    if h["spare_held"] < AT_ONCE:
        x = x._replace(held=grown(x.held, h, "free_held", "spare_held", AT_ONCE))
    least = AT_ONCE + queue.ring.size
    if h["spare_refs"] < least:
        before = x.refs.size
        refs = grown(x.refs, h, "free_ref", "spare_refs", least)
        refs["chunk"][before:] = NOBODY
        x = x._replace(refs=refs)
        queue = queue._replace(chunks=more_chunks(queue, refs.size - before))
    if h["spare_sockets"] < AT_ONCE:
        x = with_sockets(x)
    return queue, x


def grown(table: Records, h: Record, free: str, spare: str, least: int) -> Records:
    """Give a table of twice the size, the new records in front of those that are free."""
    more = max(table.size, 2 * least)
    larger = np.zeros(table.size + more, table.dtype)
    larger[: table.size] = table
    larger["next"][table.size :] = np.arange(table.size + 1, larger.size + 1)
    larger["next"][-1] = h[free]
    h[free] = table.size
    h[spare] += more
    return larger


def more_chunks(queue: Queue, more: int) -> Records:
    """Give the chunks of a queue and so many more."""
    chunks, state = queue.chunks, queue.state
    larger = np.zeros(chunks.size + more, CHUNK)
    larger[: chunks.size] = chunks
    larger["next"][chunks.size :] = np.arange(chunks.size + 1, larger.size + 1)
    larger["next"][-1] = state["free_chunk"]
    state["free_chunk"] = chunks.size
    return larger


def with_sockets(x: Holding) -> Holding:
    """Forget sockets that are empty, or where most are not give more."""
    if x.sockets.size >= MOST_EMPTY:
        forget(x)
    sockets, slots = x.sockets, x.slots
    if x.state["spare_sockets"] < max(AT_ONCE, sockets.size // 4):
        sockets = grown(sockets, x.state, "free_socket", "spare_sockets", AT_ONCE)
        slots = np.full(4 << sockets.size.bit_length(), NOBODY)
    find_again(sockets, slots)
    return x._replace(sockets=sockets, slots=slots)


def forget(x: Holding) -> None:
    """Free the records of empty sockets, but for a quarter: those that have held the most."""
    sockets, h = x.sockets, x.state
    empty = np.flatnonzero((sockets["key"] != 0) & (sockets["packets"] == 0))
    order = np.lexsort((empty, -sockets["peak_rmem"][empty]))
    gone: Int64s = np.sort(empty[order[sockets.size // 4 :]])
    sockets["key"][gone] = 0
    for number in gone[::-1].tolist():
        sockets["next"][number] = h["free_socket"]
        h["free_socket"] = number
    h["spare_sockets"] += gone.size
    h["forgotten"] += gone.size
