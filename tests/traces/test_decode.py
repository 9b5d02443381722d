import socket

import dpkt
import numpy as np
import pytest
from helpers.frames import LINK_TYPES, PACKETS, frames, ipv4_packets
from helpers.samples import SAMPLES
from helpers.shared_data import PLAIN, SHARED
from hypothesis import given
from hypothesis import strategies as st
from oracles import headers as oracle
from rxreplay.errors import TraceError
from rxreplay.traces import open_trace
from rxreplay.traces.decode import decode
from rxreplay.traces.flow_key import PROTOCOLS, RAW, flow_key
from rxreplay.traces.headers import HEADERS, new_headers
from rxreplay.traces.link_types import NAMES

NUMBERS = {name: number for number, name in NAMES.items()}
FIELDS = [name for name in HEADERS.names if name != "flow"]
ZEROES = ("version", "fragment", "tag_bytes")


HEAD = bytes.fromhex("4500 0028 0000 0000 4006 0000 0a000001 0a000002")
BACK = bytes.fromhex("4500 0028 0000 0000 4006 0000 0a000002 0a000001")


def decoded(frames, link_type):
    """Decode frames that lie one behind the other."""
    lengths = np.array([len(frame) for frame in frames], np.int64)
    headers = new_headers(len(frames))
    headers.view(np.int64)[:] = 99
    data = np.frombuffer(b"".join(frames) or b"\0", np.uint8)
    link_types = np.atleast_1d(np.array(link_type, np.int64))
    decode(data, lengths.cumsum() - lengths, lengths, link_types, headers)
    return headers


def cuts(frame, link_type):
    """Decode a frame as captures keep it that cut it at each byte, where it lies whole."""
    count = len(frame) + 1
    headers = new_headers(count)
    at, cap_len = np.full(count, 3), np.arange(count)
    data = np.frombuffer(b"\xff" * 3 + frame, np.uint8)
    decode(data, at, cap_len, np.array([link_type]), headers)
    return headers


def row(headers):
    return {name: int(headers[name]) for name in FIELDS}


def expected(found):
    blank = dict.fromkeys(FIELDS, -1) | dict.fromkeys(ZEROES, 0)
    return blank | {name: value for name, value in found.items() if value is not None}


def check(headers, frame, link_type):
    found = oracle.decode(frame, link_type)
    assert row(headers) == expected(found)
    assert (int(headers["flow"]) != 0) == (oracle.flow_of(frame, found) is not None)


@pytest.mark.parametrize("link_type", LINK_TYPES)
@given(st.data())
def test_headers_cut_at_each_byte_agree_with_the_oracle(link_type, data):
    frame = data.draw(frames(link_type))
    for cap_len, headers in enumerate(cuts(frame, link_type)):
        check(headers, frame[:cap_len], link_type)


PORTS = b"\0\x50\x13\x88"
TCP_REST = bytes(8) + b"\x5f\xff" + bytes(6)
TAIL_6 = bytes(15) + b"\1" + bytes(15) + b"\2"
HEAD_6 = bytes.fromhex("6000000000140640") + TAIL_6
BY_NAME = {
    "IPv4": HEAD + PORTS + TCP_REST,
    "IPv4 with options": b"\x46" + HEAD[1:] + bytes(4) + PORTS + TCP_REST,
    "IPv4 said to be 16 bytes": b"\x44" + HEAD[1:] + PORTS,
    "IPv4 first fragment": HEAD[:6] + b"\x20\0" + HEAD[8:] + PORTS + TCP_REST,
    "IPv4 later fragment": HEAD[:6] + b"\0\1" + HEAD[8:] + PORTS + TCP_REST,
    "ICMP": HEAD[:9] + b"\1" + HEAD[10:] + bytes(8),
    "UDP": HEAD[:9] + b"\x11" + HEAD[10:] + PORTS + bytes(4),
    "SCTP": HEAD[:9] + b"\x84" + HEAD[10:] + PORTS + bytes(8),
    "IPv6": HEAD_6 + PORTS + TCP_REST,
    "IPv6 with hop-by-hop options": HEAD_6[:6] + b"\0\x40" + TAIL_6 + b"\6" + bytes(7) + PORTS,
    "IPv6 first fragment": HEAD_6[:6] + b"\x2c\x40" + TAIL_6 + b"\6\0\0\1" + bytes(4) + PORTS,
    "IPv6 later fragment": HEAD_6[:6] + b"\x2c\x40" + TAIL_6 + b"\6\0\0\x08" + bytes(4) + PORTS,
    "IPv6 of unknown length": HEAD_6[:4] + b"\0\0" + HEAD_6[6:] + PORTS + TCP_REST,
}


@pytest.mark.all_variants
@pytest.mark.parametrize("name", BY_NAME)
@pytest.mark.parametrize("ethertype", [b"\x08\0", b"\x86\xdd", b"\x81\0\0\7\x08\0"])
def test_each_kind_of_packet_cut_at_each_byte_agrees_with_the_oracle(name, ethertype):
    """With the other version's ethertype, too, which makes it no IP."""
    frame = bytes(12) + ethertype + BY_NAME[name]
    for cap_len, headers in enumerate(cuts(frame, 1)):
        check(headers, frame[:cap_len], 1)


@given(st.sampled_from(LINK_TYPES), st.lists(st.binary(max_size=90), min_size=1, max_size=9))
def test_any_bytes_agree_with_the_oracle(link_type, junk):
    for frame, headers in zip(junk, decoded(junk, link_type), strict=True):
        check(headers, frame, link_type)


@given(PACKETS)
def test_the_link_type_may_be_of_each_record(packet):
    both = [bytes(12) + b"\x08\0" + packet, packet]
    for frame, kind, headers in zip(both, (1, 101), decoded(both, [1, 101]), strict=True):
        check(headers, frame, kind)


LAYERS = {6: dpkt.tcp.TCP, 17: dpkt.udp.UDP}


@given(
    st.sampled_from([6, 17]),
    st.booleans(),
    st.sampled_from([0, 80, 65535]),
    st.sampled_from([0, 2**32 - 1]),
    st.sampled_from([b"", b"\1" * 12, b"\1" * 40]),
    st.binary(max_size=40),
)
def test_what_dpkt_builds_is_what_dpkt_reads(protocol, v6, port, seq, options, payload):
    layer = LAYERS[protocol](sport=port, dport=443, data=payload)
    if protocol == 6:
        layer.seq, layer.opts, layer.off, layer.flags = seq, options, 5 + len(options) // 4, 0x112
    else:
        layer.ulen = 8 + len(payload)
    ends = [socket.inet_pton(socket.AF_INET6 if v6 else socket.AF_INET, end) for end in ENDS[v6]]
    if v6:
        ip = dpkt.ip6.IP6(src=ends[0], dst=ends[1], nxt=protocol, data=layer)
        ip.plen = len(bytes(layer))
    else:
        ip = dpkt.ip.IP(src=ends[0], dst=ends[1], p=protocol, data=layer)
        ip.len = len(ip)
    frame = bytes(dpkt.ethernet.Ethernet(type=0x86DD if v6 else 0x0800, data=ip))
    got, read = row(decoded([frame + bytes(6)], 1)[0]), dpkt.ethernet.Ethernet(frame).data.data
    assert (got["version"], got["protocol"]) == (6 if v6 else 4, protocol)
    assert (got["sport"], got["dport"]) == (read.sport, read.dport)
    assert got["payload_len"] == len(read.data) == len(payload)  # padding does not count
    assert frame[got["payload"] :] == payload
    if protocol == 6:
        assert (got["seq"], got["tcp_flags"]) == (read.seq, 0x112)


ENDS = {False: ("10.0.0.1", "192.168.255.254"), True: ("fe80::1", "2001:db8::ffff")}


def in_words(frame, headers):
    """Say what `flow_key` says of a packet, from its headers."""
    if headers["version"] == 0 or headers["protocol"] < 0:
        return None
    both = oracle.addresses(frame, row(headers))
    half = len(both) // 2
    family = socket.AF_INET6 if headers["version"] == 6 else socket.AF_INET
    ends = [socket.inet_ntop(family, end) for end in (both[:half], both[half:])]
    protocol = int(headers["protocol"])
    name = PROTOCOLS.get(protocol, f"IP protocol {protocol}")
    later = headers["fragment"] == oracle.LATER
    if protocol in oracle.HEADER_LEN and not later:
        if headers["sport"] < 0:
            return None
        if headers["version"] == 6:
            ends = [f"[{end}]" for end in ends]
        ends = [f"{end}:{headers[p]}" for end, p in zip(ends, ("sport", "dport"), strict=True)]
    return f"{name} {ends[0]} > {ends[1]}" + " fragment" * bool(later)


KNOWN_TO_FLOW_KEY = ("EN10MB", "LINUX_SLL", "LINUX_SLL2", *RAW)


def check_in_words(frames, link_type):
    """Compare with `flow_key`; one hash for each flow, and one flow for each hash."""
    flows = {}
    for frame, headers in zip(frames, decoded(frames, NUMBERS[link_type]), strict=True):
        check(headers, frame, NUMBERS[link_type])
        if headers["version"]:
            packet, kind = frame, link_type
            if kind not in KNOWN_TO_FLOW_KEY:
                packet, kind = frame[headers["network"] :], "RAW"
            assert in_words(frame, headers) == flow_key(packet, kind)
        if headers["flow"]:
            flow = oracle.flow_of(frame, oracle.decode(frame, NUMBERS[link_type]))
            assert flows.setdefault(flow, int(headers["flow"])) == headers["flow"]
    assert len(set(flows.values())) == len(flows)
    return len(flows)


@pytest.mark.parametrize("link_type", ["EN10MB", "LINUX_SLL", "LINUX_SLL2", "RAW", "NULL", "PPP"])
@given(st.data())
def test_packets_are_what_flow_key_says(link_type, data):
    drawn = data.draw(st.lists(frames(NUMBERS[link_type]), max_size=5))
    check_in_words(drawn, link_type)


def first_frames(path, most):
    with open_trace(path, keep_damaged=True) as trace:
        link_type = trace.link_type
        return link_type, [frame for _, frame in trace.frames(range(most))]


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_samples_decode_as_flow_key_says(path):
    link_type, kept = first_frames(path, 20 if PLAIN else 300)
    assert check_in_words(kept, link_type) > 0


CORPUS = SHARED / "corpus"
CAPTURES = sorted(path for path in CORPUS.glob("*/*") if path.suffix not in (".md", ".tsv"))


@pytest.mark.skipif(not CORPUS.is_dir(), reason="no corpus of captures beside this checkout")
@pytest.mark.parametrize("path", CAPTURES[:: 8 if PLAIN else 1], ids=lambda path: path.name)
def test_real_captures_decode_as_flow_key_says(path):
    try:
        link_type, kept = first_frames(path, 10 if PLAIN else 300)
    except TraceError:
        pytest.skip("not read at all")
    if link_type not in NUMBERS:
        pytest.skip("link types are mixed, or have no name")
    check_in_words(kept, link_type)


def flows(packets):
    return decoded(packets, 101)["flow"].tolist()


@pytest.mark.parametrize(
    ("link_type", "head", "ethertype"),
    [
        (0, "02000000", 0x0800),
        (0, "00000002", 0x0800),
        (108, "0000001e", 0x86DD),
        (0, "07000000", -1),
        (9, "ff030021", 0x0800),
        (9, "0021", 0x0800),
        (9, "ff0321", 0x0800),
        (50, "ff030057", 0x86DD),
        (9, "ff03c021", -1),
        (104, "0f000800", 0x0800),
        (104, "0f008035", 0x8035),
        (1, "00" * 12 + "0026", 38),
        (1, "00" * 12 + "8100000788a80007910000070800", 0x0800),
        (1, "00" * 12 + "81000007", -1),
        (105, "0800", -1),
        (101, "55", -1),
    ],
)
def test_the_link_layer_says_what_comes_next(link_type, head, ethertype):
    frame = bytes.fromhex(head)
    for cap_len, headers in enumerate(cuts(frame, link_type)):
        check(headers, frame[:cap_len], link_type)
    assert headers["ethertype"] == ethertype
    assert headers["network"] == (len(head) // 2 if ethertype >= 0 else -1)


@pytest.mark.parametrize(
    ("total", "words", "payload", "payload_len"),
    [(40, 5, 40, 0), (41, 5, 40, 1), (39, 5, 40, -1), (0, 5, 40, -1), (60, 10, 60, 0),
     (40, 4, -1, -1), (65535, 5, 40, 65495)],
)  # fmt: skip
def test_payload_is_what_the_lengths_say(total, words, payload, payload_len):
    tcp = b"\0\x50\x13\x88" + bytes(8) + bytes([words << 4, 0x10]) + bytes(6)
    (headers,) = decoded([HEAD[:2] + total.to_bytes(2, "big") + HEAD[4:] + tcp], 101)
    assert (headers["payload"], headers["payload_len"]) == (payload, payload_len)


@given(st.lists(PACKETS, min_size=2, max_size=6))
def test_flows_are_equal_where_addresses_protocol_and_ports_are(packets):
    keys = [oracle.flow_of(packet, oracle.decode(packet, 101)) for packet in packets]
    known = dict(zip(keys, flows(packets), strict=True))
    assert [known[key] for key in keys] == flows(packets)
    known.pop(None, None)
    assert len(set(known.values())) == len(known)


def test_the_way_back_is_another_flow():
    there, back = HEAD + PORTS, BACK + b"\x13\x88\0\x50"
    assert len(set(flows([there, back, there]))) == 2


@pytest.mark.parametrize(("head", "places"), [(HEAD, range(12, 24)), (HEAD_6, range(8, 44))])
def test_each_byte_of_addresses_and_ports_makes_another_flow(head, places):
    packet = head + PORTS
    others = [packet[:at] + bytes([packet[at] ^ 1]) + packet[at + 1 :] for at in places]
    assert len(set(flows([packet, *others]))) == len(places) + 1


def test_fragments_of_a_datagram_are_one_flow_without_ports():
    first, later, end = (
        HEAD[:6] + word + HEAD[8:] + PORTS for word in (b"\x20\0", b"\x20\1", b"\0\2")
    )
    whole = HEAD + PORTS
    a, b, c, other = flows([first, later, end, whole])
    assert a == b == c != other


@given(ipv4_packets(), st.integers(0, 90))
def test_what_lies_beyond_the_kept_bytes_is_not_read(packet, cap_len):
    at, one = np.zeros(1, np.int64), np.array([101])
    seen = []
    for filler in (b"\0", b"\xff"):
        kept = packet[:cap_len]
        data = np.frombuffer(kept + filler * 64, np.uint8)
        headers = new_headers(1)
        decode(data, at, np.array([len(kept)]), one, headers)
        seen.append(headers.tolist())
    assert seen[0] == seen[1]


def test_hashes_stay_as_they_are():
    """Flow numbers that somebody has written down stay true."""
    assert flows([HEAD + PORTS]) == [3522646808133118137]
