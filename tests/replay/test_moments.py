"""Times and ranges as users write them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rxreplay.errors import OptionError
from rxreplay.moments import LATEST, Moment, parse_moment, parse_packets

MAY = 1_714_557_600 * 10**9  # 2024-05-01T10:00:00Z


@pytest.mark.parametrize(
    ("text", "ns"),
    [
        ("2024-05-01T10:00:00", MAY),
        ("2024-05-01T10:00:00Z", MAY),
        ("2024-05-01T12:00:00+02:00", MAY),
        ("2024-05-01 10:00", MAY),
        ("2024-05-01", MAY - 36_000 * 10**9),
        ("2024-05-01T10:00:00.000000001", MAY + 1),
        ("2024-05-01T10:00:00,5Z", MAY + 500_000_000),
        ("2024-05-01T08:00:00.123456789-02:00", MAY + 123_456_789),
        ("1969-12-31T23:59:59.25", -750_000_000),
        (" 1714557600 ", MAY),
        ("1714557600.000000001", MAY + 1),
        ("0", 0),
        ("-1.5", -1_500_000_000),
        ("9" * 30, (10**30 - 1) * 10**9),
    ],
)
def test_a_time_is_understood_to_the_nanosecond(text, ns):
    assert parse_moment(text) == (ns, False)


@pytest.mark.parametrize(
    ("text", "ns"),
    [
        ("+10s", 10**10),
        ("+10", 10**10),
        ("+0", 0),
        ("+500ms", 5 * 10**8),
        ("+7us", 7000),
        ("+7µs", 7000),
        ("+7ns", 7),
        ("+1.5ms", 1_500_000),
        ("+2m", 120 * 10**9),
        ("+0.5h", 1800 * 10**9),
    ],
)
def test_a_time_span_counts_from_the_first_packet(text, ns):
    moment = parse_moment(text)
    assert moment == (ns, True)
    assert moment.from_first(1000) == 1000 + ns


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "+",
        "+s",
        "+1d",
        "+-1s",
        "2024-13-01",
        "12:00",
        "1e9",
        "1.0000000001",
        "٣",
        "T:.",
        "9" * 31,
        "1" * 31,
        "1" * 5000,
    ],
)
def test_what_is_no_time_is_refused_in_one_line(text):
    with pytest.raises(OptionError, match="write it as 2024-05-01T12:00:00") as refused:
        parse_moment(text)
    assert "\n" not in str(refused.value)


@given(st.datetimes(timezones=st.none()), st.sampled_from(["", "Z", "+00:00"]))
def test_every_time_of_iso_8601_is_its_own(moment, zone):
    past = moment.replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    ns = past // timedelta(microseconds=1) * 1000
    assert parse_moment(moment.isoformat() + zone).ns == ns


def test_a_time_beyond_all_captures_is_the_end():
    assert Moment(10**30, relative=False).from_first(0) == LATEST
    assert parse_moment("9999-12-31").from_first(5) == LATEST


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [("1:1", 1, 1), ("3:9", 3, 9), ("3:", 3, None), (":9", 1, 9), ("7", 7, 7), (":", 1, None)],
)
def test_a_range_of_packets(text, first, last):
    assert parse_packets(text) == (first, last)


@pytest.mark.parametrize("text", ["0", "0:3", "3:2", ":0", "a", "1-3", "-1", "1:2:3", "1.5", "٣"])
def test_what_is_no_range_is_refused(text):
    with pytest.raises(OptionError, match=r"--packets .*: not A:B, A:, :B or N"):
        parse_packets(text)
