import pytest
from helpers.making_ends import (
    BROADCAST,
    GUEST,
    IN,
    KVM,
    NO_IPS,
    NOWHERE,
    OTHER,
    OUT,
    THIRD,
    making_ends,
)
from rxreplay.errors import TraceError
from rxreplay.traces.deciding import decide, told
from rxreplay.traces.decision import DirectionError
from rxreplay.traces.ends import parse_ip

A, B, C, D = "10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"
THERE, BACK = (GUEST, OTHER), (OTHER, GUEST)


def said(packets, direction="auto"):
    """Give the decision in words, and how many packets it takes."""
    ends = making_ends(*packets)
    found = decide(ends, direction)
    return str(found), int(found.rule.mask(ends).sum())


def asked(packets, direction="auto"):
    with pytest.raises(DirectionError) as caught:
        decide(making_ends(*packets), direction, "x.pcap")
    return str(caught.value)


def noted(column, ways, pair=NOWHERE):
    """Give packets that the capture marked: a letter each, i and o, and - for none."""
    numbers = [{"i": IN, "o": OUT, "-": 0}[way] for way in ways]
    fields = [(number, 0) if column == "flagged" else (0, number) for number in numbers]
    return [(pair, NO_IPS, *field) for field in fields]


def test_nothing_is_taken_whole():
    assert said([]) == ("all packets (there is none)", 0)


@pytest.mark.parametrize("column", ["flagged", "cooked"])
@pytest.mark.parametrize(
    ("ways", "direction", "taken"),
    [
        ("iioii", "auto", 4),
        ("iioii", "in", 4),
        ("iioii", "out", 1),
        ("iiii", "auto", 4),
        ("oooo", "auto", 4),
        ("iiii", "in", 4),
        ("oooo", "in", 0),
        ("oooo", "out", 4),
        ("io" + 97 * "i" + "-", "auto", 98),
    ],
)
def test_marked_packets_are_taken_by_their_marks(column, ways, direction, taken):
    text, count = said(noted(column, ways), direction)
    assert count == taken
    marked = "flagged" if column == "flagged" else "of type"
    one_way = direction == "auto" and len(set(ways)) == 1
    assert text.startswith("all packets (one way: all are" if one_way else marked)


@pytest.mark.parametrize("column", ["flagged", "cooked"])
def test_marks_of_fewer_than_99_per_cent_say_nothing(column):
    assert "nothing in it says" in asked(noted(column, "io" + 96 * "i" + "--"))


def test_flags_go_before_packet_types_and_these_before_addresses():
    packets = [(THERE, NO_IPS, IN, OUT), (BACK, NO_IPS, OUT, IN), (THERE, NO_IPS, OUT, IN)]
    assert said(packets)[0].startswith("flagged inbound (pcapng flags: 33 % inbound, 67 %")
    unflagged = [(pair, ips, 0, cooked) for pair, ips, _, cooked in packets]
    assert said(unflagged) == (
        "of type incoming (cooked packet types: 67 % incoming, 33 % outgoing)",
        2,
    )


def flagged(local, remotes, tap=False, ips=()):
    """Give packets between one address and others, as the interface of `local` flags them."""
    ways = (OUT, IN) if tap else (IN, OUT)
    pairs = ips or [NO_IPS] * len(remotes)
    packets = [
        ((local, remote), pair, ways[0]) for remote, pair in zip(remotes, pairs, strict=True)
    ]
    back = [((remote, local), pair[::-1], ways[1]) for (_, remote), pair, _ in packets]
    return packets + back


@pytest.mark.parametrize(
    ("packets", "words"),
    [
        (flagged(GUEST, [OTHER, THIRD]), "flagged inbound (pcapng flags: 50 % inbound, 50 % outb"),
        (flagged(GUEST, [OTHER, THIRD], tap=True), "flagged outbound"),
        (flagged(GUEST, [OTHER]), "flagged inbound"),
        (flagged(GUEST, [OTHER], tap=True), "flagged inbound"),  # either end can be the guest
        (flagged(KVM, [OTHER], tap=True), "flagged outbound"),
        (flagged(KVM, [OTHER]), "flagged inbound"),
        ([*flagged(GUEST, [OTHER]), *flagged(THIRD, [4])], "flagged inbound"),
        ([((BROADCAST, GUEST), NO_IPS, IN), ((BROADCAST, OTHER), NO_IPS, OUT)], "flagged inbound"),
    ],
)
def test_flags_of_a_host_are_seen_by_their_addresses(packets, words):
    text, _ = said(packets)
    assert text.startswith(words)
    assert ("noted on the host's side" in text) == words.startswith("flagged outbound")


def test_a_hosts_flags_are_turned_round_for_both_directions():
    packets = [*flagged(GUEST, [OTHER, THIRD], tap=True), ((GUEST, 9), NO_IPS, OUT)]
    assert said(packets, "in")[1] == 3
    assert said(packets, "out") == (
        "flagged inbound (pcapng flags: 40 % inbound, 60 % outbound; noted on the host's side: "
        "inbound ones have one source, outbound ones go to it)",
        2,
    )


@pytest.mark.parametrize(("near", "tap"), [(89, True), (90, False)])
def test_a_tap_is_where_no_address_is_local_to_90_per_cent(near, tap):
    packets = 100 - near
    ends = [((KVM, OTHER), NO_IPS, OUT)] * near + [((KVM, THIRD), NO_IPS, OUT)] * packets
    text, _ = said([*ends[:-1], ((ends[-1][0][::-1]), NO_IPS, IN)])
    reason = "inbound ones have one source" if tap else "the only end of most packets with a prefix"
    assert reason in text


@pytest.mark.parametrize(
    "packet",
    [
        ((0, 0), ("127.0.0.1", "127.0.0.9")),
        ((0, 0), ("10.0.0.1", "10.0.0.1")),
        ((0, 0), NO_IPS),
        (NOWHERE, ("127.255.255.255", "127.0.0.0")),
        (NOWHERE, ("::1", "::1")),
        (NOWHERE, ("10.0.0.1", "10.0.0.1")),
    ],
)
def test_loopback_is_taken_whole(packet):
    text = "all packets (loopback: 100 % go from a machine to itself)"
    assert said([packet] * 3) == (text, 3)


@pytest.mark.parametrize(("strangers", "is_loopback"), [(1, True), (2, False)])
def test_99_per_cent_make_a_loopback(strangers, is_loopback):
    packets = [((0, 0), ("::1", "::1"))] * (100 - strangers) + [(THERE, NO_IPS)] * strangers
    assert ("loopback: 99 %" in said(packets)[0]) == is_loopback


@pytest.mark.parametrize("ip", ["126.255.255.255", "128.0.0.0", "::2", "::"])
def test_what_is_not_loopback(ip):
    packets = [(NOWHERE, (ip, "127.0.0.1")), (NOWHERE, ("127.0.0.1", ip))]
    assert "loopback" not in asked(packets)


def test_the_mac_that_all_packets_have_is_the_guests():
    packets = [((GUEST, OTHER),), ((GUEST, THIRD),), ((OTHER, GUEST),), ((THIRD, GUEST),)]
    packets += [((BROADCAST, OTHER),), ((BROADCAST, GUEST),)]
    text = "00:11:22:00:00:01 (an end of 100 % of the unicast packets, the next address of 50 %)"
    assert said(packets) == (f"received by {text}", 3)
    assert said(packets, "in") == (f"received by {text}", 3)
    assert said(packets, "out") == (f"sent by {text}", 3)


def test_the_only_mac_that_receives_is_the_guests():
    text = "(an end of 100 % of the unicast packets, and the only address that receives any)"
    assert said([((GUEST, OTHER),), ((BROADCAST, GUEST),)]) == (
        f"received by 00:11:22:00:00:01 {text}",
        1,
    )


def test_two_macs_of_equal_standing_are_asked_about():
    assert asked([(THERE,), (THERE,), (BACK,), (BACK,)]) == (
        "x.pcap: which address is the guest's is not clear: 00:11:22:00:00:01 (receives 50 % of "
        "the packets, sends 50 %), 00:11:22:00:00:02 (receives 50 % of the packets, sends 50 %); "
        "--guest-mac 00:11:22:00:00:01 would name it; --direction both replays all"
    )
    assert issubclass(DirectionError, TraceError)


def test_of_many_macs_three_are_shown():
    ring = [((n, n + 1),) for n in range(1, 9)] + [((n + 1, n),) for n in range(1, 9)]
    assert " and 6 more; --guest-mac 00:00:00:00:00:02 would" in asked(ring)


def test_two_macs_are_told_apart_by_what_is_known_of_them():
    text, count = said([((KVM, OTHER),), ((OTHER, KVM),), ((OTHER, KVM),)])
    assert (text[:30], count) == ("received by 52:54:00:00:00:01 ", 1)
    assert said([((KVM, OTHER),), ((OTHER, KVM),)], "out")[0].startswith("sent by 52:54:00")


def test_one_way_is_taken_whole():
    assert said([(THERE,), (THERE,), ((BROADCAST, THIRD),)]) == (
        "all packets (one way: no Ethernet address both receives and sends)",
        3,
    )
    assert said([((BROADCAST, OTHER),), ((BROADCAST, GUEST),)])[1] == 2


@pytest.mark.parametrize(("others", "clear"), [(1, True), (2, False)])
def test_one_way_to_several_is_asked_about(others, clear):
    packets = [(THERE,)] * (100 - others) + [((THIRD, OTHER),)] * others
    if clear:
        assert said(packets)[1] == 100
    else:
        assert "all goes one way, but to 2 addresses" in asked(packets)


def test_one_pair_of_macs_in_all_frames_says_nothing_where_ips_answer():
    packets = [(THERE, (A, B)), (THERE, (B, A)), (THERE, (A, C)), (THERE, (C, A))]
    assert said(packets)[0].startswith("received by 10.0.0.1 (IPv4: an end of 100 %")
    assert said([(THERE, (A, B)), (THERE, (A, C))])[0].startswith("all packets (one way: no Eth")


def test_macs_of_zeroes_are_none():
    packets = [((0, 0), ips) for _, ips in V4]
    assert said(packets)[0].startswith("received by 10.0.0.1 (IPv4: an end of 100 %")
    for other in (((0, OTHER), (0, THIRD)), ((OTHER, 0), (THIRD, 0))):
        packets = [(other[place % 2], ips) for place, (_, ips) in enumerate(V4)]
        assert said(packets)[0].startswith("received by 10.0.0.1 (")


@pytest.mark.parametrize(("known", "by_mac"), [(90, True), (89, False)])
def test_macs_of_90_per_cent_are_enough(known, by_mac):
    packets = [(THERE, (A, B))] * known + [(NOWHERE, (A, B))] * (100 - known)
    assert ("Ethernet" in said(packets)[0]) == by_mac


@pytest.mark.parametrize(("known", "by_ip"), [(90, True), (89, False)])
def test_ips_of_90_per_cent_are_enough(known, by_ip):
    packets = [(NOWHERE, (A, B))] * known + [NOWHERE_PACKET] * (100 - known)
    if by_ip:
        assert "one way: no IP address both" in said(packets)[0]
    else:
        assert "nothing in it says" in asked(packets)


NOWHERE_PACKET = (NOWHERE,)
V4 = [(NOWHERE, (A, B)), (NOWHERE, (B, A)), (NOWHERE, (A, C)), (NOWHERE, (C, A))]
V6 = [(NOWHERE, (f"fe80::{dst}", f"fe80::{src}")) for dst, src in ("12", "21", "13", "31")]


def test_an_ip_address_of_each_version_is_the_guests():
    assert said(V4 + V6 + [(NOWHERE, ("224.0.0.1", B))]) == (
        "received by 10.0.0.1 and fe80::1 (IPv4: an end of 100 % of the unicast packets, the next "
        "address of 50 %; IPv6: an end of 100 % of the unicast packets, the next address of 50 %)",
        5,
    )


@pytest.mark.parametrize(("packets", "clear"), [(20, False), (19, True)])
def test_a_version_that_goes_one_way_counts_from_10_per_cent_on(packets, clear):
    there = V4 * 45 + V6[:1] * packets
    if clear:
        assert said(there)[0].startswith("received by 10.0.0.1 (")
    else:
        assert "--guest-ip fe80::1 would name it" in asked(there)


def test_two_ips_of_equal_standing_are_asked_about():
    assert asked(V4[:2]) == (
        "x.pcap: which address is the guest's is not clear: 10.0.0.1 (receives 50 % of the "
        "packets, sends 50 %), 10.0.0.2 (receives 50 % of the packets, sends 50 %); --guest-ip "
        "10.0.0.1 would name it; --direction both replays all"
    )


def test_what_the_user_told_needs_no_look():
    mac, ip = told("auto", [GUEST], []), told("both", [], [parse_ip(A)])
    assert str(mac) == "received by 00:11:22:00:00:01 (the guest's addresses were given)"
    assert str(ip) == "received or sent by 10.0.0.1 (the guest's addresses were given)"
    assert str(told("both", [], [])) == "all packets (--direction both)"
    assert told("out", [], []) is None
    ends = making_ends(*V4, (THERE,), (BACK,))
    assert mac.rule.mask(ends).sum() == 1
    assert ip.rule.mask(ends).sum() == 4
