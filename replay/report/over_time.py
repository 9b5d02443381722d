"""Memory and traffic over trace time, in lines of a terminal and in words."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np
from rxreplay.emulator.at_peak import AtPeak, Chunks
from rxreplay.emulator.bins import Floats
from rxreplay.emulator.series import Series
from rxreplay.emulator.state import Int64s

from ..result import TraceInfo
from ..units import bit_rate_text, bytes_text, duration_text, many
from .heads import slab_heads_text

WIDTH: Final = 60  # characters of a line over time
BARS: Final = " ▁▂▃▄▅▆▇█"
KINDS: Final = {
    "page_frag": ("page_frag chunk", "page_frag chunks"),
    "page_pool": ("page of a page_pool", "pages of a page_pool"),
    "head_blocks": ("block of heads", "blocks of heads"),
    "xdp_pages": ("page for a program", "pages for a program"),
    "big_pages": ("page of big buffers", "pages of big buffers"),
}


def spark(values: Int64s | Floats, width: int = WIDTH) -> str:
    """Draw numbers from 0 up as a line of bars; the greatest of neighbours where there are more.

    Examples
    --------
    >>> spark(np.array([0, 1, 50, 100])), spark(np.array([0, 0])), spark(np.arange(9), 3)
    (' ▁▄█', '  ', '▂▅█')
    """
    columns = min(width, values.size)
    firsts = np.arange(columns) * values.size // columns
    shown = np.maximum.reduceat(values, firsts)
    steps = np.ceil(shown * (len(BARS) - 1) / max(1, shown.max())).astype(np.int64)
    return "".join(BARS[step] for step in steps.tolist())


def bits_per_s(series: Series) -> Floats:
    """Give the rate at which frames arrived in each bin; a bin without time counts as a whole."""
    span = np.where(series.span_ns > 0, series.span_ns, series.width_ns)
    rate: Floats = series.traffic["bytes"] * 8e9 / span
    return rate


def has_rate(trace: TraceInfo, config: Mapping[str, Any]) -> bool:
    """Say whether time passes between frames, so that they come at some rate.

    Examples
    --------
    >>> from rxreplay import replay
    >>> [trace] = replay([60, 60], "5.10/small").traces  # lengths have no times
    >>> has_rate(trace, {"clock": None}), has_rate(trace, {"clock": {"time": "rate:1000"}})
    (False, True)
    """
    anew = config["clock"] is not None and config["clock"]["time"].startswith("rate:")
    return bool(anew or trace.duration_ns)


def scale_text(series: Series) -> str:
    """Say what a line over time stands for.

    Examples
    --------
    >>> scale_text(Series(64, 255, {}, {}, {}, None, {}))
    'over time: 255 ns in 4 points of 64 ns, the most in each'
    """
    width, points = duration_text(series.width_ns), series.start_ns.size
    if points == 1:
        return f"over time: {duration_text(series.end_ns)} in one point"
    return (
        f"over time: {duration_text(series.end_ns)} in {points:,} points of {width}, the most in "
        "each"
    )


def arriving_line(series: Series) -> tuple[str, str]:
    """Draw the rate at which frames arrive; give also what is the highest."""
    rate = bits_per_s(series)
    return spark(rate), bit_rate_text(float(rate.max()))


def resident_line(series: Series) -> tuple[str, str]:
    """Draw resident memory; give also what is the highest."""
    resident = series.highest["resident_bytes"]
    return spark(resident), bytes_text(int(resident.max()))


def at_peak_text(peak: AtPeak, strategy_name: str) -> str:
    """Say what was held when memory of a strategy was at its highest."""
    when = "when the ring was first filled"
    if peak.packet is not None:
        when = f"{duration_text(peak.at_ns)} in, after frame {peak.packet:,}"
    slab = f"{bytes_text(peak.slab_bytes)} of slab objects"
    parts = ", ".join([*kinds_texts(peak), slab])
    what = f"are {parts}" if parts != slab else "of slab objects"
    posted = f"{many(peak.buffers, 'posted buffer')} owned {bytes_text(peak.ring_bytes)}"
    if slab_heads_text([strategy_name]):
        posted += " (heads from the slab not counted)"
    held = ""
    if peak.skbs:
        skbs = "1 skb of" if peak.skbs == 1 else f"{peak.skbs:,} skbs of"
        held = (
            f"; {skbs} {bytes_text(peak.skb_truesize_bytes)} truesize with "
            f"{bytes_text(peak.payload_bytes_in_flight)} of packets kept "
            f"{bytes_text(peak.held_bytes)}"
        )
    return f"most memory {when}: {bytes_text(peak.resident_bytes)} {what}. {posted}{held}."


def kinds_texts(peak: AtPeak) -> Iterator[str]:
    """Say how many chunks of each kind there were."""
    for name, (one, several) in KINDS.items():
        chunks: Chunks = getattr(peak, name)
        if chunks.count:
            idle = ""
            if peak.idle_pages and name in ("page_pool", "big_pages"):
                idle = f", {peak.idle_pages:,} of them idle"
            yield f"{many(chunks.count, one, several)} ({bytes_text(chunks.bytes)}{idle})"
