"""Many packets in one stride, where a queue is in a cycle: count them, and add up at the end."""

from types import ModuleType
from typing import Final

import numpy as np
from rxreplay._jit import kernel

from .abi import RX_PKT_WEIGHT_SHIFT
from .cycle import (
    COUNTED,
    FIELDS,
    HIGHEST,
    ONE_POLL,
    STANDS,
    Cycle,
    Span,
    copied,
    find_cycle,
    slices_taken,
    spans,
)
from .meters import amplifies_more
from .state import Int64s, Queue, Record, Records

WARM_PACKETS: Final = 65_536  # before that a stride costs more than it saves
FIRST_WAIT: Final = 128  # blocks, after a stride that ended or did not begin
MOST_WAIT: Final = 1024

CELL: Final = np.dtype([("packets", "i8"), ("bytes", "i8"), ("least", "i8")])
WALK: Final = np.dtype(
    [
        (name, "i8")
        for name in ("cell", "cells", "spans", "turn", "turns", "avg_pkt_len", "too_long")
    ]
)
LEVEL_PEAKS: Final = tuple(
    name
    for name in HIGHEST
    if name.startswith("peak_") and "payload" not in name and "amplified" not in name
)
STOP, TOO_LONG = -1, -2  # of `span_of`: lengths that end a stride; that the device drops


@kernel
def stride(walk: Record, frames: Int64s, span_of: Int64s, turns: Int64s, cells: Records) -> int:
    """Count frames by phase, turn and span, up to one that ends the stride; give how many."""
    at, end, spans = walk["cell"], walk["cells"], walk["spans"]
    turn, last_turn = walk["turn"] * spans, walk["turns"] * spans
    avg, too_long = walk["avg_pkt_len"], walk["too_long"]
    row = at // walk["turns"]
    count = 0
    for frame in frames:
        span = span_of[np.uint64(min(frame, span_of.size - 1))]
        if span < 0:
            if span == STOP:
                break
            too_long += 1
        else:
            cell = cells[np.uint64(at + turn + span)]
            cell["packets"] += 1
            cell["bytes"] += frame
            cell["least"] = min(cell["least"], frame)
            avg = ((avg << RX_PKT_WEIGHT_SHIFT) - avg + frame) >> RX_PKT_WEIGHT_SHIFT
            turn += turns[np.uint64(row + span)]
            if turn == last_turn:
                turn = 0
            at += last_turn
            row += spans
            if at == end:
                at = row = 0
        count += 1
    walk["cell"], walk["turn"] = at, turn // spans
    walk["avg_pkt_len"], walk["too_long"] = avg, too_long
    return count


class Strides:
    """A queue that goes in strides where it can, and else packet by packet.

    The queue's own records are up to date after `settle`.
    """

    def __init__(self, queue: Queue, kernels: ModuleType) -> None:
        """Take a queue whose polls receive one packet, and which keeps neither events nor skbs."""
        self._queue, self._kernels = queue, kernels
        self._cycle: Cycle | None = None
        self._wait, self._next_wait = 0, FIRST_WAIT

    def receive(self, frames: Int64s) -> None:
        """Receive the next frames."""
        while frames.size:
            if self._cycle is None and not self._enter():
                self._kernels.receive(self._queue, frames, ONE_POLL)
                return
            count = stride(self._walk, frames, self._span_of, self._turns, self._cells)
            self._note_longest(frames[:count])
            frames = frames[count:]
            if frames.size:
                self.settle()
                self._hold_off()

    def _hold_off(self) -> None:
        """Go packet by packet for some blocks, each time for longer."""
        self._wait = self._next_wait
        self._next_wait = min(2 * self._next_wait, MOST_WAIT)

    def _note_longest(self, frames: Int64s) -> None:
        """Keep the longest frame that was received: what is in flight is one at a time."""
        most = frames.max(initial=0)
        if most >= self._span_of.size - 1:
            most = frames[frames < self._span_of.size - 1].max(initial=0)
        peak = self._queue.state["peak_payload_bytes_in_flight"]
        self._queue.state["peak_payload_bytes_in_flight"] = max(peak, most)

    def _enter(self) -> bool:
        """Begin a stride, if the queue is in a cycle."""
        state = self._queue.state
        if not state["fit_closed"] or state["packet"] < WARM_PACKETS:
            return False
        if self._wait > 0:
            self._wait -= 1
            return False
        cycle = self._found()
        if cycle is None:
            self._hold_off()
            return False
        self._begin(cycle)
        return True

    def _found(self) -> Cycle | None:
        q = self._queue
        posted = q.ring[np.arange(q.state["head"], q.state["tail"]) % q.ring.size]
        if q.layout.avg_max:
            wanted = q.layout.avg_min + q.layout.len_term + q.layout.granularity - 1
            least = wanted & -q.layout.granularity
            longest_average = least - q.layout.len_term
            if q.state["avg_pkt_len"] > longest_average or (posted["asked"] != least).any():
                return None
        return find_cycle(q, self._kernels, spans(q.layout, np.unique(posted["size"])))

    def _begin(self, cycle: Cycle) -> None:
        self._cycle = cycle
        number, turns = len(cycle.spans), len(cycle.starts)
        self._cells = np.zeros(cycle.phases * turns * number, CELL)
        self._turns = np.array([span.turn for span in cycle.spans]).T.ravel() * number
        self._cells["least"] = np.iinfo(np.int64).max
        self._walk = np.zeros(1, WALK)[0]
        self._walk["cells"], self._walk["spans"] = self._cells.size, number
        self._walk["turns"] = turns
        self._walk["turn"] = slices_taken(self._queue) if turns > 1 else 0
        self._walk["avg_pkt_len"] = self._queue.state["avg_pkt_len"]
        most = cycle.spans[-1].most
        self._span_of = np.full(most + 2, STOP)
        for span, each in enumerate(cycle.spans):
            self._span_of[each.least : each.most + 1] = span
        if self._queue.layout.buf_len and most == self._queue.layout.capacity:
            self._span_of[-1] = TOO_LONG

    def settle(self) -> None:
        """End a stride: bring the queue to where its packets have brought it."""
        if self._cycle is not None:
            self._add_up(self._cycle)
            self._stand(self._cycle)
            self._cycle = None

    def _add_up(self, cycle: Cycle) -> None:
        """Add what the packets of each cell have added, and keep the highest that they reached."""
        state, row = self._queue.state, np.zeros(len(FIELDS) + 17, np.int64)
        cells = self._cells.reshape(-1, len(cycle.spans))
        for number, span in enumerate(cycle.spans):
            column = cells[:, number]
            above = column["bytes"] - column["packets"] * span.least
            row += column["packets"] @ span.added + above @ span.slope
            self._raise(span, column)
        first = FIELDS["nr_frags"]
        for name in COUNTED:
            if name != "nr_frags":
                state[name] += row[FIELDS[name]]
        state["nr_frags"] += row[first : first + 18]
        state["device_too_long"] += self._walk["too_long"]
        state["packet"] += self._walk["too_long"]
        if self._queue.layout.avg_max:
            state["avg_pkt_len"] = self._walk["avg_pkt_len"]

    def _raise(self, span: Span, column: Records) -> None:
        """Keep the highest of what the packets of a span reached."""
        state = self._queue.state
        met = np.flatnonzero(column["packets"])
        if met.size == 0:
            return
        reached = dict(zip(HIGHEST, span.highest[met].T, strict=True))
        for name in LEVEL_PEAKS:
            state[name] = max(state[name], reached[name].max())
        state["least_linear"] = min(state["least_linear"], reached["least_linear"].min())
        held = reached["peak_amplified_held"].tolist()
        for pair in set(zip(held, column["least"][met].tolist(), strict=True)):
            if amplifies_more(*pair, state["peak_amplified_held"], state["peak_amplified_payload"]):
                state["peak_amplified_held"], state["peak_amplified_payload"] = pair

    def _stand(self, cycle: Cycle) -> None:
        """Put the ring, the chunks and the cursors to where the packets have come."""
        walk, queue = self._walk, self._queue
        place = copied(cycle.starts[walk["turn"]])
        phase = int(walk["cell"] // (walk["turns"] * walk["spans"]))
        self._kernels.receive(place, np.full(phase, cycle.still), ONE_POLL)
        for name in STANDS:
            queue.state[name] = place.state[name]
        queue.ring[:] = np.roll(place.ring, int(queue.state["head"] - place.state["head"]))
        queue.chunks[:] = place.chunks
