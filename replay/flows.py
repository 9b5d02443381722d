"""Flows of packets, remembered from when they are read until the device has got them."""

from typing import Final, NamedTuple

import numpy as np
from rxreplay.emulator.holding import OTHER as BY_OTHER
from rxreplay.emulator.holding import RULE_BITS
from rxreplay.emulator.holding import TCP as BY_TCP
from rxreplay.emulator.holding import UDP as BY_UDP
from rxreplay.traces import Packets
from rxreplay.traces.ends import DST_HIGH, SRC_HIGH, format_ip, ip_number
from rxreplay.traces.flow_key import PROTOCOLS
from rxreplay.traces.headers import TCP, UDP, WHOLE, new_headers
from rxreplay.traces.packets import Int64s, Records

NONE: Final = np.zeros(0, np.int64)


class Carried(NamedTuple):
    """Packets that a device has not got yet, when the next captures of a trace begin."""

    numbers: Int64s
    headers: Records
    ip: Int64s


class Flows:
    """Keys of flows by the numbers of packets, and their names.

    A flow has a direction. Packets that are not of IP, and those whose ports were cut off, belong
    to none; the fragments of a datagram belong to one without ports.
    """

    def __init__(self) -> None:
        """Remember nothing yet."""
        self.forget()

    def forget(self) -> None:
        """Forget all packets."""
        self._numbers = NONE
        self._headers = new_headers(0)
        self._ip = np.zeros((4, 0), np.int64)

    @property
    def carried(self) -> Carried:
        """What it takes into the next captures."""
        return Carried(self._numbers, self._headers, self._ip)

    def resume(self, carried: Carried) -> None:
        """Go on with what another has carried."""
        self._numbers, self._headers, self._ip = carried

    def see(self, packets: Packets, numbers: Int64s) -> None:
        """Read packets; `numbers` are theirs in the capture, and grow."""
        from rxreplay.traces.decode import decode  # numba comes with it
        from rxreplay.traces.scan_ends import ip_ends

        headers, ip = new_headers(numbers.size), np.zeros((4, numbers.size), np.int64)
        decode(packets.data, packets.at, packets.cap_len, packets.link_type, headers)
        ip_ends(packets.data, packets.at, packets.cap_len, headers, ip)
        self._numbers = np.concatenate([self._numbers, numbers])
        self._headers = np.concatenate([self._headers, headers])
        self._ip = np.concatenate([self._ip, ip], -1)

    def of(self, numbers: Int64s) -> Int64s:
        """Give the keys of packets that were read, 0 where one has no flow."""
        keys: Int64s = self._headers["flow"][np.searchsorted(self._numbers, numbers)]
        return keys

    def sockets(self, numbers: Int64s) -> tuple[Int64s, Records, Int64s]:
        """Give the keys of the sockets that packets are for, their headers, and their addresses.

        The lower bits of a key say by which rule the socket takes a packet. It is 0 where the
        stack takes the packet itself: without a flow, or of TCP without data.
        """
        at = np.searchsorted(self._numbers, numbers)
        headers = self._headers[at]
        tcp, udp = headers["protocol"] == TCP, headers["protocol"] == UDP
        rule = np.where(tcp, BY_TCP, np.where(udp, BY_UDP, BY_OTHER))
        keys = (headers["flow"] & ~RULE_BITS) | rule
        keys[(headers["flow"] == 0) | (tcp & (headers["payload_len"] == 0))] = 0
        return keys, headers, self._ip[:, at]

    def name(self, key: int) -> str:
        """Name a flow of which there is a packet."""
        at = int(np.argmax(self._headers["flow"] == key))
        ends = [ip_number(*self._ip[row : row + 2, at]) for row in (SRC_HIGH, DST_HIGH)]
        return flow_text(self._headers[at], *map(format_ip, ends))


def flow_text(headers: Records, sender: str, receiver: str) -> str:
    """Write a flow as `explain` does.

    Examples
    --------
    >>> headers = new_headers(1)[0]
    >>> headers["protocol"], headers["sport"], headers["dport"] = 17, 53, 5000
    >>> flow_text(headers, "10.0.0.1", "10.0.0.2")
    'UDP 10.0.0.1:53 > 10.0.0.2:5000'
    >>> headers["fragment"] = 1
    >>> flow_text(headers, "::1", "::2")
    'UDP ::1 > ::2 fragments'
    """
    protocol = int(headers["protocol"])
    name = PROTOCOLS.get(protocol, f"IP protocol {protocol}")
    if headers["fragment"] != WHOLE:
        return f"{name} {sender} > {receiver} fragments"
    if headers["sport"] < 0:
        return f"{name} {sender} > {receiver}"
    hosts = (f"[{end}]" if ":" in end else end for end in (sender, receiver))
    ports = (headers["sport"], headers["dport"])
    return f"{name} " + " > ".join(f"{h}:{p}" for h, p in zip(hosts, ports, strict=True))
