"""How a figure varies over the traces of a corpus: exact quantiles, and where the most was."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from .adding import PEAKS, value_at

Number = int | float
PERCENTS: Final = (50, 95, 99)


def per(figure: str, packets: str) -> Callable[[Mapping[str, Any]], Number | None]:
    """Give what computes a figure for each packet; None without any."""

    def ratio(figures: Mapping[str, Any]) -> Number | None:
        value, count = value_at(figures, figure), value_at(figures, packets)
        return value / count if count else None

    return ratio


def plain(figure: str) -> Callable[[Mapping[str, Any]], Number | None]:
    """Give what looks a figure up."""
    return lambda figures: value_at(figures, figure)


VARYING: Final = {
    "resident_bytes.peak": plain("resident_bytes.peak"),
    "skb_truesize_bytes.peak": plain("skb_truesize_bytes.peak"),
    "resident_peak_per_packet": per("resident_bytes.peak", "packets"),
    "truesize_per_packet": per("truesize_bytes", "delivered_packets"),
    "len_per_truesize": plain("len_per_truesize"),
    "amplification.peak.ratio": plain("amplification.peak.ratio"),
}


class OverTraces:
    """Figures of trace after trace, under one strategy."""

    def __init__(self) -> None:
        """Begin with none."""
        self._values: dict[str, list[Number]] = {name: [] for name in VARYING}
        self._largest: dict[str, dict[str, Any] | None] = dict.fromkeys(PEAKS)

    def add(self, name: str, figures: Mapping[str, Any]) -> None:
        """Take the figures of a trace; one without a packet has nothing to tell."""
        if not figures["packets"]:
            return
        for figure, of in VARYING.items():
            if (value := of(figures)) is not None:
                self._values[figure].append(value)
        for figure, before in self._largest.items():
            peak = value_at(figures, figure)
            if peak is not None and (before is None or peak > before["value"]):
                self._largest[figure] = {"value": peak, "trace": name}

    def quantiles(self) -> dict[str, dict[str, Number | None]]:
        """Give quantiles of each figure."""
        return {name: quantiles(values) for name, values in self._values.items()}

    def largest(self) -> dict[str, dict[str, Any] | None]:
        """Give the most of each peak, and the first trace that has it."""
        return self._largest


def quantiles(values: Sequence[Number]) -> dict[str, Number | None]:
    """Give nearest-rank quantiles: the least value that so many per cent do not exceed.

    Examples
    --------
    >>> quantiles([4, 1, 3, 2])
    {'p50': 2, 'p95': 4, 'p99': 4}
    >>> quantiles([])
    {'p50': None, 'p95': None, 'p99': None}
    """
    rising = sorted(values)
    ranks = {f"p{percent}": -(-percent * len(rising) // 100) for percent in PERCENTS}
    return {name: rising[rank - 1] if rising else None for name, rank in ranks.items()}
