import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles.summaries import counts_of, reaches
from rxreplay.traces import Block
from rxreplay.traces.address_table import ADDRESSES, HASH, SEARCHED, SLOTS
from rxreplay.traces.directions import Candidate, Directions, for_guest, format_mac

BROADCAST, GROUP = 2**48 - 1, 0x01005E000001
MACS = st.sampled_from([-1, 0, 1, 2, 3, 0x525400000001, 2**47, BROADCAST, GROUP, GROUP - 1])
PAIRS = st.lists(st.tuples(MACS, MACS), max_size=30)


def block_of(pairs):
    dst, src = np.array(pairs, np.int64).reshape(-1, 2).T.copy()
    return Block(dst, dst, dst, dst, src)


@given(PAIRS, st.integers(0, 30))
def test_counts_agree_with_a_dictionary_however_they_are_fed(pairs, at):
    fast = Directions()
    for part in (pairs[:at], pairs[at:]):
        fast.add(block_of(part * 2))
    counts = counts_of(pairs * 2)
    both = {format_mac(mac): tuple(n) for mac, n in counts.items() if all(n)}
    got = fast.candidates()
    assert {c.mac: (c.to_packets, c.from_packets) for c in got} == both
    totals = [c.to_packets + c.from_packets for c in got]
    assert totals == sorted(totals, reverse=True)
    assert fast.both_directions == bool(both)
    assert fast.other_packets == 0


def test_equal_candidates_stand_in_the_order_of_their_addresses():
    fast = Directions()
    fast.add(block_of([(2, 1), (1, 2)]))
    assert fast.candidates() == [
        Candidate("00:00:00:00:00:01", 1, 1),
        Candidate("00:00:00:00:00:02", 1, 1),
    ]


def test_the_table_is_bounded_and_counts_what_finds_no_room():
    fast = Directions()
    fast.add(block_of([(2 * n, -1) for n in range(ADDRESSES)]))
    assert fast.other_packets == 0
    fast.add(block_of([(1, -1), (-1, 1), (1, 3), (0, 0)]))
    assert fast.other_packets == 3
    assert [c.mac for c in fast.candidates()] == ["00:00:00:00:00:00"]


def wanting_one_slot(count, low):
    """Give addresses that all want one slot of the table, which `low` chooses, and that slot."""
    return [(high << 24) | (high ^ low) for high in range(16, 16 * (count + 1), 16)], (
        (low * HASH >> 16) & (SLOTS - 1)
    )


@pytest.mark.parametrize("low", [0, 1, 45_000])
def test_addresses_made_to_want_one_slot_are_not_searched_for_without_end(low):
    macs, _ = wanting_one_slot(SEARCHED + 1, low)
    fast = Directions()
    fast.add(block_of([(mac, mac) for mac in macs[:SEARCHED]] * 2))
    assert (len(fast.candidates()), fast.other_packets) == (SEARCHED, 0)
    fast.add(block_of([(macs[-1], -1), (macs[0], macs[1]), (macs[-1], -1)]))
    assert (len(fast.candidates()), fast.other_packets) == (SEARCHED, 2)


def test_a_search_goes_on_at_the_start_of_the_table():
    low = next(low for low in range(2**16) if wanting_one_slot(1, low)[1] == SLOTS - 3)
    macs, _ = wanting_one_slot(SEARCHED, low)
    fast = Directions()
    fast.add(block_of([(mac, mac) for mac in macs] * 2))
    assert (len(fast.candidates()), fast.other_packets) == (SEARCHED, 0)


def test_a_block_without_addresses_counts_nothing():
    fast = Directions()
    fast.add(block_of([]))
    assert not fast.both_directions


@given(PAIRS, st.lists(MACS.filter(lambda mac: mac >= 0), max_size=5))
def test_frames_for_a_guest_agree_with_the_rule(pairs, guests):
    got = for_guest(block_of(pairs), np.array(guests, np.int64))
    assert got.tolist() == [reaches(pair, guests) for pair in pairs]


@pytest.mark.parametrize(
    ("dst", "src", "kept"),
    [
        (1, 2, True),
        (2, 1, False),
        (1, -1, True),
        (-1, -1, False),
        (BROADCAST, 2, True),
        (BROADCAST, 1, False),
        (BROADCAST, -1, False),
        (GROUP, 2, True),
    ],
)
def test_what_reaches_guest_1(dst, src, kept):
    assert for_guest(block_of([(dst, src)]), np.array([1])).tolist() == [kept]
