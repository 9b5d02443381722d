"""What changed from one result to another: the library function `diff`."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from typing import Any

from .errors import RxReplayError
from .flattening import flat
from .limits import SIGNS, Limit, value_of
from .moved_lengths import MovedLength, moved_lengths
from .result import Results, ResultWarning
from .result_file import Path, ResultFile, result_file
from .schemas import DIFF

Number = int | float
Key = tuple[int, str, int | None]


@dataclass(frozen=True, slots=True)
class Change:
    """A figure that differs; None is what was not computed.

    Attributes
    ----------
    figure : str
        By its path in JSON.
    before, after : number, str or None
    difference : number or None
        What it has grown by; None where one of them is no number.
    """

    figure: str
    before: Number | str | None
    after: Number | str | None
    difference: Number | None


@dataclass(frozen=True, slots=True)
class Pair:
    """The same capture under a strategy, before and after.

    Attributes
    ----------
    capture : str
        What it is called after.
    strategy, strategy_before : str
    queue : int or None
        None: the whole device.
    before, after : dict
        All figures.
    rings : (int, int)
        Buffers of the ring before and after, as the results say.
    same_packets : bool or None
        Whether the digests of what was replayed agree; None where one is not known.
    """

    capture: str
    strategy: str
    strategy_before: str
    queue: int | None
    before: Mapping[str, Any] = field(repr=False)
    after: Mapping[str, Any] = field(repr=False)
    rings: tuple[object, object] = (None, None)
    same_packets: bool | None = None

    @property
    def moved_lengths(self) -> list[MovedLength] | None:
        """The lengths of packets that the strategies charge differently; None: one is unknown."""
        if self.queue is not None:
            return []
        was, now = self.rings
        return moved_lengths((self.strategy_before, was), (self.strategy, now))

    @property
    def changes(self) -> list[Change]:
        """The figures that differ, in their usual order."""
        return list(changes(self.before, self.after))

    def as_dict(self) -> dict[str, Any]:
        """Give it as JSON has it."""
        moved = self.moved_lengths
        return {
            "capture": self.capture,
            "strategy": self.strategy,
            "strategy_before": self.strategy_before,
            "queue": self.queue,
            "same_packets": self.same_packets,
            "changes": [asdict(change) for change in self.changes],
            "moved_lengths": None if moved is None else [asdict(each) for each in moved],
        }


@dataclass(frozen=True, slots=True)
class CaptureSizes:
    """The packets of a capture by size, before and after.

    Attributes
    ----------
    capture : str
        What it is called after.
    changes : list of Change or None
        Those of `by_size` that differ; None where a result was written before there was any.
    """

    capture: str
    changes: list[Change] | None

    def as_dict(self) -> dict[str, Any]:
        """Give it as JSON has it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Differences:
    """Everything that `diff` has found.

    Attributes
    ----------
    before, after : str
        Names of the results.
    config : list of Change
        What was set differently.
    pairs : list of Pair
        What was compared.
    only_before, only_after : list of str
        Captures and strategies without a counterpart.
    failed_after : list of str
        Captures that could not be replayed for the later result.
    by_size : list of CaptureSizes
        How many packets of each size the captures have.
    """

    before: str
    after: str
    config: list[Change]
    pairs: list[Pair]
    only_before: list[str]
    only_after: list[str]
    failed_after: list[str] = field(default_factory=list)
    by_size: list[CaptureSizes] = field(default_factory=list)
    warnings: list[ResultWarning] = field(default_factory=list)
    run: dict[str, Any] = field(default_factory=dict)
    failed: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Give everything as JSON has it."""
        return {
            "schema": str(DIFF),
            "run": self.run,
            "before": self.before,
            "after": self.after,
            "config": [asdict(change) for change in self.config],
            "pairs": [pair.as_dict() for pair in self.pairs],
            "only_before": self.only_before,
            "only_after": self.only_after,
            "failed_after": self.failed_after,
            "by_size": [sizes.as_dict() for sizes in self.by_size],
        }


def diff(before: Path | Results, after: Path | Results) -> Differences:
    """Tell what changed between two results of `replay` or `compare`.

    Captures are paired by their paths, or as they come where each result has one; strategies by
    their names, or as they come where each result has one.

    Parameters
    ----------
    before, after : path of a result file, or Results

    Returns
    -------
    Differences

    Raises
    ------
    RxReplayError
        A file is no result, or nothing in one has a counterpart in the other.

    Examples
    --------
    >>> from rxreplay import replay
    >>> found = diff(replay([1514] * 9, "5.10/small"), replay([1514] * 9, "4.10/small"))
    >>> [c.difference for c in found.pairs[0].changes if c.figure == "truesize_bytes"]
    [1152]
    """
    old, new = result_file(before), result_file(after)
    pairs, only_before, only_after = paired(old, new)
    if not pairs:
        raise RxReplayError(
            f"{old.name} and {new.name} have no capture and strategy in common: "
            f"{', '.join(only_before) or 'nothing'} before, {', '.join(only_after) or 'nothing'} "
            "after"
        )
    config = list(changes(old.config, new.config))
    names = old.name, new.name
    sizes = list(sizes_of(old, new))
    return Differences(*names, config, pairs, only_before, only_after, new.failed, sizes)


def sizes_of(old: ResultFile, new: ResultFile) -> Iterator[CaptureSizes]:
    """Compare the packets by size of each capture that both results have."""
    for after, before in counterparts(old.captures(), new.captures()).items():
        was, now = old.by_size(before), new.by_size(after)
        found = None if was is None or now is None else list(changes(was, now))
        yield CaptureSizes(new.captures()[after], found)


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    """Give the leaves of two nested values that differ.

    Examples
    --------
    >>> list(changes({"a": {"b": 1}, "c": 2}, {"a": {"b": 4}, "c": 2}))
    [Change(figure='a.b', before=1, after=4, difference=3)]
    """
    old, new = dict(flat(dict(before))), dict(flat(dict(after)))
    for name in dict.fromkeys([*old, *new]):
        was, now = old.get(name), new.get(name)
        if was != now:
            yield Change(name, was, now, difference(was, now))


def difference(before: object, after: object) -> Number | None:
    """Subtract numbers; None where one of them is none."""
    if isinstance(before, int | float) and isinstance(after, int | float):
        return after - before
    return None


def paired(old: ResultFile, new: ResultFile) -> tuple[list[Pair], list[str], list[str]]:
    """Find what is to be compared, and what has no counterpart."""
    was, now = old.figures(), new.figures()
    captures = counterparts(old.captures(), new.captures())
    names = [list(dict.fromkeys(strategy for _, strategy, _ in side)) for side in (was, now)]
    strategies = {names[1][there]: names[0][here] for there, here in counterparts(*names).items()}
    before = {
        key: (captures.get(trace, -1), strategies.get(strategy, ""), queue)
        for key in now
        for trace, strategy, queue in [key]
    }
    names_now, same = new.captures(), same_packets(old, new, captures)
    rings = old.config.get("ring"), new.config.get("ring")
    pairs = [
        Pair(names_now[key[0]], key[1], there[1], key[2], was[there], now[key], rings, same[key[0]])
        for key, there in before.items()
        if there in was
    ]
    gone = [key for key in was if key not in before.values()]
    return pairs, named(old, gone), named(new, [key for key in now if before[key] not in was])


def same_packets(
    old: ResultFile, new: ResultFile, captures: Mapping[int, int]
) -> dict[int, bool | None]:
    """Say of each capture with a counterpart whether the same was replayed."""
    was, now = old.digests(), new.digests()
    return {there: alike(was[here], now[there]) for there, here in captures.items()}


def alike(before: str | None, after: str | None) -> bool | None:
    """Say whether digests agree; None where one is not known, or they follow two rules.

    Examples
    --------
    >>> alike("nh63:0a", "nh63:0a"), alike("nh63:0a", "nh63:0b"), alike("nh63:0a", "other:0a")
    (True, False, None)
    """
    if before is None or after is None:
        return None
    return before == after if before.split(":")[0] == after.split(":")[0] else None


def counterparts(before: Sequence[str], after: Sequence[str]) -> dict[int, int]:
    """Tell by the place of a name in `after` its place in `before`; single ones are counterparts.

    Examples
    --------
    >>> counterparts(["a"], ["b"]), counterparts(["a", "b", "a"], ["a", "c", "a"])
    ({0: 0}, {0: 0, 2: 2})
    """
    if len(before) == len(after) == 1:
        return {0: 0}
    places: dict[str, list[int]] = {}
    for place, name in enumerate(before):
        places.setdefault(name, []).append(place)
    return {place: places[name].pop(0) for place, name in enumerate(after) if places.get(name)}


def named(side: ResultFile, keys: Iterable[Key]) -> list[str]:
    """Name captures with their strategies."""
    captures = side.captures()
    return [f"{strategy} of {captures[trace]}" for trace, strategy, queue in keys if queue is None]


def outgrown(limits: Iterable[Limit], found: Differences) -> Iterator[str]:
    """Say each limit that a figure of a whole device has outgrown; per cent are of what it was.

    A limit that cannot be checked is not kept: what was there before and is not any more crosses
    it, and so does a capture that could not be replayed.

    Examples
    --------
    >>> from .limits import parse_limit
    >>> pair = Pair("a.pcap", "x", "x", None, {"packets": 8}, {"packets": 10})
    >>> found = Differences("a.json", "b.json", [], [pair], [], [])
    >>> list(outgrown([parse_limit("packets > 20%"), parse_limit("packets > 2")], found))
    ['crossed: x, a.pcap: packets grew by 2, from 8 to 10: packets > 20%']
    """
    limits = list(limits)
    for pair in found.pairs:
        for limit in limits:
            if pair.queue is None and limit.is_for(pair.strategy) and (how := growth(limit, pair)):
                yield f"crossed: {pair.strategy}, {pair.capture}: {how}: {limit.text}"
    if limits:
        yield from (
            f"crossed: {name}: there is no such result any more" for name in found.only_before
        )
        yield from (f"crossed: {text}" for text in found.failed_after)


def growth(limit: Limit, pair: Pair) -> str:
    """Say how a figure has outgrown a limit; "" where it has not."""
    was, now = (value_of(figures, limit.figure) for figures in (pair.before, pair.after))
    if was is None or now is None:
        return f"{limit.figure} was not computed"
    bound = limit.bound * Fraction(abs(was)) if limit.relative else limit.bound
    if not SIGNS[limit.sign](now - was, bound):
        return ""
    return f"{limit.figure} grew by {now - was:,}, from {was:,} to {now:,}"
