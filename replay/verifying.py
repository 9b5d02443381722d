"""The emulator against recordings of real kernels: the library function `verify`."""

import os
from dataclasses import dataclass
from itertools import zip_longest

import numpy as np
from rxreplay.emulator import Receiver, Strategy, strategy
from rxreplay.emulator.abi import ETH_HLEN, SK_RMEM_DEFAULT
from rxreplay.emulator.layouts import HDR_LEN
from rxreplay.emulator.state import (
    CHUNK_FREED,
    CHUNK_TAKEN,
    FRAG,
    PACKET,
    POOL_FREED,
    POOL_TAKEN,
    REFILL,
)
from rxreplay.errors import StrategyError

from .recording import Event, Recording, RecordingError, read_recording

CONTEXT = 4  # events shown before a difference
EVENTS_TO_SPARE = 4096

TRACED = {CHUNK_TAKEN: ("chunk", "+"), CHUNK_FREED: ("chunk", "-")}
TRACED |= {POOL_TAKEN: ("pool", "+"), POOL_FREED: ("pool", "-")}
NAMED = ("chunk", "pool")  # events about a chunk, whose number is a name


@dataclass(frozen=True, slots=True)
class Difference:
    """Where the emulator parts from a recording.

    Attributes
    ----------
    line : int
        Of the recording, from 1; one more than it has where the emulator did more.
    recorded, emulated : str
        The event there, and the one that the emulator has instead.
    before : list of str
        The events that came before it, equal on both sides.
    """

    line: int
    recorded: str
    emulated: str
    before: list[str]

    def __str__(self) -> str:
        """Give it in one line."""
        return f"line {self.line:,}: recorded '{self.recorded}', emulated '{self.emulated}'"


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
    """

    name: str
    strategy: str
    events: int
    packets: int
    untraced: list[str]
    difference: Difference | None

    @property
    def ok(self) -> bool:
        """Whether there is no difference at all."""
        return self.difference is None


def verify(path: str | os.PathLike[str]) -> Verdict:
    """Replay a recording and compare what it holds, event for event.

    Packets' lengths and polls are fed as they were; refills, chunks, skbs and, where an unread
    socket was recorded, what it accepted must come out the same.

    Raises
    ------
    RecordingError
        The file is no recording.
    StrategyError
        There is no strategy for its kernel and mode.
    """
    recording = read_recording(path)
    chosen = strategy_of(recording)
    receiver = replay_recording(recording, chosen)
    emulated = emulated_events(receiver)
    untraced = sorted({event[0] for event in emulated} - recording.kinds)
    difference = first_difference(recording, [e for e in emulated if e[0] not in untraced])
    if difference is None:
        difference = head_difference(recording, receiver)
    equal = recording.events
    if difference is not None:
        equal = [
            e for e, line in zip(equal, recording.lines, strict=True) if line < difference.line
        ]
    packets = sum(event[0] == "packet" for event in equal)
    return Verdict(recording.name, chosen.name, len(equal), packets, untraced, difference)


def strategy_of(recording: Recording) -> Strategy:
    """Find the strategy that a recording's first line names."""
    head = recording.head
    if head.get("vnet_hdr", HDR_LEN) != HDR_LEN:
        raise StrategyError(f"{recording.name}: the virtio header is 12 bytes in all strategies")
    program = "+xdp" if head.get("xdp") else ""
    by_mtu = head["mode"] == "big" and "mtu" in head  # no offloads: the MTU made it big
    settings = f",guest_gso=0,device_mtu={head['mtu']}" if by_mtu else ""
    try:
        return strategy(f"{head['kernel']}/{head['mode']}{program}{settings}")
    except StrategyError as error:
        raise StrategyError(f"{recording.name}: {error}") from None


def replay_recording(recording: Recording, chosen: Strategy) -> Receiver:
    """Feed a recording's frames and polls."""
    if not recording.polls or sum(recording.polls) != len(recording.frames):
        raise RecordingError(
            f"{recording.name}: line {recording.miscounted():,}: its polls received "
            f"{sum(recording.polls):,} packets and it has {len(recording.frames):,}: packets or "
            "polls are missing"
        )
    ring, rcvbuf = head_numbers(recording)
    try:
        receiver = Receiver(
            chosen,
            ring=ring,
            polls=recording.polls,
            rcvbuf=rcvbuf or SK_RMEM_DEFAULT,
            unread=rcvbuf is not None,
            events=len(recording.events) + EVENTS_TO_SPARE,
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


def emulated_events(receiver: Receiver) -> list[Event]:
    """Write the emulator's events as a recording has them.

    Chunk numbers stay the emulator's own: `first_difference` ties them to the recording's.
    """
    events: list[Event] = []
    for kind, a, b, c, d, e in receiver.log.tolist():
        if kind == REFILL:
            event: Event = ("refill", str(a), "-" if b < 0 else str(b), str(c), str(d))
        elif kind in TRACED:
            event = (*TRACED[kind], str(a))
        elif kind == FRAG:
            event = ("frag", str(a))
        elif kind == PACKET:
            event = ("packet", *map(str, (a, b, b - ETH_HLEN, c, d, e)))
        else:
            event = ("poll", str(a))
        events.append(event)
    return events


def first_difference(recording: Recording, emulated: list[Event]) -> Difference | None:
    """Compare event by event; a chunk's number is a name, tied where the chunk is taken."""
    names: dict[str, str] | None = {} if recording.kinds & set(NAMED) else None
    for index, (event, mine) in enumerate(zip_longest(recording.events, emulated)):
        taken = event and mine and event[:2] == mine[:2] and event[0] in NAMED and event[1] == "+"
        if names is not None and event and mine and taken:
            names[mine[2]] = event[2]
        named = with_names(mine, event, names)
        if event != named:
            lines = recording.lines
            return Difference(
                lines[index] if index < len(lines) else lines[-1] + 1,
                " ".join(event or ("nothing more",)),
                " ".join(named or ("nothing more",)),
                [" ".join(e) for e in recording.events[max(0, index - CONTEXT) : index]],
            )
    return None


def with_names(
    mine: Event | None, event: Event | None, names: dict[str, str] | None
) -> Event | None:
    """Put the recording's name of a chunk, by `names`, into an event of the emulator.

    Where chunks were not traced their names cannot be told, and any name will do.
    """
    if not mine or mine[0] not in ("refill", *NAMED):
        return mine
    if names is None:
        return (*mine[:2], event[2], *mine[3:]) if event and event[0] == mine[0] else mine
    return (*mine[:2], names.get(mine[2], mine[2]), *mine[3:])


def head_difference(recording: Recording, receiver: Receiver) -> Difference | None:
    """Compare what the first line says of the run: packets, buffer sizes, the unread socket."""
    head = recording.head
    pairs: list[tuple[str, object, object]] = [("seen", head.get("seen"), len(recording.frames))]
    sizes = head.get("mergeable_rx_buffer_size") or []
    if sizes:
        pairs.append(("mergeable_rx_buffer_size", sizes, receiver.buffer_sizes))
    socket: dict[str, object] = dict(receiver.socket)
    for name, recorded in (head.get("udp") or {}).items():
        if name != "rcvbuf":
            pairs.append((f"udp {name}", recorded, socket.get(name, "nothing of that name")))
    for name, recorded, emulated in pairs:
        if recorded is not None and recorded != emulated:
            return Difference(1, f"{name} {recorded}", f"{name} {emulated}", [])
    return None
