import pytest
from rxreplay import units


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (None, "-"),
        (0, "0 B"),
        (0.4, "0 B"),
        (1023, "1,023 B"),
        (1023.4, "1,023 B"),
        (1023.5, "1.00 KiB"),
        (1024, "1.00 KiB"),
        (-2048, "-2.00 KiB"),
        (10_234, "9.99 KiB"),
        (10_235, "10.0 KiB"),
        (102_348, "99.9 KiB"),
        (102_349, "100 KiB"),
        (1024**2 - 513, "1,023 KiB"),
        (1024**2 - 512, "1.00 MiB"),
        (5 * 1024**3, "5.00 GiB"),
        (5 * 1024**4, "5.00 TiB"),
        (1024**5, "1.00 PiB"),
        (20_000 * 1024**5, "20,000 PiB"),
    ],
)
def test_bytes_have_three_digits_and_a_binary_unit(size, text):
    assert units.bytes_text(size) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0.00"),
        (9.994, "9.99"),
        (9.996, "10.0"),
        (99.94, "99.9"),
        (99.96, "100"),
        (-3, "-3.00"),
        (1_234_567.8, "1,234,568"),
    ],
)
def test_a_number_has_three_digits_or_all_before_the_point(value, text):
    assert units.number_text(value) == text
    assert units.number_text(value, " B") == f"{text} B"


def test_a_number_that_is_missing_has_no_unit():
    assert units.number_text(None, " B") == "-"


@pytest.mark.parametrize(("count", "text"), [(None, "-"), (0, "0"), (999, "999"), (1000, "1,000")])
def test_counts_have_their_thousands_parted(count, text):
    assert units.count_text(count) == text


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (0, 5, "0.0 %"),
        (5, 5, "100.0 %"),
        (1, 3, "33.3 %"),
        (0.5, 1, "50.0 %"),
        (0, 0, "-"),
        (3, None, "-"),
        (None, 3, "-"),
    ],
)
def test_a_share_is_per_cent_of_what_there_is(part, whole, text):
    assert units.share_text(part, whole) == text


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [
        (None, "-"),
        (0, "0 ns"),
        (999, "999 ns"),
        (1000, "1.00 µs"),
        (999_499, "999 µs"),
        (999_500, "1.00 ms"),
        (1_000_000, "1.00 ms"),
        (999_499_999, "999 ms"),
        (999_500_000, "1.00 s"),
        (10**9, "1.00 s"),
        (600 * 10**9 - 1, "600 s"),
        (600 * 10**9, "10.0 min"),
        (7200 * 10**9 - 1, "120 min"),
        (7200 * 10**9, "2.00 h"),
        (86_400 * 10**9, "24.0 h"),
        (2 * 86_400 * 10**9 - 1, "48.0 h"),
        (2 * 86_400 * 10**9, "2.00 days"),
        (9_223_372_036_854_775_807, "106,752 days"),
    ],
)
def test_a_time_span_takes_the_unit_that_keeps_it_short(nanoseconds, text):
    assert units.duration_text(nanoseconds) == text


@pytest.mark.parametrize(
    ("value", "reference", "text"),
    [
        (1, 2, "×0.50"),
        (0, 2, "×0.00"),
        (5000, 1, "×5,000.00"),
        (1, 0, ""),
        (1, None, ""),
        (None, 1, ""),
    ],
)
def test_a_ratio_needs_both_ends(value, reference, text):
    assert units.ratio_text(value, reference) == text
