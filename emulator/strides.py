"""Many packets in one stride, where a queue is in a cycle: count them, and add up at the end."""

from operator import lt
from types import ModuleType
from typing import Final

import numpy as np

from .counting import Counter, Counters, Track
from .cycle import Cycle, find_cycle, spans
from .head_block import HeadBlock
from .measuring import CARVED_HEADS, CHUNK_PEAKS, slices_taken
from .meters import amplifies_more
from .probing import COUNTED_AT, FIELDS, HIGHEST, NUMBERS, ONE_POLL, STANDS_AT, numbers_of
from .state import Int64s, Queue

PAYS_FROM: Final = 65_536  # packets: before so many a stride costs more than it saves
WARM_PACKETS: Final = 1_024  # then buffers, pools and peaks are as they stay
FIRST_WAIT: Final = 1  # batches, after a stride that ended soon or did not begin
MOST_WAIT: Final = 128

LEVEL_PEAKS: Final = [
    at
    for at, name in enumerate(HIGHEST)
    if name.startswith("peak_") and "payload" not in name and "amplified" not in name
]
AMPLIFIED_HELD: Final = HIGHEST.index("peak_amplified_held")
LEAST_LINEAR: Final = HIGHEST.index("least_linear")


class Stride:
    """One stride of a queue: the cycle that it is in, and the counter that it shares.

    Parameters
    ----------
    queue : Queue
        At the beginning of the cycle.
    cycle : Cycle
        As it was measured on the queue.
    counters : Counters
        Of all who get the same frames.
    start : int
        Frames that were received before.
    """

    def __init__(self, queue: Queue, cycle: Cycle, counters: Counters, start: int) -> None:
        """Begin."""
        self._queue, self._cycle, self.start = queue, cycle, start
        layout, last = queue.layout, cycle.spans[-1].most
        turns = len(cycle.starts)
        track = Track(
            start=start,
            phases=cycle.phases,
            takes=np.stack([span.turn for span in cycle.spans], axis=1, dtype=np.int8).tobytes(),
            turns=turns,
            turn=slices_taken(queue) if turns > 1 else 0,
            bounds=(*(span.least for span in cycle.spans), last + 1),
            stops=frozenset(self._unsure()),
            drops_longer=bool(layout.buf_len and last == layout.capacity),
            avg_pkt_len=int(queue.state["avg_pkt_len"]) if layout.avg_max else 0,
        )
        self.counter: Counter = counters.of(track)
        self._held = np.stack([span.highest[..., AMPLIFIED_HELD] for span in cycle.spans])
        self._dull_from = self._first_dull()

    def _unsure(self) -> list[int]:
        """Give the spans whose packets might raise a peak that depends on what came before."""
        if not self._cycle.leaves:
            return []
        peaks = [int(self._queue.state[HIGHEST[at]]) for at in CHUNK_PEAKS]
        highest = [span.highest[1:, :, CHUNK_PEAKS] for span in self._cycle.spans]
        return [at for at, reached in enumerate(highest) if (reached > peaks).any()]

    def count(self, start: int, frames: Int64s) -> int:
        """Count frames up to one that ends the stride; give how many."""
        counter = self.counter
        counted = counter.count(start, frames)
        if any(map(lt, counter.least, self._dull_from)):
            self._note_amplified(frames[:counted])
        return counted

    def _first_dull(self) -> list[int]:
        """Give the length, in each span, from which on none can amplify more than any before."""
        state = self._queue.state
        peak_held, peak_payload = (int(state[f"peak_amplified_{of}"]) for of in ("held", "payload"))
        ratio = self._held.max(axis=(1, 2)) * peak_payload
        longest = ratio // peak_held
        more = longest + ((longest * peak_held < ratio) | (longest < peak_payload))
        dull_from: list[int] = np.minimum(more, self.counter.track.bounds[1:]).tolist()
        return dull_from

    def _note_amplified(self, frames: Int64s) -> None:
        """Keep the most that one of the frames amplifies."""
        state, counter = self._queue.state, self.counter
        frames = frames[counter.span_of(frames) >= 0]
        phases, spans, turns = counter.places(frames, *counter.before)
        short = frames < np.array(self._dull_from)[spans]
        pairs = np.stack([self._held[spans, phases, turns], frames], axis=1)[short]
        for held, payload in np.unique(pairs, axis=0).tolist():
            peak = state["peak_amplified_held"], state["peak_amplified_payload"]
            if amplifies_more(held, payload, *peak):
                state["peak_amplified_held"], state["peak_amplified_payload"] = held, payload
        self._dull_from = self._first_dull()

    def settle(self, kernels: ModuleType) -> None:
        """Bring the queue to where its packets have brought it."""
        queue, counter = self._queue, self.counter
        last, places = counter.unfinished()
        packets, size = counter.counted()
        np.subtract.at(packets, places, 1)
        np.subtract.at(size, places, last)
        self._add_up(packets, size)
        turn = int(places[2][0]) if last.size else counter.turn
        self._stand(self._cycle.starts[turn])
        kernels.receive(queue, last, ONE_POLL)
        longest = "peak_payload_bytes_in_flight"  # one packet is in flight at a time
        queue.state[longest] = max(queue.state[longest], counter.longest)
        if queue.layout.avg_max:
            queue.state["avg_pkt_len"] = counter.avg_pkt_len

    def _add_up(self, packets: Int64s, size: Int64s) -> None:
        """Add what the packets of each place have added, and keep the highest that they reached."""
        state, too_long = self._queue.state, self.counter.too_long
        row = np.zeros(NUMBERS, np.int64)
        for number, span in enumerate(self._cycle.spans):
            met = packets[:, number]
            if met.any():
                row += span.added(met, size[:, number])
                self._raise(span.highest[met > 0])
        numbers_of(state.reshape(1))[0, COUNTED_AT] += row[COUNTED_AT]
        state["device_too_long"] += too_long
        state["packet"] += too_long
        block = HeadBlock.of(self._queue)
        if block:
            block.take(self._queue, int(row[CARVED_HEADS]) // block.head)

    def _raise(self, reached: Int64s) -> None:
        """Keep the highest of what the packets of a span reached."""
        state = self._queue.state
        most = reached.max(axis=0)
        for at in LEVEL_PEAKS:
            state[HIGHEST[at]] = max(state[HIGHEST[at]], most[at])
        state["least_linear"] = min(state["least_linear"], reached[:, LEAST_LINEAR].min())

    def _stand(self, start: Queue) -> None:
        """Put the ring, the chunks and the cursors to where a cycle begins."""
        queue, moved = self._queue, int(self._queue.state["head"] - start.state["head"])
        state, stands = (numbers_of(each.state.reshape(1))[0] for each in (queue, start))
        kept = [FIELDS[name] for name in ("cache_chunk", "cache_offset") if HeadBlock.of(queue)]
        at = np.setdiff1d(STANDS_AT, kept)
        state[at] = stands[at]
        numbers_of(queue.ring)[:] = np.roll(numbers_of(start.ring), moved, axis=0)
        numbers_of(queue.chunks)[:] = numbers_of(start.chunks)


class Strides:
    """A queue that goes in strides where it can, and else packet by packet.

    The queue's own records are up to date after `settle`.
    """

    def __init__(self, queue: Queue, kernels: ModuleType, counters: Counters) -> None:
        """Take a queue whose polls receive one packet, and which keeps neither events nor skbs."""
        self._queue, self._kernels, self._counters = queue, kernels, counters
        self._stride: Stride | None = None
        self._wait, self._next_wait = 0, FIRST_WAIT
        self._received = 0

    @property
    def counter(self) -> Counter | None:
        """Who counts for this queue now, and maybe for others."""
        return self._stride.counter if self._stride else None

    def receive(self, frames: Int64s) -> None:
        """Receive the next frames."""
        if self._stride is None and self._is_time(frames.size):
            frames = self._enter(frames)
        if self._stride:
            counted = self._stride.count(self._received, frames)
            self._received += counted
            frames = frames[counted:]
            if frames.size:
                self._hold_off(self._received - self._stride.start)
                self.settle()
        self._receive(frames)

    def resume(self, queue: Queue, received: int) -> None:
        """Go on with another queue, which has received so many frames."""
        self._queue, self._stride, self._received = queue, None, received

    def settle(self) -> None:
        """End a stride."""
        if self._stride:
            self._stride.settle(self._kernels)
            self._stride = None

    def _receive(self, frames: Int64s) -> None:
        if frames.size:
            self._kernels.receive(self._queue, frames, ONE_POLL)
            self._received += frames.size

    def _is_time(self, more: int) -> bool:
        if self._received + more < PAYS_FROM:
            return False
        self._wait = max(0, self._wait - 1)
        return self._wait == 0

    def _hold_off(self, counted: int) -> None:
        """Go packet by packet for some batches, each time for longer, but after a long stride."""
        if counted >= PAYS_FROM:
            self._next_wait = FIRST_WAIT
        self._wait = self._next_wait
        self._next_wait = min(2 * self._next_wait, MOST_WAIT)

    def _enter(self, frames: Int64s) -> Int64s:
        """Begin a stride, if the queue is in a cycle; give the frames that are left."""
        short = max(WARM_PACKETS, self._queue.layout.ring_size) - self._received
        frames = self._first(frames, max(0, short))
        if self._queue.layout.pages:
            frames = self._to_refill(frames)
        if frames.size and self._queue.state["fit_closed"]:
            cycle = self._found(int(frames.max()))
            if cycle is None:
                self._hold_off(0)
            else:
                self._stride = Stride(self._queue, cycle, self._counters, self._received)
        return frames

    def _first(self, frames: Int64s, count: int) -> Int64s:
        """Receive some frames; give the others."""
        self._receive(frames[:count])
        return frames[count:]

    def _to_refill(self, frames: Int64s) -> Int64s:
        """Receive frames until the ring has been refilled, when no big buffer's pages are left."""
        state, layout = self._queue.state, self._queue.layout
        while frames.size and (free := layout.ring_size - state["tail"] + state["head"]):
            least = layout.refill_above + 1 - free  # fewer where the device drops some
            frames = self._first(frames, least)
        return frames

    def _found(self, longest: int) -> Cycle | None:
        """Find a cycle, with the spans up to the longest frame so far or to come, `longest`."""
        q = self._queue
        posted = q.ring[np.arange(q.state["head"], q.state["tail"]) % q.ring.size]
        if q.layout.avg_max:
            wanted = q.layout.avg_min + q.layout.len_term + q.layout.granularity - 1
            least = wanted & -q.layout.granularity
            longest_average = least - q.layout.len_term
            if q.state["avg_pkt_len"] > longest_average or (posted["asked"] != least).any():
                return None
        bounds = spans(q.layout, np.unique(posted["size"]))
        longest = max(longest, int(q.state["peak_payload_bytes_in_flight"]))
        met = sum(bound <= longest for bound in bounds)
        least = 2 + q.layout.slices_1k  # with one where no packet takes a slice
        return find_cycle(q, self._kernels, bounds[: max(least, met + 1)], self._counters.scratch)
