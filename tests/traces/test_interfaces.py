import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles.pcap_reader import fits, to_ns
from rxreplay.traces import NO_TIME
from rxreplay.traces.interfaces import INT64_MAX, new_interface
from rxreplay.traces.scan_pcapng import to_ns as kernel_to_ns

EDGES = [0, 1, 2**31, 2**32 - 1, 2**32, 2**33, 2**63 - 1, 2**63, 2**64 - 1]
TICKS = st.sampled_from(EDGES) | st.integers(0, 2**64 - 1) | st.integers(0, 2**52)
BINARY = [0x80 + n for n in (0, 1, 8, 31, 32, 33, 63, 64)]
RESOLUTIONS = [0, 3, 6, 9, 10, 12, 27, 28, 29, 127, *BINARY]
TSRESOL = st.sampled_from([*RESOLUTIONS, 0xFF]) | st.integers(0, 255)
TSOFFSET = st.sampled_from([0, 1, -1, 1_700_000_000, -(2**33), 2**33, 9_223_372_036, 2**63 - 1])


def given_time(ticks, tsresol, tsoffset):
    row = new_interface(1, 0, tsresol, tsoffset)
    return int(kernel_to_ns(ticks >> 32, ticks & 0xFFFFFFFF, row))


def check(ticks, tsresol, tsoffset):
    got = given_time(ticks, tsresol, tsoffset)
    exact = to_ns(ticks, tsresol, tsoffset)
    if got != NO_TIME:
        assert got == exact == fits(exact)
        return
    out_of_reach = abs(tsoffset * 10**9) > INT64_MAX
    close = to_ns(ticks + 2 * 2**32, tsresol, max(tsoffset, 0)) > INT64_MAX
    assert out_of_reach or close


@pytest.mark.parametrize("tsresol", [*RESOLUTIONS, 0xE0, 0xFF])
@pytest.mark.parametrize("ticks", EDGES)
def test_edges_of_every_clock(ticks, tsresol):
    check(ticks, tsresol, 0)


@given(TICKS, TSRESOL, TSOFFSET | st.integers(-(2**63), 2**63 - 1))
def test_a_time_is_exact_or_left_out_close_to_the_end_of_int64(ticks, tsresol, tsoffset):
    check(ticks, tsresol, tsoffset)


def test_the_upper_half_of_the_ticks_of_a_fine_clock_are_times_too():
    assert given_time(0xF21F4957_A7640000, 18, 0) == 17_446_744_122  # attoseconds; found by fuzzing
    assert given_time(2**64 - 1, 28, 0) == 1
    assert given_time(10**19 - 1, 28, 0) == 0
    assert given_time(2**64 - 1, 29, 0) == 0


def test_the_last_time_of_a_microsecond_clock():
    high_max = 2_147_482
    assert given_time(high_max << 32, 6, 0) == (high_max << 32) * 1000
    assert given_time((high_max + 1) << 32, 6, 0) == NO_TIME


@pytest.mark.parametrize("tsoffset", [2**63 // 10**9 + 1, -(2**63 // 10**9) - 2, 2**63 - 1])
def test_with_an_offset_beyond_int64_no_time_fits(tsoffset):
    check(0, 6, tsoffset)
    assert given_time(0, 6, tsoffset) == NO_TIME
