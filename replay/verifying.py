"""The emulator against recordings of real kernels: the library function `verify`."""

import os
from dataclasses import dataclass, replace

import numpy as np
from rxreplay.emulator import Receiver, Strategy
from rxreplay.emulator import strategy as strategy_named
from rxreplay.emulator.abi import SK_RMEM_DEFAULT
from rxreplay.emulator.batch import MAX_FRAME
from rxreplay.errors import StrategyError

from .differing import Difference, emulated_events, first_difference, head_difference
from .guest_trace import read_log
from .midway import compare_midway
from .recording import MOST_SHOWN, Recording, RecordingError

VNET_HDR = 12  # bytes of virtio header where a recording does not say
EVENTS_TO_SPARE = 4096
AUTO = "auto"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One recording against the emulator.

    Attributes
    ----------
    name, strategy : str
        The recording, and what it was compared with.
    untraced : list of str
        Kinds of event that the emulator has and the recording has not.
    events, packets : int
        How many were compared and equal.
    difference : Difference or None
        The first one.
    remarks : tuple of str
        What was not compared, and why; where there was a choice, what was chosen.
    explained : int
        Packets that are as the emulator has them; from the middle those behind the first turn of
        the ring, after the one past that explains most.
    """

    name: str
    strategy: str
    events: int
    packets: int
    untraced: list[str]
    difference: Difference | None
    remarks: tuple[str, ...] = ()
    explained: int = 0

    @property
    def ok(self) -> bool:
        """Whether there is no difference at all."""
        return self.difference is None


def verify(
    path: str | os.PathLike[str],
    strategy: str | None = None,
    *,
    ring: int | None = None,
    dev: str | None = None,
    from_start: bool = False,
) -> Verdict:
    """Replay a recording, or the text of ftrace, and compare what it holds, event for event.

    Packets' lengths and polls are fed as they were; refills, chunks, skbs and, where an unread
    socket was recorded, what it accepted must come out the same.

    Parameters
    ----------
    path
        The recording, or the text.
    strategy : str, optional
        What to compare with, instead of what a recording's first line names; `auto`: what fits.
    ring : int, optional
        Buffers in the ring; the default is what the recording says, else 256.
    dev : str, optional
        The interface, in a trace of several.
    from_start : bool
        Whether a trace is known to begin with the fill of an empty ring.

    Raises
    ------
    RecordingError
        The file is no recording.
    StrategyError
        There is no strategy for its kernel and mode.
    """
    recording = read_log(path, dev)
    if ring is not None:
        recording = replace(recording, head=recording.head | {"ring": ring})
    if from_start and recording.start == "middle":
        raise RecordingError(f"{recording.name}: it begins within a poll, not with the fill")
    if from_start:
        recording = replace(recording, start="fill")
    if strategy == AUTO:
        from .fitting import fit

        return fit(recording)
    return compare_recording(recording, strategy_of(recording, strategy))


def check_strategy(name: str | None) -> None:
    """Look up a strategy that was asked for.

    Raises
    ------
    StrategyError
        There is none of that name.
    """
    if name not in (None, AUTO):
        strategy_named(name)


def compare_recording(recording: Recording, chosen: Strategy) -> Verdict:
    """Compare all of a recording, or where it begins in the middle what does not depend on that."""
    if recording.start == "fill":
        return compare_whole(recording, chosen)
    whole = compare_whole(recording, chosen)
    if whole.ok and recording.start == "unknown":
        return replace(whole, remarks=(*whole.remarks, "all is as from the fill of the ring on"))
    midway = compare_midway(recording, chosen, head_numbers(recording)[0])
    return Verdict(
        recording.name,
        chosen.name,
        midway.compared,
        midway.compared,
        whole.untraced,
        midway.difference,
        (*recording.remarks, str(midway)),
        midway.explained,
    )


def compare_whole(recording: Recording, chosen: Strategy) -> Verdict:
    """Compare a recording from the fill of an empty ring on."""
    receiver = replay_recording(recording, chosen)
    emulated = emulated_events(receiver)
    untraced = sorted({event[0] for event in emulated} - recording.kinds)
    room = chosen.layout(head_numbers(recording)[0]).copy_room
    difference = first_difference(recording, [e for e in emulated if e[0] not in untraced], room)
    if difference is None:
        difference = head_difference(recording, receiver)
    equal = recording.events
    if difference is not None:
        equal = [
            e for e, line in zip(equal, recording.lines, strict=True) if line < difference.line
        ]
    packets = explained = sum(event[0] == "packet" for event in equal)
    if difference is not None:
        mine = set(emulated)
        explained = sum(event[0] == "packet" and event in mine for event in recording.events)
    return Verdict(
        recording.name,
        chosen.name,
        len(equal),
        packets,
        untraced,
        difference,
        recording.remarks,
        explained,
    )


def strategy_of(recording: Recording, name: str | None = None) -> Strategy:
    """Find the strategy of that name, or else the one that a recording's first line names."""
    head = recording.head
    if name is None and "kernel" not in head:
        raise RecordingError(
            f"{recording.name}: a trace does not say which kernel it is of: --strategy names it, "
            "or --strategy auto finds what fits"
        )
    try:
        return strategy_named(name or f"{head['kernel']}/{mode_of(head)}{settings_of(head)}")
    except StrategyError as error:
        raise StrategyError(f"{recording.name}: {error}") from None


def mode_of(head: dict[str, object]) -> str:
    """Give the mode that a first line names, with the program where one was attached."""
    return f"{head['mode']}{'+xdp' if head.get('xdp') else ''}"


def settings_of(head: dict[str, object]) -> str:
    """Give the knobs that a first line sets, as a strategy's name has them."""
    by_mtu = head.get("mode") == "big" and "mtu" in head  # no offloads: the MTU made it big
    settings = f",guest_gso=0,device_mtu={head['mtu']}" if by_mtu else ""
    if head.get("vnet_hdr", VNET_HDR) != VNET_HDR:
        settings += f",hdr_len={head['vnet_hdr']}"
    return settings


def replay_recording(recording: Recording, chosen: Strategy) -> Receiver:
    """Feed a recording's frames and polls."""
    if not recording.polls or sum(recording.polls) != len(recording.frames):
        raise RecordingError(
            f"{recording.name}: line {recording.miscounted():,}: its polls received "
            f"{sum(recording.polls):,} packets and it has {len(recording.frames):,}: packets or "
            "polls are missing"
        )
    check_frames(recording)
    events = len(recording.events) + EVENTS_TO_SPARE
    while len((receiver := received(recording, chosen, events)).log) == events:
        events *= 2  # what was not traced takes room as well
    return receiver


def check_frames(recording: Recording) -> None:
    """Refuse a recording with a frame that no device can have."""
    for event, line in zip(recording.events, recording.lines, strict=True):
        if event[0] == "packet" and not 0 <= int(event[2]) <= MAX_FRAME:
            raise RecordingError(
                f"{recording.name}: line {line:,}: a packet of {event[2][:MOST_SHOWN]} bytes: "
                "the log is damaged there"
            )


def received(recording: Recording, chosen: Strategy, events: int) -> Receiver:
    """Receive a recording's frames, with room for so many events."""
    ring, rcvbuf = head_numbers(recording)
    try:
        receiver = Receiver(
            chosen,
            ring=ring,
            polls=recording.polls,
            rcvbuf=rcvbuf or SK_RMEM_DEFAULT,
            unread=rcvbuf is not None,
            events=events,
        )
    except StrategyError as error:
        raise StrategyError(f"{recording.name}: {error}") from None
    receiver.receive(np.array(recording.frames, np.int64))
    receiver.finish()
    return receiver


def head_numbers(recording: Recording) -> tuple[int, int | None]:
    """Give the ring, and the unread socket's buffer where there was one, of the first line."""
    ring, udp = recording.head.get("ring", 256), recording.head.get("udp")
    rcvbuf = udp.get("rcvbuf") if isinstance(udp, dict) else udp and -1
    sound = isinstance(ring, int) and (not udp or (isinstance(rcvbuf, int) and 0 < rcvbuf < 2**31))
    if not sound:
        raise RecordingError(
            f"{recording.name}: line 1: ring, or rcvbuf of udp, is no number of buffers or bytes"
        )
    return ring, rcvbuf if udp else None
