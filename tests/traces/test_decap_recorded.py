"""Tunnels that others made or looked into: Linux, tshark, and captures of the corpus."""

import numpy as np
import pytest
from helpers.decap_peers import CORPUS, MADE, kept
from helpers.decapsulating import frames_of, packets_of
from helpers.shared_data import CHECKOUT, PLAIN
from helpers.tunnels import BODIES
from oracles import headers
from rxreplay.traces import open_trace
from rxreplay.traces.decap import Decapsulator, LeftOut

# Linux 6.18: VXLAN over IPv4 and IPv6, with packets up to 64 KiB, fragments, and tags in it; the
# packets that were sent, and what went into the tunnels. Made by scripts/record-tunnels.
OUTER, INNER = (CHECKOUT / "tests" / "data" / f"vxlan-{end}.pcap.gz" for end in ("outer", "inner"))


def rows_of(path, kinds):
    """Give length and bytes of all that comes out of a capture, and what was left out."""
    decapsulator, rows = Decapsulator(kinds), []
    with open_trace(path) as trace:
        for packets in trace.packets():
            inner, _ = decapsulator.take(packets)
            rows += zip(inner.wire_len.tolist(), frames_of(inner), strict=True)
    return rows, decapsulator.left_out


def without_checksum(frame):
    """Give a frame without what the sender left to the device, but fragments do not have left."""
    found = headers.decode(frame, 1)
    at = found.get("transport", 0) + {6: 16, 17: 6}.get(found.get("protocol"), len(frame))
    return frame[:at] + frame[at + 2 :]


@pytest.mark.parametrize("tags", [[], ["vlan"]], ids=["tagged", "untagged"])
def test_what_linux_put_into_its_tunnels_comes_out(tags):
    out, left_out = rows_of(OUTER, ["vxlan", *tags])
    went_in, _ = rows_of(INNER, tags)
    assert [size for size, _ in out] == [size for size, _ in went_in]
    assert left_out == LeftOut(no_tunnel=0, cut=0, fragment=2, other=0)
    for (_, frame), (_, sent) in zip(out, went_in, strict=True):
        assert without_checksum(frame) == without_checksum(sent[: len(frame)])


def test_the_recording_has_what_it_is_for():
    out, _ = rows_of(OUTER, ["vxlan"])
    sizes = [size for size, _ in out]
    assert max(sizes) > 65_000
    assert sum(size > 1514 for size in sizes) > 100
    assert sum(frame[12:14] in (b"\x81\0", b"\x88\xa8") for _, frame in out) == 4


UNLIKE_TSHARK = "GPE without a next protocol"  # tshark 4.0 asks for one; here it is Ethernet


@pytest.mark.parametrize("name", MADE)
def test_tshark_finds_the_same_packets_inside(name):
    kind, frame = MADE[name]
    outer = packets_of([(frame, len(frame), 1)])
    packets, _ = Decapsulator([kind]).take(outer)
    found = [int(packets.at[0] - outer.at[0]), int(packets.wire_len[0])]
    if name.startswith(UNLIKE_TSHARK):
        assert kept()["made"][name] is None
    else:
        assert kept()["made"][name] == found
    assert found[1] == len(BODIES[name.split(" over ")[0]][1].data)


@pytest.mark.parametrize(
    ("kind", "name"),
    [(kind, name) for kind, names in CORPUS.items() for name in names][:: 4 if PLAIN else 1],
)
def test_tshark_finds_as_much_in_real_captures(shared, kind, name):
    decapsulator = Decapsulator([kind])
    found, packets_in_all = np.zeros(3, np.int64), 0
    with open_trace(shared / "corpus" / name, keep_damaged=True) as trace:
        for packets in trace.packets():
            inner, record = decapsulator.take(packets)
            begins = 0 if kind == "vlan" else (inner.at - packets.at[record]).sum()
            found += [record.size, begins, inner.wire_len.sum()]
            packets_in_all += packets.at.size
    assert found.tolist() == kept()["corpus"][kind][name]
    left_out = decapsulator.left_out
    assert packets_in_all - found[0] == left_out.no_tunnel + left_out.other
    assert left_out.other == (2407 if (kind, name[8:]) == ("gre", "zeek_gre-aruba.pcap") else 0)
