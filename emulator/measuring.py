"""What packets of one length add at each place of a cycle, and what they leave behind."""

from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Final

import numpy as np

from .probing import COUNTED_AT, FIELDS, HIGHEST, HIGHEST_AT, OFFSETS_AT, Scratch, copied, passed
from .standing import alike
from .state import Int64s, Queue

CHUNK_PEAKS: Final = [HIGHEST.index(f"peak_{name}_bytes") for name in ("chunk", "resident")]
CARVED_HEADS: Final = FIELDS["carved_heads"]
CHUNK_BYTES: Final = FIELDS["chunk_bytes"]


def slices_taken(queue: Queue) -> int:
    """Count the slices taken of the page behind heads, 0 where a fresh one is next."""
    layout, left = queue.layout, int(queue.state["cache_offset"])
    return (layout.page_size - left) // layout.head_slice if layout.slices_1k and left else 0


class Circuit:
    """Copies of a queue at the beginning of its cycle, which frames pass again and again.

    Parameters
    ----------
    starts : sequence of Queue
        The queue, by the slices taken of the page behind heads: its turns.
    kernels : module
        Of its strategy.
    phases : int
        Packets of a cycle.
    scratch : Scratch
        Room for what they show.
    """

    def __init__(
        self, starts: Sequence[Queue], kernels: ModuleType, phases: int, scratch: Scratch
    ) -> None:
        """Copy the starts."""
        self.starts, self.phases, self.turns = tuple(starts), phases, len(starts)
        self.slices = bool(starts[0].layout.slices_1k)
        self._kernels, self._scratch = kernels, scratch
        self._queues = [copied(start) for start in starts]

    def rows_of(self, frames: Int64s, use: str) -> Int64s | None:
        """Let a cycle of frames pass from each start, None where one does not end in a start.

        Gives the numbers before and after each frame, shape (turns, phases + 1, numbers of STATE);
        they are there until others have the same use.
        """
        rows = self._scratch.rows(use, self.turns, self.phases + 1)
        ended: dict[int, Queue] = {}
        for turn, queue in enumerate(self._queues):
            passed(queue, self._kernels, frames, rows[turn])
            end = slices_taken(queue) if self.turns > 1 else 0
            if not alike(queue, self.starts[end]):
                return None
            ended[end] = queue
        if len(ended) < self.turns:
            return None
        self._queues = [ended[turn] for turn in range(self.turns)]
        return rows

    def turns_of(self, taken: Int64s) -> Int64s:
        """Give the turn of each phase from each start, where `taken` are the slices of each phase.

        Its shape is (turns, phases + 1); the last is that of the end.
        """
        before = np.concatenate([[0], np.cumsum(taken)])
        turns: Int64s = (np.arange(self.turns)[:, None] + before) % self.turns
        return turns


@dataclass(frozen=True, slots=True)
class Left:
    """What each packet of a length adds to the numbers of the later ones, until the cycle ends.

    Attributes
    ----------
    numbers : int64 array, shape (m,)
        Which are concerned.
    added : int64 array, shape (phases, m)
        What is added at each phase by each packet before it.
    """

    numbers: Int64s
    added: Int64s

    def weighted(self, packets: Int64s) -> Int64s:
        """Give what so many packets at each phase add beyond what packets all alike have shown.

        Each of them counts for the later ones; and came after one at each phase before.
        """
        earlier = np.cumsum(packets) - packets
        weighted: Int64s = (earlier - np.arange(packets.size) * packets) @ self.added
        return weighted


class Measured:
    """What packets of one length add at each phase and turn.

    Attributes
    ----------
    frame : int
        The length.
    rows : int64 array, shape (turns, phases + 1, numbers of STATE)
        The numbers before and after each of a cycle of them, from each start; on loan.
    turn, highest
        See `Span`.
    at : int64 array, shape (turns, phases + 1)
        The turn of each phase from each start.
    before : int64 array, shape (phases, turns, 1)
        The level of chunks before each.
    left : Left or None
        What they leave behind.
    """

    def __init__(self, circuit: Circuit, frame: int, rows: Int64s) -> None:
        """Lay out what a cycle of such frames has shown."""
        self.frame, self.rows = frame, rows
        self.turn = (np.diff(rows[0, :, CARVED_HEADS]) > 0) * np.int64(circuit.turns > 1)
        self.at = circuit.turns_of(self.turn)
        self.highest = self._laid(rows[:, 1:, HIGHEST_AT])
        self.before = self._laid(rows[:, :-1, [CHUNK_BYTES]])
        self.offsets = rows[..., OFFSETS_AT]
        self.left: Left | None = None

    def _laid(self, shown: Int64s) -> Int64s:
        """Turn what was shown by start and phase to phase and turn."""
        turns, phases, _ = shown.shape
        if turns == 1:
            return shown.transpose(1, 0, 2)
        laid = np.zeros((phases, turns, shown.shape[2]), np.int64)
        laid[np.arange(phases), self.at[:, :-1]] = shown
        return laid

    def raise_to(self, before: Int64s) -> None:
        """Raise the peaks of chunks to what they can be where so much was there before."""
        peaks = self.highest[..., CHUNK_PEAKS]
        own = peaks[0] - self.before[0]  # but for the last packet, which also refills the ring
        self.highest[..., CHUNK_PEAKS] = np.maximum(peaks, before + own)


class Still:
    """A cycle of packets that take no slice of the page behind heads: what others compare with."""

    def __init__(self, circuit: Circuit, shown: Measured) -> None:
        """Keep what they have shown."""
        self.circuit, self.shown = circuit, shown

    @classmethod
    def of(cls, circuit: Circuit, frame: int) -> "Still | None":
        """Let packets of one length pass, None where they are not still."""
        rows = circuit.rows_of(np.full(circuit.phases, frame), "still")
        if rows is None or (circuit.slices and np.diff(rows[..., CARVED_HEADS]).any()):
            return None
        return cls(circuit, Measured(circuit, frame, rows))

    def measured(self, frame: int, use: str) -> Measured | None:
        """Measure packets of one length, None where their place does not explain what they do.

        What one of them leaves behind (a big buffer's unused pages) is there for the later ones
        until the cycle ends, whatever they are. `use` is for `Circuit.rows_of`.
        """
        circuit, still = self.circuit, self.shown
        if frame == still.frame:
            return still
        rows = circuit.rows_of(np.full(circuit.phases, frame), use)
        if rows is None:
            return None
        measured = Measured(circuit, frame, rows)
        phases = np.arange(circuit.phases)
        moved = measured.offsets[:, :-1] - still.offsets[measured.at[:, :-1], phases]
        if moved.any():
            measured.left = self._left_by(frame, int(measured.turn[0]), moved)
            return measured if measured.left else None
        return measured

    def _left_by(self, frame: int, turn: int, moved: Int64s) -> Left | None:
        """Measure what one packet leaves to later ones, None where that does not explain all."""
        circuit, still = self.circuit, self.shown
        frames = np.full(circuit.phases, still.frame)
        frames[0] = frame
        rows = circuit.rows_of(frames, "left")
        if rows is None:
            return None
        turned = (np.arange(circuit.turns) + turn) % circuit.turns
        added = np.diff((rows - still.rows[turned])[..., COUNTED_AT], axis=1)
        place = (rows[..., OFFSETS_AT] - still.offsets[turned])[:, :-1]
        added[:, 0] = 0  # its own
        place[:, 0] = 0
        explained = moved == np.arange(circuit.phases)[:, None] * place[0]
        if (added != added[0]).any() or (place != place[0]).any() or not explained.all():
            return None
        concerned = np.flatnonzero(added[0].any(axis=0))
        return Left(COUNTED_AT[concerned], added[0][:, concerned])
