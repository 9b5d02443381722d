"""Copies of a queue that receive some frames, to see what becomes of them and where it comes to."""

from threading import local
from types import ModuleType
from typing import Final

import numpy as np

from .head_block import HeadBlock
from .state import LEVELS, NONE_LINEAR, STATE, Int64s, Queue, Records

ONE_POLL: Final = np.ones(1, np.int64)

FIELDS: Final = {name: offset // 8 for name, (_, offset, *_) in (STATE.fields or {}).items()}
NUMBERS: Final = STATE.itemsize // 8
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
COUNTED_AT: Final = np.array(
    [FIELDS[name] + each for name in COUNTED for each in range(18 if name == "nr_frags" else 1)]
)
STANDS_AT: Final = np.array([FIELDS[name] for name in STANDS])
NO_PEAKS: Final = [NONE_LINEAR if name == "least_linear" else 0 for name in HIGHEST]


class Scratch(local):
    """Room for rows, of each thread its own: fresh memory costs more than to fill it."""

    def __init__(self) -> None:
        """Begin with none."""
        self._kept: dict[str, Int64s] = {}

    def rows(self, use: str, *shape: int) -> Int64s:
        """Give room for rows of the numbers of STATE; what else had it for the same use is lost."""
        size = int(np.prod(shape)) * NUMBERS
        kept = self._kept.get(use)
        if kept is None or kept.size < size:
            kept = self._kept[use] = np.empty(size, np.int64)
        return kept[:size].reshape(*shape, NUMBERS)


def numbers_of(records: Records) -> Int64s:
    """Give records of int64 fields as rows of numbers, not copied."""
    return records.view(np.int64).reshape(records.size, records.dtype.itemsize // 8)


def again(records: Records) -> Records:
    """Copy records of int64 fields: as numbers, since numpy copies records field by field."""
    return records.view(np.int64).copy().view(records.dtype)


def copied(queue: Queue) -> Queue:
    """Give a queue of its own that is as `queue` is, where none of its skbs is alive."""
    state = again(queue.state.reshape(1))[0]
    return queue._replace(state=state, ring=again(queue.ring), chunks=again(queue.chunks))


def passed(queue: Queue, kernels: ModuleType, frames: Int64s, rows: Int64s) -> None:
    """Let a queue receive frames, and keep its numbers on the way.

    Parameters
    ----------
    queue : Queue
        Who receives.
    kernels : module
        Of its strategy.
    frames : int64 array, shape (n,)
        Bytes of each; all of them are delivered.
    rows : int64 array, shape (n + 1, numbers of STATE)
        Where to put the numbers before, and after each of them; peaks are those of one packet. What
        the end of a block of heads adds is left out.
    """
    state = numbers_of(queue.state.reshape(1))[0]
    state[FIELDS["traced"]] = 0
    state[HIGHEST_AT] = NO_PEAKS
    rows[0] = state
    block = HeadBlock.of(queue)
    traced = rows[1:].reshape(-1).view(STATE)
    kernels.receive(queue._replace(rows=traced), frames, ONE_POLL)
    rows[:, FIELDS["packet"]] = np.arange(rows.shape[0])  # counted after the poll has ended
    if block:
        leave_out(block, rows)


def leave_out(block: HeadBlock, rows: Int64s) -> None:
    """Take the ends of a block of heads out of what was kept on the way."""
    ends = np.diff(rows[:, FIELDS["cache_offset"]], prepend=block.size) > 0
    blocks = np.cumsum(ends)
    rows[:, FIELDS["filled_bytes"]] -= blocks * block.size
    rows[:, FIELDS["chunk_tail"]] -= blocks * block.tail
    rows[:, FIELDS["cache_offset"]] = 0
