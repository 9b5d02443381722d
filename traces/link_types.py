"""Names of link types.  Source: libpcap, pcap/dlt.h and pcap-common.c."""

import re
from typing import Final

from rxreplay.errors import OptionError

EN10MB: Final = 1
PPP: Final = 9  # its header is of 1 to 4 bytes
ETH_HLEN: Final = 14

NAMES: Final = {
    0: "NULL",
    EN10MB: "EN10MB",
    6: "IEEE802",
    PPP: "PPP",
    10: "FDDI",
    12: "RAW(12)",  # LINKTYPE_RAW is 101; files with the DLT number of the writing machine exist
    14: "RAW(14)",
    50: "PPP_SERIAL",
    51: "PPP_ETHER",
    101: "RAW",
    104: "C_HDLC",
    105: "IEEE802_11",
    107: "FRELAY",
    108: "LOOP",
    113: "LINUX_SLL",
    122: "IP_OVER_FC",
    123: "SUNATM",
    127: "IEEE802_11_RADIO",
    187: "BLUETOOTH_HCI_H4",
    189: "USB_LINUX",
    201: "BLUETOOTH_HCI_H4_WITH_PHDR",
    220: "USB_LINUX_MMAPPED",
    226: "IPNET",
    227: "CAN_SOCKETCAN",
    228: "IPV4",
    229: "IPV6",
    239: "NFLOG",
    249: "USBPCAP",
    253: "NETLINK",
    276: "LINUX_SLL2",
}

# Bytes before the network header, where they are always as many. A device would have got an
# Ethernet header in their place.
HEADER_LENS: Final = {
    0: 4,
    EN10MB: ETH_HLEN,
    12: 0,
    14: 0,
    50: 4,
    101: 0,
    104: 4,
    108: 4,
    113: 16,
    228: 0,
    229: 0,
    276: 20,
}
CARRIED: Final = {*HEADER_LENS, PPP}  # what can have been a guest's traffic

PREFIX: Final = re.compile("(DLT|LINKTYPE)_", re.IGNORECASE)
MOST: Final = 0xFFFF


def link_type_name(number: int) -> str:
    """Give the DLT name of a link type, or `LT` and its number.

    Examples
    --------
    >>> link_type_name(113), link_type_name(2)
    ('LINUX_SLL', 'LT2')
    """
    return NAMES.get(number, f"LT{number}")


def parse_link_type(text: str) -> int:
    """Read a link type by its name or number.

    Raises
    ------
    OptionError
        There is none such.

    Examples
    --------
    >>> parse_link_type("linux_sll2"), parse_link_type("DLT_RAW"), parse_link_type("147")
    (276, 101, 147)
    """
    name = PREFIX.sub("", text.strip(), count=1).upper()
    numbers = {known: number for number, known in NAMES.items()} | {"ETHERNET": EN10MB}
    if name in numbers:
        return numbers[name]
    if re.fullmatch(r"\d{1,9}", name, re.ASCII) and int(name) <= MOST:
        return int(name)
    raise OptionError(
        f"--linktype {text}: no link type is known by this name; give its number, or one of "
        + ", ".join(NAMES.values())
    )
