"""What of a capture counts, in words: the part of a head that all commands share."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from rxreplay.traces.vantage import GUEST, WIRE

from ..result import TraceInfo
from ..units import share_text

SHOWN_QUEUES: Final = 8


def chosen_text(config: Mapping[str, Any]) -> str:
    """Say which packets count and how they were read; "" where it is all, as it stands there.

    Examples
    --------
    >>> chosen_text({"filter": "tcp", "start": "+1s", "end": None, "packets": None})
    "from +1s, filter 'tcp'"
    """
    return ", ".join(phrases(config))


def decided_texts(trace: TraceInfo) -> list[str]:
    """Say which packets were taken for the guest's, and from where they were captured.

    Examples
    --------
    >>> from rxreplay import info
    >>> decided_texts(info([[60]]).traces[0])
    ['replayed: all packets (--direction both)', 'as captured (--vantage device)']
    """
    forms = {WIRE: "as the host's GRO merges them ({})", GUEST: "split as before GRO ({})"}
    device = "as captured ({})" if trace.vantage.reason.startswith("--") else "taken for {}"
    return [
        f"replayed: {trace.direction.decision} ({trace.direction.reason})",
        forms.get(trace.vantage.decision, device).format(trace.vantage.reason),
        *([queues_text(trace.queue_packets)] if len(trace.queue_packets) > 1 else []),
    ]


def queues_text(packets: Sequence[int]) -> str:
    """Say how evenly several receive queues are used.

    Examples
    --------
    >>> queues_text([30, 10])
    '2 queues: 75.0 %, 25.0 % of the frames; the busiest has 1.50 times the mean'
    """
    whole = sum(packets)
    if not whole:
        return f"{len(packets)} queues, without a frame"
    shares = ", ".join(share_text(count, whole) for count in packets[:SHOWN_QUEUES])
    more = ", ..." if len(packets) > SHOWN_QUEUES else ""
    most = max(packets) * len(packets) / whole
    return (
        f"{len(packets)} queues: {shares}{more} of the frames; the busiest has {most:.2f} times "
        "the mean"
    )


def phrases(config: Mapping[str, Any]) -> Iterator[str]:
    """Give the parts of it, in the order in which they apply."""
    forms = {
        "linktype": "taken for {}",
        "packets": "packets {}",
        "start": "from {}",
        "end": "before {}",
        "filter": "filter {!r}",
    }
    for name, form in forms.items():
        if config.get(name) is not None:
            yield form.format(config[name])
