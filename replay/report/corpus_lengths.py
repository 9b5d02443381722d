"""Quantiles of the lengths of a corpus in words, each with its error."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from rxreplay.length_quantiles import QUANTILES
from rxreplay.traces.buckets import TO_A_DOUBLING

LENGTH_HEADS: Final = ("quantile", "bytes on the wire", "error")
EXACT: Final = "exact"
WIDTH: Final = f"{100 / TO_A_DOUBLING:.1f} %"


def name_of(quantile: str) -> str:
    """Write the name of a quantile.

    Examples
    --------
    >>> name_of("p50"), name_of("p999")
    ('p50', 'p99.9')
    """
    return f"{quantile[:3]}.{quantile[3:]}" if quantile[3:] else quantile


def between_text(found: Mapping[str, int]) -> str:
    """Write between what a length is.

    Examples
    --------
    >>> between_text({"least": 1514, "most": 1514}), between_text({"least": 4096, "most": 4127})
    ('1,514', '4,096 to 4,127')
    """
    least, most = found["least"], found["most"]
    return f"{least:,}" if least == most else f"{least:,} to {most:,}"


def lengths_text(lengths: Mapping[str, Any]) -> str:
    """Write the quantiles of the length in a line.

    Examples
    --------
    >>> one = {"least": 60, "most": 60}
    >>> lengths_text({"p50": one, "p90": one, "p99": one, "p999": one, "max": 60})
    'replayed lengths: p50 60, p90 60, p99 60, p99.9 60, max 60'
    """
    shown = [f"{name_of(each)} {between_text(lengths[each])}" for each in QUANTILES]
    return f"replayed lengths: {', '.join(shown)}, max {lengths['max']:,}"


def length_rows(lengths: Mapping[str, Any] | None) -> Iterator[list[str]]:
    """Write a row for each quantile, and the maximum; none where they are not known."""
    if not lengths:
        return
    for each in QUANTILES:
        found = lengths[each]
        error = EXACT if found["least"] == found["most"] else f"at most {WIDTH}"
        yield [name_of(each), between_text(found), error]
    yield ["max", f"{lengths['max']:,}", EXACT]
