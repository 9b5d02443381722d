"""Raw ftrace text, as `trace`, `trace_pipe` and `trace-cmd report` give it, into events.

Kinds and fields of the events are those of the recordings of real kernels: ("refill", size, chunk,
offset, chunk_size), ("frag", size), ("chunk", sign, chunk), ("pool", sign, page), ("packet", seq,
wire_len, len, data_len, truesize, nr_frags), ("poll", work).
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from rxreplay.errors import RxReplayError

ETH_HLEN = 14
SIZEOF_PAGE = 64  # struct page
CHECKSUM_PARTIAL = 3  # include/linux/skbuff.h
NO_DEV = "(no_device)"  # include/trace/events/napi.h: the backlog's

LINE = re.compile(r"\s*\S.*?\[\d+\]\s+(?:\S+\s+)?[\d.]+:\s+(?:\w+:)?(\w+):\s+(.*)")
FIELD = re.compile(r"\b(\w+)=(\S*)")  # from the start of a word: else a long one takes ages
POLL = re.compile(r"for device (\S*) work (\d+) budget (\d+)")
LOST = re.compile(r"LOST (\d+) EVENTS")
ENTRIES = re.compile(r"entries-in-buffer/entries-written: (\d+)/(\d+)")

LARGEST = 2**64 - 1  # an address is a number, too

GSO = ("gso_size", "gso_type")
GRO, NAPI_POLL = "napi_gro_receive_entry", "napi_poll"
NEEDED = {
    "refill": ("size", "page", "offset", "chunk_size"),
    "frag": ("size",),
    "mm_page_alloc": ("pfn",),
    "mm_page_free": ("pfn",),
    "page_pool_state_hold": ("pfn",),
    "page_pool_state_release": ("pfn",),
    GRO: ("len", "data_len", "truesize", "nr_frags"),
    NAPI_POLL: ("work",),
}

Event = tuple[str | int, ...]


class LostEventsError(RxReplayError):
    """Events are missing: the trace buffer was too small, or a line was cut."""

    def __init__(self, line: int, text: str) -> None:
        """Note the line that shows it."""
        super().__init__(f"line {line:,}: {text}")
        self.line = line


class Record(NamedTuple):
    """One line of a trace: its number, the event's name, and its fields as they were printed."""

    line: int
    name: str
    fields: dict[str, str]

    def number(self, field: str) -> int:
        """Give a field as a number, decimal or hexadecimal."""
        return int(self.fields[field], 0)

    @property
    def dev(self) -> str:
        """Give the device; some kernels print none."""
        return self.fields.get("dev", "")

    @property
    def pulled(self) -> bool:
        """Say whether the driver may have pulled headers into the head of a packet before it.

        Source: include/linux/virtio_net.h, virtio_net_hdr_to_skb().
        """
        partial = self.fields.get("ip_summed") == str(CHECKSUM_PARTIAL)
        return partial or any(self.number(field) for field in GSO if field in self.fields)


def records(lines: Iterable[str]) -> Iterator[Record]:
    """Read a trace; what is no event of ours is passed over.

    Raises
    ------
    LostEventsError
        Events were lost here, or one has not its numbers.
    """
    return numbered_records(enumerate(lines, 1))


def numbered_records(lines: Iterable[tuple[int, str]]) -> Iterator[Record]:
    """Read a trace whose lines come with their numbers, so that another may read on."""
    for number, line in lines:
        if match := LINE.match(line):
            name, text = match.groups()
            if name in NEEDED:
                yield checked(Record(number, name, fields_of(name, text)))
        elif match := LOST.search(line):
            raise LostEventsError(number, f"{match[1]} events were lost")
        elif (match := ENTRIES.search(line)) and match[1] != match[2]:
            raise LostEventsError(number, f"{match[1]} events of {match[2]} are left")


def fields_of(name: str, text: str) -> dict[str, str]:
    """Split what stands behind an event's name."""
    if name == NAPI_POLL and (match := POLL.search(text)):
        return dict(zip(("dev", "work", "budget"), match.groups(), strict=True))
    return dict(FIELD.findall(text))


def checked(record: Record) -> Record:
    """Give a record if its numbers are numbers.

    Raises
    ------
    LostEventsError
        They are not.
    """
    optional = [field for field in GSO if field in record.fields]
    try:
        for field in (*NEEDED[record.name], *optional):
            if abs(record.number(field)) > LARGEST:
                raise ValueError
    except (KeyError, ValueError):
        raise LostEventsError(
            record.line, f"{record.name} has no number {field!r}: cut off, or not of 4.8 or later"
        ) from None
    return record


def devices(trace: Iterable[Record]) -> Counter[str]:
    """Count the packets of each device; the name is "" where the kernel prints none."""
    return Counter(record.dev for record in trace if record.name == GRO)


def queues(trace: Iterable[Record]) -> set[str]:
    """Give the receive queues that packets came from."""
    return {r.fields.get("queue_mapping", "") for r in trace if r.name == GRO}


def only(trace: Iterable[Record], dev: str) -> list[Record]:
    """Leave out packets and polls of other devices; those without a name stay."""
    return [record for record in trace if not_of_another(record, dev)]


def not_of_another(record: Record, dev: str) -> bool:
    """Say whether a record may be of a device, "" where packets have no name of one."""
    if record.name not in (GRO, NAPI_POLL) or record.dev in ("", dev):
        return True
    return not dev and record.name == NAPI_POLL and record.dev != NO_DEV


def events(trace: Iterable[Record]) -> list[Event]:
    """Give what the driver did; chunks and pages are numbered as they are first seen.

    A chunk is the driver's if it is taken right after a refill that had no room, before the last
    poll; what others take is left out, with its return.
    """
    return [event for _, event in recorded_events(trace)]


def recorded_events(trace: Iterable[Record]) -> list[tuple[Record, Event]]:
    """Give the events with the records that they are from."""
    found = [record for record in trace if record.fields.get("work") != "0"]
    polls = [i for i, record in enumerate(found) if record.name == NAPI_POLL]
    end = polls[-1] + 1 if polls else len(found)
    return list(driver_events(found[:end], first_page(found)))


def driver_events(trace: Iterable[Record], page_0: int) -> Iterator[tuple[Record, Event]]:
    """Give the driver's events; `page_0` is the address of page frame 0's `struct page`."""
    numbers: dict[int, int] = {}  # of page frames
    ours: set[int] = set()
    seq = 0
    wants_chunk = False

    def number(frame: int) -> int:
        return numbers.setdefault(frame, len(numbers))

    for record in trace:
        wanted, wants_chunk = wants_chunk, record.name == "refill" and not has_room(record)
        match record.name:
            case "refill":
                state = record.number("offset"), record.number("chunk_size")
                page = record.number("page")
                chunk = number((page - page_0) // SIZEOF_PAGE) if page else "-"
                yield record, ("refill", record.number("size"), chunk, *state)
            case "frag":
                yield record, ("frag", record.number("size"))
            case "mm_page_alloc" if wanted:
                ours.add(record.number("pfn"))
                yield record, ("chunk", "+", number(record.number("pfn")))
            case "mm_page_free" if record.number("pfn") in ours:
                ours.remove(record.number("pfn"))
                yield record, ("chunk", "-", number(record.number("pfn")))
            case "page_pool_state_hold":
                yield record, ("pool", "+", number(record.number("pfn")))
            case "page_pool_state_release":
                yield record, ("pool", "-", number(record.number("pfn")))
            case "napi_gro_receive_entry":
                length, *rest = map(record.number, ("len", "data_len", "truesize", "nr_frags"))
                yield record, ("packet", seq, length + ETH_HLEN, length, *rest)
                seq += 1
            case "napi_poll":
                yield record, ("poll", record.number("work"))


def has_room(refill: Record) -> bool:
    """Say whether the page_frag had room for what was asked."""
    size, offset = refill.number("size"), refill.number("offset")
    return refill.number("page") != 0 and offset + size <= refill.number("chunk_size")


def first_page(trace: list[Record]) -> int:
    """Find the address of page frame 0's `struct page`.

    A refill names a chunk by its `struct page`, the page allocator by its frame: the refill after
    a chunk was taken has both.
    """
    taken = None
    for before, record in pairwise(trace):
        if record.name == "refill" and taken is not None:
            return record.number("page") - taken * SIZEOF_PAGE
        if record.name == "mm_page_alloc" and before.name == "refill" and not has_room(before):
            taken = record.number("pfn")
    return 0
