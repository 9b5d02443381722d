"""Copies of a queue that receive some frames, to see what becomes of them and where it comes to."""

from types import ModuleType
from typing import Final

import numpy as np

from .head_block import HeadBlock
from .state import BUF, CHUNK, LEVELS, NOBODY, NONE_LINEAR, STATE, Int64s, Queue, Records

ONE_POLL: Final = np.ones(1, np.int64)

FIELDS: Final = {name: offset // 8 for name, (_, offset, *_) in (STATE.fields or {}).items()}
# what a packet may raise (or lower): the highest of it counts
HIGHEST: Final = (*(name for name in FIELDS if name.startswith("peak_")), "least_linear")
# where a queue stands, for its own numbering of chunks
NUMBERED: Final = ("frag_chunk", "cache_chunk", "free_chunk", "pool_page", "pool_cache")
OFFSETS: Final = (
    *("posted_room", "frag_offset", "cache_offset", "pool_offset", "spare_pages"),
    *("pool_cached", "pool_returned", *LEVELS, "held_bytes", "skb_slab_bytes", "skb_pages"),
)
STANDS: Final = (*NUMBERED, "pool_oldest", "pool_newest", *OFFSETS)
# what packets leave alone while no poll is open and no socket counts
LEFT: Final = (
    *("opened", "budget", "work", "pending", "events", "rcvbuf", "rmem_alloc", "rcvbuf_drops"),
    *("traced", "accepted", "fit_rcvbuf", "fit_rmem", "fit_closed", "fit_packets", "fit_bytes"),
)
COUNTED: Final = tuple(
    name for name in FIELDS if name not in (*HIGHEST, *STANDS, *LEFT, "avg_pkt_len")
)
HIGHEST_AT: Final = [FIELDS[name] for name in HIGHEST]
OFFSETS_AT: Final = [FIELDS[name] for name in OFFSETS]
COUNTED_AT: Final = [
    FIELDS[name] + each for name in COUNTED for each in range(18 if name == "nr_frags" else 1)
]
BUF_KEPT: Final = [at for at, name in enumerate(BUF.names or ()) if name != "chunk"]
CHUNK_KEPT: Final = [at for at, name in enumerate(CHUNK.names or ()) if name != "next"]
NO_PEAKS: Final = [NONE_LINEAR if name == "least_linear" else 0 for name in HIGHEST]


def numbers_of(records: Records) -> Int64s:
    """Give records of int64 fields as rows of numbers, not copied."""
    return records.view(np.int64).reshape(records.size, records.dtype.itemsize // 8)


def copied(queue: Queue) -> Queue:
    """Give a queue of its own that is as `queue` is."""
    state = np.array([queue.state], STATE)[0]
    return queue._replace(
        state=state,
        ring=queue.ring.copy(),
        chunks=queue.chunks.copy(),
        skbs=queue.skbs.copy(),
    )


def shape(queue: Queue) -> tuple[bytes, ...]:
    """Give what decides a queue's future, its chunks named in the order in which they are met.

    Two queues of the same shape do the same for ever, but for where their block of heads ends.
    """
    state = queue.state
    cursors = ["frag_chunk", "pool_page", *([] if HeadBlock.of(queue) else ["cache_chunk"])]
    counts = ["frag_offset", "pool_offset", "spare_pages", "pool_cached", "pool_returned"]
    counts += [] if HeadBlock.of(queue) else ["cache_offset"]
    posted = queue.ring[np.arange(state["head"], state["tail"]) % queue.ring.size]
    pooled = [*listed(queue, "pool_cache"), *listed(queue, "pool_oldest")]
    others = [NOBODY, *(int(state[name]) for name in cursors), *pooled]
    met = np.concatenate([np.array(others), posted["chunk"]])
    numbers, first, names = np.unique(met, return_index=True, return_inverse=True)
    order = np.argsort(first)
    chunks = queue.chunks[numbers[order][1:]]  # NOBODY comes first
    return (
        np.argsort(order)[names].tobytes(),
        numbers_of(posted)[:, BUF_KEPT].tobytes(),
        numbers_of(chunks)[:, CHUNK_KEPT].tobytes(),
        np.array([state[name] for name in counts]).tobytes(),
    )


def listed(queue: Queue, first: str) -> list[int]:
    """Follow a list of pool pages from its first one."""
    count = int(queue.state["pool_cached" if first == "pool_cache" else "pool_returned"])
    number, found = int(queue.state[first]), []
    for _ in range(count):
        found.append(number)
        number = int(queue.chunks[number]["next"])
    return found


class Probe:
    """A copy of a queue after it has received some frames, and its state on the way.

    Attributes
    ----------
    queue : Queue
        The copy.
    rows : int64 array, shape (frames + 1, numbers of STATE)
        The state before, and after each of them; peaks are those of one packet. What the end of a
        block of heads adds is left out.
    """

    def __init__(self, queue: Queue, kernels: ModuleType, frames: Int64s) -> None:
        """Let a copy of `queue` receive `frames`."""
        rows = np.zeros(frames.size + 1, STATE)
        self.rows = numbers_of(rows)
        rows[0] = queue.state
        self.queue = copied(queue)._replace(rows=rows[1:])
        state = numbers_of(self.queue.state.reshape(1))[0]
        state[FIELDS["traced"]] = 0
        state[HIGHEST_AT] = NO_PEAKS
        kernels.receive(self.queue, frames, ONE_POLL)
        first = int(queue.state["packet"])  # counted after the poll has ended
        self.rows[:, FIELDS["packet"]] = np.arange(first, first + rows.size)
        block = HeadBlock.of(queue)
        if block:
            self._leave_out(block)

    def _leave_out(self, block: HeadBlock) -> None:
        ends = np.diff(self.rows[:, FIELDS["cache_offset"]], prepend=block.size) > 0
        blocks = np.cumsum(ends)
        self.rows[:, FIELDS["filled_bytes"]] -= blocks * block.size
        self.rows[:, FIELDS["chunk_tail"]] -= blocks * block.tail
        self.rows[:, FIELDS["cache_offset"]] = 0

    @property
    def offsets(self) -> Int64s:
        """Give where the queue stood before and after each frame, as far as numbers tell it."""
        return self.rows[:, OFFSETS_AT]

    @property
    def added(self) -> Int64s:
        """Give what each frame added to the numbers of COUNTED_AT."""
        added = self.rows[1:, COUNTED_AT]
        added -= self.rows[:-1, COUNTED_AT]
        return added

    @property
    def highest(self) -> Int64s:
        """Give how high each frame raised the peaks."""
        return self.rows[1:, HIGHEST_AT]
