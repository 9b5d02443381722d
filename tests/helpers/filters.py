"""Filter expressions, and what tcpdump compiles and counts for them (tests/data/filters.json)."""

import json
from functools import cache

import numpy as np
from helpers.shared_data import CHECKOUT
from rxreplay.traces import open_trace

KEPT = CHECKOUT / "tests" / "data" / "filters.json"

EXPRESSIONS = (
    "",
    "ip",
    "ip6",
    "arp",
    "tcp",
    "udp",
    "sctp",
    "icmp",
    "icmp6",
    "not ip",
    "host 10.0.0.1",
    "src host 192.168.7.9",
    "net 10.0.0.0/8",
    "dst net 224.0.0.0/4",
    "ip6 net fe80::/10",
    "tcp port 80",
    "src port 53 or dst port 53",
    "udp dst port 5353",
    "portrange 1000-2000",
    "tcp portrange 1-1024",
    "tcp[tcpflags] & (tcp-syn|tcp-fin) != 0",
    "tcp[tcpflags] == tcp-syn|tcp-ack",
    "tcp[((tcp[12] & 0xf0) >> 2):4] = 0x47455420",
    "(ip[2:2] - ((ip[0] & 0xf) << 2)) - ((tcp[12] & 0xf0) >> 2) > 0",
    "icmp[icmptype] == icmp-echo",
    "less 100",
    "greater 1000",
    "len > 60 and len <= 500",
    "len - ip[2:2] = 14",
    "ether host 02:00:00:00:00:01",
    "ether broadcast",
    "ether multicast",
    "ip broadcast",
    "ip[16] >= 224",
    "ip6 multicast",
    "ether[0] & 1 = 1",
    "ether proto 0x88cc",
    "ip proto 47",
    "ip6 proto 58",
    "ip6 protochain 17",
    "ip protochain 6",
    "ip[6:2] & 0x1fff != 0",
    "ip[6] & 0x20 != 0",
    "ip[0] & 0xf != 5",
    "ip[8] % 7 == 1",
    "ip[8] ^ 3 == 67",
    "ip[8] * 3 / 2 - 1 > 90 | ip[9]",
    "vlan",
    "vlan 7 and tcp",
    "vlan and vlan and udp port 53",
    "mpls",
    "mpls 16 and host 10.0.0.1",
    "pppoes and ip",
    "geneve and tcp port 80",
    "stp",
    "inbound",
    "type mgt and not subtype beacon",
    "tcp and not port 22 and (src net 10.0.0.0/8 or dst port 443)",
    "not (tcp or udp) and not arp",
)


class Packets:
    """Captured bytes one after the other, and the columns that `match` takes."""

    def __init__(self, packets):
        self.data = np.frombuffer(b"".join(kept for kept, _ in packets), np.uint8)
        self.cap_len = np.array([len(kept) for kept, _ in packets], np.int64)
        self.wire_len = np.array([size for _, size in packets], np.int64)
        self.at = np.cumsum(self.cap_len) - self.cap_len

    def matched(self, program):
        """Say of each packet whether the program, code, jt, jf and k of each row, takes it."""
        from rxreplay.traces.bpf import lower_program
        from rxreplay.traces.run_bpf import match

        mask = np.zeros(self.at.size, np.bool_)
        lowered = lower_program(np.array(program, np.int64))
        match(self.data, self.at, self.cap_len, self.wire_len, lowered, mask)
        return mask


@cache
def packets_of(path):
    """Read a capture."""
    with open_trace(path) as trace:
        lengths = [n for block in trace.blocks(addresses=False) for n in block.wire_len.tolist()]
    with open_trace(path) as trace:
        frames = [frame for _, frame in trace.frames(range(len(lengths)))]
    return Packets(list(zip(frames, lengths, strict=True)))


@cache
def kept():
    """Give the programs and the counts of tcpdump, as tests/peers/test_filter_peers.py wrote them.

    programs: link type, expression, and code jt jf k of all instructions; counts: capture (a
    bundled one, or the made one of a link type), expression, packets.
    """
    return json.loads(KEPT.read_text(encoding="utf-8"))


def program_of(link, expression):
    """Give the rows of a kept program, or None where libpcap refuses the expression there."""
    text = kept()["programs"][link].get(expression)
    return text and [[int(number) for number in row.split()] for row in text.split(", ")]
