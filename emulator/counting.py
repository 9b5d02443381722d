"""What a stride keeps of the frames that it passes: how many, and their bytes, by place."""

from threading import Lock
from typing import Final, NamedTuple
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray
from rxreplay._jit import kernel

from .looking import NONE_MET, Look, Looks
from .probing import Scratch
from .state import Int64s

Int8s = NDArray[np.int8]

STOP, TOO_LONG = -1, -2  # of `span_of`: lengths that end a stride; that the device drops
PACKET_BITS: Final = 40  # a cell has the packets in its upper bits, above the bytes of all
PACKET: Final = 1 << PACKET_BITS
BYTES: Final = PACKET - 1
MOST_AT_ONCE: Final = 1 << 20  # frames, below 2^20 bytes each: what the bits of a cell can take


@kernel
def count_cells(phase: int, frames: Int64s, span_of: Int8s, cells: Int64s) -> None:
    """Count frames by phase and span, `phase` being that of the first."""
    done = 0
    while done < frames.size:
        until = min(frames.size, done + cells.shape[0] - phase)
        for number in range(done, until):
            frame = frames[np.uint64(number)]
            span = span_of[np.uint64(frame)]
            cells[np.uint64(phase), np.uint64(span)] += frame + PACKET
            phase += 1
        done, phase = until, 0


@kernel
def count_turns(
    phase: int, turn: int, frames: Int64s, span_of: Int8s, takes: Int8s, cells: Int64s
) -> int:
    """Count frames by phase, span and turn as well; give the turn after them.

    `takes` are the slices that a packet takes at each phase in each span.
    """
    last, done = cells.shape[2] - 1, 0  # turns are a power of two
    while done < frames.size:
        until = min(frames.size, done + cells.shape[0] - phase)
        for number in range(done, until):
            frame = frames[np.uint64(number)]
            at, span = np.uint64(phase), np.uint64(span_of[np.uint64(frame)])
            cells[at, span, np.uint64(turn & last)] += frame + PACKET
            turn += int(takes[at, span])  # int8 would overflow in plain Python
            phase += 1
        done, phase = until, 0
    return int(turn & last)


class Track(NamedTuple):
    """What decides how frames are counted: who has the same can share a `Counter`.

    `takes` has a byte for each phase and span, the slices that a packet takes there; `bounds` are
    the least lengths of the spans and the one after the last, `stops` the spans that end the
    stride.
    """

    start: int  # frames that were received before
    phases: int
    takes: bytes
    turns: int
    turn: int  # at the start
    bounds: tuple[int, ...]
    stops: frozenset[int]
    drops_longer: bool  # the device drops longer frames; they do not end the stride
    avg_pkt_len: int  # 0 where there is none

    @property
    def spans(self) -> int:
        """Their number."""
        return len(self.bounds) - 1

    @property
    def gaps(self) -> list[tuple[int, int]]:
        """Lengths that end the stride: from, and to below."""
        after = [] if self.drops_longer else [(self.bounds[-1], NONE_MET)]
        stops = [self.bounds[span : span + 2] for span in sorted(self.stops)]
        return [(0, self.bounds[0]), *((least, end) for least, end in stops), *after]


class Counter:
    """Counts the frames of a stride, for all who share its track.

    Parameters
    ----------
    track : Track
        How.
    looks : Looks
        At the frames.

    Attributes
    ----------
    phase, turn : int
        Of the next frame that counts.
    before : (int, int)
        Those of the first frame of those counted at last.
    least : tuple of int
        The shortest frame from the beginning of each span on, of those counted at last.
    longest, avg_pkt_len, too_long : int
        The longest frame that counted, the average, and how many the device dropped.
    recent : int64 array
        The last frames that count, of one cycle at most.
    """

    def __init__(self, track: Track, looks: Looks) -> None:
        """Begin with nothing."""
        self.track, self._looks = track, looks
        shape = (track.phases, track.spans, track.turns)
        self._cells, self._room = np.zeros(shape, np.int64), MOST_AT_ONCE
        self._packets, self._bytes = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        self._takes = np.frombuffer(track.takes, np.int8).reshape(shape[:2])
        self._span_of = np.full(track.bounds[-1] + 1, STOP, np.int8)
        for span in sorted(set(range(track.spans)) - track.stops):
            self._span_of[track.bounds[span] : track.bounds[span + 1]] = span
        if track.drops_longer:
            self._span_of[-1] = TOO_LONG
        self.phase, self.turn = 0, track.turn
        self.before = self.phase, self.turn
        self.least: tuple[int, ...] = ()
        self.longest, self.avg_pkt_len, self.too_long = 0, track.avg_pkt_len, 0
        self.recent = np.zeros(0, np.int64)
        self._gaps = track.gaps
        self._lock = Lock()
        self._next, self._counted = track.start, 0

    def count(self, start: int, frames: Int64s) -> int:
        """Count frames, unless another has already; give how many before one that ends the stride.

        `start` is the number of frames before these.
        """
        with self._lock:
            if start == self._next:
                self._next += frames.size
                self._counted = self._count(frames, self._looks.of(start, frames))
        return self._counted

    def _count(self, frames: Int64s, look: Look) -> int:
        if any(look.any_of(*gap) for gap in self._gaps):
            frames = frames[: int(np.argmax(self.span_of(frames) == STOP))]
            look = Look(frames)
        last, fits = self.track.bounds[-1], frames
        if look.any_of(last, NONE_MET):  # the device drops them
            fits = frames[frames < last]
            self.too_long += frames.size - fits.size
        self.before = self.phase, self.turn
        for at in range(0, fits.size, MOST_AT_ONCE):
            self._add(fits[at : at + MOST_AT_ONCE])
        self.least = tuple(look.least_from(bound) for bound in self.track.bounds[:-1])
        self.longest = max(self.longest, look.most_below(last))
        self.avg_pkt_len = look.average(self.avg_pkt_len) if self.avg_pkt_len else 0
        self._remember(fits)
        return frames.size

    def _add(self, frames: Int64s) -> None:
        if frames.size > self._room:
            self._empty_cells()
        self._room -= frames.size
        if self.track.turns > 1:
            counted = self.phase, self.turn, frames, self._span_of, self._takes, self._cells
            self.turn = count_turns(*counted)
        else:
            count_cells(self.phase, frames, self._span_of, self._cells[..., 0])
        self.phase = (self.phase + frames.size) % self.track.phases

    def _empty_cells(self) -> None:
        self._packets += self._cells >> PACKET_BITS
        self._bytes += self._cells & BYTES
        self._cells[:], self._room = 0, MOST_AT_ONCE

    def _remember(self, frames: Int64s) -> None:
        most = self.track.phases
        kept = self.recent[: 0 if frames.size >= most else self.recent.size]
        self.recent = np.concatenate([kept, frames[-most:]])[-most:]

    def counted(self) -> tuple[Int64s, Int64s]:
        """Give how many packets, and bytes, came to each place: shape (phases, spans, turns)."""
        with self._lock:
            self._empty_cells()
            return self._packets.copy(), self._bytes.copy()

    def span_of(self, frames: Int64s) -> Int8s:
        """Give the span of each frame, or what becomes of it."""
        return self._span_of[np.minimum(frames, self._span_of.size - 1)]

    def places(self, frames: Int64s, phase: int, turn: int) -> tuple[Int64s, Int64s, Int64s]:
        """Give phase, span and turn of frames that count, of which the first has these."""
        track = self.track
        spans = self.span_of(frames).astype(np.int64)
        phases = (phase + np.arange(frames.size)) % track.phases
        taken = self._takes[phases, spans].astype(np.int64)
        turns = (turn + np.cumsum(taken) - taken) % track.turns
        return phases, spans, turns

    def unfinished(self) -> tuple[Int64s, tuple[Int64s, Int64s, Int64s]]:
        """Give the frames of a cycle that has not ended, and their places."""
        last = self.recent[self.recent.size - self.phase :]
        phases, spans, turns = self.places(last, 0, self.turn)
        taken = self._takes[phases, spans].sum(dtype=np.int64)
        return last, (phases, spans, (turns - taken) % self.track.turns)


class Counters:
    """The counters of receivers that get the same frames: one for each track.

    Attributes
    ----------
    scratch : Scratch
        Room to measure their cycles in.
    """

    def __init__(self) -> None:
        """Begin with none."""
        self.scratch = Scratch()
        self._lock = Lock()
        self._looks = Looks()
        self._found: WeakValueDictionary[Track, Counter] = WeakValueDictionary()

    def of(self, track: Track) -> Counter:
        """Give the counter of a track, which is forgotten with the last one who has it."""
        with self._lock:
            counter = self._found.get(track)
            if counter is None:
                counter = self._found[track] = Counter(track, self._looks)
            return counter
