"""What a replay can be told, apart from the captures and the strategies."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, cast

import numpy as np
from rxreplay.emulator import Strategy
from rxreplay.errors import OptionError
from rxreplay.traces.decision import DIRECTIONS, Direction
from rxreplay.traces.ends import format_ip, parse_ip
from rxreplay.traces.link_types import link_type_name, parse_link_type
from rxreplay.traces.mac import format_mac, parse_mac
from rxreplay.traces.packets import FCS_MASK
from rxreplay.traces.steering import AUTOMQ, MICROSOFT_KEY, SINGLE, Steering
from rxreplay.traces.vantage import VANTAGES, WIRE

from .consumers import DROP_TEXT, parse_consumer
from .moments import parse_span
from .timing import Timing

MOST_MTU: Final = 65_535  # include/uapi/linux/if_ether.h: ETH_MAX_MTU

Join = Literal["time", "given"] | None
KEEP, STRIP = TAGS = ("keep", "strip")
ON, OFF = SWITCH = ("on", "off")
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
    direction : {"auto", "in", "out", "both"}
        Whether what the guest received is replayed, what it sent, or all; `auto` finds out what it
        received, and asks by an error where that is not clear.
    guest_macs, guest_ips : sequence of str
        Ethernet and IP addresses of the guest, which settle what it received.
    decap : sequence of str
        Tunnels out of which the guest's packets are taken, and tags that are taken off: `vxlan`,
        `geneve`, `gre`, `erspan`, `vlan`; UDP ports as `vxlan:PORT`.
    vantage : {"auto", "device", "wire", "guest"}
        Where the capture was taken: the frames are as the device got them, or before the host's
        GRO merged them, or after the guest's did. `auto` takes them as they are, and says what
        else they could be.
    gro_timeout : str
        Time span that a poll of the host's network card waits for packets, for `wire`.
    mtu : int
        Bytes of an IP packet that was not merged, for `wire` and `guest`.
    fcs : int or "auto"
        Bytes of frame check sequence that each packet ends with; `auto` goes by the capture.
    vlan : {"keep", "strip"}
        Whether VLAN tags reach the device.
    queues : int
        Receive queues of the device.
    steering : {"single", "automq", "rss", "recorded"} or None
        Who chooses the queue of a packet; None: `automq` where there are several.
    rss_key : str
        40 bytes in hexadecimal digits, as `ethtool -x` prints them; "": Microsoft's.
    seed : int
        32 bits, for the spread of `automq`.
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
    timing : Timing or None
        By which clock; None: without one, polls come as `polls` says.
    points : int
        Points of the series over trace time, by the clock: a power of two, of which more than half
        are used. 0: none.
    consumer : str
        Who takes skbs, by a clock: `drop` (at once), `delay:SPAN`, or sockets of `rcvbuf` bytes,
        one for each flow: `reader:RATE` reads from each so many packets a second, `unread` none.
    gro : {"on", "off"} or None
        Whether the guest's GRO merges packets behind the driver; either way its headers are read,
        and what the stack copies for that is counted. None: what is behind the driver is left out.
    partial_csum : bool
        Whether all packets come with a checksum that is left to the guest, as from another guest
        of the same host, for `gro`.
    """

    ring: int = 256
    polls: int | Sequence[int] = 1
    rcvbuf: int = 212_992
    direction: str = "auto"
    guest_macs: Sequence[str] = ()
    guest_ips: Sequence[str] = ()
    decap: Sequence[str] = ()
    vantage: str = "auto"
    gro_timeout: str = "50us"
    mtu: int = 1500
    fcs: int | str = "auto"
    vlan: str = KEEP
    queues: int = 1
    steering: str | None = None
    rss_key: str = ""
    seed: int = 0
    join: Join = None
    filter: str = ""
    packet_range: str = ""
    start: str = ""
    end: str = ""
    link_type: str | int | None = None
    keep_damaged: bool = False
    threads: int = 0
    timing: Timing | None = None
    points: int = 512
    consumer: str = DROP_TEXT
    gro: str | None = None
    partial_csum: bool = False

    def __post_init__(self) -> None:
        """Check what is one of a few words.

        Raises
        ------
        OptionError
            It is none of them.
        """
        words = {"direction": DIRECTIONS, "vantage": VANTAGES, "vlan": TAGS}
        for name, known in words.items():
            if getattr(self, name) not in known:
                raise OptionError(f"--{name} {getattr(self, name)}: there are {', '.join(known)}")
        if self.gro not in (None, *SWITCH):
            raise OptionError(f"--gro {self.gro}: there are {', '.join(SWITCH)}")
        if self.partial_csum and not self.gro:
            raise OptionError("--partial-csum is about what the stack pulls: add --gro on or off")
        if self.gro and self.vantage == WIRE:
            raise OptionError(
                "--gro: packets are not followed through the GRO of the host (--vantage wire): "
                "record behind it, on the tap"
            )
        if not (self.fcs == "auto" or (isinstance(self.fcs, int) and 0 <= self.fcs <= FCS_MASK)):
            raise OptionError(f"--fcs {self.fcs}: write auto, or 0 to {FCS_MASK} bytes")
        if not 1 <= self.mtu <= MOST_MTU:
            raise OptionError(f"--mtu {self.mtu}: write 1 to {MOST_MTU:,} bytes")
        if parse_consumer(self.consumer, self.rcvbuf).kind and self.timing is None:
            raise OptionError(f"--consumer {self.consumer} needs a clock: --time recorded")
        if self.gro and self.consumer != DROP_TEXT:
            raise OptionError("--gro merges what a --consumer would have: use one of them")

    @property
    def side(self) -> Direction:
        """Whether the guest received or sent what is replayed."""
        return cast(Direction, self.direction)

    def guest_numbers(self) -> tuple[list[int], list[int]]:
        """Give the guest's Ethernet and IP addresses as numbers.

        Raises
        ------
        OptionError
            One is none.
        """
        return mac_numbers(self.guest_macs), ip_numbers(self.guest_ips)

    @property
    def gro_timeout_ns(self) -> int:
        """Nanoseconds that a poll of the host's card waits."""
        return parse_span(self.gro_timeout, "--gro-timeout")

    def steered(self) -> Steering:
        """Give how queues are chosen.

        Raises
        ------
        OptionError
            It cannot be.
        """
        mode = self.steering or (AUTOMQ if self.queues > 1 else SINGLE)
        key = parse_rss_key(self.rss_key) if self.rss_key else MICROSOFT_KEY
        return Steering(mode, self.queues, key, seed=self.seed)

    def as_config(self, strategies: Sequence[Strategy], reference: str) -> dict[str, Any]:
        """Give what decides the figures, as JSON has it."""
        return {
            "strategies": [strategy.name for strategy in strategies],
            "reference": reference,
            "ring": self.ring,
            "poll": np.asarray(self.polls).tolist() if self.timing is None else None,
            "clock": self.timing and self.timing.as_config(),
            "lifetime": self.consumer,
            "rcvbuf": self.rcvbuf,
            "gro": self.gro,
            "partial_csum": self.partial_csum,
            **self.selection_config(),
        }

    def selection_config(self) -> dict[str, Any]:
        """Give what decides which packets count, and how they are read, as JSON has it."""
        return {
            "direction": self.direction,
            "guest_mac": [format_mac(mac) for mac in mac_numbers(self.guest_macs)],
            "guest_ip": [format_ip(ip) for ip in ip_numbers(self.guest_ips)],
            "decap": list(self.decap),
            "vantage": self.vantage,
            "gro_timeout_ns": self.gro_timeout_ns,
            "mtu": self.mtu,
            "fcs": self.fcs,
            "vlan": self.vlan,
            "queues": self.queues,
            "steering": self.steered().mode,
            "rss_key": self.steered().key.hex(),
            "seed": self.seed,
            "filter": self.filter or None,
            "packets": self.packet_range or None,
            "start": self.start or None,
            "end": self.end or None,
            "linktype": None if self.link_type is None else link_type_name(self.link_number or 0),
        }

    def choosing(self) -> list[str]:
        """Name the options in use that say which packets count."""
        given = {
            "--packets": self.packet_range,
            "--start": self.start,
            "--end": self.end,
            "--filter": self.filter,
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


def ip_numbers(ips: Iterable[str]) -> list[int]:
    """Read IP addresses, each once, in order of their numbers.

    Raises
    ------
    OptionError
        One is none.

    Examples
    --------
    >>> ip_numbers(["::2", "::1", "0:0::1"])
    [1, 2]
    """
    try:
        return sorted({parse_ip(ip) for ip in ips})
    except ValueError as error:
        raise OptionError(f"guest: {error}") from None


def parse_rss_key(text: str) -> bytes:
    """Read a key as `ethtool -x` prints it.

    Raises
    ------
    OptionError
        It is none.

    Examples
    --------
    >>> parse_rss_key("6d:5a").hex()
    '6d5a'
    """
    try:
        return bytes.fromhex(text.replace(":", ""))
    except ValueError:
        raise OptionError(
            f"--rss-key {text}: write bytes in hexadecimal digits, as ethtool -x does"
        ) from None
