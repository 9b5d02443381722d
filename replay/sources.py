"""What can be replayed: a capture by its name, a trace that is open, or plain lengths."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Final, Protocol, TypeGuard, cast

import numpy as np
from numpy.typing import NDArray
from rxreplay.emulator.batch import MAX_FRAME
from rxreplay.errors import TraceError
from rxreplay.traces import NO_TIME, Digest, Packets, TraceWarning, open_trace
from rxreplay.traces.link_types import EN10MB
from rxreplay.traces.packets import NO_ADDRESS, NO_QUEUE
from rxreplay.traces.sources import Elsewhere, Given

from .urls import is_url

Lengths = NDArray[np.int64]
Portion = Lengths | Packets
PART: Final = 65_536  # as an open trace gives them


class Walkable(Protocol):
    """What a trace has to offer to be replayed."""

    @property
    def warnings(self) -> list[TraceWarning]:
        """What its walk left to say."""

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

    def portions(self, digest: Digest, by_packet: Callable[[], bool]) -> Iterator[Portion]:
        """Walk it for lengths as a device would have got them, or for packets while asked to."""


class LengthsTrace:
    """Frame lengths that are in memory already.

    Examples
    --------
    >>> [part.tolist() for part in LengthsTrace([60, 1514]).portions(Digest(), lambda: False)]
    [[60, 1514]]
    """

    path = link_type = size_bytes = snaplen = None
    format = "lengths"

    def __init__(self, lengths: Sequence[int] | Lengths) -> None:
        """Take lengths on the wire, bytes.

        Raises
        ------
        TraceError
            They are no whole numbers, or one is negative or more than a capture can say.
        """
        self.warnings: list[TraceWarning] = []
        given = np.atleast_1d(np.asarray(lengths))
        if given.size and (given.ndim != 1 or given.dtype.kind not in "iu"):
            raise TraceError("lengths: not a row of whole numbers, the bytes of each packet")
        self._lengths = np.ascontiguousarray(given, np.int64)
        wrong = (self._lengths < 0) | (self._lengths > MAX_FRAME)
        if wrong.any():
            first = int(np.argmax(wrong))
            raise TraceError(f"lengths: packet {first:,}: {self._lengths[first]} bytes on the wire")

    def portions(self, digest: Digest, by_packet: Callable[[], bool]) -> Iterator[Portion]:
        """Give them in parts that stay valid, or as packets of which no byte was kept."""
        for start in range(0, self._lengths.size, PART):
            part = self._packets(self._lengths[start : start + PART])
            if by_packet():
                yield part
            else:
                digest.add(part)
                digest.add_frames(part.wire_len, part.ts_ns)
                digest.ts_ns = part.ts_ns
                yield part.wire_len

    def _packets(self, lengths: Lengths) -> Packets:
        zeros = np.zeros(lengths.size, np.int64)
        return Packets(
            ts_ns=zeros + NO_TIME,
            wire_len=lengths,
            cap_len=lengths,
            dst=zeros + NO_ADDRESS,
            src=zeros + NO_ADDRESS,
            at=zeros,
            link_type=zeros + EN10MB,
            flags=zeros,
            queue=zeros + NO_QUEUE,
            data=np.frombuffer(b"", np.uint8),
            swapped=False,
            snaplen=0,
        )


Source = Given | Walkable | Lengths | Sequence[int]


def is_capture(source: Source) -> TypeGuard[Given]:
    """Say whether a source is a capture to open: a path, or a binary file."""
    return isinstance(source, str | os.PathLike | Elsewhere) or hasattr(source, "read")


def given(source: Given) -> Given:
    """Give what opens a capture: a URL is looked up here, for `traces` knows files only."""
    if not isinstance(source, str) or not is_url(source):
        return source
    from .remote import captured

    return captured(source)


def open_source(
    source: Source, *, keep_damaged: bool, link_type: int | None = None
) -> AbstractContextManager[Walkable]:
    """Open a capture; a trace that is open already is as it is, and stays open afterwards."""
    if is_capture(source):
        return open_trace(given(source), keep_damaged=keep_damaged, link_type=link_type)
    if isinstance(source, Sequence | np.ndarray) and not isinstance(source, str):
        return nullcontext(LengthsTrace(source))
    return nullcontext(cast(Walkable, source))
