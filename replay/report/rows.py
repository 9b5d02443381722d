"""The rows of a comparison, in order, and which of them are asked for."""

from collections.abc import Iterable, Sequence
from typing import Final

from rxreplay.emulator import Figures

from ..errors import OptionError
from ..units import bytes_text, count_text, number_text, share_text
from .row import Number, Row, per_packet
from .stack_rows import STACK_ROWS


def mean_frags(figures: Figures) -> Number:
    """Give the frags of the mean skb; 17 stands for 17 and more."""
    return per_packet(sum(n * packets for n, packets in enumerate(figures.nr_frags)), figures)


def worst_amplification(figures: Figures) -> Number:
    """Give the most bytes that skbs kept for each frame byte in them."""
    worst = figures.amplification.peak
    return None if worst is None else worst.ratio


def drops_text(figures: Figures) -> str:
    """Write the packets dropped, and their share below: side by side they are too wide."""
    dropped = figures.drops.total()
    return f"{dropped:,} \n{share_text(dropped, figures.packets)}" if dropped else "0"


def fit_text(figures: Figures) -> str:
    """Write the packets that fit a socket, and where they are all that there are."""
    fits = figures.fit_packets
    everything = fits is not None and 0 < fits == figures.delivered_packets
    return ("all " if everything else "") + count_text(fits)


def carved_share(figure: int, figures: Figures) -> Number:
    """Give the share of the consumed buffers' bytes."""
    buffers = figures.waste.buffers
    consumed = buffers.carved - buffers.posted
    return figure / consumed if consumed else None


def waste_row(label: str, owner: str) -> Row:
    """Make the row of a share of buffer bytes that hold no packet."""

    def value(figures: Figures) -> Number:
        return carved_share(getattr(figures.waste.buffers, owner), figures)

    return Row(label, value, lambda figures: share_text(value(figures), 1))


DROPS: Final = (
    Row("packets dropped", lambda f: f.drops.total(), drops_text, None),
    Row(
        "bytes dropped",
        lambda f: f.frame_bytes - f.delivered_bytes,
        lambda f: share_text(f.frame_bytes - f.delivered_bytes, f.frame_bytes),
        None,
    ),
)
ROWS: Final = (
    *DROPS,
    Row(
        "truesize a packet",
        lambda f: per_packet(f.truesize_bytes, f),
        lambda f: number_text(per_packet(f.truesize_bytes, f), " B"),
        relative=True,
    ),
    Row(
        "frame bytes in truesize",
        lambda f: f.len_per_truesize,
        lambda f: share_text(f.len_per_truesize, 1),
        "high",
    ),
    Row(
        "resident, at most",
        lambda f: f.resident_bytes.peak,
        lambda f: bytes_text(f.resident_bytes.peak),
        relative=True,
    ),
    Row(
        "resident, mean",
        lambda f: f.resident_bytes.mean,
        lambda f: bytes_text(f.resident_bytes.mean),
        relative=True,
    ),
    Row(
        "posted in the ring, at most",
        lambda f: f.ring_bytes.peak,
        lambda f: bytes_text(f.ring_bytes.peak),
        None,  # 4.10/small posts heads from the slab first, which are no chunk space
        relative=True,
    ),
    Row(
        "amplification, worst",
        worst_amplification,
        lambda f: number_text(worst_amplification(f)),
    ),
    Row(
        "copied a packet",
        lambda f: per_packet(f.copied_bytes, f),
        lambda f: number_text(per_packet(f.copied_bytes, f), " B"),
    ),
    Row(
        "linear packets",
        lambda f: per_packet(f.linear_packets, f),
        lambda f: share_text(f.linear_packets, f.delivered_packets),
        "high",
    ),
    Row(
        "least linear part with frags",
        lambda f: f.least_linear,
        lambda f: number_text(f.least_linear, " B"),
        "high",
    ),
    Row("frags a packet", mean_frags, lambda f: number_text(mean_frags(f)), None),
    Row(
        "frags coalesced",
        lambda f: f.coalesced_frags,
        lambda f: count_text(f.coalesced_frags),
        None,
    ),
    Row(
        "packets with a frag_list",
        lambda f: f.frag_list_packets,
        lambda f: count_text(f.frag_list_packets),
    ),
    Row(
        "buffers a packet",
        lambda f: per_packet(f.buffers, f),
        lambda f: number_text(per_packet(f.buffers, f)),
        None,
    ),
    waste_row("unused in buffers", "unused"),
    waste_row("holes in buffers", "hole"),
    waste_row("shared info in buffers", "shared_info"),
    Row(
        "packets that fit a socket",
        lambda f: f.fit_packets,
        fit_text,
        "high",
    ),
)
EVERY_ROW: Final = (*ROWS, *STACK_ROWS)  # where packets were followed through the stack


def best_of(row: Row, figures: Iterable[Figures]) -> Number:
    """Give the best value of a row among strategies that drop nothing; None where all are alike."""
    everyone = list(figures)
    values = [row.value(f) for f in everyone]
    honest = [v for f, v in zip(everyone, values, strict=True) if not f.drops.total()]
    known = {value for value in honest if value is not None}
    if row.better is None or len(known) < 2:
        return None
    return min(known) if row.better == "low" else max(known)


def asked_for(row: Row, texts: Sequence[str]) -> bool:
    """Say whether a row's label contains one of the texts, in whatever case."""
    return any(text.lower() in row.label.lower() for text in texts)


def rows_with(texts: Sequence[str], *, stack: bool = False) -> Sequence[Row]:
    """Give the rows whose label contains one of the texts, and the drops; all without a text.

    `stack` says whether there is something in the rows of the stack.

    Raises
    ------
    OptionError
        No row does.

    Examples
    --------
    >>> [row.label for row in rows_with(["hole"])]
    ['packets dropped', 'bytes dropped', 'holes in buffers']
    """
    rows = EVERY_ROW if stack else ROWS
    chosen = [row for row in rows[len(DROPS) :] if asked_for(row, texts)]
    if texts and not chosen:
        labels = "; ".join(row.label for row in rows)
        raise OptionError(f"no row of the comparison contains {' or '.join(texts)}: {labels}")
    return [*DROPS, *chosen] if chosen else ROWS
