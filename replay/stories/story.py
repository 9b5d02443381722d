"""What there is to tell about one packet: every number of it, exact."""

from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from ..recorded import recorded
from ..result import ResultWarning, TraceInfo
from ..schemas import EXPLAIN

NOT_REPLAYED = "not replayed"


class Term(NamedTuple):
    """A part of a sum, in bytes."""

    name: str
    bytes: int


@dataclass(frozen=True, slots=True)
class BufferStory:
    """A receive buffer that a packet used.

    Attributes
    ----------
    number : int
        Of the buffers posted since the queue was opened, from 1.
    size : int
        Bytes carved for it: the sum of `sizing`.
    posted_after : int or None
        The packet after which it was posted; None: when the queue was opened.
    average : int or None
        The average frame length that the driver had then; None where no size depends on it.
    chunk, offset : int or None
        Where it was cut from; None where nothing else can be there.
    room : int
        Bytes that the device may write.
    used : int
        Bytes that it wrote, the virtio header among them.
    charged : int
        Its part of the packet's truesize.
    fate : {"head", "copied", "frag", "coalesced", "frag_list", "dropped"}
        What became of it: the skb's head; free again at once; a frag; more of the last frag; a frag
        of an skb on the frag_list; free again, as the packet was dropped.
    """

    number: int
    size: int
    sizing: tuple[Term, ...]
    posted_after: int | None
    average: int | None
    chunk: int | None
    offset: int | None
    room: int
    used: int
    charged: int
    fate: str


@dataclass(frozen=True, slots=True)
class ChunkStory:
    """A chunk that a packet's buffers or its head are cut from, when its skb is finished.

    Attributes
    ----------
    chunk : int
        A name, as a number; it is used again once the chunk has been freed.
    kind : str
    size : int
        Bytes.
    refs : int
        References in all: the packet's own, of `posted` buffers, of other packets' skbs, and of
        the allocator's cursor.
    own, posted : int
    packets : tuple of int
        Other packets whose skbs hold it then, a packet as often as it has references.
    cursor : bool
        Whether the next buffer or head may still be cut from it.
    freed_by : int or None
        The packet after which it was free; None: not while it was watched.
    watched_to : int or None
        The packet after which it was still held, and nobody looked any further; None: it was
        watched until it was free or the trace ended.
    """

    chunk: int
    kind: str
    size: int
    refs: int
    own: int
    posted: int
    packets: tuple[int, ...]
    cursor: bool
    freed_by: int | None
    watched_to: int | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """What a packet became, and why.

    Attributes
    ----------
    packet : int
        Its number in the capture, from 1: Wireshark's frame.number.
    length : int
        Bytes on the wire.
    flow : str or None
        Protocol, addresses and ports, where they can be told.
    outcome : str
        How its skb was made: build_skb, copy, copy and frags, copy to a page, posted skb; or why
        there is none: the name of a drop's cause, or `not replayed`.
    because : tuple of str
        The rules behind it, with their numbers.
    copied, linear, nr_frags, frag_list, coalesced, truesize : int
    terms : tuple of Term
        Parts of `truesize`.
    buffers : tuple of BufferStory
        In the order in which the device filled them.
    chunks : tuple of ChunkStory
    """

    packet: int
    length: int
    flow: str | None
    outcome: str
    because: tuple[str, ...] = ()
    copied: int = 0
    linear: int = 0
    nr_frags: int = 0
    frag_list: int = 0
    coalesced: int = 0
    truesize: int = 0
    terms: tuple[Term, ...] = ()
    buffers: tuple[BufferStory, ...] = ()
    chunks: tuple[ChunkStory, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Give the story as JSON has it."""
        return asdict(self) | {
            "terms": [term._asdict() for term in self.terms],
            "buffers": [
                asdict(each) | {"sizing": [term._asdict() for term in each.sizing]}
                for each in self.buffers
            ],
        }


@dataclass(frozen=True, slots=True)
class Stories:
    """The packets that were asked about.

    Attributes
    ----------
    config : dict
        What decides the stories.
    trace : TraceInfo
    stories : list of Story
        By packet.
    warnings : list of ResultWarning
    failed : list of str
        Always empty: what cannot be read is an error here.
    run : dict
        Version and command.
    """

    config: dict[str, Any]
    trace: TraceInfo
    stories: list[Story]
    warnings: list[ResultWarning]
    failed: list[str] = field(default_factory=list)
    run: dict[str, Any] = field(default_factory=dict)

    @property
    def doubts(self) -> list[str]:
        """What of the strategy is assumed, and not established."""
        return [warning.text for warning in self.warnings if warning.code == "kernel"]

    def as_dict(self) -> dict[str, Any]:
        """Give everything as JSON has it."""
        return recorded(EXPLAIN, self.config, self.run) | {
            "trace": self.trace.as_dict(),
            "packets": [story.as_dict() for story in self.stories],
            "warnings": [{"code": w.code, "text": w.text, "trace": w.trace} for w in self.warnings],
        }
