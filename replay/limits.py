"""Limits that figures must not cross, as a nightly job gives them."""

import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from fractions import Fraction
from typing import Any, Final

from rxreplay.emulator import Figures, Strategy

from .errors import OptionError
from .flattening import leaf_types
from .result import Results

LIMIT: Final = re.compile(
    r"(?:(?P<strategy>.*):)?\s*(?P<figure>[a-z_][a-z_0-9.]*)\s*"
    r"(?P<sign>>=|<=|==|!=|>|<)\s*(?P<number>[+-]?[0-9_]+(?:\.[0-9]+)?)\s*(?P<unit>[A-Za-z%]*)"
)
SIGNS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
}
UNITS: Final = {
    "": Fraction(1),
    "B": Fraction(1),
    "%": Fraction(1, 100),
    **{f"{letter}iB": Fraction(1024**n) for n, letter in enumerate("KMGT", 1)},
    **{f"{letter}B": Fraction(1000**n) for n, letter in enumerate("kMGT", 1)},
}
TOTAL: Final = "drops.total"


@dataclass(frozen=True, slots=True)
class Limit:
    """What one figure must not be.

    Attributes
    ----------
    text : str
        As the user gave it.
    strategy : str
        Whose figure; "": of each.
    figure : str
        By its path in JSON, or `drops.total`.
    sign : str
        Of `SIGNS`.
    bound : Fraction
        In the figure's own unit.
    relative : bool
        Whether it was given in per cent: of what a figure was before, where two are compared.
    """

    text: str
    strategy: str
    figure: str
    sign: str
    bound: Fraction
    relative: bool = False

    def is_for(self, strategy: str) -> bool:
        """Say whether the limit is one of a strategy, with knobs that were set or without."""
        return self.strategy in ("", strategy, strategy.partition(",")[0])

    def crossing(self, figures: Mapping[str, Any]) -> str:
        """Say how figures in their JSON form cross the limit; "" where they do not.

        A figure that was not computed crosses each of its limits.

        Examples
        --------
        >>> parse_limit("drops.total > 0").crossing({"drops": {"xdp_drops": 3, "rcvbuf": None}})
        'drops.total is 3'
        """
        value = value_of(figures, self.figure)
        if value is None:
            return f"{self.figure} was not computed"
        if not SIGNS[self.sign](value, self.bound):
            return ""
        return f"{self.figure} is {value:,}"


def value_of(figures: Mapping[str, Any], path: str) -> int | float | None:
    """Find a figure by its path; what was not computed is None, and so are its parts."""
    if path == TOTAL:
        return sum(count or 0 for count in figures.get("drops", {}).values())
    value: Any = figures
    for name in path.split("."):
        if isinstance(value, list):
            value = dict(enumerate(value)).get(int(name))
        else:
            value = value.get(name) if isinstance(value, Mapping) else None
    return value if isinstance(value, int | float) else None


def figure_names() -> list[str]:
    """List all figures that are numbers, by their paths.

    Examples
    --------
    >>> figure_names()[:2], "waste.buffers.hole" in figure_names()
    (['packets', 'wire_bytes'], True)
    """
    types = leaf_types(Figures, "")
    return [path.removeprefix(".") for path, kind in types if kind is not str] + [TOTAL]


def parse_limit(text: str) -> Limit:
    """Read `[STRATEGY:]FIGURE SIGN VALUE[UNIT]`.

    Raises
    ------
    OptionError
        It is none, or there is no such figure.

    Examples
    --------
    >>> parse_limit("6.8/small,order3=fail:1/2:resident_bytes.peak > 8MiB").bound
    Fraction(8388608, 1)
    >>> parse_limit("len_per_truesize<12.5%").bound
    Fraction(1, 8)
    """
    found = LIMIT.fullmatch(text.strip())
    if not found or found["unit"] not in UNITS:
        raise OptionError(
            f"--fail-on {text}: write [STRATEGY:]FIGURE > VALUE, as resident_bytes.peak > 8MiB; "
            f"there are {' '.join(SIGNS)} and {', '.join(filter(None, UNITS))}"
        )
    known = figure_names()
    if found["figure"] not in known:
        raise OptionError(f"--fail-on {text}: {no_figure(found['figure'], known)}")
    bound = Fraction(found["number"].replace("_", "")) * UNITS[found["unit"]]
    strategy, figure, sign = found["strategy"] or "", found["figure"], found["sign"]
    return Limit(text, strategy, figure, sign, bound, found["unit"] == "%")


def no_figure(name: str, known: Sequence[str]) -> str:
    """Say which figures there are in place of one that is not.

    Examples
    --------
    >>> no_figure("resident_bytes", figure_names())
    'there is no figure resident_bytes: resident_bytes.peak, .mean or .end?'
    """
    inside = [path for path in known if path.startswith(f"{name}.")]
    near = inside[:1] + [path[len(name) :] for path in inside[1:4]]
    near = near or get_close_matches(name, known, 3)
    if not near:
        return f"there is no figure {name}; --format csv names all"
    return (
        f"there is no figure {name}: {' or '.join(filter(None, (', '.join(near[:-1]), near[-1])))}?"
    )


def parsed(texts: Iterable[str], strategies: Iterable[Strategy]) -> list[Limit]:
    """Read limits on the figures of strategies.

    Raises
    ------
    OptionError
        One is none, or there is no such figure or strategy.
    """
    return checked(map(parse_limit, texts), [each.name for each in strategies])


def checked(limits: Iterable[Limit], strategies: Iterable[str]) -> list[Limit]:
    """Give the limits if each is one of some strategy.

    Raises
    ------
    OptionError
        One is not.
    """
    limits, strategies = list(limits), list(strategies)
    for limit in limits:
        if not any(limit.is_for(name) for name in strategies):
            raise OptionError(
                f"--fail-on {limit.text}: {limit.strategy} is not among the strategies: "
                + ", ".join(strategies)
            )
    return limits


def crossings(limits: Iterable[Limit], results: Results) -> Iterator[str]:
    """Say each limit that a result of a whole device crosses.

    Examples
    --------
    >>> from rxreplay import replay
    >>> list(crossings([parse_limit("drops.total > 0")], replay([9014], "5.10/small")))
    ['crossed: 5.10/small, lengths: drops.total is 1: drops.total > 0']
    """
    limits = list(limits)
    for result in results.results:
        trace = results.traces[result.trace]
        figures = result.figures.as_dict()
        for limit in limits if result.queue is None else ():
            how = limit.crossing(figures) if limit.is_for(result.strategy) else ""
            if how:
                name = trace.path or trace.format
                yield f"crossed: {result.strategy}, {name}: {how}: {limit.text}"
