"""A trace that grows: captures that were walked before, and are not read again, and new ones."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from .closing import Closing
from .digest import Digest
from .joints import Joints, Portion, walk_on
from .reading import Asked
from .scene import TraceWarning
from .together import Together
from .trace import Trace


@dataclass(frozen=True, slots=True)
class Walked:
    """What there is to say of a capture after its walk; the attributes are those of `Trace`."""

    path: str
    format: str
    link_type: str
    snaplen: int
    size_bytes: int | None
    warnings: list[TraceWarning]


def walked(trace: Trace) -> Walked:
    """Keep what there is to say of a capture that was walked."""
    warnings = list(trace.warnings)
    sizes = trace.snaplen, trace.size_bytes
    return Walked(trace.path, trace.format, trace.link_type, *sizes, warnings)


class GrownTrace(Together, Closing):
    """Captures as one, of which only the new ones are walked.

    Parameters
    ----------
    before : sequence of Walked
        Those that were walked before; who goes on has what came of them.
    traces : sequence of Trace
        The new ones, in the order in which to walk them.
    joints : Joints
        As the captures before have left it.
    ended : callable
        Is called after the walk of each new one, when all of it has been used.
    """

    def __init__(
        self,
        before: Sequence[Walked],
        traces: Sequence[Trace],
        joints: Joints,
        ended: Callable[[Trace], None],
    ) -> None:
        """Walk nothing yet."""
        super().__init__([*before, *traces])
        self._traces, self._ended, self._meeting = traces, ended, joints
        self.joints = joints.warnings

    def portions(self, digest: Digest, by_packet: Asked) -> Iterator[Portion]:
        """Walk the new captures one after the other; see `walk_on`."""
        for trace in self._traces:
            yield from walk_on(trace, digest, by_packet, self._meeting)
            self._ended(trace)

    def close(self) -> None:
        """Close every capture."""
        for trace in self._traces:
            trace.close()
