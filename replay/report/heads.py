"""What of a capture counts, in words: the part of a head that all commands share."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from rxreplay.emulator import strategy
from rxreplay.traces.vantage import GUEST, WIRE

from ..recorded import config_sha256
from ..result import TraceInfo
from ..units import duration_text, share_text

SHOWN_QUEUES: Final = 8
SHOWN_DIGITS: Final = 12  # of 64: enough to tell two apart


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


def digests_text(trace: TraceInfo, config: Mapping[str, Any]) -> str:
    """Write what another run has in common with this one if it has replayed the same.

    Examples
    --------
    >>> from rxreplay import replay
    >>> results = replay([60], "5.10/small")
    >>> digests_text(results.traces[0], results.config)
    'digests: frames nh63:62d0472c249657cb, configuration e57b3df0e3fe'
    """
    frames = f"frames {trace.digest}, " if trace.digest else ""
    return f"digests: {frames}configuration {config_sha256(config)[:SHOWN_DIGITS]}"


def polls_text(config: Mapping[str, Any]) -> str:
    """Say when the guest polls.

    Examples
    --------
    >>> polls_text({"poll": 8, "clock": None}), polls_text({"poll": [1, 2], "clock": None})
    ('polls of 8', 'polls as given')
    """
    if config["clock"]:
        return clock_text(config["clock"])
    return f"polls of {config['poll']}" if isinstance(config["poll"], int) else "polls as given"


def clock_text(clock: Mapping[str, Any]) -> str:
    """Say how time passes."""
    return (
        f"time {clock['time']}: a poll {duration_text(clock['irq_delay_ns'])} after the device's "
        f"write, {duration_text(clock['service_ns'])} a packet, {clock['backend']:,} packets "
        f"wait in the host{stalls_text(clock)}"
    )


def stalls_text(clock: Mapping[str, Any]) -> str:
    """Say when the vCPU stands still, if it does.

    Examples
    --------
    >>> stalls_text({"stall_ns": 0, "stalls": [{"length_ns": 2000}, {"length_ns": 9000}]})
    ', the vCPU stands still 2 times, for 9.00 µs at most'
    """
    parts = []
    if clock["stall_ns"]:
        length, period = (duration_text(clock[f"stall{of}_ns"]) for of in ("", "_period"))
        parts.append(f"for {length} in each {period}")
    if clock["stalls"]:
        longest = max(stall["length_ns"] for stall in clock["stalls"])
        times = len(clock["stalls"])
        often = f"{times:,} times, for {duration_text(longest)} at most"
        parts.append(often if times > 1 else f"once for {duration_text(longest)}")
    return f", the vCPU stands still {' and '.join(parts)}" if parts else ""


def stack_text(config: Mapping[str, Any]) -> str:
    """Say whether packets are followed behind the driver; "" where not.

    Examples
    --------
    >>> stack_text({"gro": None}), stack_text({"gro": "on", "partial_csum": True})
    ('', 'GRO on, checksums left to the guest, ')
    """
    if not config["gro"]:
        return ""
    return f"GRO {config['gro']}, {'checksums left to the guest, ' * config['partial_csum']}"


def together_text(config: Mapping[str, Any]) -> str:
    """Say how queues are put together over time, and how in figures of a run; "" for one queue.

    Examples
    --------
    >>> together_text({"queues": 2}), together_text({"queues": 1})
    ('; of all queues in the same point (figures above add up peaks of queues)', '')
    """
    if config["queues"] == 1:
        return ""
    return "; of all queues in the same point (figures above add up peaks of queues)"


def slab_heads_text(strategies: Iterable[str]) -> str:
    """Say what posted bytes leave out of strategies that post skbs; "" where there is none.

    Examples
    --------
    >>> slab_heads_text(["4.10/small", "5.10/small"])
    '4.10/small: heads from the slab are resident, but not in posted bytes'
    >>> slab_heads_text(["4.10/mergeable"])
    ''
    """
    names = dict.fromkeys(name for name in strategies if strategy(name).posts_skbs)
    left_out = "heads from the slab are resident, but not in posted bytes"
    return f"{', '.join(names)}: {left_out}" if names else ""


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
