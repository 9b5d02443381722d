"""What a stride keeps of the frames that it passes: how many, and their bytes, by place."""

from threading import Lock
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from rxreplay._jit import kernel

from .abi import RX_PKT_WEIGHT_SHIFT
from .state import Int64s, Record

Spans = NDArray[np.int8]

WALK: Final = np.dtype(
    [
        (name, "i8")
        for name in (
            *("cell", "turn", "cells", "spans", "turns", "avg_pkt_len", "too_long", "longest"),
        )
    ]
)
STOP, TOO_LONG = -1, -2  # of `span_of`: lengths that end a stride; that the device drops
NONE_MET: Final = 2**63 - 1
PACKET_BITS: Final = 40  # a cell has the packets in its upper bits, above the bytes of all
PACKET: Final = 1 << PACKET_BITS
BYTES: Final = PACKET - 1
MOST_AT_ONCE: Final = 1 << 20  # frames, below 2^20 bytes each: what the bits of a cell can take


@kernel
def count_cells(
    walk: Record, frames: Int64s, span_of: Spans, turns: Int64s, cells: Int64s, least: Int64s
) -> int:
    """Count frames by phase, turn and span, up to one that ends the stride; give how many.

    `least` keeps the shortest frame of each span.
    """
    at, end, spans = walk["cell"], walk["cells"], walk["spans"]
    last_turn = walk["turns"] * spans
    turn, row = walk["turn"] * spans, at // walk["turns"]
    avg, too_long = walk["avg_pkt_len"], walk["too_long"]
    longest = walk["longest"]
    count = 0
    for frame in frames:
        span = span_of[np.uint64(min(frame, span_of.size - 1))]
        if span < 0:
            if span == STOP:
                break
            too_long += 1
        else:
            cells[np.uint64(at + turn + span)] += frame + PACKET
            if frame < least[np.uint64(span)]:
                least[np.uint64(span)] = frame
            longest = max(longest, frame)
            avg = ((avg << RX_PKT_WEIGHT_SHIFT) - avg + frame) >> RX_PKT_WEIGHT_SHIFT
            if last_turn > spans:
                turn += turns[np.uint64(row + span)]
                if turn == last_turn:
                    turn = 0
                row += spans
            at += last_turn
            if at == end:
                at = row = 0
        count += 1
    walk["cell"], walk["turn"] = at, turn // spans
    walk["avg_pkt_len"], walk["too_long"] = avg, too_long
    walk["longest"] = longest
    return count


class Track(NamedTuple):
    """What decides how frames are counted: who has the same can share a `Counter`.

    `turns` has 1 where a packet of a span (row) takes a slice at a phase (column); `bounds` are the
    least lengths of the spans and the one after the last, `stops` the spans that end the stride.
    """

    start: int  # frames that were received before
    phases: int
    turns: tuple[tuple[int, ...], ...]
    last_turn: int
    turn: int  # at the start
    bounds: tuple[int, ...]
    stops: frozenset[int]
    drops_longer: bool  # the device drops longer frames; they do not end the stride
    avg_pkt_len: int

    @property
    def spans(self) -> int:
        """Their number."""
        return len(self.bounds) - 1


class Counter:
    """Counts the frames of a stride, for all who share its track.

    Attributes
    ----------
    packets, bytes : int64 array, shape (phases, turns, spans)
        What came to each place.
    walk : Record
        Where the count stands.
    least : int64 array, shape (spans,)
        The shortest frame of each span, of those counted at last.
    recent : int64 array
        The last frames that count, of one cycle at most.
    """

    def __init__(self, track: Track) -> None:
        """Begin with nothing."""
        self.track = track
        shape = (track.phases, track.last_turn, track.spans)
        self.packets, self.bytes = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        self._turns = np.array(track.turns).T.ravel() * track.spans
        self._span_of = np.full(track.bounds[-1] + 1, STOP, np.int8)
        for span in sorted(set(range(track.spans)) - track.stops):
            self._span_of[track.bounds[span] : track.bounds[span + 1]] = span
        if track.drops_longer:
            self._span_of[-1] = TOO_LONG
        self.walk = np.zeros(1, WALK)[0]
        self.walk["cells"], self.walk["spans"] = self.packets.size, track.spans
        self.walk["turns"], self.walk["turn"] = track.last_turn, track.turn
        self.walk["avg_pkt_len"] = track.avg_pkt_len
        self.least = np.full(track.spans, NONE_MET)
        self.recent = np.zeros(0, np.int64)
        self._lock = Lock()
        self._next, self._counted = track.start, 0

    def count(self, start: int, frames: Int64s) -> int:
        """Count frames, unless another has already; give how many before one that ends the stride.

        `start` is the number of frames before these.
        """
        with self._lock:
            if start == self._next:
                self._next += frames.size
                self._counted = self._count(frames)
        return self._counted

    def _count(self, frames: Int64s) -> int:
        self.before = self.walk.copy()
        self.least[:] = NONE_MET
        cells, done = np.zeros(self.packets.size, np.int64), 0
        for at in range(0, frames.size, MOST_AT_ONCE):
            part = frames[at : at + MOST_AT_ONCE]
            counted = count_cells(self.walk, part, self._span_of, self._turns, cells, self.least)
            self.packets += (cells >> PACKET_BITS).reshape(self.packets.shape)
            self.bytes += (cells & BYTES).reshape(self.bytes.shape)
            cells[:] = 0
            done += counted
            if counted < part.size:
                break
        self._remember(frames[:done])
        return done

    def _remember(self, frames: Int64s) -> None:
        if self.walk["too_long"] > self.before["too_long"]:
            frames = frames[self.span_of(frames) >= 0]
        most = self.track.phases
        kept = self.recent[: 0 if frames.size >= most else self.recent.size]
        self.recent = np.concatenate([kept, frames[-most:]])[-most:]

    def span_of(self, frames: Int64s) -> Spans:
        """Give the span of each frame, or what becomes of it."""
        return self._span_of[np.minimum(frames, self._span_of.size - 1)]

    def places(self, frames: Int64s, walk: Record) -> tuple[Int64s, Int64s, Int64s]:
        """Give phase, turn and span of frames that count, of which the first comes to `walk`."""
        track = self.track
        spans = self.span_of(frames).astype(np.int64)
        phase = walk["cell"] // (track.last_turn * track.spans)
        phases = (phase + np.arange(frames.size)) % track.phases
        taken = np.array(track.turns)[spans, phases]
        turns = (walk["turn"] + np.cumsum(taken) - taken) % track.last_turn
        return phases, turns, spans

    def places_of_last(self, last: Int64s) -> tuple[Int64s, Int64s, Int64s]:
        """Give phase, turn and span of the last frames, of a cycle that has not ended."""
        begin = self.walk.copy()
        begin["cell"] = 0
        phases, turns, spans = self.places(last, begin)
        taken = np.array(self.track.turns)[spans, phases].sum()
        return phases, (turns - taken) % self.track.last_turn, spans


class Counters:
    """The counters of receivers that get the same frames: one for each track."""

    def __init__(self) -> None:
        """Begin with none."""
        self._lock = Lock()
        self._found: dict[Track, Counter] = {}

    def of(self, track: Track) -> Counter:
        """Give the counter of a track, and forget those that began earlier."""
        with self._lock:
            if track not in self._found:
                later = {t: c for t, c in self._found.items() if t.start >= track.start}
                self._found = {**later, track: Counter(track)}
            return self._found[track]
