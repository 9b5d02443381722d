"""The sockets of several strategies, which all get the same frames."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Final

import numpy as np
from rxreplay.emulator import Strategy
from rxreplay.emulator.queue import checked_ring
from rxreplay.emulator.socket_figures import SocketFigures
from rxreplay.emulator.sockets import Sockets
from rxreplay.traces import NO_TIME
from rxreplay.traces.packets import Int64s

from .options import Options
from .spreading import cores
from .vantages import Frames

SHOWN_FLOWS: Final = 5
LATEST_NS: Final = 2**62  # the year 2116: differences of times have to fit
NO_TIMES: Final = "lengths have no times"


class SocketBank(AbstractContextManager["SocketBank"]):
    """Fills the sockets of all strategies, in threads.

    Parameters
    ----------
    strategies : sequence of Strategy
        Those that behave alike share their sockets.
    options : Options
        How to replay.
    rcvbufs, holds : sequence of int
        As for `Sockets`.

    Attributes
    ----------
    backwards, untimed : int
        Frames whose time was before an earlier one's, and frames without a time.
    """

    def __init__(
        self,
        strategies: Sequence[Strategy],
        options: Options,
        rcvbufs: Sequence[int],
        holds: Sequence[int],
    ) -> None:
        """Fill all rings."""
        ring = checked_ring(options.ring)
        self._behaviours = [strategy.behaviour(ring) for strategy in strategies]
        chosen = dict(zip(self._behaviours, strategies, strict=True))
        self._sockets = {
            behaviour: Sockets(strategy, rcvbufs, holds, ring=ring, polls=options.polls)
            for behaviour, strategy in chosen.items()
        }
        self._pool = ThreadPoolExecutor(options.threads or cores())
        self._latest = -LATEST_NS
        self._frames = self.backwards = self.untimed = 0
        self._lengths = False

    def receive(self, frames: Frames, flow: Int64s) -> None:
        """Let all have the next frames, with the keys of their flows, if there are any."""
        size = frames.frame_len.size
        self._lengths |= frames.ts_ns.size < size
        ts_ns = self._times(frames.ts_ns)
        self._frames += size

        def give(sockets: Sockets) -> None:
            sockets.receive(frames.frame_len, ts_ns, flow)

        list(self._pool.map(give, self._sockets.values()))

    def busiest(self) -> set[int]:
        """Give the keys of flows that will be shown if nothing more comes."""
        return {key for each in self._sockets.values() for key in each.busiest(SHOWN_FLOWS)}

    def finish(self) -> list[SocketFigures]:
        """Give the figures of each strategy.

        Raises
        ------
        LedgerError
            The memory of one does not balance.
        """
        why = NO_TIMES if self._lengths else None
        if self.untimed:
            why = f"{self.untimed:,} of {self._frames:,} packets have no time"
        figures = {key: each.finish(SHOWN_FLOWS, why) for key, each in self._sockets.items()}
        return [figures[behaviour] for behaviour in self._behaviours]

    def _times(self, ts_ns: Int64s) -> Int64s:
        """Give times that do not run backwards; none from the first on that is not known."""
        self.untimed += int((ts_ns == NO_TIME).sum())
        if self.untimed or not ts_ns.size:
            return ts_ns[:0]
        times = np.clip(ts_ns, -LATEST_NS, LATEST_NS)
        upto = np.maximum(np.maximum.accumulate(times), self._latest)
        self.backwards += int((times < upto).sum())
        self._latest = int(upto[-1])
        return upto

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the threads."""
        self._pool.shutdown(cancel_futures=True)
