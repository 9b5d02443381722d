"""The lengths whose packets are charged otherwise by one strategy than by another."""

from dataclasses import dataclass

from rxreplay.emulator import Strategy, strategy
from rxreplay.emulator.queue import checked_ring
from rxreplay.errors import StrategyError

from . import lengthwise


@dataclass(frozen=True, slots=True)
class MovedLength:
    """A length whose truesize differs.

    Attributes
    ----------
    length : int
        Bytes of the frame.
    before, after : float or None
        Mean truesize of a packet in a steady stream of this length; None where it is dropped.
    difference : float or None
    """

    length: int
    before: float | None
    after: float | None
    difference: float | None


def moved_lengths(
    before: tuple[str, object], after: tuple[str, object]
) -> list[MovedLength] | None:
    """Give the lengths that two strategies, each with its ring, charge differently.

    It depends on no traffic: `truesize_by_length` at the usual lengths, and on both sides of each
    threshold of the two.

    Returns
    -------
    list of MovedLength or None
        None where there is no such strategy or ring.

    Examples
    --------
    >>> found = moved_lengths(("6.18/mergeable", 256), ("6.18/mergeable,copy_len=256", 256))
    >>> [(m.length, m.before, m.after, m.difference) for m in found]
    [(129, 1819.125, 896.0, -923.125), (256, 1815.25, 896.0, -919.25)]
    """
    if before == after:
        return []
    try:
        old, new = (known(*each) for each in (before, after))
    except StrategyError:
        return None
    if receives_alike(old, new):
        return []
    layouts = [each.layout(ring) for each, ring in (old, new)]
    thresholds = {
        size for each in layouts for size in (each.copy_len, each.copy_room, each.capacity)
    }
    sides = {size + side for size in thresholds for side in (0, 1)}
    usual = (lengthwise.SHORTEST, *lengthwise.FIXED)
    lengths = sorted({n for n in (*usual, *sides) if usual[0] <= n <= usual[-1]})
    curves = [lengthwise.truesize_by_length(each, ring, lengths) for each, ring in (old, new)]
    return [
        MovedLength(length, was, now, None if was is None or now is None else now - was)
        for length, was, now in zip(lengths, *curves, strict=True)
        if was != now
    ]


def known(name: str, ring: object) -> tuple[Strategy, int]:
    """Find a strategy and its ring as a result names them.

    Raises
    ------
    StrategyError
        There is none.
    """
    if not isinstance(ring, int):
        raise StrategyError(f"no ring: {ring!r}")
    return strategy(name), checked_ring(ring)


def receives_alike(old: tuple[Strategy, int], new: tuple[Strategy, int]) -> bool:
    """Say whether two strategies differ in the number of their buffers at most."""
    (path, layout), (other_path, other) = (each.behaviour(ring) for each, ring in (old, new))
    free = {"ring_size": 0, "refill_above": 0}
    return path == other_path and layout._replace(**free) == other._replace(**free)
