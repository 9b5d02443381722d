"""Headers of packets, remembered from when they are read until the device has got the frames."""

from typing import Final, NamedTuple

import numpy as np
from rxreplay.emulator.abi import ETH_HLEN
from rxreplay.traces import Packets
from rxreplay.traces.headers import new_headers
from rxreplay.traces.packets import Int64s, Records

from .vantages import Frames

NONE: Final = np.zeros(0, np.int64)
FIN, PSH = 0x01, 0x08


class Carried(NamedTuple):
    """Packets that a device has not got yet, when the next captures of a trace begin."""

    numbers: Int64s
    alike: Int64s
    headers: Records


class Layers:
    """Headers by the numbers of packets, with what GRO compares of them.

    Parameters
    ----------
    stripped : bool
        Whether the device gets frames without their VLAN tags.
    """

    def __init__(self, *, stripped: bool) -> None:
        """Remember nothing yet."""
        self._stripped = stripped
        self.forget()

    def forget(self) -> None:
        """Forget all packets."""
        self._numbers = self._alike = NONE
        self._headers = new_headers(0)

    @property
    def carried(self) -> Carried:
        """What it takes into the next captures."""
        return Carried(self._numbers, self._alike, self._headers)

    def resume(self, carried: Carried) -> None:
        """Go on with what another has carried."""
        self._numbers, self._alike, self._headers = carried

    def see(self, packets: Packets, numbers: Int64s) -> None:
        """Read packets; `numbers` are theirs in the capture, and grow."""
        from rxreplay.traces.decode import decode  # numba comes with it
        from rxreplay.traces.gro_fields import gro_fields

        headers, alike = new_headers(numbers.size), np.zeros(numbers.size, np.int64)
        decode(packets.data, packets.at, packets.cap_len, packets.link_type, headers)
        gro_fields(packets.data, packets.at, packets.cap_len, headers, alike)
        if self._stripped:
            headers["tag_bytes"] = 0
        self._numbers = np.concatenate([self._numbers, numbers])
        self._headers = np.concatenate([self._headers, headers])
        self._alike = np.concatenate([self._alike, alike])

    def of(self, frames: Frames) -> tuple[Records, Int64s]:
        """Give the headers of frames whose packets were read, and what GRO compares of each."""
        at = np.searchsorted(self._numbers, frames.number)
        headers = self._headers[at]
        part(headers, frames)
        return headers, self._alike[at]


def part(headers: Records, frames: Frames) -> None:
    """Give each frame of a packet that was split its own sequence number, length and flags.

    Source: net/ipv4/tcp_offload.c, tcp_gso_segment(): the last segment alone has FIN and PSH.

    Examples
    --------
    >>> headers = new_headers(3)
    >>> headers["network"], headers["payload"], headers["tcp_flags"] = 14, 66, 0x18
    >>> part(headers, Frames(np.array([1514, 1514, 166]), np.array([7, 7, 7]), NONE, NONE))
    >>> headers[["seq", "payload_len", "tcp_flags"]].tolist()
    [(0, 1448, 16), (1448, 1448, 16), (2896, 100, 24)]
    """
    again = np.flatnonzero(frames.number[1:] == frames.number[:-1])
    if not again.size:
        return
    split = np.zeros(headers.size, bool)
    split[again] = split[again + 1] = True
    head_len = ETH_HLEN + headers["tag_bytes"] + headers["payload"] - headers["network"]
    payload = np.where(split, frames.frame_len - head_len, 0)
    before = np.cumsum(payload) - payload
    _, first, which = np.unique(frames.number, return_index=True, return_inverse=True)
    seq = headers["seq"] + before - before[first][which]
    headers["seq"] = np.where(split, seq & 0xFFFFFFFF, headers["seq"])
    headers["payload_len"] = np.where(split, payload, headers["payload_len"])
    headers["tcp_flags"][again] &= ~(FIN | PSH)
