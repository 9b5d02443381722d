"""Packets of many kinds, and captures of them in several link types, for filters to choose from."""

import struct
from ipaddress import ip_address

from oracles import capture_writer as writer

TCP, UDP, ICMP, IGMP, GRE, AH, ICMP6, SCTP = 6, 17, 1, 2, 47, 51, 58, 132
IPV4, IPV6, ARP, VLAN, MPLS, PPPOE, LLDP = 0x0800, 0x86DD, 0x0806, 0x8100, 0x8847, 0x8864, 0x88CC
NEAR, FAR, GROUP, ALL = "10.0.0.1", "192.168.7.9", "224.0.0.251", "255.255.255.255"
NEAR6, FAR6, GROUP6 = "fe80::1", "2001:db8::9", "ff02::1"
SYN, ACK, FIN_ACK, PUSH_ACK = 0x02, 0x10, 0x11, 0x18


def ipv4(protocol, body, dst=FAR, src=NEAR, fragment=0, options=b"", ttl=64):
    head = struct.pack(
        ">BBHHHBBH4s4s",
        0x45 + len(options) // 4,
        0,
        20 + len(options) + len(body),
        7,
        fragment,
        ttl,
        protocol,
        0,
        ip_address(src).packed,
        ip_address(dst).packed,
    )
    return IPV4, head + options + body


def ipv6(protocol, body, dst=FAR6, src=NEAR6):
    ends = ip_address(src).packed + ip_address(dst).packed
    return IPV6, struct.pack(">IHBB", 6 << 28, len(body), protocol, 64) + ends + body


def tcp(sport, dport, flags=ACK, body=b""):
    return struct.pack(">HHIIBBHHH", sport, dport, 1, 2, 0x50, flags, 512, 0, 0) + body


def udp(sport, dport, body=b"query"):
    return struct.pack(">HHHH", sport, dport, 8 + len(body), 0) + body


def tagged(outer, tag, packet):
    kind, body = packet
    return outer, struct.pack(">HH", tag, kind) + body


def labelled(label, body, last=True):
    return struct.pack(">I", label << 12 | last << 8 | 64) + body


WEB = ipv4(TCP, tcp(40000, 80, PUSH_ACK, b"GET / HTTP/1.1\r\n"))
PORTS = (0, 22, 53, 80, 443, 999, 1000, 1001, 1999, 2000, 2001, 65535)
AH_TCP = bytes([TCP, 4]) + bytes(22) + tcp(1, 2)
HOP_BY_HOP = bytes([UDP, 0]) + bytes(6)
GENEVE = struct.pack(">BBHI", 0, 0, 0x6558, 7 << 8) + bytes(12) + struct.pack(">H", IPV4) + WEB[1]

IP_PACKETS = [
    WEB,
    *(ipv4(TCP, tcp(40000, port, SYN)) for port in PORTS),
    *(ipv4(UDP, udp(port, 40001)) for port in PORTS),
    *(ipv4(TCP, tcp(443, 50000, flags), NEAR, FAR) for flags in (SYN | ACK, ACK, FIN_ACK, 0x04)),
    ipv4(TCP, tcp(22, 80), options=bytes(8)),
    ipv4(ICMP, b"\x08\0\0\0" + bytes(40)),
    ipv4(ICMP, bytes(44), NEAR, FAR),
    ipv4(ICMP, b"\3\1" + bytes(34), ttl=3),
    ipv4(UDP, udp(5, 53) + bytes(1000), fragment=0x2000),
    ipv4(UDP, bytes(600), fragment=125),
    ipv4(TCP, bytes([0, 80] * 10), fragment=1),
    ipv4(IGMP, bytes(8), GROUP),
    ipv4(UDP, udp(5353, 5353), GROUP),
    ipv4(UDP, udp(68, 67), ALL, "0.0.0.0"),
    ipv4(GRE, bytes(4)),
    ipv4(SCTP, bytes([0, 80, 0, 81]) + bytes(8)),
    ipv4(AH, AH_TCP),
    ipv4(UDP, udp(9, 6081, GENEVE)),
    ipv6(TCP, tcp(80, 40002, SYN | ACK)),
    ipv6(UDP, udp(53, 1500)),
    ipv6(ICMP6, b"\x80\0\0\0" + bytes(20), GROUP6),
    ipv6(0, HOP_BY_HOP + udp(53, 53)),
    ipv6(44, bytes([UDP, 0, 0, 1]) + bytes(4) + udp(53, 53)),
]
LINK_PACKETS = [
    (ARP, struct.pack(">HHBBH", 1, IPV4, 6, 4, 1) + bytes(20)),
    (LLDP, bytes(30)),
    (38, b"\x42\x42\3" + bytes(35)),  # a length: the spanning tree protocol
    tagged(VLAN, 7, WEB),
    tagged(VLAN, 8, ipv6(TCP, tcp(80, 81))),
    tagged(0x88A8, 7, tagged(VLAN, 9, ipv4(UDP, udp(53, 53)))),
    (MPLS, labelled(16, WEB[1])),
    (MPLS, labelled(1024, labelled(16, WEB[1]), last=False)),
    (PPPOE, struct.pack(">BBHHH", 0x11, 0, 3, 2 + len(WEB[1]), 0x0021) + WEB[1]),
]
CUTS = (13, 14, 33, 34, 53)  # bytes that a capture keeps of some packets


def ethernet(packet):
    kind, body = packet
    dst, src = b"\x02\0\0\0\0\x01", b"\x02\0\0\0\0\x02"
    if body[16:20] == ip_address(ALL).packed or kind == ARP:
        dst = b"\xff" * 6
    elif body[16:17] == b"\xe0":
        dst = b"\x01\0\x5e" + body[17:20]
    return dst + src + struct.pack(">H", kind) + body


def sll(packet):
    kind, body = packet
    return struct.pack(">HHH8sH", len(body) % 5, 1, 6, b"\x02\0\0\0\0\x01", kind) + body


def sll2(packet):
    kind, body = packet
    head = struct.pack(">HHIHBB8s", kind, 0, 3, 1, len(body) % 5, 6, b"\x02\0\0\0\0\x01")
    return head + body


def null(order):
    def frame(packet):
        kind, body = packet
        family = 2 if kind == IPV4 else (24, 28, 30)[body[6] % 3]  # of IPv6, by system
        return struct.pack(order + "I", family) + body

    return frame


# By name: number, byte order, frame of a packet, and whether it can carry more than IP.
LINKS = {
    "EN10MB": (1, "<", ethernet, True),
    "LINUX_SLL": (113, "<", sll, True),
    "LINUX_SLL2": (276, "<", sll2, True),
    "RAW": (101, "<", lambda packet: packet[1], False),
    "NULL": (0, "<", null("<"), False),
    "NULL, big-endian": (0, ">", null(">"), False),
}


def made_packets(link):
    """Give frame as captured, and length, of each packet that is made for a link type."""
    _, _, frame, carries_all = LINKS[link]
    packets = IP_PACKETS + LINK_PACKETS * carries_all
    frames = [frame(packet) for packet in packets]
    cut = [(whole[:size], len(whole)) for size in CUTS for whole in frames[::3]]
    return [(whole, len(whole)) for whole in frames] + cut


def made_capture(link):
    number, order, _, _ = LINKS[link]
    records = [writer.pcap_record(kept, size, order=order) for kept, size in made_packets(link)]
    return writer.pcap_header(order, network=number) + b"".join(records)
