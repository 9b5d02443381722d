"""What there is to say of several captures as one."""

from collections.abc import Sequence
from typing import Protocol

from .scene import TraceWarning


class Described(Protocol):
    """What there is to say of a capture, whether it is open or was walked long ago."""

    @property
    def path(self) -> str:
        """As the user gave it."""

    @property
    def format(self) -> str:
        """Its kind, and how it is compressed."""

    @property
    def size_bytes(self) -> int | None:
        """Bytes of the file."""

    @property
    def warnings(self) -> list[TraceWarning]:
        """What its walk left to say."""

    @property
    def link_type(self) -> str:
        """Link types by their names."""

    @property
    def snaplen(self) -> int:
        """Most bytes that were kept of a packet."""


class Together:
    """What there is to say of captures as one: `+` between what they are called.

    Attributes
    ----------
    joints : list of TraceWarning
        About how they meet.
    """

    def __init__(self, captures: Sequence[Described]) -> None:
        """Take captures, in the order in which they are walked."""
        self._captures = captures
        self.joints: list[TraceWarning] = []

    @property
    def path(self) -> str:
        """Names of the captures, joined by `+`."""
        return "+".join(capture.path for capture in self._captures)

    @property
    def format(self) -> str:
        """Formats, each once, joined by `+`."""
        return "+".join(dict.fromkeys(capture.format for capture in self._captures))

    @property
    def link_type(self) -> str:
        """Link types, each once, joined by `+`."""
        names = (name for capture in self._captures for name in capture.link_type.split("+"))
        return "+".join(dict.fromkeys(names))

    @property
    def snaplen(self) -> int:
        """Largest snaplen."""
        return max(capture.snaplen for capture in self._captures)

    @property
    def size_bytes(self) -> int | None:
        """Sum of the file sizes; None where a stream is among them."""
        sizes = [capture.size_bytes for capture in self._captures]
        return None if None in sizes else sum(size or 0 for size in sizes)

    @property
    def warnings(self) -> list[TraceWarning]:
        """Warnings of every capture in turn, then those about their joints."""
        own = [warning for capture in self._captures for warning in capture.warnings]
        return own + self.joints
