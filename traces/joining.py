"""Several captures as one, in the order of their times or as given."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Literal, TypeVar

from rxreplay.errors import TraceError

from .closing import Closing
from .digest import Digest
from .joints import Joints, Portion, walk_on
from .opening import open_trace
from .packets import NO_TIME, Block, Int64s, Packets
from .reading import Asked
from .sources import Given
from .span import Span
from .together import Together
from .trace import Trace

AnyBlock = TypeVar("AnyBlock", bound=Block)


class JoinedTrace(Together, Closing):
    """Captures as one; the attributes of `Trace`, joined by `+` where they are names.

    Attributes
    ----------
    traces : tuple of Trace
        In the order in which they are walked.
    """

    def __init__(self, traces: Iterable[Trace]) -> None:
        """Take open captures, in the order in which to walk them."""
        self.traces = tuple(traces)
        super().__init__(self.traces)

    @property
    def rewindable(self) -> bool:
        """Whether `blocks` can be asked for again."""
        return all(trace.rewindable for trace in self.traces)

    def _joints(self) -> Joints:
        """Give what looks at them from the first one on."""
        self.joints.clear()
        return Joints(self.joints)

    def blocks(self, *, addresses: bool = True) -> Iterator[Block]:
        """Walk the captures one after the other; see `Trace.blocks`."""
        return self._blocks(lambda trace: trace.blocks(addresses=addresses))

    def packets(self) -> Iterator[Packets]:
        """Walk the captures one after the other; see `Trace.packets`."""
        return self._blocks(lambda trace: trace.packets())

    def lengths(self, digest: Digest) -> Iterator[Int64s]:
        """Walk the captures one after the other for their lengths; see `Trace.lengths`."""
        joints = self._joints()
        for trace in self.traces:
            digest.begin_capture()
            yield from trace.lengths(digest)
            joints.add(trace, digest.span)

    def portions(self, digest: Digest, by_packet: Asked) -> Iterator[Portion]:
        """Walk the captures one after the other; see `walk_on`."""
        joints = self._joints()
        for trace in self.traces:
            yield from walk_on(trace, digest, by_packet, joints)

    def _blocks(self, walk: Callable[[Trace], Iterator[AnyBlock]]) -> Iterator[AnyBlock]:
        joints = self._joints()
        for trace in self.traces:
            span = Span()
            for block in walk(trace):
                span.add(block.ts_ns)
                yield block
            joints.add(trace, span)

    def frames(self, numbers: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        """Give what the captures kept of some records, counted through; see `Trace.frames`."""
        first = 0
        for trace in self.traces:
            packets = sum(block.ts_ns.size for block in trace.blocks(addresses=False))
            begin, end = (bisect_left(numbers, n) for n in (first, first + packets))
            if begin < end:
                inside = [number - first for number in numbers[begin:end]]
                for number, frame in trace.frames(inside):
                    yield number + first, frame
            first += packets
            if end == len(numbers):
                return

    def close(self) -> None:
        """Close every capture."""
        for trace in self.traces:
            trace.close()


def _first_time(trace: Trace) -> float:
    """Give the first time of a capture; infinity where its first records have none."""
    try:
        for block in trace.blocks(addresses=False):
            times = block.ts_ns[block.ts_ns != NO_TIME]
            return int(times[0]) if times.size else float("inf")
    except TraceError:
        pass  # the walk itself will say so
    return float("inf")


def join_traces(
    sources: Iterable[Given],
    *,
    order: Literal["time", "given"] = "time",
    keep_damaged: bool = False,
    link_type: int | None = None,
) -> JoinedTrace:
    """Open several captures as one; records are never reordered.

    Parameters
    ----------
    sources : iterable of path, "-" or binary file
        See `open_trace`.
    order : "time" or "given"
        Captures by their first timestamp (those without one come last, equal ones stay as
        given), or as they are given.
    keep_damaged, link_type
        As for `open_trace`; the walk goes on with the next capture.

    Raises
    ------
    TraceError
        There is no capture, one cannot be opened, or one cannot be looked into for its first
        time without losing it, as a pipe.

    Examples
    --------
    >>> import io
    >>> header = bytes.fromhex("d4c3b2a1 0200 0400 00000000 00000000 00000400 01000000")
    >>> join_traces([io.BytesIO(header), io.BytesIO(header)]).path
    '<stream>+<stream>'
    """
    traces: list[Trace] = []
    try:
        for source in sources:
            traces.append(open_trace(source, keep_damaged=keep_damaged, link_type=link_type))
        if not traces:
            raise TraceError("no capture is given; name at least one")
        if order == "time" and len(traces) > 1:
            for trace in traces:
                if not trace.rewindable:
                    raise TraceError(
                        f"{trace.path}: a stream cannot be put in the order of time. "
                        "Join captures in the given order, or save it to a file first."
                    )
            traces.sort(key=_first_time)
    except BaseException:
        for trace in traces:
            trace.close()
        raise
    return JoinedTrace(traces)
