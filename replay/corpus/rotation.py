"""Files that one capture was rotated into, told by their names."""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from .listing import Input

AUTO, OFF = ROTATION = ("auto", "off")
END: Final = r"(?P<end>(\.(gz|zst|lz4))?)"
RING: Final = re.compile(  # dumpcap -b: NAME_00001_20260101120000.pcapng
    r"(?P<stem>.+)_(?P<number>\d{5,})_(?P<time>\d{14})(?P<suffix>\.\w+?)" + END
)
NUMBERED: Final = re.compile(  # tcpdump -C: NAME.pcap, NAME.pcap1, ...; -W: NAME.pcap00, ...
    r"(?P<stem>.+)(?P<suffix>\.(pcap|cap|dmp|dump))(?P<number>\d*)" + END, re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A trace of a corpus: the inputs that it is made of, and what it is called."""

    name: str
    inputs: tuple[Input, ...]

    @property
    def size(self) -> int:
        """Bytes of all inputs, as far as they are known."""
        return sum(each.size or 0 for each in self.inputs)


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Which capture a file is a part of, and which part."""

    whole: str
    time: str
    number: int


def entries(inputs: Iterable[Input], rotation: str = AUTO) -> list[Entry]:
    """Make traces of inputs, in the order of their names.

    Files of a rotation are one, in the order of their times and numbers as they are named; who
    joins them puts those first whose packets are earlier.

    Examples
    --------
    >>> files = [Input(f"/a/x.pcap{n}", 24, "") for n in ("", "1", "2", "10")]
    >>> [len(entry.inputs) for entry in entries(files)]
    [4]
    >>> entries(files)[0].name, len(entries(files, "off"))
    ('/a/x.pcap', 4)
    """
    found = list(inputs)
    if rotation == OFF:
        return [Entry(each.url, (each,)) for each in found]
    groups: dict[str, list[tuple[Place, Input]]] = {}
    for each in found:
        place = place_of(each.url)
        groups.setdefault(place.whole, []).append((place, each))
    made = (_entry(whole, members) for whole, members in groups.items())
    return sorted(made, key=lambda entry: entry.name)


def _entry(whole: str, members: list[tuple[Place, Input]]) -> Entry:
    """Give one trace; a file alone keeps its name."""
    if len(members) == 1:
        return Entry(members[0][1].url, (members[0][1],))
    members.sort(key=lambda member: member[0])
    return Entry(whole, tuple(each for _, each in members))


def place_of(url: str) -> Place:
    """Read a name; one that is no rotation's is a whole by itself.

    Examples
    --------
    >>> place_of("/a/eth0_00012_20260101120000.pcapng")
    Place(whole='/a/eth0_*.pcapng', time='20260101120000', number=12)
    >>> place_of("/a/x.pcap7").number, place_of("/a/x.pcapng").whole
    (7, '/a/x.pcapng')
    """
    folder, name = os.path.split(url)
    for pattern in (RING, NUMBERED):
        if match := pattern.fullmatch(name):
            parts = match.groupdict()
            any_time = "_*" if "time" in parts else ""
            whole = f"{parts['stem']}{any_time}{parts['suffix']}{parts['end']}"
            whole = os.path.join(folder, whole)
            return Place(whole, parts.get("time", ""), int(parts["number"] or 0))
    return Place(url, "", 0)
