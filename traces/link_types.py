"""Names of link types.  Source: libpcap, pcap/dlt.h and pcap-common.c."""

from typing import Final

EN10MB: Final = 1

NAMES: Final = {
    0: "NULL",
    EN10MB: "EN10MB",
    9: "PPP",
    12: "RAW(12)",  # LINKTYPE_RAW is 101; files with the DLT number of the writing machine exist
    14: "RAW(14)",
    51: "PPP_ETHER",
    101: "RAW",
    104: "C_HDLC",
    105: "IEEE802_11",
    107: "FRELAY",
    108: "LOOP",
    113: "LINUX_SLL",
    127: "IEEE802_11_RADIO",
    227: "CAN_SOCKETCAN",
    228: "IPV4",
    229: "IPV6",
    239: "NFLOG",
    276: "LINUX_SLL2",
}


def link_type_name(number: int) -> str:
    """Give the DLT name of a link type, or `LT` and its number.

    Examples
    --------
    >>> link_type_name(113), link_type_name(2)
    ('LINUX_SLL', 'LT2')
    """
    return NAMES.get(number, f"LT{number}")
