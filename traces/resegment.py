"""Segments back out of what GRO has merged; docs/vantage.md has the facts."""

from typing import Final, NamedTuple

import numpy as np
from rxreplay._jit import kernel
from rxreplay.errors import OptionError

from .coalesce import ETH_HLEN, PSH
from .headers import NOT_KEPT, TCP, WHOLE
from .host_gro import ETH_MTU
from .packets import Int64s, Record, Records, Word

FLOWS: Final = 4096  # a power of two; a later flow takes the place of an earlier one
GRO_MAX_SIZE: Final = 8 * 65535  # include/linux/netdevice.h
MOST_SEGMENTS: Final = 2048  # of one packet: headers can leave room for a byte in each
TCP_MSS_DEFAULT: Final = 536  # include/net/tcp.h

FLOW = np.dtype([("flow", "i8"), ("mss", "i8")])

# Rows of a plan: how many frames a packet becomes, the length of each, and of the last.
COUNT, WHOLE_LEN, LAST_LEN = range(3)


class Frames(NamedTuple):
    """Frames in the order of their arrival, and for each the packet of the block that it is of."""

    frame_len: Int64s
    record: Int64s


@kernel
def payload_of(frame_len: Word, headers: Record) -> np.int64:
    """Give the payload of a TCP packet in bytes; 0 where its headers are not known, or cannot be.

    A damaged record can claim 4 GB, and IP more than its frame: nobody has merged these.
    """
    if headers["protocol"] != TCP or headers["fragment"] != WHOLE or headers["payload"] == NOT_KEPT:
        return np.int64(0)
    head = ETH_HLEN + headers["tag_bytes"] + headers["payload"] - headers["network"]
    payload = max(frame_len - head, 0)
    if payload > GRO_MAX_SIZE or headers["payload_len"] > payload:
        return np.int64(0)
    return np.int64(payload if headers["payload_len"] == NOT_KEPT else headers["payload_len"])


@kernel
def learn(flows: Records, headers: Record, payload: Word) -> None:
    """Remember the longest segment of a flow that came unmerged.

    One without PSH had more data behind it, so that it was as long as the MSS allowed.
    """
    if payload < TCP_MSS_DEFAULT or headers["tcp_flags"] & PSH or not headers["flow"]:
        return
    known = flows[headers["flow"] & (FLOWS - 1)]
    if known["flow"] != headers["flow"]:
        known["flow"] = headers["flow"]
        known["mss"] = payload
    known["mss"] = max(known["mss"], payload)


@kernel
def plan(flows: Records, frame_len: Int64s, headers: Records, mtu: Word, plans: Int64s) -> None:
    """Write into how many frames each packet goes, and their lengths.

    Source: net/ipv4/tcp_offload.c, tcp_gso_segment(), with the MSS in place of `gso_size`.
    """
    for i in range(headers.size):
        plans[COUNT, i] = 1
        plans[WHOLE_LEN, i] = frame_len[i]
        plans[LAST_LEN, i] = frame_len[i]
        payload = payload_of(frame_len[i], headers[i])
        header_len = headers[i]["payload"] - headers[i]["network"]
        if payload == 0 or header_len + payload <= mtu:
            learn(flows, headers[i], payload)
        else:
            mss = max(mtu - header_len, 1)
            known = flows[headers[i]["flow"] & (FLOWS - 1)]
            if known["mss"] and known["flow"] == headers[i]["flow"]:
                mss = min(mss, known["mss"])
            count = (payload + mss - 1) // mss
            if count <= MOST_SEGMENTS:
                plans[COUNT, i] = count
                plans[WHOLE_LEN, i] = frame_len[i] - payload + mss
                plans[LAST_LEN, i] = frame_len[i] - (count - 1) * mss


def unfold(plans: Int64s) -> Frames:
    """Give the frames that are planned, in order.

    Examples
    --------
    >>> unfold(np.array([[3, 1], [1514, 60], [134, 60]])).frame_len.tolist()
    [1514, 1514, 134, 60]
    """
    count = plans[COUNT]
    record = np.repeat(np.arange(count.size), count)
    frame_len = plans[WHOLE_LEN][record]
    frame_len[np.cumsum(count) - 1] = plans[LAST_LEN]
    return Frames(frame_len, record)


class Resegmenter:
    """What the device delivered, from packets that the guest's GRO has merged.

    Parameters
    ----------
    mtu : int
        Of the guest. A segment has at most its bytes, without what the headers take; and at most
        those of the longest segment without PSH that its flow has shown by itself.

    Raises
    ------
    OptionError
        An MTU that cannot be.

    Examples
    --------
    >>> from .headers import new_headers
    >>> headers = new_headers(1)
    >>> fields = {"protocol": TCP, "network": 14, "payload": 66, "payload_len": 4344}
    >>> for name, value in fields.items():
    ...     headers[name] = value
    >>> Resegmenter().take(np.array([4410]), headers).frame_len.tolist()
    [1514, 1514, 1514]
    """

    def __init__(self, mtu: int = ETH_MTU) -> None:
        """Begin without knowing a flow."""
        if mtu < 1:
            raise OptionError(f"an MTU of {mtu:,}; write 1 or more")
        self._mtu = mtu
        self._flows = np.zeros(FLOWS, FLOW)

    @property
    def carried(self) -> Records:
        """What it takes into the next captures of a trace."""
        return self._flows

    def resume(self, carried: Records) -> None:
        """Go on with what another has carried."""
        self._flows = carried

    def take(self, frame_len: Int64s, headers: Records) -> Frames:
        """Split the packets of a block.

        Parameters
        ----------
        frame_len : int64 array, shape (n,)
            Length of each with an Ethernet header and the tags that `headers` counts.
        headers : record array, shape (n,), dtype HEADERS
            What `decode` found.

        Returns
        -------
        Frames
            Lengths in order, and the packet of this block, from 0, that each comes from.
        """
        plans = np.zeros((LAST_LEN + 1, headers.size), np.int64)
        plan(self._flows, frame_len, headers, self._mtu, plans)
        return unfold(plans)
