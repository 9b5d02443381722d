"""The sockets that packets are for, by their flows; and the names of those."""

from collections.abc import Callable
from typing import Final

import numpy as np
from rxreplay.emulator.holding import UDP
from rxreplay.traces.ends import DST_HIGH, SRC_HIGH, format_ip, ip_number
from rxreplay.traces.headers import new_headers
from rxreplay.traces.packets import Int64s
from rxreplay.traces.vantage import WIRE

from .delivering import NOT_CLEAR
from .flows import Carried, Flows, flow_text
from .options import Options
from .selecting import Selection
from .sources import LengthsTrace, Walkable
from .vantages import Frames

MOST_NAMES: Final = 65_536  # flows that are remembered, unless more have a socket
ONE_SOCKET: Final = 1 << 2 | UDP


def nobody() -> Int64s:
    """Give the keys of no socket."""
    return np.zeros(0, np.int64)


class SocketKeys:
    """Gives frames the keys of their sockets, and keeps what flows are called.

    Parameters
    ----------
    trace, options
        What is walked, and how.
    selection : Selection
        Is watched while it walks.
    in_use : callable
        Gives the keys of sockets that there are: their names are not forgotten.

    Attributes
    ----------
    no_flows : str or None
        Why all packets go into one socket.
    """

    def __init__(
        self,
        trace: Walkable,
        options: Options,
        selection: Selection,
        in_use: Callable[[], Int64s] = nobody,
    ) -> None:
        """Begin with nothing."""
        self._delivery, self._in_use = selection.delivery, in_use
        self._flows = Flows()
        self._keys: Int64s = np.zeros(0, np.int64)
        self._headers, self._ip = new_headers(0), np.zeros((4, 0), np.int64)
        self._most = MOST_NAMES
        self.no_flows: str | None = None
        if isinstance(trace, LengthsTrace):
            self.no_flows = "lengths have no flows"
        elif options.vantage == WIRE:
            self.no_flows = "the host's GRO merges packets, and flows are not followed through it"
        else:
            self._delivery.watch = self._flows.see

    @property
    def carried(self) -> Carried:
        """What it takes into the next captures of a trace; names are not of it."""
        return self._flows.carried

    def resume(self, carried: Carried) -> None:
        """Go on with what another of the same options has carried."""
        self._flows.resume(carried)

    def of(self, frames: Frames) -> Int64s:
        """Give the keys of the frames that come next."""
        if self.no_flows:
            return np.full(frames.frame_len.size, ONE_SOCKET)
        keys, headers, ip = self._flows.sockets(frames.number)
        found, first = np.unique(keys, return_index=True)
        new = ~np.isin(found, self._keys) & (found != 0)
        self._keys = np.concatenate([self._keys, found[new]])
        self._headers = np.concatenate([self._headers, headers[first[new]]])
        self._ip = np.concatenate([self._ip, ip[:, first[new]]], -1)
        if self._keys.size > self._most:
            self._forget(found)
        if self._delivery.direction is not NOT_CLEAR:  # else packets wait for it
            self._flows.forget()
        return keys

    def name(self, key: int) -> str:
        """Name the flow of a socket."""
        if self.no_flows:
            return "all traffic"
        at = np.flatnonzero(self._keys == key)
        if not at.size:  # it was forgotten while its packets waited for the driver
            return f"flow {key:016x}"
        ends = [ip_number(*self._ip[row : row + 2, at[0]]) for row in (SRC_HIGH, DST_HIGH)]
        return flow_text(self._headers[at[0]], *map(format_ip, ends))

    def _forget(self, recent: Int64s) -> None:
        """Keep what has a socket, or has just come."""
        kept = np.isin(self._keys, np.concatenate([self._in_use(), recent]))
        self._keys, self._headers = self._keys[kept], self._headers[kept]
        self._ip = self._ip[:, kept]
        self._most = max(MOST_NAMES, 2 * self._keys.size)
