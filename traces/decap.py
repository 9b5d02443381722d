"""Packets out of tunnels: what a guest behind the tunnel's end would have got."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from .packets import FCS_MASK, FCS_SHIFT, NO_ADDRESS, Bytes, Int64s, Packets, Records
from .tunnels import parse_kinds


class Inner(NamedTuple):
    """Packets that were inside others.

    Parameters
    ----------
    packets : Packets
        In the order of the outer ones, with their times, queues and flags, but that those out of a
        tunnel have no FCS. Ethernet frames, or of link type RAW where a tunnel carries IP; valid
        as long as the outer ones, and until the next ones are taken.
    record : int64 array, shape (m,)
        The outer packet that each of them was in, from 0.
    """

    packets: Packets
    record: Int64s


class LeftOut(NamedTuple):
    """Packets that nothing was taken out of, by the reason.

    Attributes
    ----------
    no_tunnel : int
        Those without a tunnel of the kinds asked for.
    cut : int
        Those whose headers were not captured up to the packet inside.
    fragment : int
        Parts of a datagram, but for the first, which stands for all of it.
    other : int
        Those in a tunnel that carries neither Ethernet nor IP, or whose header cannot be.
    """

    no_tunnel: int = 0
    cut: int = 0
    fragment: int = 0
    other: int = 0


class Decapsulator:
    """Takes packets out of tunnels, block by block.

    Parameters
    ----------
    kinds : sequence of str
        `vxlan`, `geneve`, `gre`, `erspan`: a packet has to be in one or several of these, as deep
        as four. `vxlan:PORT` and `geneve:PORT` are those of one port. `vlan`: tags are taken off
        what comes out, or by itself, off all packets that have some.

    Raises
    ------
    OptionError
        There is no such kind, or no such port.

    Examples
    --------
    >>> outer = bytes.fromhex("45000040 00000000 4011 0000 0a000001 0a000002")  # IPv4
    >>> outer += bytes.fromhex("d00012b5 002c0000 0800000000000700")  # UDP to 4789, VXLAN
    >>> data = np.frombuffer(outer + bytes(28), np.uint8)
    >>> zero, length, raw = np.zeros(1, np.int64), np.array([64]), np.array([101])
    >>> columns = zero, length, length, zero, zero, zero, raw, zero, zero
    >>> packets = Packets(*columns, data, False, 65535)
    >>> inner = Decapsulator(["vxlan"]).take(packets)
    >>> inner.packets.wire_len.tolist(), inner.packets.link_type.tolist(), inner.record.tolist()
    ([28], [1], [0])
    """

    def __init__(self, kinds: Sequence[str]) -> None:
        """Read the kinds; begin with nothing left out."""
        self._asked = parse_kinds(kinds)
        self._copy = np.zeros(0, np.uint8)
        self._counts = np.zeros(len(LeftOut._fields) + 1, np.int64)

    @property
    def carried(self) -> Int64s:
        """What it takes into the next captures of a trace."""
        return self._counts

    def resume(self, carried: Int64s) -> None:
        """Go on with what another has carried."""
        self._counts = carried

    @property
    def left_out(self) -> LeftOut:
        """What has been left out so far."""
        return LeftOut(*self._counts[1:].tolist())

    def take(self, packets: Packets) -> Inner:
        """Give what was inside the packets of a block."""
        from .layers import INNER, LAYER, TAKEN  # numba comes with them
        from .unwrap import unwrap

        inner = np.zeros(packets.at.size, INNER)
        inner["at"] = packets.at
        inner["end"] = packets.at + packets.cap_len
        inner["wire_len"] = packets.wire_len
        inner["link_type"] = packets.link_type
        unwrap(packets.data, inner, np.zeros(1, LAYER)[0], self._asked)
        self._counts += np.bincount(inner["found"], minlength=self._counts.size)
        taken = inner["found"] == TAKEN
        return Inner(self._replaced(packets.only(taken), inner[taken]), np.flatnonzero(taken))

    def _replaced(self, packets: Packets, inner: Records) -> Packets:
        """Give packets with what was found in place of the outer ones."""
        from .untag import inner_pairs

        if inner["depth"].any():
            packets.flags[:] &= ~(FCS_MASK << FCS_SHIFT)  # it is behind the outer packet
            packets.dst[:] = packets.src[:] = NO_ADDRESS
            if packets.dst.size:
                inner_pairs(packets.data, inner, packets.dst, packets.src)
        tag_bytes = inner["tag_bytes"]
        data = self._untagged(packets.data, inner) if tag_bytes.any() else packets.data
        return replace(
            packets,
            wire_len=np.maximum(inner["wire_len"] - tag_bytes, 0),
            cap_len=inner["end"] - inner["at"],
            at=inner["at"].copy(),
            link_type=inner["link_type"].copy(),
            data=data,
        )

    def _untagged(self, data: Bytes, inner: Records) -> Bytes:
        """Give a copy of the bytes of all packets, without tags, and have `inner` be about it."""
        from .untag import untag

        start, end = int(inner["at"].min()), int(inner["end"].max())
        if self._copy.size < end - start:
            self._copy = np.zeros(end - start, np.uint8)
        copy = self._copy[: end - start]
        copy[:] = data[start:end]
        inner["at"] -= start
        inner["end"] -= start
        untag(copy, inner)
        copy.flags.writeable = False  # as what it was copied from: kernels are compiled once
        return copy
