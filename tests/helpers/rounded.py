"""What a number that was rounded for people may stand for; it knows nothing of who rounded it."""

import re
from dataclasses import dataclass
from fractions import Fraction

UNITS = {"": 1, "B": 1, "%": Fraction(1, 100), "×": 1} | {
    f"{letter}iB": 1024**power for power, letter in enumerate("KMGTP", 1)
}
NUMBER = re.compile(r"(×?)(-?[\d,]+)(?:\.(\d+))?(?: ?(%|B|[KMGTP]iB))?", re.ASCII)


@dataclass(frozen=True)
class Shown:
    """A number as it is printed: its value and unit, and the size of its last digit."""

    text: str
    value: Fraction
    unit: str
    decimals: int

    @classmethod
    def of(cls, text):
        found = NUMBER.fullmatch(text)
        assert found, text
        times, whole, decimals, unit = found[1], found[2], found[3] or "", found[4] or ""
        digits = whole.replace(",", "")
        assert whole == f"{int(digits):,}", text
        value = Fraction(int(digits + decimals), 10 ** len(decimals))
        return cls(text, value, times or unit, len(decimals))

    def is_nearest_to(self, exact):
        """Say whether no other number of so many digits is nearer to the exact one."""
        return abs(self.value - Fraction(exact) / UNITS[self.unit]) <= Fraction(1, 2) / (
            10**self.decimals
        )


def count(text, exact):
    """Hold a count against the exact one: every digit is there."""
    assert text == f"{exact:,}"


def three_digits(text, exact, units):
    """Hold a number of three digits, or all before the point, against the exact one."""
    shown = Shown.of(text)
    assert shown.unit in units, text
    assert shown.is_nearest_to(exact), (text, exact)
    if shown.unit == "B" and "KiB" in units:  # whole bytes, below what would be 1,024
        assert (shown.decimals, shown.value < 1024) == (0, True), text
        return
    if "KiB" in units:
        assert 1 <= shown.value < 1024, text
    assert shown.decimals == (2 if shown.value < 10 else 1 if shown.value < 100 else 0), text


def size(text, exact):
    """Hold bytes with a binary unit against the exact ones."""
    three_digits(text, exact, ("B", "KiB", "MiB", "GiB"))


def number(text, exact):
    """Hold a mean or a ratio against the exact one."""
    three_digits(text, exact, ("",))


def mean_size(text, exact):
    """Hold mean bytes, which are not written in larger units, against the exact ones."""
    three_digits(text, exact, ("B",))


def share(text, exact):
    """Hold per cent of one decimal against the exact part of one."""
    shown = Shown.of(text)
    assert (shown.unit, shown.decimals) == ("%", 1), text
    assert shown.is_nearest_to(exact), (text, exact)


def times(text, exact):
    """Hold how many times another a number is, of two decimals, against the exact ratio."""
    shown = Shown.of(text)
    assert (shown.unit, shown.decimals) == ("×", 2), text
    assert shown.is_nearest_to(exact), (text, exact)
