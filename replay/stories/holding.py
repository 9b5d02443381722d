"""Who holds a chunk at one moment, and until when somebody does."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from rxreplay.emulator.state import (
    HEAD_BLOCK,
    NOBODY,
    PAGE_FRAG,
    POOL_PAGE,
    XDP_PAGE,
    Int64s,
    Queue,
    Record,
    Records,
)

from .story import ChunkStory

KINDS = {
    PAGE_FRAG: "page_frag",
    POOL_PAGE: "page_pool",
    HEAD_BLOCK: "skb heads",
    XDP_PAGE: "page of a program",
}
MOST_WATCHED = 10_000  # packets: what a cursor stands in may be held for as long as they last
CURSORS = ("frag_chunk", "pool_page", "cache_chunk")


@dataclass(slots=True)
class Watched:
    """A chunk when the skb of frame `since` is finished, and the frame after which it was free.

    `watched_to` is the frame after which it was still held and was not watched any more.
    """

    since: int
    number: int
    kind: int
    size: int
    refs: int
    own: int
    posted: int
    frames: list[int]
    cursor: bool
    freed_by: int | None = None
    watched_to: int | None = None

    def story(self, packet: Callable[[int], int]) -> ChunkStory:
        """Tell it, by the packets' numbers in the capture."""
        return ChunkStory(
            chunk=self.number,
            kind=KINDS[self.kind],
            size=self.size,
            refs=self.refs,
            own=self.own,
            posted=self.posted,
            packets=tuple(packet(frame) for frame in self.frames),
            cursor=self.cursor,
            freed_by=None if self.freed_by is None else packet(self.freed_by),
            watched_to=None if self.watched_to is None else packet(self.watched_to),
        )


def ring_entries(ring: Records, first: int, count: int) -> Records:
    """Give the entries of some buffers, by their number."""
    entries: Records = ring[np.arange(first, first + count) & (ring.size - 1)]
    return entries


def alive(queue: Queue) -> Iterator[tuple[Record, Records]]:
    """Give the skbs that nobody has got yet, with the ring's entries of their buffers."""
    state = queue.state
    for number in range(int(state["delivered"]), int(state["skb"])):
        skb = queue.skbs[number & (queue.skbs.size - 1)]
        if not skb["drop"]:
            yield skb, ring_entries(queue.ring, int(skb["first_buf"]), int(skb["bufs"]))


class Held(NamedTuple):
    """The chunks that an skb refers to, one for each reference, and those it gave back.

    A buffer that continues the frag before it gives its reference back, which the emulator does
    when the skb is freed: the chunk lives until then in any case.
    """

    frame: int
    chunks: Int64s
    given_back: Int64s


def chunks_of(queue: Queue, before: Queue, skb: Record, skbs: Sequence[Held]) -> list[Watched]:
    """Look at the chunks that a packet's buffers and its head are cut from, each once.

    Parameters
    ----------
    queue, before : Queue
        Now, when the skb has just been finished, and before its frame came.
    skb : record
        The packet's.
    skbs : sequence of Held
        The skbs alive.
    """
    first, count, frame = int(skb["first_buf"]), int(skb["bufs"]), int(skb["packet"])
    used = unique(ring_entries(before.ring, first, count)["chunk"].tolist())
    freed = [n for n in used if is_freed(queue.chunks[n], before.chunks[n]["kind"])]
    now = ring_entries(queue.ring, first, count)["chunk"].tolist()
    head = NOBODY if skb["drop"] else int(skb["head_chunk"])
    held = unique([*(n for n in used if n not in freed), *now, head])
    return [
        *(gone(number, before.chunks[number], frame) for number in freed),
        *(watch(queue, number, frame, skbs) for number in held),
    ]


def unique(numbers: Iterable[int]) -> list[int]:
    """Give the numbers of chunks, each once.

    Examples
    --------
    >>> unique([3, -1, 3, 0])
    [3, 0]
    """
    return list(dict.fromkeys(number for number in numbers if number >= 0))


def is_freed(chunk: Record, kind: int) -> bool:
    """Say whether nobody holds a chunk any more that was of a kind; it may be taken again."""
    return bool(chunk["refs"] == 0 or chunk["kind"] != kind)


def gone(number: int, chunk: Record, frame: int) -> Watched:
    """Tell of a chunk that was freed when `frame` was received."""
    kind, size = int(chunk["kind"]), int(chunk["size"])
    return Watched(frame, number, kind, size, 0, 0, 0, [], cursor=False, freed_by=frame)


def watch(queue: Queue, number: int, frame: int, skbs: Sequence[Held]) -> Watched:
    """Look who holds a chunk when the skb of `frame` has just been finished."""
    state, chunk = queue.state, queue.chunks[number]
    ring = ring_entries(queue.ring, int(state["head"]), int(state["tail"] - state["head"]))
    holders = [skb.frame for skb in skbs for _ in range(int((skb.chunks == number).sum()))]
    given_back = sum(int((skb.given_back == number).sum()) for skb in skbs)
    return Watched(
        since=frame,
        number=number,
        kind=int(chunk["kind"]),
        size=int(chunk["size"]),
        refs=int(chunk["refs"]) - given_back,
        own=holders.count(frame),
        posted=int((ring["chunk"] == number).sum()),
        frames=[holder for holder in holders if holder != frame],
        cursor=number in [state[name] for name in CURSORS],
    )


class Watch:
    """Chunks that are watched until they are free, or for `MOST_WATCHED` packets.

    A number may then name another chunk.
    """

    def __init__(self, queue: Queue) -> None:
        """Watch nothing yet."""
        self._queue = queue
        self._alive: dict[int, list[Watched]] = {}

    def __bool__(self) -> bool:
        """Say whether any chunk is still watched."""
        return bool(self._alive)

    def add(self, watched: Iterable[Watched]) -> None:
        """Watch chunks from now on."""
        for each in watched:
            if each.freed_by is None:
                self._alive.setdefault(each.number, []).append(each)

    def look(self, frame: int) -> None:
        """Note which chunks are free after `frame`, and leave those watched for too long."""
        self._leave(frame)
        for number, watched in list(self._alive.items()):
            if is_freed(self._queue.chunks[number], watched[0].kind):
                for each in self._alive.pop(number):
                    each.freed_by = frame

    def _leave(self, frame: int) -> None:
        for number, watched in list(self._alive.items()):
            while watched and frame - watched[0].since > MOST_WATCHED:
                watched[0].watched_to = watched[0].since + MOST_WATCHED
                del watched[0]
            if not watched:
                del self._alive[number]
