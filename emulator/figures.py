"""The figures of a run: what was counted, in the names and units that every output uses."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, is_dataclass
from functools import cache
from typing import Any, get_args, get_type_hints


@dataclass(frozen=True, slots=True)
class Level:
    """Bytes of memory over a run: the most at any moment, the mean, what is left at the end."""

    peak: int
    mean: float | None
    end: int


@dataclass(frozen=True, slots=True)
class Amplification:
    """Bytes that skbs keep from the rest of the guest, beside the frame bytes inside them."""

    held_bytes: int
    payload_bytes: int
    ratio: float


@dataclass(frozen=True, slots=True)
class AmplificationLevel:
    """Amplification over a run, the mean of it from sums; None where nothing was in flight."""

    peak: Amplification | None
    mean: Amplification | None
    end: Amplification | None


@dataclass(frozen=True, slots=True)
class Copied:
    """Copies of one cause."""

    bytes: int
    packets: int


@dataclass(frozen=True, slots=True)
class Drops:
    """Packets not delivered, by cause; None where this run cannot tell."""

    device_too_long: int
    rx_length_errors: int
    xdp_drops: int
    backend_full: int | None
    rcvbuf: int | None

    def total(self) -> int:
        """Give the packets dropped by any cause that was counted."""
        counted = (self.device_too_long, self.rx_length_errors, self.xdp_drops)
        return sum(counted) + (self.backend_full or 0) + (self.rcvbuf or 0)


@dataclass(frozen=True, slots=True)
class BufferLedger:
    """Carved bytes = bytes still posted + the owners of the consumed buffers."""

    carved: int
    posted: int
    payload: int
    vnet_hdr: int
    headroom: int
    shared_info: int
    alignment: int
    hole: int
    unused: int
    freed_copy: int
    dropped: int
    dma_record: int


@dataclass(frozen=True, slots=True)
class ChunkLedger:
    """Chunk bytes filled = carved for buffers and heads + tails nobody got + the cursors' rest."""

    filled: int
    carved_buffers: int
    carved_heads: int
    chunk_tail: int
    cursor_left: int


@dataclass(frozen=True, slots=True)
class HeadLedger:
    """Bytes of heads that are no buffers = payload + headroom + shared info + unused."""

    bytes: int
    payload: int
    headroom: int
    shared_info: int
    unused: int


@dataclass(frozen=True, slots=True)
class Waste:
    """Where every byte went, in three ledgers that balance."""

    buffers: BufferLedger
    chunks: ChunkLedger
    heads: HeadLedger


@dataclass(frozen=True, slots=True)
class Pinned:
    """What skbs kept resident when it was the most, and how that came about."""

    bytes: int
    payload_bytes: int
    truesize_bytes: int
    packets: int
    survivor_chunks: int
    survivor_bytes: int
    at_ns: int | None


@dataclass(frozen=True, slots=True)
class Consumed:
    """What the consumer of skbs came to; packets are those that the driver delivered."""

    read_packets: int
    held_packets: int
    peak_rmem: int
    pinned: Pinned | None
    amplification_p50: float | None
    amplification_p99: float | None


@dataclass(frozen=True, slots=True)
class StackFigures:
    """Skbs as they reach their protocols, and how GRO has merged packets into them."""

    skbs: int
    merged_as_frags: int
    merged_as_heads: int
    merged_on_frag_list: int
    truesize_bytes: int
    freed_truesize_bytes: int
    linear_bytes: int
    nonlinear_bytes: int
    merged_header_bytes: int
    linear_skbs: int
    nr_frags: tuple[int, ...]
    frag_list_skbs: int
    unread_packets: int


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures of one trace under one strategy; None is what was not computed."""

    packets: int
    wire_bytes: int
    frame_bytes: int
    delivered_packets: int
    delivered_bytes: int
    drops: Drops
    mean_over: str
    lifetime: str
    ring_bytes: Level
    skb_truesize_bytes: Level
    chunk_bytes: Level
    slab_bytes: Level
    resident_bytes: Level
    payload_bytes_in_flight: Level
    amplification: AmplificationLevel
    truesize_bytes: int
    len_per_truesize: float | None
    buffers: int
    linear_bytes: int
    nonlinear_bytes: int
    linear_packets: int
    least_linear: int | None
    nr_frags: tuple[int, ...]
    frag_list_packets: int
    coalesced_frags: int
    copy_small: Copied
    copy_header: Copied
    copy_xdp: Copied
    copied_bytes: int
    pull_headers: Copied | None
    headers_linear_packets: int | None
    copied_with_pulls: int | None
    linearize: Copied | None
    stack: StackFigures | None
    waste: Waste
    rcvbuf: int
    fit_packets: int | None
    fit_bytes: int | None
    consumed: Consumed | None

    def as_dict(self) -> dict[str, Any]:
        """Give the figures as JSON has them: dicts, lists, numbers and None."""
        figures = asdict(self)
        figures["nr_frags"] = list(self.nr_frags)
        if self.stack:
            figures["stack"]["nr_frags"] = list(self.stack.nr_frags)
        return figures

    @classmethod
    def from_dict(cls, figures: Mapping[str, Any]) -> "Figures":
        """Give the figures that `as_dict` has given, also after their way through JSON.

        Examples
        --------
        >>> from rxreplay.emulator import Receiver, strategy
        >>> figures = Receiver(strategy("5.10/small")).finish()
        >>> Figures.from_dict(figures.as_dict()) == figures
        True
        """
        return cls(**_values(cls, figures))


def _values(kind: Any, found: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ANN401 - a dataclass
    """Give the values of a dataclass's fields: lists become tuples, dicts dataclasses."""
    values: dict[str, Any] = {}
    for name, inner in _inner(kind):
        value = found[name]
        if isinstance(value, dict):
            value = inner(**_values(inner, value))
        values[name] = tuple(value) if isinstance(value, list) else value
    return values


@cache
def _inner(kind: Any) -> list[tuple[str, Any]]:  # noqa: ANN401
    """Give the fields of a dataclass with their types, without None."""
    hints = get_type_hints(kind).items()
    return [
        (name, next(filter(is_dataclass, (hint, *get_args(hint))), hint)) for name, hint in hints
    ]
