"""Blocks of packets through the host's GRO."""

from typing import Final, NamedTuple

import numpy as np
from rxreplay.errors import OptionError

from .coalesce import (
    GRO_HASH_BUCKETS,
    IN_ALIKE,
    IN_CARRIED,
    IN_FRAME_LEN,
    IN_TS_NS,
    MAX_GRO_SKBS,
    MERGED_INTO,
    NAPI,
    SEGMENTS,
    SKB,
    coalesce,
    end,
)
from .packets import Int64s, Record, Records

HELD: Final = GRO_HASH_BUCKETS * MAX_GRO_SKBS
NAPI_POLL_WEIGHT: Final = 64  # include/linux/netdevice.h
TIMEOUT_NS: Final = 50_000  # ICE_DFLT_RX_ITR, I40E_ITR_RX_DEF: 20,000 interrupts a second
MOST_NS: Final = 10**9
ETH_MTU: Final = 1500


class Carried(NamedTuple):
    """What a GRO takes into the next captures of a trace."""

    napi: Record  # NAPI
    held: Records  # SKB


class HostGro:
    """The GRO of one receive queue of the host's network card.

    Parameters
    ----------
    timeout_ns : int
        Packets that arrive within this time of the first one are taken in one poll, as where a
        card waits that long before it interrupts (`ethtool -c`, rx-usecs). All merges end with it.
    budget : int
        Packets that a poll takes at most.
    mtu : int
        Of the wire; longer packets have been merged before, and pass as they are.

    Raises
    ------
    OptionError
        A number that cannot be.

    Examples
    --------
    >>> from .coalesce import FRAME_LEN, RECORD
    >>> from .headers import TCP, new_headers
    >>> headers, zeros = new_headers(3), np.zeros(3, np.int64)
    >>> for name, value in {"version": 4, "protocol": TCP, "flow": 1, "network": 14}.items():
    ...     headers[name] = value
    >>> for name, value in {"transport": 34, "payload": 54, "payload_len": 1460}.items():
    ...     headers[name] = value
    >>> headers["seq"] = [0, 1460, 2920]
    >>> gro = HostGro()
    >>> gro.take(zeros, np.full(3, 1514), headers, zeros, zeros).shape
    (5, 0)
    >>> gro.end()[[FRAME_LEN, RECORD, SEGMENTS]].tolist()
    [[4434], [2], [3]]
    """

    def __init__(
        self, timeout_ns: int = TIMEOUT_NS, budget: int = NAPI_POLL_WEIGHT, mtu: int = ETH_MTU
    ) -> None:
        """Begin with nothing held."""
        if not 0 <= timeout_ns <= MOST_NS:
            raise OptionError(f"a poll of {timeout_ns:,} ns; write 0 to {MOST_NS:,}")
        if budget < 1:
            raise OptionError(f"a budget of {budget:,} packets; write 1 or more")
        if mtu < 1:
            raise OptionError(f"an MTU of {mtu:,}; write 1 or more")
        self._napi = np.zeros(1, NAPI)[0]
        self._napi["timeout_ns"], self._napi["budget"] = timeout_ns, budget
        self._napi["mtu"], self._napi["record"] = mtu, -1
        self._held = np.zeros(HELD, SKB)
        self._skb = np.zeros(1, SKB)[0]
        self._in = np.zeros((MERGED_INTO + 1, 0), np.int64)
        self._out = np.zeros((SEGMENTS + 1, HELD), np.int64)

    @property
    def carried(self) -> Carried:
        """What it takes into the next captures."""
        return Carried(self._napi, self._held)

    def resume(self, carried: Carried) -> None:
        """Go on with what another of the same configuration has carried."""
        self._napi, self._held = carried

    def take(
        self, ts_ns: Int64s, frame_len: Int64s, headers: Records, alike: Int64s, carried: Int64s
    ) -> Int64s:
        """Give what the host hands on when it has got these packets.

        Parameters
        ----------
        ts_ns, frame_len : int64 arrays, shape (n,)
            Time of each, and its length with an Ethernet header and the tags that `headers` counts.
        headers : record array, shape (n,), dtype HEADERS
            What `decode` found.
        alike : int64 array, shape (n,)
            From `gro_fields`.
        carried : int64 array, shape (n,)
            Any number that stays with a packet, such as its queue; a merge has that of its first.

        Returns
        -------
        int64 array, shape (5, m)
            Rows `TS_NS` and `RECORD`: time and number, from 0, of the packet that a frame is
            handed on with; `FRAME_LEN`, `CARRIED`, `SEGMENTS`. Valid until the next call.
        """
        count = headers.size
        if self._in.shape[1] < count:
            self._in = np.zeros((MERGED_INTO + 1, count), np.int64)
            self._out = np.zeros((SEGMENTS + 1, count + HELD), np.int64)
        self._in[IN_TS_NS, :count] = ts_ns
        self._in[IN_FRAME_LEN, :count] = frame_len
        self._in[IN_ALIKE, :count] = alike
        self._in[IN_CARRIED, :count] = carried
        coalesce(self._napi, self._held, self._in, headers, self._skb, self._out)
        return self._out[:, : self._napi["written"]]

    def merged_into(self, count: int) -> Int64s:
        """Give, for each of the `count` packets last taken, the one that it was merged into.

        Both are counted from the very first packet; one that begins a merge, or is alone, is
        merged into itself.
        """
        return self._in[MERGED_INTO, :count]

    def end(self) -> Int64s:
        """Give what is still held, as at the end of a poll; columns as of `take`."""
        end(self._napi, self._held, self._out)
        return self._out[:, : self._napi["written"]]
