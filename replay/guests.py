"""Virtio network devices as a hypervisor's configuration describes them, and what a guest makes."""

import re
import sys
from dataclasses import dataclass
from typing import Final

from rxreplay.emulator import strategy
from rxreplay.errors import OptionError

from .alternatives import mode_of, strategy_like
from .escaping import quoted
from .fleets import MOST_QUEUES, USUAL, Nic, used_queues

RINGS: Final = (256, 512, 1024)  # what QEMU takes for rx_queue_size
LARGEST: Final = 1 << 20  # bytes of a description: they have some thousands
GUEST_GSO: Final = ("tso4", "tso6", "ecn", "ufo")  # any of these makes big packets possible
ON: Final = {"on": True, "yes": True, "true": True, "y": True}
OFF: Final = {"off": False, "no": False, "false": False, "n": False}


@dataclass(frozen=True, slots=True)
class Device:
    """A virtio network device.

    Attributes
    ----------
    name : str
        For people.
    queues : int
        That it has.
    ring : int
        Buffers of a receive queue.
    mergeable, guest_gso : bool
        What it offers the guest.
    device_mtu : int
        That it announces, 0: none.
    hdr_len : int
        Bytes of its virtio header.
    """

    name: str
    queues: int = 1
    ring: int = 256
    mergeable: bool = True
    guest_gso: bool = True
    device_mtu: int = 0
    hdr_len: int = 12

    def nic(self, vcpus: int, receives: str) -> Nic:
        """Give the NIC that a guest has of it.

        Parameters
        ----------
        vcpus : int
            The guest uses no more queues.
        receives : str
            `KERNEL`, whose driver chooses the mode by what the device offers; or a whole name.

        Examples
        --------
        >>> Device("a", queues=8, mergeable=False).nic(4, "6.1")
        Nic(strategy=..., queues=4, ring=256, count=1, names=())
        >>> Device("a", mergeable=False).nic(1, "6.1").strategy.name
        '6.1/big'
        """
        if "/" in receives:
            chosen = strategy(receives)
        else:
            kernel = receives or USUAL.partition("/")[0]
            like = strategy(f"{kernel}/mergeable")
            offers = {"guest_gso": int(self.guest_gso), "device_mtu": self.device_mtu}
            mode = mode_of(
                like,
                mergeable=self.mergeable,
                guest_gso=self.guest_gso,
                device_mtu=self.device_mtu,
            )
            chosen = strategy_like(like, kernel, mode, offers | {"hdr_len": self.hdr_len})
        return Nic(chosen, used_queues(self.queues, vcpus), self.ring)


@dataclass(frozen=True, slots=True)
class Guest:
    """A VM as it was described: its vCPUs, its devices, and what was assumed or left out."""

    vcpus: int
    devices: tuple[Device, ...]
    notes: tuple[str, ...] = ()


def described(path: str, option: str) -> bytes:
    """Read a description, from a file or (`-`) from standard input.

    Raises
    ------
    OptionError
        It cannot be read, or is too long to be one.
    """
    try:
        if path == "-":
            data = sys.stdin.buffer.read(LARGEST + 1)
        else:
            with open(path, "rb") as file:
                data = file.read(LARGEST + 1)
    except OSError as error:
        raise OptionError(f"{option} {path}: {error.strerror}") from None
    if len(data) > LARGEST:
        raise OptionError(f"{option} {path}: longer than {LARGEST:,} bytes, so no description")
    return data


def switch(text: str, where: str) -> bool:
    """Read `on` or `off`.

    Raises
    ------
    OptionError
        It is neither.
    """
    known = ON | OFF
    if text not in known:
        raise OptionError(f"{where}={quoted(text)}: on or off")
    return known[text]


def whole(text: str, where: str, most: int) -> int:
    """Read a whole number from 1 upwards.

    Raises
    ------
    OptionError
        It is none.
    """
    number = int(text) if re.fullmatch(r"\d{1,9}", text.strip(), re.ASCII) else 0
    if not 1 <= number <= most:
        raise OptionError(f"{where}={quoted(text)}: a whole number from 1 to {most:,}")
    return number


def queues_of(text: str, where: str) -> int:
    """Read a number of queues.

    Raises
    ------
    OptionError
        It is none.
    """
    return whole(text, where, MOST_QUEUES)


def ring_of(text: str, where: str) -> int:
    """Read the size of a receive queue.

    Raises
    ------
    OptionError
        QEMU would not take it.
    """
    found = whole(text, where, RINGS[-1]) if text.strip().isdecimal() else 0
    if found not in RINGS:
        raise OptionError(f"{where}={quoted(text)}: QEMU takes {', '.join(map(str, RINGS))}")
    return found
