"""What a capture holds, and what that means for a replay: the library function `info`."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from rxreplay.traces.link_types import CARRIED, parse_link_type

from .comparing import DEFAULTS, collect
from .options import Options, Progress, no_progress
from .result import Results, ResultWarning, TraceInfo
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


def meaning(trace: TraceInfo, warnings: Sequence[ResultWarning]) -> list[str]:
    """Say in sentences what a trace means for a replay.

    Examples
    --------
    >>> meaning(info([[60, 1514]]).traces[0], [])
    ['It can be replayed as it is.']
    """
    if not trace.packets:
        return ["There is no packet to replay."]
    sentences = []
    if trace.truncated_packets:
        share = share_text(trace.truncated_packets, trace.packets)
        sentences.append(
            f"The snaplen cut {share} of the packets: a replay uses their length on the wire, "
            "so no figure changes."
        )
    if trace.above_mtu_packets:
        share = share_text(trace.above_mtu_packets, trace.packets)
        sentences.append(
            f"Packets above 1,514 bytes are {share}: small buffers cannot hold them, and a host "
            "that segments would deliver more and shorter ones."
        )
    if trace.ts_backwards:
        sentences.append(
            f"Time runs backwards {trace.ts_backwards:,} times: a replay without a clock uses the "
            "order of the records alone."
        )
    if trace.link_type not in (None, ETHERNET):
        sentences.append(link_sentence(trace.link_type.split("+")))
    if any(warning.code == "both_directions" for warning in warnings):
        sentences.append("It holds both directions: name the guest with --guest-mac.")
    return sentences or ["It can be replayed as it is."]
