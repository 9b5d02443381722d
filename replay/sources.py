"""What can be replayed: a capture by its name, a trace that is open, or plain lengths."""

import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rxreplay.traces import NO_TIME, Block, TraceWarning, open_trace

Lengths = NDArray[np.int64]


class Walkable(Protocol):
    """What a trace has to offer to be replayed."""

    warnings: list[TraceWarning]

    @property
    def path(self) -> str | None:
        """Where it is from."""

    @property
    def format(self) -> str:
        """What it is."""

    @property
    def link_type(self) -> str | None:
        """Link types by their names."""

    @property
    def size_bytes(self) -> int | None:
        """Bytes of the file."""

    @property
    def snaplen(self) -> int | None:
        """Most bytes that the capture kept of a packet."""

    def blocks(self, *, addresses: bool = True) -> Iterator[Block]:
        """Walk it."""


class LengthsTrace:
    """Frame lengths that are in memory already.

    Examples
    --------
    >>> [block.wire_len.tolist() for block in LengthsTrace([60, 1514]).blocks()]
    [[60, 1514]]
    """

    path = link_type = size_bytes = snaplen = None
    format = "lengths"

    def __init__(self, lengths: Sequence[int] | Lengths) -> None:
        """Take lengths on the wire, bytes."""
        self.warnings: list[TraceWarning] = []
        self._lengths = np.ascontiguousarray(lengths, np.int64)

    def blocks(self, *, addresses: bool = True) -> Iterator[Block]:  # noqa: ARG002 - there are none
        """Give them all at once."""
        none = np.zeros(0, np.int64)
        times = np.full(self._lengths.size, NO_TIME)
        yield Block(times, self._lengths, self._lengths, none, none)


Source = str | os.PathLike[str] | Walkable | Lengths | Sequence[int]


def open_source(source: Source, *, keep_damaged: bool) -> AbstractContextManager[Walkable]:
    """Open what has a name; what is open already stays open afterwards."""
    if isinstance(source, str | os.PathLike):
        return open_trace(source, keep_damaged=keep_damaged)
    if isinstance(source, Sequence | np.ndarray):
        return nullcontext(LengthsTrace(source))
    return nullcontext(source)
