"""The worked examples of kernel-facts, section 7, typed in: what two readings agree on."""

from collections import Counter

import pytest
from helpers.replaying import cell, frames, kinds, opened

MAINLINE, LATE = ("4.10", "4.11", "5.10.0"), "5.10"

# 7.1: a fresh ring; the columns 5.10 (mainline) and 5.10.y
MERGEABLE = """
60     768/60/0/60       768/60/0/60
64     768/64/0/64       768/64/0/64
128    768/128/0/128     768/128/0/128
129    2304/128/1/128    2304/14/1/14
256    2304/128/1/128    2304/14/1/14
512    2304/128/1/128    2304/14/1/14
1024   2304/128/1/128    2304/14/1/14
1460   2304/128/1/128    2304/14/1/14
1514   2304/128/1/128    2304/14/1/14
4000   5376/128/1/128    5376/14/1/14
9014   9984/128/1/128    9984/14/1/14
16000  17664/128/1/128   17664/14/1/14
65550  67840/128/3/128   67840/14/3/14
"""

# 7.3: the columns 4.9 (skbs of the fill at open) and 4.11
SMALL = """
60     2304/60/0/0       2176/60/0/0
64     2304/64/0/0       2176/64/0/0
128    2304/128/0/0      2176/128/0/0
129    2304/129/0/0      2176/129/0/0
256    2304/256/0/0      2176/256/0/0
512    2304/512/0/0      2176/512/0/0
1024   2304/1024/0/0     2176/1024/0/0
1460   2304/1460/0/0     2176/1460/0/0
1514   2304/1514/0/0     2176/1514/0/0
4000   drop              drop
9014   drop              drop
16000  drop              drop
65550  drop              drop
"""

# 7.4: the columns 5.10 (mainline) and 5.10.y
BIG = """
60     768/60/0/60       768/60/0/60
64     768/64/0/64       768/64/0/64
128    768/128/0/128     768/128/0/128
129    4864/128/1/128    4864/14/1/14
256    4864/128/1/128    4864/14/1/14
512    4864/128/1/128    4864/14/1/14
1024   4864/128/1/128    4864/14/1/14
1460   4864/128/1/128    4864/14/1/14
1514   4864/128/1/128    4864/14/1/14
4000   4864/128/1/128    4864/14/1/14
9014   13056/128/3/128   13056/14/3/14
16000  17152/128/4/128   17152/14/4/14
65550  70400/128/17/128  70400/14/17/14
"""


def rows(table):
    return [tuple(row.split()) for row in table.strip().splitlines()]


@pytest.mark.parametrize(("length", "mainline", "late"), rows(MERGEABLE))
def test_mergeable_on_a_fresh_ring(length, mainline, late):
    assert {cell(f"{kernel}/mergeable", int(length)) for kernel in MAINLINE} == {mainline}
    assert cell(f"{LATE}/mergeable", int(length)) == late


@pytest.mark.parametrize(("length", "until_410", "since_411"), rows(SMALL))
def test_small_on_a_fresh_ring(length, until_410, since_411):
    assert cell("4.10/small", int(length)) == until_410
    since = {cell(f"{kernel}/small", int(length)) for kernel in ("4.11", "5.10.0", "5.10")}
    assert since == {since_411}


@pytest.mark.parametrize(("length", "mainline", "late"), rows(BIG))
def test_big_on_a_fresh_ring(length, mainline, late):
    assert {cell(f"{kernel}/big", int(length)) for kernel in MAINLINE} == {mainline}
    assert cell(f"{LATE}/big", int(length)) == late


# 7.2: buffer, average, least and most truesize, least and most frags; the columns 4.9 (where its
# granularity of 256 bytes makes no difference to 4.10 and 4.11) and 4.13 (5.10 mainline)
HOLE_NOT_PAID = """
60     1536  768.0    768    768    0  0
64     1536  768.0    768    768    0  0
128    1536  768.0    768    768    0  0
129    1536  2304.0   2304   2304   1  1
256    1536  2304.0   2304   2304   1  1
512    1536  2304.0   2304   2304   1  1
1024   1536  2304.0   2304   2304   1  1
1460   1536  2304.0   2304   2304   1  1
1514   1536  2304.0   2304   2304   1  1
9014   4096  13056.0  13056  13056  1  2
16000  4096  17152.0  17152  17152  1  2
65550  4096  70400.0  70400  70400  3  3
"""
HOLE_PAID = """
60     1536  768.0    768    768    0  0
64     1536  768.0    768    768    0  0
128    1536  768.0    768    768    0  0
129    1536  2328.4   2304   2816   1  1
256    1536  2328.4   2304   2816   1  1
512    1536  2328.4   2304   2816   1  1
1024   1536  2328.4   2304   2816   1  1
1460   1536  2328.4   2304   2816   1  1
1514   1536  2328.4   2304   2816   1  1
4000   4032  4864.0   4800   5312   1  1
9014   4096  13056.0  13056  13056  1  2
16000  4096  17152.0  17152  17152  1  2
65550  4096  70400.0  70400  70400  3  3
"""
STEADY = [
    *((kernel, *row) for kernel in ("4.10", "4.11") for row in rows(HOLE_NOT_PAID)),
    *(("5.10.0", *row) for row in rows(HOLE_PAID)),
]
TURNS = 168  # packets: a whole number of chunks of 21 buffers, and of 8


def steady(name, length):
    """Give (truesize, linear, nr_frags) of packets after a full turn of the ring, and what the
    last buffer was asked with."""
    warm_up = 3 * TURNS if length < 4000 else TURNS  # of long ones, each takes several
    queue = opened(name, keep=TURNS)
    queue.receive(frames(*[length] * (warm_up + TURNS)))
    kept = queue.skbs[-TURNS:][["truesize", "linear", "nr_frags"]]
    return [tuple(skb) for skb in kept.tolist()], kinds(queue, "refill")[-1][1]


@pytest.mark.parametrize(
    ("kernel", "length", "buffer", "mean", "least", "most", "few", "many"), STEADY
)
def test_mergeable_in_steady_state(kernel, length, buffer, mean, least, most, few, many):
    kept, asked = steady(f"{kernel}/mergeable", int(length))
    truesizes = [truesize for truesize, _, _ in kept]
    frags = [nr_frags for _, _, nr_frags in kept]
    assert f"{sum(truesizes) / TURNS:.1f}" == mean
    assert (min(truesizes), max(truesizes)) == (int(least), int(most))
    assert (min(frags), max(frags)) == (int(few), int(many))
    assert asked == int(buffer)


# 7.9: buffer, then the cell of most packets; with the lower clamps 1518 and 128
PROTOTYPE = """
60     2048  2304/60/0        768   1024/60/0
64     2048  2304/64/0        768   1024/64/0
128    2048  2304/128/0       768   1024/128/0
129    2048  2304/129/0       768   1024/129/0
256    2048  2304/256/0       768   1024/256/0
512    2048  2304/512/0       1024  1280/512/0
1024   2048  2304/1024/0      1536  1792/1024/0
1460   2048  2304/1460/0      2048  2304/1460/0
1514   2048  2304/1514/0      2048  2304/1514/0
4000   4096  8448/3712/1      4096  8448/3712/1
9014   4096  12544/3712/2     4096  12544/3712/2
16000  4096  20736/3712/4     4096  20736/3712/4
65550  4096  73984/3712/17    4096  73984/3712/17
"""


@pytest.mark.parametrize(("length", "high", "high_cell", "low", "low_cell"), rows(PROTOTYPE))
def test_the_prototype_in_steady_state(length, high, high_cell, low, low_cell):
    for name, buffer, most in (
        ("mst-2016/mergeable,min_avg=1518", high, high_cell),
        ("mst-2016/mergeable", low, low_cell),
    ):
        kept, asked = steady(name, int(length))
        (usual, _), *_ = Counter(kept).most_common()
        assert "/".join(map(str, usual)) == most
        assert asked == int(buffer)
