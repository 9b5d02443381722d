"""A queue whose buffers do not change their sizes comes back to where it was.

After some packets the ring, the chunks and the cursors are as they were before, but for the chunks'
numbers; and what a packet does on the way depends on its place in that cycle, and on its length in
spans of lengths, each a straight line. All of this is measured on the queue itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import ModuleType
from typing import Final

import numpy as np

from .abi import ETH_HLEN, GOOD_COPY_LEN
from .state import LEVELS, NOBODY, NONE_LINEAR, STATE, Int64s, Layout, Queue

MOST_PHASES: Final = 4096
CANDIDATES: Final = 4  # places of equal offsets that are looked at in full
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


def copied(queue: Queue) -> Queue:
    """Give a queue of its own that is as `queue` is."""
    state = np.array([queue.state], STATE)[0]
    return queue._replace(
        state=state,
        ring=queue.ring.copy(),
        chunks=queue.chunks.copy(),
        skbs=queue.skbs.copy(),
    )


def shape(queue: Queue) -> list[object]:
    """Give what decides a queue's future, its chunks named in the order in which they are met.

    Two queues of the same shape do the same for ever.
    """
    state = queue.state
    posted = queue.ring[np.arange(state["head"], state["tail"]) % queue.ring.size]
    pooled = [*listed(queue, "pool_cache"), *listed(queue, "pool_oldest")]
    cursors = [int(state[name]) for name in ("frag_chunk", "cache_chunk", "pool_page")]
    met = [*posted["chunk"].tolist(), *cursors, *pooled]
    names: dict[int, int] = {NOBODY: NOBODY}
    named = [names.setdefault(number, len(names)) for number in met]
    chunks = queue.chunks[[number for number in names if number >= 0]]
    sizes = posted[["offset", "asked", "size", "slab"]]
    offsets = [int(state[name]) for name in ("frag_offset", "cache_offset", "pool_offset")]
    counts = [int(state[name]) for name in ("spare_pages", "pool_cached", "pool_returned")]
    kept = chunks[["refs", "skb_refs", "size", "kind"]]
    return [named, sizes.tolist(), kept.tolist(), offsets, counts]


def listed(queue: Queue, first: str) -> list[int]:
    """Follow a list of pool pages from its first one."""
    count = int(queue.state["pool_cached" if first == "pool_cache" else "pool_returned"])
    number, found = int(queue.state[first]), []
    for _ in range(count):
        found.append(number)
        number = int(queue.chunks[number]["next"])
    return found


def spans(layout: Layout, sizes: Int64s) -> list[int]:
    """Give the lengths at which what becomes of a packet may change, in order; the last one is out.

    Between two of them, everything that a packet of one buffer adds is a straight line.
    """
    head = layout.headroom + layout.hdr_len
    behind = layout.shared_info
    if layout.pages:  # big
        before = layout.hdr_len + layout.alignment
        ends = [before + layout.sizeof_shared_info, *([before] * layout.pages)]
        pages = [layout.page_size, *(layout.page_size * n for n in range(1, layout.pages + 1))]
        ends = [page - end for page, end in zip(pages, ends, strict=True)]
        most = layout.capacity
    elif layout.buf_len:  # small
        ends, most = [], layout.capacity
    else:  # mergeable: one buffer, and an average that asks for no longer ones
        ends = [int(size) - head - layout.sizeof_shared_info for size in sizes]
        most = int(sizes.min()) - max(head + behind, layout.len_term * (layout.avg_max > 0))
    copied = {GOOD_COPY_LEN, layout.copy_room} if layout.pages or not layout.buf_len else set()
    inner = {*copied, *ends}
    return [ETH_HLEN, *sorted({end + 1 for end in inner if ETH_HLEN <= end < most}), most + 1]


HIGHEST_AT: Final = [FIELDS[name] for name in HIGHEST]
LEVEL_AT: Final = [at for at, name in enumerate(HIGHEST) if "payload" not in name]
OFFSETS_AT: Final = [FIELDS[name] for name in OFFSETS]


class Probe:
    """A copy of a queue after it has received frames of one length, and its state on the way.

    Attributes
    ----------
    queue : Queue
        The copy.
    rows : int64 array, shape (frames + 1, numbers of STATE)
        The state before, and after each of them; peaks are those of one packet.
    """

    def __init__(self, queue: Queue, kernels: ModuleType, frame: int, count: int) -> None:
        """Let a copy of `queue` receive `count` frames of `frame` bytes."""
        copy = copied(queue)
        before = np.array([queue.state], STATE)
        self.queue = copy._replace(rows=np.zeros(count, STATE))
        state = self.queue.state
        state["traced"] = 0
        for name in HIGHEST:
            state[name] = NONE_LINEAR if name == "least_linear" else 0
        kernels.receive(self.queue, np.full(count, frame), ONE_POLL)
        rows = np.concatenate([before, self.queue.rows]).view(np.int64)
        self.rows: Int64s = rows.reshape(count + 1, -1)
        first = int(queue.state["packet"])  # counted after the poll has ended
        self.rows[:, FIELDS["packet"]] = np.arange(first, first + count + 1)
        self.rows[:, [FIELDS["traced"], FIELDS["avg_pkt_len"]]] = 0  # they have rules of their own

    @property
    def offsets(self) -> Int64s:
        """Give where the queue stood before and after each frame, as far as numbers tell it."""
        return self.rows[:, OFFSETS_AT]

    @property
    def added(self) -> Int64s:
        """Give what each frame added to each number."""
        return np.diff(self.rows, axis=0)

    @property
    def highest(self) -> Int64s:
        """Give how high each frame raised the peaks."""
        return self.rows[1:, HIGHEST_AT]


@dataclass(frozen=True, slots=True)
class Span:
    """Lengths between which all that a packet adds is a straight line.

    Attributes
    ----------
    least, most : int
        The lengths.
    turn : int64 array, shape (phases,)
        Slices that a packet's head takes of the page behind heads: 0 or 1.
    added : int64 array, shape (phases * turns, numbers of STATE)
        What a packet of `least` adds to each number.
    slope : int64 array, of the same shape
        What it adds for each byte more.
    highest : int64 array, shape (phases * turns, fields of HIGHEST)
        How high it raises each peak, from 0; the least linear part.
    """

    least: int
    most: int
    turn: Int64s
    added: Int64s
    slope: Int64s
    highest: Int64s


@dataclass(frozen=True, slots=True)
class Cycle:
    """A queue at the beginning of a cycle, and what packets do in it.

    Attributes
    ----------
    starts : tuple of Queue
        The queue, by the slices taken of the page behind heads: its turns.
    phases : int
        Packets of a cycle.
    still : int
        A length whose packets take no slice.
    spans : tuple of Span
    """

    starts: tuple[Queue, ...]
    phases: int
    still: int
    spans: tuple[Span, ...]


def slices_taken(queue: Queue) -> int:
    """Count the slices taken of the page behind heads, 0 where a fresh one is next."""
    layout, left = queue.layout, int(queue.state["cache_offset"])
    return (layout.page_size - left) // layout.head_slice if layout.slices_1k and left else 0


def turn_of(queue: Queue, kernels: ModuleType, frame: int) -> int:
    """Say whether a packet takes a slice of the page behind heads, if there is such a page."""
    taken = Probe(queue, kernels, frame, 1).added[0, FIELDS["carved_heads"]]
    return int(bool(taken and queue.layout.slices_1k))


def period(queue: Queue, kernels: ModuleType, frame: int) -> int:
    """Give the packets after which a queue is again where it was, 0 where it is not soon."""
    probe = Probe(queue, kernels, frame, MOST_PHASES)
    again = (probe.offsets[1:] == probe.offsets[0]).all(axis=1)
    start, candidates = shape(queue), (np.flatnonzero(again)[:CANDIDATES] + 1).tolist()
    found = [n for n in candidates if shape(Probe(queue, kernels, frame, n).queue) == start]
    return min(found, default=0)


def starts_of(
    queue: Queue, kernels: ModuleType, phases: int, still: int, turning: int
) -> tuple[Queue, ...]:
    """Give the queue at the beginning of a cycle with each number of slices taken.

    Some packets of a cycle have the length `turning` and take a slice, the others are `still`.
    """
    turns = queue.layout.page_size // queue.layout.head_slice
    starts = {}
    for slices in range(turns):
        start = copied(queue)
        frames = np.full(phases, still)
        frames[:slices] = turning
        kernels.receive(start, frames, ONE_POLL)
        starts[slices_taken(start)] = start
    return tuple(starts[taken] for taken in range(turns))


class Measuring:
    """What packets of one length add at each phase and turn, by probes from each start."""

    def __init__(self, starts: Sequence[Queue], probes: Sequence[Probe]) -> None:
        """Lay what the probes show side by side."""
        turns = len(starts)
        self.turn = (probes[0].added[:, FIELDS["carved_heads"]] > 0) * np.int64(turns > 1)
        taken = np.concatenate([[0], np.cumsum(self.turn)])
        at = (np.arange(turns)[:, None] + taken) % turns
        self.added, self.highest, self.offsets = (
            self._laid(np.array([getattr(p, of)[: self.turn.size] for p in probes]), at)
            for of in ("added", "highest", "offsets")
        )
        self.returns = all(
            shape(probe.queue) == shape(starts[end])
            for probe, end in zip(probes, at[:, -1], strict=True)
        )

    @staticmethod
    def _laid(shown: Int64s, at: Int64s) -> Int64s:
        starts, phases, numbers = shown.shape
        laid = np.zeros((phases, starts, numbers), np.int64)
        for start in range(starts):
            laid[np.arange(phases), at[start, :-1]] = shown[start]
        return laid.reshape(phases * starts, numbers)


def find_cycle(queue: Queue, kernels: ModuleType, bounds: Sequence[int]) -> Cycle | None:
    """Measure the cycle that a queue is in, None where it is in none.

    `bounds` are the lengths at which a span begins and the one before it ends. The offsets decide
    where a queue stands: all that its packets held is back when a poll ends, buffers are posted one
    behind the other, and free pages are alike.
    """
    turns = {least: turn_of(queue, kernels, least) for least in bounds[:-1]}
    still = min(turns, key=lambda least: turns[least])
    phases = period(queue, kernels, still)
    if not phases:
        return None
    starts: tuple[Queue, ...] = (copied(queue),)
    if len(set(turns.values())) > 1:
        turning = max(turns, key=lambda least: turns[least])
        starts = starts_of(queue, kernels, phases, still, turning)
    elif turns[still]:
        return None
    spans: list[Span] = []
    stands = None
    for least, end in sorted(pairwise(bounds), key=lambda pair: turns[pair[0]]):
        ends = [
            Measuring(starts, [Probe(start, kernels, frame, phases) for start in starts])
            for frame in (least, end - 1)
        ]
        stands = ends[0].offsets if stands is None else stands
        if not all(m.returns and np.array_equal(m.offsets, stands) for m in ends):
            return None  # where it comes to depends on the lengths
        span = straight(least, end - 1, *ends)
        if span is None:
            return None
        spans.append(span)
    return Cycle(starts, phases, still, tuple(sorted(spans, key=lambda span: span.least)))


def straight(least: int, most: int, low: Measuring, high: Measuring) -> Span | None:
    """Join what the ends of a span have shown, None where no straight line does."""
    rise, width = high.added - low.added, max(1, most - least)
    bent = (high.highest != low.highest)[:, LEVEL_AT]
    if (rise % width).any() or bent.any():
        return None
    return Span(least, most, low.turn, low.added, rise // width, low.highest)
