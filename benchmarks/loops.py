"""Loops over the packets of a capture, as scripts have them: `loops.py dpkt|scapy FILE`."""

import sys


def dpkt_loop(path: str) -> None:
    import dpkt

    with open(path, "rb") as stream:
        for _ in dpkt.pcap.Reader(stream):
            pass


def scapy_loop(path: str) -> None:
    from scapy.utils import RawPcapReader

    with RawPcapReader(path) as packets:
        for _ in packets:
            pass


if __name__ == "__main__":
    {"dpkt": dpkt_loop, "scapy": scapy_loop}[sys.argv[1]](sys.argv[2])
