"""What a device would have got: an Ethernet header in place of the link layer that was captured."""

from collections.abc import Collection
from typing import Final

import numpy as np
from rxreplay.errors import LinkTypeError

from .link_types import CARRIED, EN10MB, ETH_HLEN, HEADER_LENS, link_type_name
from .packets import Int64s, Packets

LONGEST: Final = 2**32 - 1  # as long as a record can say


def header_of_all(link_types: Collection[int]) -> int | None:
    """Give the bytes of the link-layer header; None where one packet's can differ from another's.

    Examples
    --------
    >>> header_of_all([1]), header_of_all([113]), header_of_all([1, 113]), header_of_all([9])
    (14, 16, None, None)
    """
    lengths = {HEADER_LENS.get(link_type) for link_type in link_types} or {ETH_HLEN}
    return lengths.pop() if len(lengths) == 1 else None


def in_ethernet(wire_len: Int64s, header: int | Int64s) -> Int64s:
    """Give the lengths with an Ethernet header in place of one of so many bytes.

    Examples
    --------
    >>> in_ethernet(np.array([100, 3]), 16).tolist()
    [98, 14]
    """
    frames: Int64s = np.minimum(np.maximum(wire_len - header, 0) + ETH_HLEN, LONGEST)
    return frames


def device_lengths(packets: Packets, name: str) -> Int64s:
    """Give the lengths of frames as a device would have got them, packet by packet.

    Raises
    ------
    LinkTypeError
        One cannot have been a guest's; `name` is the capture's.
    """
    frames = packets.wire_len.copy()
    for link_type in packets.kinds():
        if link_type not in CARRIED:
            raise LinkTypeError(
                f"{name}: packets of link type {link_type_name(link_type)} cannot be what a guest "
                "receives. --linktype NAME takes them for another, if the capture is wrong there"
            )
        if link_type != EN10MB:
            these = packets.link_type == link_type
            header = HEADER_LENS.get(link_type)
            headers = ppp_headers(packets.only(these)) if header is None else header
            frames[these] = in_ethernet(packets.wire_len[these], headers)
    return frames


def ppp_headers(packets: Packets) -> Int64s:
    """Give the bytes of each PPP header: address and control can be left out, or a byte of two.

    Source: RFC 1661, 1662.
    """
    from .link_layer import ppp_header_lens  # numba comes with it

    headers = np.zeros(packets.at.size, np.int64)
    ppp_header_lens(packets.data, packets.at, packets.cap_len, headers)
    return headers
