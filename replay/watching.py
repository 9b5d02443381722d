"""What else a walk is looked at for, beside the replay: lengths of frames, rings of other sizes."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Final, Protocol

import numpy as np
from rxreplay.emulator import Strategy
from rxreplay.emulator.series import Series
from rxreplay.traces import Digest

from .clocked import ClockedDevice
from .options import Options
from .pooled import wait_for
from .ringing import Tried, Tries
from .selecting import Selection
from .sources import Lengths, Walkable
from .spreading import cores
from .timeline import Timeline, stand_still
from .timing import Timing
from .vantages import Frames

LONGEST_COUNTED: Final = 1 << 17
POINTS: Final = 128  # over trace time


class Watcher(Protocol):
    """Somebody who sees the frames of a walk."""

    def see(self, frames: Frames) -> None:
        """Look at the next frames."""


class Watched(Selection):
    """A selection whose frames others see as well.

    Parameters
    ----------
    trace : Walkable
        Is walked once.
    options : Options
        What is asked for.
    watchers : sequence of Watcher
        Each sees all frames, before they are replayed.
    timed : bool
        Whether each frame is wanted with its time.
    """

    def __init__(
        self, trace: Walkable, options: Options, watchers: Sequence[Watcher], *, timed: bool
    ) -> None:
        """Begin with nothing."""
        super().__init__(trace, options, timed=timed)
        self._watchers = watchers

    def frames(self, digest: Digest) -> Iterator[Frames]:
        """Walk the trace, and show its frames."""
        for frames in super().frames(digest):
            for watcher in self._watchers:
                watcher.see(frames)
            yield frames


class LengthCounter:
    """Counts frames by their length.

    Attributes
    ----------
    beyond_frames, beyond_bytes : int
        Those of `LONGEST_COUNTED` bytes and more, which only damaged headers claim.

    Examples
    --------
    >>> counter = LengthCounter()
    >>> counter.add(np.array([60, 1514, 60, 1 << 31]))
    >>> counter.counts(), counter.beyond_frames
    ({60: 2, 1514: 1}, 1)
    """

    def __init__(self) -> None:
        """Begin with none."""
        self._counted = np.zeros(LONGEST_COUNTED, np.int64)
        self.beyond_frames = self.beyond_bytes = 0

    def see(self, frames: Frames) -> None:
        """Count the next frames."""
        self.add(frames.frame_len)

    def add(self, frame_len: Lengths) -> None:
        """Count frames of these lengths."""
        beyond = frame_len >= LONGEST_COUNTED
        if beyond.any():
            self.beyond_frames += int(beyond.sum())
            self.beyond_bytes += int(frame_len[beyond].sum())
            frame_len = frame_len[~beyond]
        self._counted += np.bincount(frame_len, minlength=LONGEST_COUNTED)

    def counts(self) -> dict[int, int]:
        """Give the frames of each length that occurred."""
        return {int(n): int(self._counted[n]) for n in np.flatnonzero(self._counted)}


class RingBank:
    """Rings of several sizes by the clock, under several strategies.

    Parameters
    ----------
    strategies : sequence of Strategy
        Those that behave alike share their receivers.
    sizes : sequence of int
        Buffers of each ring, ascending.
    timing : Timing
        How time passes.
    options : Options
        How to replay.
    """

    def __init__(
        self,
        strategies: Sequence[Strategy],
        sizes: Sequence[int],
        timing: Timing,
        options: Options,
    ) -> None:
        """Fill all rings."""
        self._keys = [(s.name, size, s.behaviour(size)) for s in strategies for size in sizes]
        alike = {s.behaviour(size): (s, size) for s in strategies for size in sizes}
        self._rings = {key: Tries(s, size, timing, options) for key, (s, size) in alike.items()}
        self._timeline, self._stalls = Timeline(timing.time), timing.stalls().fixed
        self._threads = options.threads or cores()

    def see(self, frames: Frames) -> None:
        """Let the next frames arrive at each ring."""
        batch = frames.frame_len, self._timeline.times(frames.ts_ns)
        if self._stalls and frames.frame_len.size:
            guests = [each.receiver for each in self._rings.values()]
            stand_still(self._timeline, self._stalls, guests)
            self._stalls = []
        with ThreadPoolExecutor(self._threads) as pool:
            wait_for(pool.submit(run, *batch) for each in self._rings.values() for run in each.runs)

    def finish(self) -> list[Tried]:
        """Give what each ring has come to, strategy by strategy."""
        done = {key: each.finish() for key, each in self._rings.items()}
        return [replace(done[key], strategy=name, ring=size) for name, size, key in self._keys]


class OverTime:
    """Memory over trace time by the clock, under several strategies.

    Parameters
    ----------
    strategies : sequence of Strategy
    timing : Timing
        How time passes.
    options : Options
        How to replay.
    """

    def __init__(self, strategies: Sequence[Strategy], timing: Timing, options: Options) -> None:
        """Fill the rings."""
        self._device = ClockedDevice(strategies, replace(options, points=POINTS), timing)
        self._queues = options.queues

    def see(self, frames: Frames) -> None:
        """Let the next frames arrive."""
        self._device.receive(frames)

    def finish(self) -> list[list[Series]]:
        """Give the series of each strategy, queue by queue."""
        with self._device as device:
            device.finish(np.zeros(self._queues, np.int64))
            return device.series()
