"""Where a recording and the emulator part: events compared one by one."""

from dataclasses import dataclass
from itertools import zip_longest

from rxreplay.emulator import Receiver
from rxreplay.emulator.abi import ETH_HLEN
from rxreplay.emulator.state import (
    CHUNK_FREED,
    CHUNK_TAKEN,
    FRAG,
    PACKET,
    POOL_FREED,
    POOL_TAKEN,
    REFILL,
)

from .recording import Event, Recording

CONTEXT = 4  # events shown before a difference

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


def first_difference(
    recording: Recording, emulated: list[Event], copy_room: int = 0
) -> Difference | None:
    """Compare event by event; a chunk's number is a name, tied where the chunk is taken.

    `copy_room` is what the head of a copied packet has room for: headers may have been pulled.
    """
    names: dict[str, str] | None = {} if recording.kinds & set(NAMED) else None
    for index, (event, mine) in enumerate(zip_longest(recording.events, emulated)):
        taken = event and mine and event[:2] == mine[:2] and event[0] in NAMED and event[1] == "+"
        if names is not None and event and mine and taken:
            names[mine[2]] = event[2]
        named = with_names(mine, event, names)
        if event and named and event[0] == "packet" and int(event[1]) in recording.pulled:
            named = with_pull(named, event, copy_room)
        if event != named:
            return difference_at(recording, index, named)
    return None


def difference_at(recording: Recording, index: int, mine: Event | None) -> Difference:
    """Describe the difference at an event, or behind the last one."""
    events, lines = recording.events, recording.lines
    return Difference(
        lines[index] if index < len(lines) else lines[-1] + 1,
        " ".join(events[index] if index < len(events) else ("nothing more",)),
        " ".join(mine or ("nothing more",)),
        [" ".join(event) for event in events[max(0, index - CONTEXT) : index]],
    )


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


def with_pull(mine: Event, event: Event, copy_room: int) -> Event:
    """Put the recorded data_len into a packet of the emulator, where a pull explains it.

    A pull moves bytes from the frags to the head, as far as the head has room; truesize and
    nr_frags stay.  Source: net/core/skbuff.c, __pskb_pull_tail().
    """
    frame, data_len, recorded = int(event[2]), int(mine[4]), int(event[4])
    if recorded < data_len and frame - recorded <= copy_room:
        return (*mine[:4], event[4], *mine[5:])
    return mine


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
