"""What tshark finds in tunnels (tests/data/decap.json), and the packets that it was asked about.

made: name of a packet, where in it the packet inside begins, and its length. corpus: kinds of
tunnels, name of a capture, and over all packets that have one, how many they are, and the sums of
where the packets inside begin and of their lengths.
"""

import json
from functools import cache

from helpers.shared_data import CHECKOUT
from helpers.tunnels import BODIES, ethernet, ipv4, ipv6
from oracles import capture_writer as writer

KEPT = CHECKOUT / "tests" / "data" / "decap.json"
PADDING = 4  # behind each packet that is made, as an FCS
CORPUS = {
    "vxlan": ("formats/zeek_vxlan-http-9100.pcap", "formats/mercury_geneve.pcap"),
    "geneve": ("formats/mercury_geneve.pcap", "formats/zeek_vxlan-http-9100.pcap"),
    "gre": ("formats/zeek_gre-aruba.pcap", "formats/arkime_gtp-iphone-sll.pcap"),
    "erspan": ("formats/zeek_gre-aruba.pcap",),
    "vlan": (
        "formats/tcpreplay_rewrite_vlan802.1ad-bigendian.pcap",
        "formats/zeek_pppoe-over-qinq.pcap",
        "formats/zeek_gre-aruba.pcap",
        "formats/mercury_geneve.pcap",
        "malformed/tcpreplay_test2.replay_unique_ip-bad-usec.pcap",
    ),
}
MADE = {
    f"{name} over {version}": (kind, ethernet(ip(protocol, body)) + bytes(PADDING))
    for name, (kind, _, protocol, body) in BODIES.items()
    for version, ip in (("IPv4", ipv4), ("IPv6", ipv6))
}


def made_capture():
    records = [writer.pcap_record(frame) for _, frame in MADE.values()]
    return writer.pcap_header() + b"".join(records)


@cache
def kept():
    """Give what tshark said, as tests/peers/test_decap_peers.py wrote it."""
    return json.loads(KEPT.read_text(encoding="utf-8"))
