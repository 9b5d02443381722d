"""What tshark finds in tunnels and behind tags; needs it (`make test-peers`).

The same is kept in tests/data/decap.json, which tests/traces/test_decap.py and test_decap_corpus.py
hold the decapsulation against without tshark; `--update-golden` writes it anew.
"""

import json
import subprocess
from xml.etree import ElementTree

from helpers.decap_peers import CORPUS, KEPT, MADE, kept, made_capture

TUNNELS = ("vxlan", "geneve", "gre", "erspan")
TAGS = ("vlan", "ieee8021ad")
INSIDE = ("eth", "ip", "ipv6")


def packets_of(path):
    """Give name, position and tree of the protocols of each packet, as far as all can be read."""
    command = ["tshark", "-d", "udp.port==8472,vxlan", "-r", path, "-T", "pdml"]
    out = subprocess.run(command, check=False, capture_output=True).stdout
    for packet in ElementTree.fromstring(out).iter("packet"):
        protocols = packet.findall("proto")
        yield [(proto.get("name"), int(proto.get("pos") or 0), proto) for proto in protocols]


def shown(proto, field):
    return int(proto.find(f".//field[@name='{field}']").get("show"))


def end_of(name, at, proto):
    """Give where a packet ends by its IP header."""
    return at + (shown(proto, "ip.len") if name == "ip" else 40 + shown(proto, "ipv6.plen"))


def inside(protocols, kinds):
    """Give where what is in the last tunnel begins, and its length; None where there is none."""
    names = [name for name, _, _ in protocols]
    last = max((i for i, name in enumerate(names) if name in kinds), default=None)
    if last is None or last + 1 == len(names) or names[last + 1] not in INSIDE:
        return None
    outer = max(i for i, name in enumerate(names[:last]) if name in ("ip", "ipv6"))
    at = protocols[last + 1][1]
    return at, end_of(*protocols[outer]) - at


def untagged(protocols):
    """Give 0 and the length of a frame without the tags before its network header."""
    names = [name for name, _, _ in protocols]
    tags = 0
    while "eth" in names and names[names.index("eth") + 1 + tags] in TAGS:
        tags += 1
    return 0, shown(protocols[names.index("frame")][2], "frame.len") - 4 * tags


def summed(found):
    rows = [row for row in found if row]
    return [len(rows), sum(at for at, _ in rows), sum(length for _, length in rows)]


def test_what_is_kept_is_what_tshark_says(shared, tmp_path, update_golden):
    made = tmp_path / "made.pcap"
    made.write_bytes(made_capture())
    read = {
        name: list(packets_of(shared / "corpus" / name))
        for name in {name for names in CORPUS.values() for name in names}
    }
    rows = zip(MADE, packets_of(made), strict=True)
    said = {
        "made": {name: inside(protocols, TUNNELS) for name, protocols in rows},
        "corpus": {
            kind: {
                name: summed(
                    untagged(protocols) if kind == "vlan" else inside(protocols, (kind,))
                    for protocols in read[name]
                )
                for name in names
            }
            for kind, names in CORPUS.items()
        },
    }
    if update_golden:
        KEPT.write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")
    assert json.loads(json.dumps(said)) == kept()
