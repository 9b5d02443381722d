"""What a replay can be told, apart from the captures and the strategies."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from rxreplay.emulator import Strategy, strategy
from rxreplay.emulator.strategies.knobs import parse_setting
from rxreplay.errors import OptionError, StrategyError
from rxreplay.traces.link_types import link_type_name, parse_link_type
from rxreplay.traces.mac import format_mac, parse_mac

Join = Literal["time", "given"] | None
Progress = Callable[[int, int | None], None]  # packets so far, packets in all where known


def no_progress(_done: int, _whole: int | None) -> None:
    """Show nothing."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to replay.

    Attributes
    ----------
    ring : int
        Buffers in the receive ring, a power of two.
    polls : int or sequence of int
        Packets of each NAPI poll, 1 to 64; the last one repeats.
    rcvbuf : int
        Bytes of the socket that `fit_packets` and `fit_bytes` are about.
    guest_macs : sequence of str
        Ethernet addresses of the guest: only what reaches it is replayed; empty: everything.
    join : {"time", "given"} or None
        Whether all captures make one trace, in the order of their times or as given.
    filter : str
        Expression of pcap-filter(7): only packets that match are counted and replayed.
    packet_range : str
        Numbers of packets in the trace, from 1: `A:B`, `A:`, `:B` or `N`.
    start, end : str
        Times from which, and before which: ISO 8601 (UTC without a zone), seconds since the epoch,
        or `+10s`, `+500ms` from the first packet.
    link_type : str or int or None
        What to take all packets for, by name or number, whatever the capture says.
    keep_damaged : bool
        Whether the packets before a damaged record count.
    threads : int
        How many threads emulate, 0: as many as there are cores. No figure depends on it.
    """

    ring: int = 256
    polls: int | Sequence[int] = 1
    rcvbuf: int = 212_992
    guest_macs: Sequence[str] = ()
    join: Join = None
    filter: str = ""
    packet_range: str = ""
    start: str = ""
    end: str = ""
    link_type: str | int | None = None
    keep_damaged: bool = False
    threads: int = 0

    def as_config(self, strategies: Sequence[Strategy], reference: str) -> dict[str, Any]:
        """Give what decides the figures, as JSON has it."""
        return {
            "strategies": [strategy.name for strategy in strategies],
            "reference": reference,
            "ring": self.ring,
            "poll": np.asarray(self.polls).tolist(),
            "lifetime": "drop",
            "rcvbuf": self.rcvbuf,
            **self.selection_config(),
        }

    def selection_config(self) -> dict[str, Any]:
        """Give what decides which packets count, and how they are read, as JSON has it."""
        return {
            "guest_mac": [format_mac(mac) for mac in mac_numbers(self.guest_macs)],
            "filter": self.filter or None,
            "packets": self.packet_range or None,
            "start": self.start or None,
            "end": self.end or None,
            "linktype": None if self.link_type is None else link_type_name(self.link_number or 0),
        }

    def selecting(self) -> list[str]:
        """Name the options in use that leave packets out."""
        given = {
            "--packets": self.packet_range,
            "--start": self.start,
            "--end": self.end,
            "--filter": self.filter,
            "--guest-mac": self.guest_macs,
        }
        return [name for name, value in given.items() if value]

    @property
    def link_number(self) -> int | None:
        """The link type to take all packets for, as files have it."""
        return None if self.link_type is None else parse_link_type(str(self.link_type))


def mac_numbers(macs: Iterable[str]) -> list[int]:
    """Read Ethernet addresses, each once, in order of their numbers.

    Raises
    ------
    OptionError
        One is none.

    Examples
    --------
    >>> mac_numbers(["00-00-00-00-00-02", "0000.0000.0001"])
    [1, 2]
    """
    try:
        return sorted({parse_mac(mac) for mac in macs})
    except ValueError as error:
        raise OptionError(f"guest: {error}") from None


def resolve(strategies: Iterable[str | Strategy]) -> list[Strategy]:
    """Turn names into strategies, each once.

    Examples
    --------
    >>> [found.name for found in resolve(["5.10/small", "5.10/small"])]
    ['5.10/small']
    """
    found = (strategy(s) if isinstance(s, str) else s for s in strategies)
    return list({each.name: each for each in found}.values())


def apply_settings(strategies: Iterable[str | Strategy], settings: Iterable[str]) -> list[Strategy]:
    """Set knobs, each given as `[STRATEGY:]NAME=VALUE`; without STRATEGY in all that have it.

    Raises
    ------
    StrategyError
        None of the strategies has the knob, or it cannot have that value.

    Examples
    --------
    >>> [s.name for s in apply_settings(["4.11/small", "mst-2016/mergeable"], ["min_avg=1518"])]
    ['4.11/small', 'mst-2016/mergeable,min_avg=1518']
    """
    chosen = resolve(strategies)
    wanted: list[dict[str, int]] = [{} for _ in chosen]
    for setting in settings:
        target, text = split_target(setting)
        name, value = parse_setting(text)
        meant = [index for index, s in enumerate(chosen) if _has(s, target, name)]
        if not meant:
            raise StrategyError(f"--set {setting}: {_why_none(chosen, target)}")
        for index in meant:
            wanted[index][name] = value
    return resolve(s.with_settings(each) for s, each in zip(chosen, wanted, strict=True))


def _why_none(chosen: list[Strategy], target: str) -> str:
    """Say why no strategy can be set."""
    if target:
        return f"{target} is not among the strategies: {', '.join(s.name for s in chosen)}"
    known = sorted({knob.name for s in chosen for knob in s.knobs})
    return f"no strategy here has that knob; known: {', '.join(known) or 'none'}"


def split_target(setting: str) -> tuple[str, str]:
    """Split what a setting is for from the setting; values can have a colon, too.

    Examples
    --------
    >>> split_target("6.8/small:order3=fail:1/2"), split_target("min_avg=64")
    (('6.8/small', 'order3=fail:1/2'), ('', 'min_avg=64'))
    """
    match = re.fullmatch(r"(?:(.*):)?(\w+=.*)", setting)
    return (match[1] or "", match[2]) if match else ("", setting)


def _has(strategy: Strategy, target: str, name: str) -> bool:
    if target:
        return target in (strategy.name, strategy.base)
    return any(knob.name == name for knob in strategy.knobs)
