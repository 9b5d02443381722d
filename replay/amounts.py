"""Bytes that are added up over queues, NICs, VMs and hosts: whole numbers, nothing else."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Final, Self, TypeVar

from rxreplay.emulator.fresh_ring import FreshRing

MOST: Final = "most"
RANKS: Final = {"p50": 50, "p95": 95, "p99": 99, MOST: 100}


def nearest_rank(values: Sequence[int], percent: int) -> int:
    """Give the least value that so many per cent of all values do not exceed.

    Examples
    --------
    >>> nearest_rank([30, 10, 20], 50), nearest_rank([30, 10, 20], 99), nearest_rank([7], 50)
    (20, 30, 7)
    """
    return sorted(values)[-(-percent * len(values) // 100) - 1]


class Amount:
    """A dataclass of whole numbers, or of other such amounts, of something there is several of."""

    def times(self, count: int) -> Self:
        """Give that of `count` alike."""
        return type(self)(**{name: scaled(value, count) for name, value in self._parts()})

    def plus(self, other: Self) -> Self:
        """Give that of both together."""
        return type(self)(
            **{name: summed(value, getattr(other, name)) for name, value in self._parts()}
        )

    def _parts(self) -> list[tuple[str, Any]]:
        return [(field.name, getattr(self, field.name)) for field in fields(self)]  # type: ignore[arg-type]

    def as_dict(self) -> dict[str, Any]:
        """Give it as JSON has it."""
        return asdict(self)  # type: ignore[call-overload,no-any-return]


T = TypeVar("T", bound=Amount)


def scaled(value: Any, count: int) -> Any:  # noqa: ANN401 - a number, or an amount
    """Give `count` times a value."""
    return value.times(count) if isinstance(value, Amount) else value * count


def summed(one: Any, other: Any) -> Any:  # noqa: ANN401 - numbers, or amounts
    """Give both together."""
    return one.plus(other) if isinstance(one, Amount) else one + other


def total(amounts: Iterable[T]) -> T:
    """Give all of them together; there is at least one."""
    first, *others = amounts
    for other in others:
        first = first.plus(other)
    return first


@dataclass(frozen=True, slots=True)
class Posted(Amount):
    """What full rings take before the first packet; see `FreshRing`."""

    asked_bytes: int
    posted_bytes: int
    chunk_bytes: int
    slab_bytes: int
    resident_bytes: int

    @classmethod
    def of(cls, ring: FreshRing) -> Self:
        """Give that of a ring."""
        return cls(**asdict(ring), resident_bytes=ring.resident_bytes)


@dataclass(frozen=True, slots=True)
class Spread(Amount):
    """A figure over the captures: percentiles by nearest rank, and the most."""

    p50: int
    p95: int
    p99: int
    most: int

    @classmethod
    def of(cls, values: Sequence[int]) -> Self:
        """Give the percentiles of values, one of each capture.

        Examples
        --------
        >>> Spread.of([4, 1, 3, 2])
        Spread(p50=2, p95=4, p99=4, most=4)
        """
        return cls(**{name: nearest_rank(values, percent) for name, percent in RANKS.items()})


@dataclass(frozen=True, slots=True)
class InUse(Amount):
    """Memory over the captures.

    Attributes
    ----------
    posted : Spread
        `ring_bytes.peak` of each capture: posted in the ring, at most.
    in_flight : Spread
        `skb_truesize_bytes.peak`: charged for skbs that were alive at once, at most.
    resident_peak, resident_mean : Spread
        `resident_bytes`, at most and in the mean, rounded up.
    """

    posted: Spread
    in_flight: Spread
    resident_peak: Spread
    resident_mean: Spread


@dataclass(frozen=True, slots=True)
class Use(Amount):
    """What one queue or NIC has used for one capture, bytes; see `InUse`."""

    posted: int
    in_flight: int
    resident_peak: int
    resident_mean: int


def spread(uses: Sequence[Use]) -> InUse:
    """Give the percentiles of what captures have used."""
    names = [field.name for field in fields(Use)]
    return InUse(**{name: Spread.of([getattr(use, name) for use in uses]) for name in names})
