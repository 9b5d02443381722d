"""The bars that were set, beside what was measured: to be read, nothing fails."""

import math
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from loads import TITLES
from ours import CLOCKED, CLOCKED_LOADS

WALK = 0.95  # of the C walk's packets a second, one core
SMALL = {"64": 0.8, "imix": 0.9}  # the same of 5.10/small, two cores
MARGINAL = {"page_frag": 20.0, "page_pool": 25.0}  # ns of each further strategy
CLOCK = 10.0  # million packets a second with the clock on, one core
GZIP = 1.1  # times the decompression alone
START_UP = {"replay of nothing": 1.2, "--help": 0.3}  # seconds
COMPARED_WITH = ("tcpdump -w /dev/null", "capinfos -c")


@dataclass(frozen=True)
class Bar:
    """What, what was wanted and what it came to; `met` is None where that is not clear."""

    what: str
    wanted: str
    measured: str
    met: bool | None


class NotMeasuredError(Exception):
    """A result has no such row."""


class Figures:
    """The rows of a result, by what they are of."""

    def __init__(self, results: dict) -> None:
        self._rows = {(r["load"], r["what"], r["cores"]): r for r in results["rows"]}

    def has(self, load: str, what: str, cores: int) -> bool:
        """Say whether there is such a row with a clear figure."""
        return (self._rows.get((load, what, cores)) or {}).get("ns_per_packet") is not None

    def row(self, load: str, what: str, cores: int) -> dict:
        """Give a row."""
        try:
            return self._rows[load, what, cores]
        except KeyError:
            raise NotMeasuredError from None

    def ns(self, load: str, what: str, cores: int) -> float:
        """Give the nanoseconds a packet, NaN where they are not clear."""
        ns = self.row(load, what, cores)["ns_per_packet"]
        return math.nan if ns is None else ns

    def share(self, load: str, what: str, cores: int) -> float:
        """Give the packets a second as a share of the C walk's on as many cores."""
        return self.ns(load, "C walk", cores) / self.ns(load, what, cores)

    def marginal(self, group: str) -> float:
        """Give the nanoseconds of each further strategy of a group, on one core."""
        one, every = (self.ns("imix", f"{which} of {group}", 1) for which in ("one", "all"))
        return (every - one) / (self.row("imix", f"all of {group}", 1)["strategies"] - 1)


def bars(results: dict) -> list[Bar]:
    """Hold a result against every bar whose rows are in it."""
    figures = Figures(results)
    held = []
    for bar in every_bar(figures):
        with suppress(NotMeasuredError):
            held.append(bar())
    return held + list(starts(results["start_up"]))


def every_bar(figures: Figures) -> Iterator[Callable[[], Bar]]:
    """Give what makes each bar."""
    for load in TITLES:
        yield partial(walk, figures, load)
    for load in SMALL:
        yield partial(small, figures, load)
    for peer in COMPARED_WITH:
        yield partial(comparison, figures, peer)
    for group in MARGINAL:
        yield partial(marginal, figures, group)
    for load in CLOCKED_LOADS:
        yield partial(clock, figures, load)
    yield partial(compressed, figures)


def judged(what: str, wanted: str, unit: str, measured: float, met: bool) -> Bar:
    """Make a bar; NaN is not clear, whatever it compares to."""
    if math.isnan(measured):
        return Bar(what, wanted, "not clear", None)
    return Bar(what, wanted, unit.format(measured), met)


def walk(figures: Figures, load: str) -> Bar:
    share = figures.share(load, "walk", 1)
    what, wanted = f"walk alone, {TITLES[load]}, one core", f"at least {WALK} of the C walk"
    return judged(what, wanted, "{:.3f}", share, share >= WALK)


def small(figures: Figures, load: str) -> Bar:
    share, least = figures.share(load, "5.10/small", 2), SMALL[load]
    what, wanted = f"5.10/small, {TITLES[load]}, two cores", f"at least {least} of the C walk"
    return judged(what, wanted, "{:.3f}", share, share >= least)


def comparison(figures: Figures, peer: str) -> Bar:
    ratio = figures.ns("imix", "compare", 2) / figures.ns("imix", peer, 2)
    strategies = figures.row("imix", "compare", 2)["strategies"]
    what = f"comparison of {strategies}, IMIX, two cores, beside {peer}"
    return judged(what, "less time a packet", "{:.2f} times", ratio, ratio < 1)


def marginal(figures: Figures, group: str) -> Bar:
    ns, most = figures.marginal(group), MARGINAL[group]
    what = f"each further strategy of {group}, IMIX, one core"
    return judged(what, f"less than {most:.0f} ns", "{:.1f} ns", ns, ns < most)


def clock(figures: Figures, load: str) -> Bar:
    rate = 1e3 / figures.ns(load, CLOCKED, 1)
    what, wanted = f"{CLOCKED}, {TITLES[load]}, one core", f"at least {CLOCK:.0f} million a second"
    return judged(what, wanted, "{:.1f} million", rate, rate >= CLOCK)


def compressed(figures: Figures) -> Bar:
    ratio = figures.ns("imix.gz", "5.10/small", 2) / figures.ns("imix.gz", "decompression", 2)
    wanted = f"at most {GZIP} times the decompression alone"
    what = "5.10/small from gzip, IMIX, two cores"
    return judged(what, wanted, "{:.2f} times", ratio, ratio <= GZIP)


def starts(start_up: list[dict]) -> Iterator[Bar]:
    """Hold starts against their bars."""
    for each in start_up:
        if most := START_UP.get(each["what"]):
            what, wanted = f"start: {each['what']}", f"less than {most} s"
            yield judged(what, wanted, "{:.2f} s", each["seconds"], each["seconds"] < most)
