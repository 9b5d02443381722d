"""The story of a packet: the library function `explain`."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, cast

import numpy as np
from rxreplay.emulator import Strategy
from rxreplay.errors import OptionError
from rxreplay.traces import Digest, JoinedTrace, Packets, Trace
from rxreplay.traces.flow_key import flow_key
from rxreplay.traces.vantage import WIRE

from .comparing import DEFAULTS, openings
from .feeding import feed
from .options import Options, Progress, no_progress
from .result import ResultWarning
from .selecting import Selection
from .settings import resolve
from .sources import Lengths, Source, Walkable
from .stories.asking import checked_packets
from .stories.story import NOT_REPLAYED, Stories, Story
from .stories.storytelling import tell
from .vantages import Frames


def explain(
    source: Source,
    packets: int | Iterable[int],
    strategy: str | Strategy,
    options: Options = DEFAULTS,
    progress: Progress = no_progress,
    *,
    flow: bool = False,
    **changes: Any,  # noqa: ANN401 - fields of Options
) -> Stories:
    """Tell what packets of a trace became under one strategy, and why.

    Parameters
    ----------
    source : path, open trace, or int64 array of shape (n,)
        The capture; with `join` among the options, a list of paths.
    packets : int, or iterable of int
        Their numbers in the capture, from 1: Wireshark's frame.number.
    strategy : str or Strategy
        What receives.
    options, progress, **changes
        As for `replay`; `rcvbuf` does not matter.
    flow : bool
        Whether the other packets of their flows, in the same direction, are told as well.

    Returns
    -------
    Stories
        One for each packet, in order of their numbers.

    Raises
    ------
    RxReplayError
        The trace cannot be read, there is no such strategy, no such packet, or no flow.

    Examples
    --------
    >>> [story] = explain([60, 1514, 9014], [2], "5.10/mergeable").stories
    >>> story.outcome, [tuple(term) for term in story.terms]
    ('copy and frags', [('fresh head', 512), ('struct sk_buff', 256), ('buffer', 1536)])
    """
    options = replace(options, **changes)
    if options.queues > 1:
        raise OptionError("stories are of a device with one queue; --queues is for others")
    chosen = one_strategy(strategy)
    [opening] = openings(cast(Sequence[Source], source) if options.join else [source], options)
    with opening() as trace:
        kept = Keeper(trace, options)
        fed = feed(trace, [], options, progress, selection=kept)
        wanted = checked_packets(packets, kept.walked, trace.path or trace.format)
        if flow:
            wanted = with_flows(trace, wanted, kept.walked)
        flows = flows_of(trace, wanted)
    told = {story.packet: story for story in tell(*kept.replayed(wanted), chosen, options)}
    stories = [told.get(n) or kept.left_out(n, options) for n in wanted]
    return Stories(
        config=options.as_config([chosen], chosen.name),
        trace=fed.info,
        stories=[replace(story, flow=flows.get(story.packet)) for story in stories],
        warnings=fed.warnings + [ResultWarning("kernel", chosen.doubt)] * bool(chosen.doubt),
    )


def one_strategy(strategy: str | Strategy) -> Strategy:
    """Give the strategy that is meant.

    Raises
    ------
    OptionError
        There is none such, or it is not one.
    """
    if not isinstance(strategy, str | Strategy):
        raise OptionError(f"one strategy is explained at a time, by its name: not {strategy!r}")
    return resolve([strategy])[0]


class Keeper(Selection):
    """A selection that keeps what it has walked, what counted of it, and what became frames."""

    def __init__(self, trace: Walkable, options: Options) -> None:
        """Keep nothing yet."""
        super().__init__(trace, options)
        self._wire_lens: list[Any] = [np.zeros(0, np.uint32)]  # 4 bytes a packet
        self._counting: list[Any] = [np.zeros(0, np.int64)]
        self._frame_lens: list[Any] = [np.zeros(0, np.uint32)]
        self._numbers: list[Any] = [np.zeros(0, np.int64)]

    def frames(self, digest: Digest) -> Iterator[Frames]:
        """Walk the trace for the frames to replay."""
        for frames in super().frames(digest):
            numbers = frames.number
            if numbers.size < frames.frame_len.size:  # lengths alone
                numbers = np.arange(self.walked - frames.frame_len.size, self.walked)
            self._frame_lens.append(frames.frame_len.astype(np.uint32))
            self._numbers.append(numbers)
            yield frames

    def _counted(self, packets: Packets, numbers: Lengths) -> tuple[Packets, Lengths]:
        self._wire_lens.append(packets.wire_len.astype(np.uint32))
        packets, numbers = super()._counted(packets, numbers)
        self._counting.append(numbers)
        return packets, numbers

    def left_out(self, packet: int, options: Options) -> Story:
        """Tell of a packet that is no frame of its own."""
        self._wire_lens = [np.concatenate(self._wire_lens)]
        self._counting = [np.concatenate(self._counting)]
        why = f"it was left out ({', '.join(options.choosing())})"
        if packet - 1 in self._counting[0]:
            why = f"the guest did not get it: replayed is {self.delivery.direction}"
            if options.vantage == WIRE:
                why = "the host's GRO has merged it into another frame, or " + why
        return Story(packet, int(self._wire_lens[0][packet - 1]), None, NOT_REPLAYED, (why,))

    def replayed(self, packets: Sequence[int]) -> tuple[Lengths, Lengths, list[int]]:
        """Give what is replayed: lengths, packet numbers, and where those asked for are in it."""
        frames, numbers = np.concatenate(self._frame_lens), np.concatenate(self._numbers)
        wanted = np.flatnonzero(np.isin(numbers, np.array(packets, np.int64) - 1))
        return frames, numbers + 1, wanted.tolist()


def frames_of(trace: Walkable, packets: Sequence[int]) -> Iterator[tuple[int, str]]:
    """Give packets with their flows, where bytes are kept and can be read once more."""
    if isinstance(trace, Trace | JoinedTrace) and trace.rewindable:
        for number, frame in trace.frames([packet - 1 for packet in packets]):
            key = flow_key(frame, trace.link_type)
            if key:
                yield number + 1, key


def flows_of(trace: Walkable, packets: Sequence[int]) -> dict[int, str]:
    """Give the flow of each packet whose flow can be told."""
    return dict(frames_of(trace, packets))


def with_flows(trace: Walkable, packets: Sequence[int], most: int) -> list[int]:
    """Give the packets of the same flows, in the same direction.

    Raises
    ------
    OptionError
        The flow of one cannot be told.
    """
    flows = flows_of(trace, packets)
    for packet in packets:
        if packet not in flows:
            raise OptionError(
                f"packet {packet:,}: its flow cannot be told: the capture is a stream, of a link "
                "type that is not known here, or keeps too little of the packet"
            )
    wanted = set(flows.values())
    return [packet for packet, key in frames_of(trace, range(1, most + 1)) if key in wanted]


def one_source(captures: Sequence[str], options: Options) -> Source:
    """Give the capture that is meant, or all that are joined.

    Raises
    ------
    OptionError
        There are several, and nobody says that they are one.
    """
    if options.join:
        return cast(Source, list(captures))
    if len(captures) > 1:
        raise OptionError("packets of several captures: name one capture, or --join them")
    return captures[0]
