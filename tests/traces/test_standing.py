from collections import Counter

import numpy as np
import pytest
from helpers.making_ends import GUEST, KVM, KVM_2, OTHER, THIRD, making_ends
from hypothesis import given
from hypothesis import strategies as st
from rxreplay.traces.standing import (
    GUEST_PREFIXES,
    Standing,
    ips_behind,
    is_share,
    leader,
    maker,
    only_guest_prefix,
    possible,
    single_machine,
    standings,
    tip,
)

PAIRS = st.lists(st.tuples(st.integers(0, 4), st.integers(5, 9)), max_size=20)


@given(PAIRS, PAIRS)
def test_standings_agree_with_counters(there, back):
    pairs = there + [(b, a) for a, b in back]
    to, sent = Counter(dst for dst, _ in pairs), Counter(src for _, src in pairs)
    got = standings(*np.array(pairs, np.int64).reshape(-1, 2).T)
    assert {(row.address, row.to, row.sent) for row in got} == {
        (address, to[address], sent[address]) for address in to | sent
    }
    assert [row.both for row in got] == sorted((row.both for row in got), reverse=True)


@pytest.mark.parametrize(
    ("part", "whole", "per_cent", "enough"),
    [(99, 100, 99, True), (989, 1000, 99, False), (90, 100, 90, True), (899, 1000, 90, False)],
)
def test_a_share_is_enough_from_its_per_cent_on(part, whole, per_cent, enough):
    assert is_share(part, whole, per_cent) == enough


@pytest.mark.parametrize(
    ("mine", "other", "leads"),
    [(990, 899, True), (989, 899, False), (990, 900, False), (1000, 0, True)],
)
def test_who_leads_is_an_end_of_99_per_cent_and_no_other_of_90(mine, other, leads):
    rows = [Standing(1, mine - 1, 1), Standing(2, max(other - 1, 0), min(other, 1))]
    assert leader(rows, 1000) == (rows[0] if leads else None)


def test_who_only_sends_can_be_no_guest():
    rows = [Standing(1, 0, 100), Standing(2, 100, 0)]
    assert possible(rows, 100) == rows[1:]
    assert leader(rows, 100) == rows[1]


@pytest.mark.parametrize("prefix", GUEST_PREFIXES)
def test_prefixes_of_virtual_machines_end_after_three_bytes(prefix):
    assert maker(prefix << 24) == maker((prefix << 24) + 0xFFFFFF) == GUEST_PREFIXES[prefix]
    assert only_guest_prefix([GUEST, prefix << 24]) == prefix << 24
    assert maker((prefix << 24) - 1) is None or maker((prefix << 24) + 0x1000000) is None


@pytest.mark.parametrize(
    ("few", "many", "alone"),
    [(1, 4, True), (1, 3, False), (4, 13, True), (4, 12, False), (5, 50, False), (0, 9, False)],
)
def test_one_machine_has_few_addresses_and_a_gateway_three_times_more(few, many, alone):
    assert single_machine([1, 2], {1: few, 2: many}) == (1 if alone else None)
    assert single_machine([2, 1], {1: few, 2: many}) == (1 if alone else None)


def test_the_second_fewest_of_three_decides():
    assert single_machine([1, 2, 3], {1: 9, 2: 1, 3: 4}) == 2
    assert single_machine([1, 2, 3], {1: 9, 2: 1, 3: 3}) is None
    assert single_machine([1], {1: 1}) is None


def talk(mac, count, guest):
    """Give packets of `mac` from several IP addresses, and one of the guest."""
    there = [((guest, mac), ("10.0.0.1", f"192.0.2.{n}")) for n in range(1, count + 1)]
    return making_ends(*there, ((mac, guest), ("192.0.2.1", "10.0.0.1")), ((guest, mac),))


def test_addresses_behind_a_mac_are_told_apart_and_unknown_ones_left_out():
    ends = talk(OTHER, 5, GUEST)
    assert [ips_behind(ends, mac) for mac in (GUEST, OTHER, THIRD)] == [1, 5, 0]


@pytest.mark.parametrize(
    ("guest", "other", "count", "chosen", "reason"),
    [
        (GUEST, OTHER, 3, None, ""),
        (GUEST, OTHER, 4, GUEST, "of IP addresses, 1 behind it and 4 behind the other end"),
        (KVM, OTHER, 3, KVM, "the only end of most packets with a prefix of QEMU/KVM guests"),
        (KVM, OTHER, 4, KVM, "the only end of most packets with a prefix of QEMU/KVM guests"),
        (KVM, KVM_2, 3, None, ""),
        (KVM, KVM_2, 4, KVM, "of IP addresses, 1 behind it and 4 behind the other end"),
        (GUEST, KVM, 3, KVM, "the only end of most packets with a prefix of QEMU/KVM guests"),
        (GUEST, KVM, 4, None, ""),
    ],
)
def test_two_ends_are_told_apart_by_prefix_and_addresses_unless_these_differ(
    guest, other, count, chosen, reason
):
    assert tip(talk(other, count, guest), [other, guest]) == (chosen, reason)


def test_nobody_is_chosen_of_nobody():
    assert tip(making_ends(), []) == (None, "")
