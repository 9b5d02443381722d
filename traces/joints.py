"""How captures that follow each other meet: whether they overlap, or lie far apart."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from .digest import Digest
from .packets import Int64s, Packets
from .reading import Asked
from .scene import TraceWarning
from .span import Span
from .trace import Trace

Portion = Int64s | Packets

GAP_FACTOR: Final = 10
GAP_MIN_NS: Final = 1_000_000_000


class LastTime(NamedTuple):
    """The capture before, of those that have times: where it ends, and its longest pause."""

    path: str
    latest_ns: int
    longest_pause_ns: int


class Joints:
    """Looks at the captures one after the other, and warns about how they meet.

    Attributes
    ----------
    warnings : list of TraceWarning
        So far.
    before : LastTime or None
        What the next capture meets.
    """

    def __init__(self, warnings: list[TraceWarning], before: LastTime | None = None) -> None:
        """Begin with the warnings of the joints so far, which more are added to."""
        self.warnings, self.before = warnings, before

    def add(self, trace: Trace, span: Span) -> None:
        """Take the next capture, after its walk; one without a time meets none."""
        if span.first is None:
            return
        if self.before:
            self._joint(self.before, trace.path, span.first - self.before.latest_ns, span)
        self.before = LastTime(trace.path, span.latest, span.longest_pause)

    def _joint(self, left: LastTime, right: str, pause: int, span: Span) -> None:
        """Warn where two neighbours overlap, or lie apart for longer than fits them."""
        usual = max(left.longest_pause_ns, span.longest_pause)
        if pause < 0:
            text = (
                f"{right} starts {-pause / 1e9:.6f} s before {left.path} ends; "
                "records stay in the order of the files"
            )
            self.warnings.append(TraceWarning("overlap", text))
        elif pause >= GAP_MIN_NS and pause > GAP_FACTOR * usual:
            text = (
                f"{right} starts {pause / 1e9:.6f} s after {left.path} ends: more than "
                f"{GAP_FACTOR} times the longest pause inside them ({usual / 1e9:.6f} s)"
            )
            self.warnings.append(TraceWarning("gap", text))


def walk_on(trace: Trace, digest: Digest, by_packet: Asked, joints: Joints) -> Iterator[Portion]:
    """Walk the next of several captures; see `Trace.portions`.

    Who lets lengths follow on packets has added all of these to `digest`.
    """
    digest.begin_capture()
    span = Span()
    for portion in trace.portions(digest, by_packet):
        if isinstance(portion, Packets):
            span.add(portion.ts_ns)
        else:
            span = digest.span
        yield portion
    joints.add(trace, span)
