"""The rows of what the stack makes of packets, where it was followed."""

from collections.abc import Callable
from typing import Final

from rxreplay.emulator import Figures
from rxreplay.emulator.figures import StackFigures

from ..units import count_text, number_text, share_text
from .row import Number, Row, per_packet


def of_stack(value: Callable[[StackFigures, Figures], Number]) -> Callable[[Figures], Number]:
    """Give nothing where packets were not followed through the stack."""
    return lambda figures: value(figures.stack, figures) if figures.stack else None


def quotient(part: float, whole: float) -> Number:
    """Divide, where that is possible."""
    return part / whole if whole else None


def pulled_with_copies(figures: Figures) -> Number:
    """Give what driver and stack have copied of the mean packet."""
    copied = figures.copied_with_pulls
    return None if copied is None else per_packet(copied, figures)


def linear_headers(figures: Figures) -> Number:
    """Give the share of packets whose headers lay in their heads when they left the driver."""
    packets = figures.headers_linear_packets
    return None if packets is None else per_packet(packets, figures)


def linearized(figures: Figures) -> Number:
    """Give what would be copied of the mean packet if nothing but linear skbs were wanted."""
    return None if figures.linearize is None else per_packet(figures.linearize.bytes, figures)


packets_an_skb = of_stack(lambda s, f: quotient(f.delivered_packets, s.skbs))
listed = of_stack(lambda s, _: s.merged_on_frag_list)
truesize = of_stack(lambda s, f: per_packet(s.truesize_bytes, f))
frags = of_stack(lambda s, _: quotient(sum(n * k for n, k in enumerate(s.nr_frags)), s.skbs))
linear = of_stack(lambda s, _: quotient(s.linear_skbs, s.skbs))


def count_or_dash(value: Number) -> str:
    """Write a count, where there is one."""
    return count_text(None if value is None else int(value))


STACK_ROWS: Final = (
    Row(
        "headers linear without pull",
        linear_headers,
        lambda f: share_text(linear_headers(f), 1),
        "high",
    ),
    Row(
        "copied with pulls, a packet",
        pulled_with_copies,
        lambda f: number_text(pulled_with_copies(f), " B"),
    ),
    Row(
        "packets an skb, behind GRO",
        packets_an_skb,
        lambda f: number_text(packets_an_skb(f)),
        "high",
    ),
    Row("merged on a frag_list", listed, lambda f: count_or_dash(listed(f))),
    Row(
        "truesize a packet, merged",
        truesize,
        lambda f: number_text(truesize(f), " B"),
        relative=True,
    ),
    Row("frags an skb, merged", frags, lambda f: number_text(frags(f)), None),
    Row("linear skbs, merged", linear, lambda f: share_text(linear(f), 1), "high"),
    Row("to linearize, a packet", linearized, lambda f: number_text(linearized(f), " B")),
)
