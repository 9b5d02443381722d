"""Fast equals obvious: every figure and every event of any run, against the plain-Python model."""

import numpy as np
import pytest
from helpers.replaying import comparable, events, opened
from hypothesis import given
from hypothesis import strategies as st
from oracles.recordings import named
from oracles.virtio_net import oracle
from rxreplay.emulator import STRATEGIES

NAMES = [strategy.name for strategy in STRATEGIES]
MIN_AVGS = (64, 129, 640, 1518, 3584)
NAMES += [f"mst-2016/mergeable,min_avg={min_avg}" for min_avg in MIN_AVGS]
KNOBS = """
6.1/big,guest_gso=0,device_mtu=9000     7.2/big,guest_gso=0,device_mtu=1501
5.10/mergeable,guest_gso=0,device_mtu=1500  6.12/mergeable,guest_gso=0,device_mtu=9000
4.10/small,hdr_len=10       5.10/small,hdr_len=10       6.12/small,hdr_len=20
6.18/small+xdp,hdr_len=24   6.12/mergeable,hdr_len=20   7.2/mergeable,hdr_len=24
6.1/mergeable+xdp,hdr_len=20    7.2/mergeable+xdp-frags,hdr_len=24
5.10/big,hdr_len=10         6.12/big,hdr_len=20
6.12/mergeable,max_header=32    6.18/mergeable,max_header=176   6.16/big,max_header=176
6.18/mergeable,max_skb_frags=45 7.2/mergeable,max_skb_frags=45  6.12/big,max_skb_frags=18
6.12/mergeable+xdp-frags,max_skb_frags=45   7.2/small,max_skb_frags=45
4.19/mergeable,page_size=65536  5.10.0/mergeable,page_size=65536    5.15/small,page_size=65536
6.1/mergeable,page_size=65536   6.12/mergeable,page_size=65536      7.2/mergeable,page_size=65536
7.2/small,page_size=65536       6.12/mergeable+xdp,page_size=65536  5.15/big,page_size=65536
6.8/mergeable,dma_api=1     6.8/small,dma_api=1     6.8/mergeable+xdp,dma_api=1
4.10/small,order3=fail      4.10/mergeable,order3=fail:1/3  4.11/small,order3=fail
4.10/mergeable+xdp,order3=fail  5.10.0/mergeable,order3=fail:1/2    5.10.0/big,order3=fail
6.1/mergeable+xdp,order3=fail:1/2   6.8/mergeable,order3=fail   6.12/mergeable,order3=fail
6.12/mergeable+xdp,order3=fail:1/2  6.18/mergeable,order3=fail  6.18/mergeable+xdp,order3=fail:1/7
6.18/small,order3=fail:1/3  mst-2016/mergeable,order3=fail:1/3
"""
NAMES += KNOBS.split()

BOUNDARIES = (
    *(0, 1, 13, 14, 60, 64, 128, 129, 1514, 1518, 1519),  # headers, copies, small buffers
    *(1524, 1525, 2036, 2037, 3060, 3061, 4084, 4085, 8180, 8181),  # the ends of mergeable buffers
    *(32756, 32757, 65550, 65535),  # a chunk's last byte; the longest IP packets
    *(384, 385, 640, 780, 781, 3712, 3713, 7436, 7437),  # the ends of the prototype's buffers
    *(4080, 4081, 8176, 8177, 69616, 69617, 73712, 73713),  # the ends of big pages
    *(1204, 1205, 1716, 1717, 2228, 2229, 3508, 3509, 3744, 3745, 63348, 63349),  # build_skb, XDP
    *(256, 257, 4064, 4065, 8160, 16352, 16353),  # heads since 6.1, pads since 5.18
    *(3572, 3573, 3828, 3829, 4084, 1268, 1269),  # programs up to 4.15
    *(65524, 65525, 65184, 65185, 64948, 64949),  # pages of 64 KiB
)
LENGTHS = st.sampled_from(BOUNDARIES) | st.integers(0, 2000) | st.integers(0, 80000)
RUNS = st.tuples(LENGTHS, st.sampled_from([1, 1, 1, 2, 7, 8, 22, 70]))
TRAFFIC = st.lists(RUNS, min_size=1, max_size=10).map(
    lambda runs: [length for length, repeat in runs for _ in range(repeat)]
)
RINGS = st.sampled_from([2, 4, 8, 16, 32, 64, 128, 256, 512, 1024])
POLLS = st.sampled_from([[1], [64]]) | st.lists(
    st.sampled_from([1, 2, 7, 8, 9, 16, 17, 64]) | st.integers(1, 64), min_size=1, max_size=6
)
RCVBUFS = st.sampled_from([1, 767, 768, 1536, 2304, 20000, 212992])


@pytest.mark.parametrize("name", NAMES)
@given(
    traffic=TRAFFIC,
    polls=POLLS,
    ring=RINGS,
    rcvbuf=RCVBUFS,
    unread=st.booleans(),
    cuts=st.lists(st.integers(0, 700), max_size=4),
)
def test_any_run_equals_the_models(name, traffic, polls, ring, rcvbuf, unread, cuts):
    obvious = oracle(
        name.replace("6.8/", "6.11/"),
        ring=ring,
        rcvbuf=rcvbuf if unread else None,
        fit_rcvbuf=rcvbuf,
    )
    obvious.run(traffic, polls)

    fast = opened(name, ring=ring, polls=polls, rcvbuf=rcvbuf, unread=unread)
    for block in np.split(np.array(traffic), sorted(cut % (len(traffic) + 1) for cut in cuts)):
        fast.receive(block)
    figures = fast.finish()

    assert comparable(fast, figures) == obvious.figures()
    assert list(named(events(fast))) == list(named(obvious.events))
