"""Which packets are asked about, as numbers in the capture from 1."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from numbers import Integral
from typing import Any

import numpy as np
from rxreplay.errors import OptionError


def checked_packets(packets: int | Iterable[int], most: int, name: str) -> list[int]:
    """Give packet numbers in their order, each once; nothing is read behind a wrong one.

    Raises
    ------
    OptionError
        There is no such packet.

    Examples
    --------
    >>> checked_packets([3, 1, 3], 3, "a.pcap"), checked_packets(2, 3, "a.pcap")
    ([1, 3], [2])
    """
    wanted = set()
    for packet in whole_numbers(packets):
        if not 1 <= packet <= most:
            held = f"packets 1 to {most:,}" if most else "no packets"
            raise OptionError(f"packet {packet:,}: {name} has {held}")
        wanted.add(packet)
    return sorted(wanted)


def whole_numbers(packets: Any) -> Iterator[int]:  # noqa: ANN401 - whatever somebody gives
    """Give numbers as Python's own; a bare one is one packet.

    Raises
    ------
    OptionError
        One is none.

    Examples
    --------
    >>> list(whole_numbers(np.array([2, 1]))), list(whole_numbers(7))
    ([2, 1], [7])
    """
    if isinstance(packets, np.ndarray):
        packets = packets.tolist()
    if isinstance(packets, str) or not isinstance(packets, Iterable):
        packets = [packets]
    for packet in packets:
        if not isinstance(packet, Integral):
            raise OptionError(f"packet {packet!r}: packets are named by whole numbers, from 1")
        yield int(packet)


def asked_for(packets: Sequence[int], ranges: Sequence[str]) -> Iterator[int]:
    """Give the packets that are named one by one, or as `FIRST:LAST`.

    Raises
    ------
    OptionError
        None is, or a range is none.

    Examples
    --------
    >>> sorted(set(asked_for([9], ["2:4"])))
    [2, 3, 4, 9]
    """
    spans = [parse_range(text) for text in ranges]
    if not packets and not spans:
        raise OptionError("which packet? --packet N or --range FIRST:LAST names it")
    ends = [span[-1] for span in spans]  # first: a range is not walked that leaves the capture
    return chain(packets, ends, *spans)


def parse_range(text: str) -> range:
    """Read `FIRST:LAST`.

    Raises
    ------
    OptionError
        It is none.

    Examples
    --------
    >>> parse_range("2:4")
    range(2, 5)
    """
    first, _, last = text.partition(":")
    try:
        numbers = range(int(first), int(last) + 1)
    except ValueError:
        numbers = range(0)
    if not numbers:
        raise OptionError(f"--range {text}: not FIRST:LAST with two packet numbers")
    return numbers
