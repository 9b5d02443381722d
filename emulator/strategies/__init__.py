"""The receive strategies: which kernel, which mode, which knobs; the kernels load on first use."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from importlib import import_module
from types import ModuleType
from typing import Final, Self

from rxreplay.errors import StrategyError

from .. import layouts
from ..eras import Era, era
from ..state import Layout


@dataclass(frozen=True, slots=True)
class Knob:
    """A number of a strategy that a user may set."""

    name: str
    default: int
    least: int
    most: int
    summary: str


@dataclass(frozen=True, slots=True)
class Strategy:
    """A receive strategy: a kernel's era in a mode.

    Attributes
    ----------
    kernel, mode : str
        Its name is `KERNEL/MODE`.
    path : str
        The module of this package that receives.
    make_layout : callable
        From the era, the ring size and the knobs to the sizes.
    summary : str
        One line for people.
    by_default : bool
        Whether a comparison that names no strategy has it.
    knobs : tuple of Knob
        What can be set.
    settings : tuple of (name, value)
        What was set, where it differs from the default; the name shows it.
    """

    kernel: str
    mode: str
    path: str
    make_layout: Callable[[Era, int, Mapping[str, int]], Layout]
    summary: str
    by_default: bool = True
    knobs: tuple[Knob, ...] = ()
    settings: tuple[tuple[str, int], ...] = ()

    @property
    def name(self) -> str:
        """Give the name, with what differs from the defaults behind it."""
        return ",".join([f"{self.kernel}/{self.mode}", *(f"{k}={v}" for k, v in self.settings)])

    @property
    def era(self) -> Era:
        """Give the row of the era table."""
        return era(self.kernel)

    def layout(self, ring: int) -> Layout:
        """Give the sizes with a ring of `ring` buffers."""
        knobs = {knob.name: knob.default for knob in self.knobs}
        return self.make_layout(self.era, ring, knobs | dict(self.settings))

    def load(self) -> ModuleType:
        """Import the kernels; numba comes with them."""
        return import_module(f"{__name__}.{self.path}")

    def with_settings(self, settings: Mapping[str, int]) -> Self:
        """Give the strategy with knobs set.

        Raises
        ------
        StrategyError
            There is no such knob, or it cannot have that value.
        """
        known = {knob.name: knob for knob in self.knobs}
        for name, value in settings.items():
            if name not in known:
                names = ", ".join(known) or "none"
                raise StrategyError(f"{self.name} has no knob {name!r}; its knobs: {names}")
            if not known[name].least <= value <= known[name].most:
                raise StrategyError(
                    f"{self.name}: {name} is from {known[name].least:,} to {known[name].most:,}, "
                    f"not {value:,}"
                )
        values = dict(self.settings) | dict(settings)
        changed = (
            (n, values[n])
            for n, knob in known.items()
            if values.get(n, knob.default) != knob.default
        )
        return replace(self, settings=tuple(changed))


MIN_AVG: Final = Knob("min_avg", 128, 64, 3584, "least average frame length that sizes a buffer")

# fmt: off
STRATEGIES: Final = (
    Strategy("4.10", "small", "small_skb", layouts.small,
             "an skb allocated for every buffer at refill: before the patch of 2017"),
    Strategy("4.11", "small", "small", layouts.small,
             "page frags made skbs by build_skb(): the patch of 2017"),
    Strategy("5.10", "small", "small", layouts.small,
             "as 4.11, refilled after 33 free descriptors and not half a ring"),
    Strategy("4.10", "mergeable", "mergeable", layouts.mergeable,
             "page frags sized by the average frame, 128 bytes copied, unused holes not charged"),
    Strategy("4.11", "mergeable", "mergeable", layouts.mergeable,
             "as 4.10"),
    Strategy("5.10", "mergeable", "mergeable", layouts.mergeable,
             "14 bytes copied unless 128 hold all, holes charged, heads from the slab"),
    Strategy("mst-2016", "mergeable", "mergeable", layouts.prototype,
             "the prototype: build_skb() and its room in every buffer; never merged",
             knobs=(MIN_AVG,)),
    Strategy("4.10", "big", "big", layouts.big,
             "chains of 18 pages, 128 bytes copied"),
    Strategy("4.11", "big", "big", layouts.big,
             "as 4.10"),
    Strategy("5.10", "big", "big", layouts.big,
             "chains of 18 pages, 14 bytes copied unless 128 hold all"),
    Strategy("5.10.0", "small", "small", layouts.small,
             "as 5.10: mainline", by_default=False),
    Strategy("5.10.0", "mergeable", "mergeable", layouts.mergeable,
             "mainline: 128 bytes copied, heads from a page_frag_cache", by_default=False),
    Strategy("5.10.0", "big", "big", layouts.big,
             "mainline: 128 bytes copied, heads from a page_frag_cache", by_default=False),
)
# fmt: on


def strategy(name: str) -> Strategy:
    """Find a strategy by its name, `KERNEL/MODE[,KNOB=VALUE]...`.

    Raises
    ------
    StrategyError
        There is none of that name, or no such knob.

    Examples
    --------
    >>> strategy("mst-2016/mergeable,min_avg=1518").settings
    (('min_avg', 1518),)
    """
    base, *settings = name.split(",")
    names = {known.name: known for known in STRATEGIES}
    if base not in names:
        near = get_close_matches(base, names, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]}? " if near else ""
        raise StrategyError(f"no strategy {base!r}: {hint}'rxreplay strategies' lists all")
    return names[base].with_settings(dict(parse_setting(setting) for setting in settings))


def parse_setting(text: str) -> tuple[str, int]:
    """Read `NAME=VALUE`, the value an integer.

    Examples
    --------
    >>> parse_setting("min_avg=1518")
    ('min_avg', 1518)
    """
    name, _, value = text.partition("=")
    try:
        return name, int(value)
    except ValueError:
        raise StrategyError(f"{text!r} is not NAME=VALUE with a whole number") from None
