"""Many packets in one stride, where a queue is in a cycle: count them, and add up at the end."""

from types import ModuleType
from typing import Final

import numpy as np

from .counting import Counter, Counters, Track
from .cycle import Cycle, find_cycle, slices_taken, spans
from .head_block import HeadBlock
from .measuring import CARVED_HEADS, CHUNK_PEAKS
from .meters import amplifies_more
from .probing import COUNTED_AT, HIGHEST, ONE_POLL, STANDS, numbers_of
from .state import Int64s, Queue

WARM_PACKETS: Final = 65_536  # before that a stride costs more than it saves
FIRST_WAIT: Final = 16  # batches, after a stride that ended or did not begin
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
        self._queue, self._cycle = queue, cycle
        layout, last = queue.layout, cycle.spans[-1].most
        turns = len(cycle.starts)
        track = Track(
            start=start,
            phases=cycle.phases,
            turns=tuple(tuple(span.turn.tolist()) for span in cycle.spans),
            last_turn=turns,
            turn=slices_taken(queue) if turns > 1 else 0,
            bounds=(*(span.least for span in cycle.spans), last + 1),
            stops=frozenset(self._unsure()),
            drops_longer=bool(layout.buf_len and last == layout.capacity),
            avg_pkt_len=int(queue.state["avg_pkt_len"]) if layout.avg_max else 1,
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
        counted = self.counter.count(start, frames)
        if (self.counter.least < self._dull_from).any():
            self._note_amplified(frames[:counted])
        return counted

    def _first_dull(self) -> Int64s:
        """Give the length, in each span, from which on none can amplify more than any before."""
        state = self._queue.state
        peak_held, peak_payload = (int(state[f"peak_amplified_{of}"]) for of in ("held", "payload"))
        ratio = self._held.max(axis=(1, 2)) * peak_payload
        longest = ratio // peak_held
        more: Int64s = longest + ((longest * peak_held < ratio) | (longest < peak_payload))
        return more

    def _note_amplified(self, frames: Int64s) -> None:
        """Keep the most that one of the frames amplifies."""
        state, counter = self._queue.state, self.counter
        frames = frames[counter.span_of(frames) >= 0]
        phases, turns, spans = counter.places(frames, counter.before)
        short = frames < self._dull_from[spans]
        pairs = np.stack([self._held[spans, phases, turns], frames], axis=1)[short]
        for held, payload in np.unique(pairs, axis=0).tolist():
            peak = state["peak_amplified_held"], state["peak_amplified_payload"]
            if amplifies_more(held, payload, *peak):
                state["peak_amplified_held"], state["peak_amplified_payload"] = held, payload
        self._dull_from = self._first_dull()

    def settle(self, kernels: ModuleType) -> None:
        """Bring the queue to where its packets have brought it."""
        queue, walk, counter = self._queue, self.counter.walk, self.counter
        phase = int(walk["cell"] // (walk["turns"] * walk["spans"]))
        last = counter.recent[counter.recent.size - phase :]
        places = counter.places_of_last(last)
        packets, size = counter.packets.copy(), counter.bytes.copy()
        np.subtract.at(packets, places, 1)
        np.subtract.at(size, places, last)
        self._add_up(packets, size)
        turn = int(places[1][0]) if phase else int(walk["turn"])
        self._stand(self._cycle.starts[turn])
        kernels.receive(queue, last, ONE_POLL)  # a cycle that has not ended
        longest = "peak_payload_bytes_in_flight"  # one packet is in flight at a time
        queue.state[longest] = max(queue.state[longest], walk["longest"])
        if queue.layout.avg_max:
            queue.state["avg_pkt_len"] = walk["avg_pkt_len"]

    def _add_up(self, packets: Int64s, size: Int64s) -> None:
        """Add what the packets of each place have added, and keep the highest that they reached."""
        state, walk = self._queue.state, self.counter.walk
        row = np.zeros(len(COUNTED_AT), np.int64)
        for number, span in enumerate(self._cycle.spans):
            met = packets[..., number]
            above = size[..., number] - met * span.least
            row += np.tensordot(met, span.added, 2) + np.tensordot(above, span.slope, 2)
            self._raise(span.highest[met > 0])
        numbers_of(state.reshape(1))[0, COUNTED_AT] += row
        state["device_too_long"] += walk["too_long"]
        state["packet"] += walk["too_long"]
        block = HeadBlock.of(self._queue)
        if block:
            block.take(self._queue, int(row[CARVED_HEADS]) // block.head)

    def _raise(self, reached: Int64s) -> None:
        """Keep the highest of what the packets of a span reached."""
        state = self._queue.state
        if reached.size:
            for at in LEVEL_PEAKS:
                state[HIGHEST[at]] = max(state[HIGHEST[at]], reached[:, at].max())
            state["least_linear"] = min(state["least_linear"], reached[:, LEAST_LINEAR].min())

    def _stand(self, start: Queue) -> None:
        """Put the ring, the chunks and the cursors to where a cycle begins."""
        queue = self._queue
        kept = ("cache_chunk", "cache_offset") if HeadBlock.of(queue) else ()
        for name in set(STANDS) - set(kept):
            queue.state[name] = start.state[name]
        queue.ring[:] = np.roll(start.ring, int(queue.state["head"] - start.state["head"]))
        queue.chunks[:] = start.chunks


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
        if self._stride is None and self._is_time():
            frames = self._enter(frames)
        if self._stride:
            counted = self._stride.count(self._received, frames)
            self._received += counted
            frames = frames[counted:]
            if frames.size:
                self.settle()
                self._hold_off()
        self._receive(frames)

    def settle(self) -> None:
        """End a stride."""
        if self._stride:
            self._stride.settle(self._kernels)
            self._stride = None

    def _receive(self, frames: Int64s) -> None:
        if frames.size:
            self._kernels.receive(self._queue, frames, ONE_POLL)
            self._received += frames.size

    def _is_time(self) -> bool:
        if not self._queue.state["fit_closed"] or self._received < WARM_PACKETS:
            return False
        self._wait = max(0, self._wait - 1)
        return self._wait == 0

    def _hold_off(self) -> None:
        """Go packet by packet for some batches, each time for longer."""
        self._wait = self._next_wait
        self._next_wait = min(2 * self._next_wait, MOST_WAIT)

    def _enter(self, frames: Int64s) -> Int64s:
        """Begin a stride, if the queue is in a cycle; give the frames that are left."""
        if self._queue.layout.pages:
            frames = self._to_refill(frames)
        cycle = self._found()
        if cycle is None:
            self._hold_off()
        else:
            self._stride = Stride(self._queue, cycle, self._counters, self._received)
        return frames

    def _to_refill(self, frames: Int64s) -> Int64s:
        """Receive frames until the ring has been refilled, when no big buffer's pages are left."""
        state, layout = self._queue.state, self._queue.layout
        while frames.size and (free := layout.ring_size - state["tail"] + state["head"]):
            least = layout.refill_above + 1 - free  # fewer where the device drops some
            self._receive(frames[:least])
            frames = frames[least:]
        return frames

    def _found(self) -> Cycle | None:
        q = self._queue
        posted = q.ring[np.arange(q.state["head"], q.state["tail"]) % q.ring.size]
        if q.layout.avg_max:
            wanted = q.layout.avg_min + q.layout.len_term + q.layout.granularity - 1
            least = wanted & -q.layout.granularity
            longest_average = least - q.layout.len_term
            if q.state["avg_pkt_len"] > longest_average or (posted["asked"] != least).any():
                return None
        bounds = spans(q.layout, np.unique(posted["size"]))
        longest = int(q.state["peak_payload_bytes_in_flight"])
        met = sum(bound <= longest for bound in bounds)
        return find_cycle(q, self._kernels, bounds[: max(2, met + 1)])
