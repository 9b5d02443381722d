"""Ethernet addresses as text and as 48-bit numbers."""

import re
from typing import Final

SPELLINGS: Final = (
    re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}", re.IGNORECASE | re.ASCII),
    re.compile(r"[0-9a-f]{2}(-[0-9a-f]{2}){5}", re.IGNORECASE | re.ASCII),
    re.compile(r"[0-9a-f]{4}(\.[0-9a-f]{4}){2}", re.IGNORECASE | re.ASCII),
)


def parse_mac(text: str) -> int:
    """Read an address; colons, hyphens and Cisco's dots are understood.

    Raises
    ------
    ValueError
        It is none of these.

    Examples
    --------
    >>> parse_mac("52:54:00:12:34:56") == parse_mac("5254.0012.3456") == 0x525400123456
    True
    """
    if not any(spelling.fullmatch(text) for spelling in SPELLINGS):
        raise ValueError(f"{text!r} is not a MAC address; write it as 52:54:00:12:34:56")
    return int(re.sub("[^0-9a-fA-F]", "", text), 16)


def format_mac(mac: int) -> str:
    """Write an address with colons.

    Examples
    --------
    >>> format_mac(0x525400123456)
    '52:54:00:12:34:56'
    """
    return int(mac).to_bytes(6).hex(":")
