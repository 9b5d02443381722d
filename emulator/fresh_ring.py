"""What a receive queue takes before its first packet: the ring as the driver fills it at open."""

from dataclasses import dataclass

from .ledger import check_alive
from .queue import checked_ring, new_queue
from .state import Queue
from .strategies import Strategy


@dataclass(frozen=True, slots=True)
class FreshRing:
    """A ring that is full, and no packet has come.

    Attributes
    ----------
    asked_bytes : int
        What the driver asked for, buffer by buffer.
    posted_bytes : int
        What the buffers own of chunks: with the holes that the last one of a chunk gets.
    chunk_bytes : int
        The chunks that they lie in, with what no buffer owns.
    slab_bytes : int
        Slab objects behind them: skbs that are allocated when they are posted.
    """

    asked_bytes: int
    posted_bytes: int
    chunk_bytes: int
    slab_bytes: int

    @property
    def resident_bytes(self) -> int:
        """What the guest cannot use for anything else."""
        return self.chunk_bytes + self.slab_bytes


def fresh_ring(strategy: Strategy, ring: int, average: int = 0) -> FreshRing:
    """Fill a ring, by the kernels of the strategy.

    Parameters
    ----------
    strategy : Strategy
        Who fills it.
    ring : int
        Buffers, a power of two.
    average : int
        What the driver's average of frame lengths has come to, which sizes mergeable buffers; 0:
        no frame has come.

    Raises
    ------
    StrategyError
        The ring cannot be.
    LedgerError
        The memory does not balance.

    Examples
    --------
    >>> from rxreplay.emulator import strategy
    >>> fresh_ring(strategy("5.10/mergeable"), 256)
    FreshRing(asked_bytes=393216, posted_bytes=399360, chunk_bytes=425984, slab_bytes=0)
    """
    queue = new_queue(strategy.layout(checked_ring(ring)), 0, 0, 0)
    queue.state["avg_pkt_len"] = average
    strategy.load().fill(queue)
    check_alive(queue)
    state = queue.state
    levels = (int(state[name]) for name in ("ring_bytes", "chunk_bytes", "slab_bytes"))
    return FreshRing(asked(queue), *levels)


def asked(queue: Queue) -> int:
    """Add up what was asked for each posted buffer."""
    if queue.layout.buf_len:  # of one size
        return queue.layout.ring_size * queue.layout.buf_len
    return int(queue.ring["asked"][: queue.layout.ring_size].sum())
