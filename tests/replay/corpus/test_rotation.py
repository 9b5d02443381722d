"""Which files are one trace."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rxreplay.corpus.listing import Input
from rxreplay.corpus.rotation import entries

RING = [f"/a/eth0_{n:05}_2026010{1 + n}120000.pcapng" for n in range(4)]
TCPDUMP = ["/a/x.pcap", "/a/x.pcap1", "/a/x.pcap2", "/a/x.pcap10"]
RING_OF_TCPDUMP = ["/a/y.pcap00", "/a/y.pcap01"]
PACKED = ["/a/z.pcap1.gz", "/a/z.pcap2.gz"]


def grouped(names, rotation="auto"):
    found = entries([Input(name, 1, "") for name in names], rotation)
    return {entry.name: [each.url for each in entry.inputs] for entry in found}


@given(st.permutations(RING + TCPDUMP + RING_OF_TCPDUMP + PACKED + ["/b/x.pcap1"]))
def test_files_of_a_rotation_are_one_trace_in_their_order(names):
    assert grouped(names) == {
        "/a/eth0_*.pcapng": RING,
        "/a/x.pcap": TCPDUMP,
        "/a/y.pcap": RING_OF_TCPDUMP,
        "/a/z.pcap.gz": PACKED,
        "/b/x.pcap1": ["/b/x.pcap1"],
    }
    assert list(grouped(names)) == sorted(grouped(names))


def test_a_ring_that_began_again_follows_by_its_time():
    names = ["/e_00001_20260102000000.pcapng", "/e_00002_20260101000000.pcapng"]
    assert grouped(names) == {"/e_*.pcapng": names[::-1]}


@pytest.mark.parametrize(
    "names",
    [
        ["/a/test1.pcap", "/a/test2.pcap"],
        ["/a/x.pcap", "/a/x.cap1"],
        ["/a/x.pcap", "/a/x.pcap.gz"],
        ["/a/x_1_20260101000000.pcapng", "/a/x_2_20260101000000.pcapng"],
        ["/a/x_00001_2026.pcapng", "/a/x_00002_2026.pcapng"],
        ["/a/x.txt1", "/a/x.txt2"],
    ],
)
def test_others_are_traces_of_their_own(names):
    assert grouped(names) == {name: [name] for name in names}


def test_off_leaves_files_alone():
    assert grouped(TCPDUMP, "off") == {name: [name] for name in TCPDUMP}


def test_the_size_of_a_trace_is_that_of_its_files():
    [entry] = entries([Input("/x.pcap1", 5, ""), Input("/x.pcap2", None, "")])
    assert entry.size == 5
