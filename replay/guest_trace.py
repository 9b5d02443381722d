"""The ftrace text that a user recorded in his guest, as a recording: one device, whole polls."""

import os
from collections.abc import Iterator
from itertools import takewhile
from typing import Literal, NamedTuple

from .ftrace import (
    GRO,
    NAPI_POLL,
    LostEventsError,
    Record,
    devices,
    numbered_records,
    only,
    queues,
    recorded_events,
)
from .recording import Recording, RecordingError, head_of, recording_of, text_of

REFILLS = ("refill", "frag")
SHOWN_DEVICES = 8


class Trace(NamedTuple):
    """What could be read of a trace.

    Attributes
    ----------
    records : list of Record
        In order.
    whole : bool
        Whether none was lost before them.
    remark : str
        Where it had to end, or "".
    """

    records: list[Record]
    whole: bool
    remark: str


def read_log(path: str | os.PathLike[str], dev: str | None = None) -> Recording:
    """Read a recording, or the text of ftrace; plain or gzipped.

    Parameters
    ----------
    path
        The file.
    dev : str, optional
        The interface in a trace of several; the default is the one with the most packets.

    Raises
    ------
    RecordingError
        It is neither, or the trace has no packets of that device.
    """
    name = os.fspath(path)
    text = text_of(name)
    first = text.partition("\n")[0]
    if head_of(first) is None:
        trace = read_trace(text)
        if trace.records or not trace.whole:
            return recording_of_trace(name, trace, dev)
    return recording_of(name, text)


def read_trace(text: str) -> Trace:
    """Read a trace up to where events are missing; what was lost before a packet ends nothing."""
    numbered = enumerate(text.splitlines(), 1)
    found: list[Record] = []
    whole = True
    while True:
        try:
            found.extend(numbered_records(numbered))
        except LostEventsError as error:
            if any(record.name == GRO for record in found):
                return Trace(found, whole, f"compared up to {error}")
            found.clear()
            whole = False
        else:
            return Trace(found, whole, "")


def recording_of_trace(name: str, trace: Trace, dev: str | None) -> Recording:
    """Make a recording of what one device did.

    Raises
    ------
    RecordingError
        It received nothing, or with several queues.
    """
    chosen, why = chosen_device(name, trace.records, dev)
    ours = only(trace.records, chosen)
    if len(queues(ours)) > 1:
        raise RecordingError(
            f"{name}: packets of {len(queues(ours))} queues, one is emulated: record after "
            f"'ethtool -L {chosen or 'IF'} combined 1'"
        )
    filled = fill_of(ours) if trace.whole else 0
    kept, cut, ended = whole_polls(ours)
    recorded = recorded_events(kept)
    packets = [record for record, event in recorded if event[0] == "packet"]
    if not packets:
        raise RecordingError(f"{name}: no poll of {chosen or 'the device'} with all its packets")
    start: Literal["fill", "unknown", "middle"] = "fill" if filled else "unknown"
    return Recording(
        name,
        {"ring": filled} if is_ring(filled) else {},
        [(str(event[0]), *map(str, event[1:])) for _, event in recorded],
        [record.line for record, _ in recorded],
        "middle" if cut else start,
        frozenset(seq for seq, record in enumerate(packets) if record.pulled),
        tuple(text for text in (why, ended or trace.remark) if text),
    )


def is_ring(buffers: int) -> bool:
    """Say whether a ring can have so many."""
    return buffers > 1 and buffers & (buffers - 1) == 0


def chosen_device(name: str, trace: list[Record], dev: str | None) -> tuple[str, str]:
    """Choose the device, and say why where there was a choice.

    Raises
    ------
    RecordingError
        There is none to choose.
    """
    found = devices(trace)
    shown = sorted(known for known, _ in found.most_common(SHOWN_DEVICES))
    listed = ", ".join(f"{known or 'no name'} ({found[known]:,})" for known in shown)
    listed += f" and {len(found) - SHOWN_DEVICES:,} more" * (len(found) > SHOWN_DEVICES)
    if not found:
        raise RecordingError(f"{name}: a trace without packets: {GRO} was not enabled, or too late")
    if dev is not None and dev not in found:
        raise RecordingError(f"{name}: no packets of {dev}; packets are of: {listed}")
    if dev is not None or len(found) == 1:
        return dev or next(iter(found)), ""
    most = max(found, key=lambda known: found[known])
    return most, f"{most or 'no name'} of {listed}: --dev chooses another"


def fill_of(trace: list[Record]) -> int:
    """Count the refills that a trace begins with, before any packet or poll that received one."""

    def before(record: Record) -> bool:
        return record.name != GRO and (record.name != NAPI_POLL or record.fields["work"] == "0")

    return sum(record.name in REFILLS for record in takewhile(before, trace))


def whole_polls(trace: list[Record]) -> tuple[list[Record], bool, str]:
    """Keep the polls whose packets are all there, from the first of them to the first other one.

    Returns the records, whether the trace begins within a poll, and where it had to end, or "".
    """
    polls = list(poll_ends(trace))
    cut = bool(polls) and not polls[0][1]
    begin = polls.pop(0)[0] if cut else 0
    kept = list(takewhile(lambda poll: poll[1], polls))
    end = kept[-1][0] if kept else begin
    if len(kept) == len(polls):
        return trace[begin:end], cut, ""
    poll = trace[polls[len(kept)][0] - 1]
    return trace[begin:end], cut, f"compared up to line {poll.line:,}: {miscounted(poll)}"


def miscounted(poll: Record) -> str:
    """Say what is wrong with a poll."""
    return (
        f"a poll of {poll.fields['work']} packets shows another number: the driver dropped one, or "
        "it is another queue's"
    )


def poll_ends(trace: list[Record]) -> Iterator[tuple[int, bool]]:
    """Give where each poll that received something ends, and whether its packets are all there."""
    packets = 0
    for index, record in enumerate(trace, 1):
        if record.name == GRO:
            packets += 1
        elif record.name == NAPI_POLL and record.number("work"):
            yield index, packets == record.number("work")
            packets = 0
