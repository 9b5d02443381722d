import io
import socket

import dpkt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import capture_writer as writer
from rxreplay.errors import TraceError
from rxreplay.traces import join_traces, open_trace
from rxreplay.traces.flow_key import flow_key

V4 = ("10.0.0.1", "192.168.255.254")
V6 = ("fe80::1", "2001:db8::ffff")
PORTS = st.sampled_from([0, 1, 80, 255, 256, 65535]) | st.integers(0, 65535)
LAYERS = {"TCP": dpkt.tcp.TCP, "UDP": dpkt.udp.UDP}


def ipv4(payload, protocol, offset=0, options=b""):
    packet = dpkt.ip.IP(
        src=socket.inet_aton(V4[0]),
        dst=socket.inet_aton(V4[1]),
        p=protocol,
        data=bytes(payload),
        opts=options,
        hl=5 + len(options) // 4,
    )
    packet.offset = 8 * offset
    return bytes(packet)


def ipv6(payload, protocol):
    ends = [socket.inet_pton(socket.AF_INET6, end) for end in V6]
    packet = dpkt.ip6.IP6(src=ends[0], dst=ends[1], nxt=protocol, plen=len(payload))
    return bytes(packet)[:40] + bytes(payload)


def ethernet(packet, ethertype=0x0800, tags=()):
    tagged = b"".join(tag.to_bytes(2, "big") + b"\0\7" for tag in tags)
    return bytes(12) + tagged + ethertype.to_bytes(2, "big") + packet


def ports(sport, dport):
    return sport.to_bytes(2, "big") + dport.to_bytes(2, "big")


def decoded(frame):
    """Give the flow as dpkt decodes it."""
    ip = dpkt.ethernet.Ethernet(frame).data
    v6 = isinstance(ip, dpkt.ip6.IP6)
    family = socket.AF_INET6 if v6 else socket.AF_INET
    ends = [socket.inet_ntop(family, end) for end in (ip.src, ip.dst)]
    ends = [f"[{end}]" if v6 else end for end in ends]
    name = type(ip.data).__name__
    return f"{name} {ends[0]}:{ip.data.sport} > {ends[1]}:{ip.data.dport}"


@given(
    st.sampled_from(["TCP", "UDP"]),
    PORTS,
    PORTS,
    st.booleans(),
    st.lists(st.sampled_from([0x8100]), max_size=1),
    st.sampled_from([b"", b"\1\1\1\1", bytes(39) + b"\1"]),
)
def test_flows_are_those_that_dpkt_decodes(name, sport, dport, v6, tags, options):
    layer = LAYERS[name](sport=sport, dport=dport)
    protocol = 6 if name == "TCP" else 17
    if v6:
        frame = ethernet(ipv6(bytes(layer), protocol), 0x86DD, tags)
    else:
        frame = ethernet(ipv4(bytes(layer), protocol, options=options), 0x0800, tags)
    assert flow_key(frame, "EN10MB") == decoded(frame)


TCP = "TCP 10.0.0.1:80 > 192.168.255.254:5000"
TCP6 = "TCP [fe80::1]:80 > [2001:db8::ffff]:5000"
PAIR, PAIR6 = "10.0.0.1 > 192.168.255.254", "fe80::1 > 2001:db8::ffff"
HERE = ports(80, 5000)
PACKET = ipv4(HERE, 6)
HOP = bytes([6, 0]) + bytes(6)


@pytest.mark.parametrize(
    ("frame", "key"),
    [
        (ethernet(PACKET), TCP),
        (ethernet(PACKET, tags=[0x88A8, 0x8100]), TCP),
        (ethernet(PACKET, tags=[0x9100]), TCP),
        (ethernet(ipv4(HERE, 132)), TCP.replace("TCP", "SCTP")),
        (ethernet(ipv4(HERE, 136)), TCP.replace("TCP", "UDP-Lite")),
        (ethernet(ipv4(b"", 1)), f"ICMP {PAIR}"),
        (ethernet(ipv4(b"", 99)), f"IP protocol 99 {PAIR}"),
        (ethernet(ipv4(HERE, 17, offset=1)), f"UDP {PAIR} fragment"),
        (ethernet(ipv4(b"", 1, offset=1)), f"ICMP {PAIR} fragment"),
        (ethernet(ipv4(HERE[:3], 6)), None),
        (ethernet(PACKET[:19]), None),
        (ethernet(ipv6(HERE, 6), 0x86DD), TCP6),
        (ethernet(ipv6(b"", 58), 0x86DD), f"ICMPv6 {PAIR6}"),
        (ethernet(ipv6(HOP + HERE, 0), 0x86DD), TCP6),
        (ethernet(ipv6(b"\x3c\1" + bytes(14) + HOP + HERE, 43), 0x86DD), TCP6),
        (ethernet(ipv6(b"\6\0\0\1" + bytes(4) + HERE, 44), 0x86DD), TCP6),
        (ethernet(ipv6(b"\6\0\0\x08" + bytes(4), 44), 0x86DD), f"TCP {PAIR6} fragment"),
        (ethernet(ipv6(HOP[:7], 0), 0x86DD), None),
        (ethernet(ipv6(HERE, 6)[:39], 0x86DD), None),
        (ethernet(b"", 0x0806), "ARP"),
        (ethernet(b"", 0x88F7), "ethertype 0x88f7"),
        (ethernet(b"", 38), "LLC"),
        (bytes(13), None),
        (ethernet(b"", 0x8100), None),
        (b"", None),
    ],
)
def test_what_stands_in_the_frame_is_the_flow(frame, key):
    assert flow_key(frame, "EN10MB") == key


@pytest.mark.parametrize(
    ("link_type", "head", "key"),
    [
        ("RAW", b"", TCP),
        ("IPV4", b"", TCP),
        ("LINUX_SLL", bytes(14) + b"\x08\0", TCP),
        ("LINUX_SLL2", b"\x08\0" + bytes(18), TCP),
        ("PPP", b"", None),
        ("EN10MB+RAW", bytes(12) + b"\x08\0", None),
    ],
)
def test_the_link_type_says_where_the_packet_begins(link_type, head, key):
    assert flow_key(head + PACKET, link_type) == key


def test_raw_packets_say_themselves_what_they_are():
    assert flow_key(ipv6(HERE, 6), "RAW") == TCP6
    assert flow_key(b"\x50", "RAW") is None
    assert flow_key(b"", "RAW") is None


FRAMES = [writer.frame(60 + n) for n in range(9)]
KINDS = {
    "pcap": writer.pcap_header() + b"".join(map(writer.pcap_record, FRAMES)),
    "big-endian pcap": writer.pcap_header(">")
    + b"".join(writer.pcap_record(frame, order=">") for frame in FRAMES),
    "snoop": writer.snoop_header() + b"".join(map(writer.snoop_record, FRAMES)),
    "pcapng": b"".join(
        [
            writer.section(),
            writer.interface(),
            *(writer.enhanced(frame) for frame in FRAMES[:3]),
            writer.block(5, bytes(20)),
            *(writer.simple(frame) for frame in FRAMES[3:6]),
            writer.section(">"),
            writer.interface(order=">"),
            *(writer.old_packet(frame, order=">") for frame in FRAMES[6:7]),
            *(writer.simple(frame, order=">") for frame in FRAMES[7:]),
            writer.block(5, bytes(20), order=">"),
        ]
    ),
}


@pytest.mark.parametrize("kind", KINDS)
@given(st.sets(st.integers(0, 11)))
def test_frames_are_the_bytes_of_their_records(kind, numbers):
    wanted = sorted(numbers)
    with open_trace(io.BytesIO(KINDS[kind])) as trace:
        got = list(trace.frames(wanted))
    assert got == [(number, FRAMES[number]) for number in wanted if number < len(FRAMES)]


def test_records_far_apart_are_found(monkeypatch):
    monkeypatch.setattr("rxreplay.traces.frames.BLOCK_RECORDS", 2)
    with open_trace(io.BytesIO(KINDS["pcap"])) as trace:
        assert list(trace.frames([5, 8])) == [(5, FRAMES[5]), (8, FRAMES[8])]


def test_frames_end_where_the_capture_is_damaged():
    damaged = KINDS["pcap"] + writer.pcap_record(b"", cap_len=6_553_600)
    with open_trace(io.BytesIO(damaged)) as trace:
        assert list(trace.frames([8, 9, 10])) == [(8, FRAMES[8])]


def test_joined_captures_count_through():
    with join_traces([io.BytesIO(KINDS["pcap"]), io.BytesIO(KINDS["pcapng"])]) as trace:
        assert list(trace.frames([8, 9, 17, 18])) == [
            (8, FRAMES[8]),
            (9, FRAMES[0]),
            (17, FRAMES[8]),
        ]
        assert list(trace.frames([1])) == [(1, FRAMES[1])]


class Pipe(io.BytesIO):
    def seekable(self):
        return False


def test_a_stream_is_read_once():
    with open_trace(Pipe(KINDS["pcap"])) as trace:
        assert list(trace.frames([1])) == [(1, FRAMES[1])]
        with pytest.raises(TraceError, match="only once"):
            list(trace.frames([1]))
