"""The machine: QEMU with software emulation, its network card's wire, and a line to the guest."""

import socket
import struct
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

from guest import Guest, RecorderError

QEMU = "qemu-system-x86_64"
GUEST_MAC, HOST_MAC = bytes.fromhex("525400000001"), bytes.fromhex("525400000002")
HEADER = GUEST_MAC + HOST_MAC + bytes.fromhex("88b5")  # an ethertype that no protocol takes
OFFLOADS = ("csum", "gso", "guest_csum", "guest_tso4", "guest_tso6", "guest_ecn", "guest_ufo")
CPU = "qemu64,-cx16"  # QEMU 7.2 was seen to crash 6.12 right after a cmpxchg16b
PATIENCE_S = 120  # for a boot, or for the next line of the guest


@dataclass(frozen=True)
class Card:
    """A network card as the guest sees it."""

    mergeable: bool
    ring: int
    mtu: int | None

    def option(self) -> str:
        off = ",".join(f"{name}=off" for name in OFFLOADS)
        mac = GUEST_MAC.hex(":")
        mrg_rxbuf = "on" if self.mergeable else "off"
        mtu = f",host_mtu={self.mtu}" if self.mtu else ""
        return (
            f"virtio-net-pci,netdev=wire,romfile=,mac={mac},{off},mrg_rxbuf={mrg_rxbuf},mq=off"
            f",rx_queue_size={self.ring}{mtu}"
        )


class Machine:
    """A guest that is up: the wire to its card, and its second serial port."""

    def __init__(self, wire: socket.socket, line: socket.socket, console: IO[bytes]) -> None:
        self._wire, self._line, self._console = wire, line, console
        self._lines = line.makefile("r", encoding="ascii", errors="replace", newline="\n")

    def send(self, lengths: list[int], gap_s: float, burst: int) -> None:
        """Send a frame of each length, and wait `gap_s` after each `burst` of them."""
        for i, length in enumerate(lengths, 1):
            frame = HEADER.ljust(length, b"\0")
            self._wire.sendall(struct.pack("!I", length) + frame)
            if i % burst == 0:
                time.sleep(gap_s)
        time.sleep(max(gap_s, 0.5))

    def say(self, text: str) -> None:
        self._line.sendall(text.encode() + b"\n")

    def hear(self, word: str) -> list[str]:
        """Wait for a line that begins with `word`, and give the rest of its words."""
        first, *rest = self.next_line().split()
        if first != word:
            raise RecorderError(f"the guest said {first!r}, not {word!r}")
        return rest

    def next_line(self) -> str:
        try:
            line = self._lines.readline()
        except TimeoutError:
            line = ""
        if not line:
            self._console.seek(0)
            last = self._console.read().decode(errors="replace").strip().splitlines()[-12:]
            raise RecorderError("\n".join(["the guest fell silent; its last words:", *last]))
        return line

    def lines_until(self, last: str) -> Iterator[str]:
        while (line := self.next_line().rstrip("\n")) != last:
            yield line


@contextmanager
def booted(guest: Guest, card: Card) -> Iterator[Machine]:
    """Boot the guest with one CPU and one card; it is gone at the end."""
    wire, its_wire = socket.socketpair()
    line, its_line = socket.socketpair()
    line.settimeout(PATIENCE_S)
    wire.settimeout(PATIENCE_S)
    fds = its_wire.fileno(), its_line.fileno()
    command = [
        *(QEMU, "-nodefaults", "-no-user-config", "-display", "none"),
        *("-accel", "tcg", "-cpu", CPU, "-smp", "1", "-m", "768", "-no-reboot"),
        *("-kernel", str(guest.kernel), "-initrd", str(guest.initramfs)),
        *("-append", "console=ttyS0 quiet panic=-1 ipv6.disable=1"),
        *("-netdev", f"socket,id=wire,fd={fds[0]}", "-device", card.option()),
        *("-serial", "stdio", "-chardev", f"socket,id=line,fd={fds[1]}", "-serial", "chardev:line"),
    ]
    with wire, line, tempfile.TemporaryFile() as console:
        with its_wire, its_line:
            qemu = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=console, stderr=console, pass_fds=fds
            )
        try:
            yield Machine(wire, line, console)
        finally:
            qemu.kill()
            qemu.wait()
