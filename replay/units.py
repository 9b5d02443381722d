"""Numbers for people: the only place that formats them."""

from typing import Final

BINARY: Final = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")
SECOND: Final = 10**9
TIMES: Final = (  # from what on, in nanoseconds, a unit is used
    *((2 * 86_400 * SECOND, 86_400 * SECOND, "days"), (2 * 3600 * SECOND, 3600 * SECOND, "h")),
    (600 * SECOND, 60 * SECOND, "min"),
    *((0.9995 * size, size, unit) for size, unit in ((SECOND, "s"), (10**6, "ms"), (1000, "µs"))),
)  # what would be written as 1,000 of the next unit is 1.00 of it


def bytes_text(size: float | None) -> str:
    """Write bytes with a binary unit, three significant digits.

    Examples
    --------
    >>> bytes_text(2176), bytes_text(18_907_136), bytes_text(None)
    ('2.12 KiB', '18.0 MiB', '-')
    """
    if size is None:
        return "-"
    power = 0
    while abs(size) >= 1023.5 and power < len(BINARY) - 1:
        size, power = size / 1024, power + 1
    return f"{size:,.0f} B" if power == 0 else f"{_three_digits(size)} {BINARY[power]}"


def _three_digits(value: float) -> str:
    digits = 2 if abs(value) < 9.995 else 1 if abs(value) < 99.95 else 0
    return f"{value:,.{digits}f}"


def count_text(count: int | None) -> str:
    """Write a count with its thousands parted.

    Examples
    --------
    >>> count_text(1234567)
    '1,234,567'
    """
    return "-" if count is None else f"{count:,}"


def many(count: int, one: str, several: str = "") -> str:
    """Write a count of things.

    Examples
    --------
    >>> many(1, "VM"), many(1200, "queue")
    ('1 VM', '1,200 queues')
    """
    return f"{count:,} {one if count == 1 else several or one + 's'}"


def number_text(value: float | None, unit: str = "") -> str:
    """Write a number with three significant digits, all of them where it is longer.

    Examples
    --------
    >>> number_text(0.3141), number_text(1792.4, " B"), number_text(None)
    ('0.31', '1,792 B', '-')
    """
    return "-" if value is None else _three_digits(value) + unit


def share_text(part: float | None, whole: float | None) -> str:
    """Write a part of a whole in per cent.

    Examples
    --------
    >>> share_text(1, 8), share_text(0, 0)
    ('12.5 %', '-')
    """
    return f"{100 * part / whole:.1f} %" if whole and part is not None else "-"


def time_unit(nanoseconds: float) -> tuple[int, str]:
    """Give the unit in which a time span is short: its nanoseconds, and its name.

    Examples
    --------
    >>> time_unit(5 * 60 * SECOND), time_unit(5 * 3600 * SECOND)
    ((1000000000, 's'), (3600000000000, 'h'))
    """
    for least, size, unit in TIMES:
        if nanoseconds >= least:
            return size, unit
    return 1, "ns"


def duration_text(nanoseconds: int | None) -> str:
    """Write a time span.

    Examples
    --------
    >>> duration_text(1_500_000), duration_text(90_000_000_000), duration_text(42_722 * SECOND)
    ('1.50 ms', '90.0 s', '11.9 h')
    """
    if nanoseconds is None:
        return "-"
    size, unit = time_unit(nanoseconds)
    return f"{nanoseconds} ns" if size == 1 else f"{_three_digits(nanoseconds / size)} {unit}"


def bit_rate_text(bits_per_s: float) -> str:
    """Write a rate with a decimal unit, three significant digits.

    Examples
    --------
    >>> bit_rate_text(9_870_000_000), bit_rate_text(12)
    ('9.87 Gbit/s', '12.0 bit/s')
    """
    for size, unit in ((1e9, "Gbit/s"), (1e6, "Mbit/s"), (1e3, "kbit/s")):
        if bits_per_s >= 0.9995 * size:
            return f"{_three_digits(bits_per_s / size)} {unit}"
    return f"{_three_digits(bits_per_s)} bit/s"


def ratio_text(value: float | None, reference: float | None) -> str:
    """Write how many times the reference a value is.

    Examples
    --------
    >>> ratio_text(1, 2), ratio_text(1, 0)
    ('×0.50', '')
    """
    return "" if value is None or not reference else f"×{value / reference:,.2f}"
