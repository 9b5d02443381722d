"""Raw ftrace text, as `trace` or `trace_pipe` gives it, into the events of a recording.

Kinds and fields of the events are those of the recordings of real kernels: ("refill", size, chunk,
offset, chunk_size), ("frag", size), ("chunk", sign, chunk), ("pool", sign, page), ("packet", seq,
wire_len, len, data_len, truesize, nr_frags), ("poll", work).
"""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

ETH_HLEN = 14
SIZEOF_PAGE = 64  # struct page
LINE = re.compile(r"\s*\S.*?-\d+\s+(?:\([^)]*\)\s+)?\[\d+\]\s+(?:\S+\s+)?[\d.]+: (\w+): (.*)")
FIELD = re.compile(r"(\w+)=(\S*)")
POLL = re.compile(r"for device (\S*) work (\d+) budget (\d+)")
LOST = re.compile(r"LOST (\d+) EVENTS")
ENTRIES = re.compile(r"entries-in-buffer/entries-written: (\d+)/(\d+)")

Event = tuple[str | int, ...]


class LostEventsError(Exception):
    """The trace buffer was too small: events are missing."""


class Record(NamedTuple):
    """One line of a trace: the event's name, and its fields as they were printed."""

    name: str
    fields: dict[str, str]

    def number(self, field: str) -> int:
        return int(self.fields[field], 0)


def records(lines: Iterable[str]) -> Iterator[Record]:
    """Read a trace; what is no event is passed over."""
    for line in lines:
        if match := LINE.match(line):
            name, text = match.groups()
            yield Record(name, fields_of(name, text))
        elif match := LOST.search(line):
            raise LostEventsError(f"{match[1]} events were lost")
        elif (match := ENTRIES.search(line)) and match[1] != match[2]:
            raise LostEventsError(f"{match[1]} events of {match[2]} are left")


def fields_of(name: str, text: str) -> dict[str, str]:
    if name == "napi_poll" and (match := POLL.search(text)):
        return dict(zip(("dev", "work", "budget"), match.groups(), strict=True))
    return dict(FIELD.findall(text))


def events(trace: Iterable[Record]) -> list[Event]:
    """Give what the driver did; chunks and pages are numbered as they are first seen.

    A chunk is the driver's if it is taken right after a refill that had no room, before the last
    poll; what others take is left out, with its return.
    """
    found = [record for record in trace if record.fields.get("work") != "0"]
    polls = [i for i, record in enumerate(found) if record.name == "napi_poll"]
    end = polls[-1] + 1 if polls else len(found)
    return list(driver_events(found[:end], first_page(found)))


def driver_events(trace: Iterable[Record], page_0: int) -> Iterator[Event]:
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
                yield "refill", record.number("size"), chunk, *state
            case "frag":
                yield "frag", record.number("size")
            case "mm_page_alloc" if wanted:
                ours.add(record.number("pfn"))
                yield "chunk", "+", number(record.number("pfn"))
            case "mm_page_free" if record.number("pfn") in ours:
                ours.remove(record.number("pfn"))
                yield "chunk", "-", number(record.number("pfn"))
            case "page_pool_state_hold":
                yield "pool", "+", number(record.number("pfn"))
            case "page_pool_state_release":
                yield "pool", "-", number(record.number("pfn"))
            case "napi_gro_receive_entry":
                length, *rest = map(record.number, ("len", "data_len", "truesize", "nr_frags"))
                yield "packet", seq, length + ETH_HLEN, length, *rest
                seq += 1
            case "napi_poll":
                yield "poll", record.number("work")


def has_room(refill: Record) -> bool:
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
