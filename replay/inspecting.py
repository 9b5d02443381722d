"""What a capture holds, and what that means for a replay: the library function `info`."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from rxreplay.traces.link_types import CARRIED, parse_link_type
from rxreplay.traces.vantage import Seen, padding

from .comparing import DEFAULTS, collect
from .delivering import UNCLEAR
from .options import Options, Progress, no_progress
from .result import Results, TraceInfo
from .sources import Source
from .units import share_text

ETHERNET = "EN10MB"


def info(
    sources: Sequence[Source],
    options: Options = DEFAULTS,
    progress: Progress = no_progress,
    **changes: Any,  # noqa: ANN401 - fields of Options
) -> Results:
    """Read traces without replaying them.

    Parameters
    ----------
    sources : sequence of paths, open traces, or int64 arrays
        The captures.
    options : Options
        How to read, and which packets: all that is about strategies does not matter.
    progress : callable
        Called with the packets so far, and in all where that is known.
    **changes
        Fields of `Options`, by name: `ring=1024`, `polls=[3, 1, 2]`.

    Returns
    -------
    Results
        With traces and warnings, and no results.

    Raises
    ------
    RxReplayError
        No trace could be read.

    Examples
    --------
    >>> info([[60, 1514, 9014]]).traces[0].above_mtu_packets
    1
    """
    options = replace(options, **changes)
    return collect(sources, [], options, progress, options.selection_config())


def link_sentence(names: Sequence[str]) -> str:
    """Say what link types other than Ethernet mean for a replay.

    Examples
    --------
    >>> link_sentence(["CAN_SOCKETCAN"])
    'The link type is CAN_SOCKETCAN, which cannot be what a guest receives: ...'
    """
    strange = [name for name in names if parse_link_type(name.removeprefix("LT")) not in CARRIED]
    if strange:
        return (
            f"The link type is {'+'.join(strange)}, which cannot be what a guest receives: a "
            "replay needs --linktype, or a filter that leaves its packets out."
        )
    return (
        f"The link type is {'+'.join(names)}: a replay puts an Ethernet header of 14 bytes in "
        "place of its own."
    )


def meaning(trace: TraceInfo) -> list[str]:
    """Say in sentences what a trace means for a replay: what it can tell, and what it cannot.

    Examples
    --------
    >>> print(*meaning(info([[60, 1514]]).traces[0]), sep="\\n")
    Lengths are all that there is: memory, linearity and copies can be told; nothing else.
    """
    if trace.link_type is None:
        return [
            "Lengths are all that there is: memory, linearity and copies can be told; nothing else."
        ]
    if not trace.packets:
        return ["There is no packet to replay."]
    said = (of_direction, of_lengths, of_snaplen, of_headers, of_padding, of_times, of_link_type)
    return [sentence for each in said if (sentence := each(trace))]


def of_direction(trace: TraceInfo) -> str:
    """Say what has to be told before a replay."""
    if UNCLEAR not in trace.direction.decision:
        return "It can be replayed as it is."
    return f"Before a replay: {trace.direction.reason.removeprefix(f'{trace.path}: ')}."


def of_snaplen(trace: TraceInfo) -> str:
    """Say what the snaplen does not matter for."""
    if not trace.truncated_packets:
        return ""
    share = share_text(trace.truncated_packets, trace.packets)
    return (
        f"The snaplen cut {share} of the packets: a replay uses their length on the wire, so no "
        "figure changes."
    )


def of_lengths(trace: TraceInfo) -> str:
    """Say what long packets mean."""
    if not trace.above_mtu_packets:
        return ""
    share = share_text(trace.above_mtu_packets, trace.packets)
    return (
        f"Packets above 1,514 bytes are {share}: small buffers cannot hold them, and a host that "
        "segments would deliver more and shorter ones."
    )


def of_headers(trace: TraceInfo) -> str:
    """Say what can be told from headers."""
    packets, flows = (trace.looked_at[name] for name in ("packets", "flows"))
    if packets == flows:
        return "The flow of every packet can be told: queues and --vantage can be replayed."
    if not flows:
        return (
            "No flow can be told: neither several queues nor --vantage wire or guest can be "
            "replayed, only memory, linearity and copies of what is there."
        )
    return (
        f"The flow of {share_text(flows, packets)} of the packets can be told; the others go to "
        "queue 0, and are neither merged nor split."
    )


def of_padding(trace: TraceInfo) -> str:
    """Say what padding means."""
    return padding(Seen(**trace.looked_at))


def of_times(trace: TraceInfo) -> str:
    """Say what times there are."""
    if trace.duration_ns is None:
        return "No packet has a time: nothing can be told over time."
    if trace.ts_backwards:
        return (
            f"Time runs backwards {trace.ts_backwards:,} times: a replay without a clock uses the "
            "order of the records alone."
        )
    return ""


def of_link_type(trace: TraceInfo) -> str:
    """Say what link types other than Ethernet mean."""
    if trace.link_type in (None, ETHERNET):
        return ""
    return link_sentence(trace.link_type.split("+"))
