"""What packets of one length add at each place of a cycle, and what they leave behind."""

from collections.abc import Sequence
from types import ModuleType
from typing import Final

import numpy as np

from .probing import COUNTED_AT, FIELDS, HIGHEST, OFFSETS, Probe, shape
from .state import Int64s, Queue

LEVEL_AT: Final = [at for at, name in enumerate(HIGHEST) if "payload" not in name]
CHUNK_PEAKS: Final = [HIGHEST.index(f"peak_{name}_bytes") for name in ("chunk", "resident")]
CARVED_HEADS: Final = COUNTED_AT.index(FIELDS["carved_heads"])
CHUNK_BYTES: Final = OFFSETS.index("chunk_bytes")


class Still:
    """A cycle of packets that take no slice of the page behind heads: what others compare with."""

    def __init__(
        self, starts: Sequence[Queue], kernels: ModuleType, frame: int, phases: int
    ) -> None:
        """Let a cycle of frames of one length pass from each start."""
        self.starts, self.kernels, self.frame, self.phases = starts, kernels, frame, phases
        self.shapes = [shape(start) for start in starts]
        self.probes = self.probes_of(np.full(phases, frame))
        self.added = np.stack([probe.added for probe in self.probes], axis=1)
        self.offsets = np.stack([probe.offsets for probe in self.probes], axis=1)

    def probes_of(self, frames: Int64s) -> list[Probe]:
        """Let a cycle of frames pass from each start."""
        return [Probe(start, self.kernels, frames) for start in self.starts]


class Measuring:
    """What packets of one length add at each phase and turn.

    What one of them leaves behind (a big buffer's unused pages) is there for the later ones until
    the cycle ends, whatever they are: it counts as added by the one that left it.

    Attributes
    ----------
    turn, added, highest
        See `Span`.
    before : int64 array, shape (phases, turns, 1)
        The level of chunks before each.
    leaves : bool
        Whether they leave something behind.
    holds : bool
        Whether all this is so.
    """

    def __init__(self, still: Still, frame: int) -> None:
        """Let a cycle of such frames pass from each start."""
        self._still, self._turns = still, len(still.starts)
        frames = np.full(still.phases, frame)
        probes = still.probes if frame == still.frame else still.probes_of(frames)
        carved = probes[0].added[:, CARVED_HEADS]
        self.turn = (carved > 0) * np.int64(self._turns > 1)
        taken = np.concatenate([[0], np.cumsum(self.turn)])
        at = (np.arange(self._turns)[:, None] + taken) % self._turns
        self.added, self.highest, offsets = (
            self._laid([getattr(probe, of) for probe in probes], at)
            for of in ("added", "highest", "offsets")
        )
        ends = (still.shapes[end] for end in at[:, -1])
        returns = all(shape(p.queue) == end for p, end in zip(probes, ends, strict=True))
        moved = offsets - still.offsets[:-1]
        self.before = offsets[..., [CHUNK_BYTES]]
        self.leaves = bool(moved.any())
        self.holds = returns and self._leave_behind(frame, moved)

    def _laid(self, shown: Sequence[Int64s], at: Int64s) -> Int64s:
        phases = np.arange(self._still.phases)
        laid = np.zeros((phases.size, self._turns, shown[0].shape[1]), np.int64)
        for start, rows in enumerate(shown):
            laid[phases, at[start, :-1]] = rows[: phases.size]
        return laid

    def _leave_behind(self, frame: int, moved: Int64s) -> bool:
        """Give what a packet leaves to later ones back to it; say whether that explains all."""
        if not self.leaves:
            return True
        still, phases = self._still, np.arange(self._still.phases)[:, None, None]
        frames = np.full(still.phases, still.frame)
        frames[0] = frame
        probes = still.probes_of(frames)
        turned = (np.arange(self._turns) + self.turn[0]) % self._turns
        added = np.stack([probe.added for probe in probes], axis=1) - still.added[:, turned]
        place = np.stack([probe.offsets for probe in probes], axis=1) - still.offsets[:, turned]
        added[0] = 0  # its own
        place = place[:-1]
        place[0] = 0
        alike = (added == added[:, :1]).all() and (place == place[:, :1]).all()
        self.added += added.sum(axis=0) - np.cumsum(added, axis=0) - phases * added
        return bool(alike and (moved == phases * place).all())

    def raise_to(self, before: Int64s) -> None:
        """Raise the peaks of chunks to what they can be where so much was there before."""
        peaks = self.highest[..., CHUNK_PEAKS]
        own = peaks[0] - self.before[0]  # but for the last packet, which also refills the ring
        self.highest[..., CHUNK_PEAKS] = np.maximum(peaks, before + own)
