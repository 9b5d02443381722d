"""The receive strategies: an era in a mode, with knobs; the kernels load on first use."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from importlib import import_module
from types import ModuleType
from typing import Final, Self

from rxreplay.errors import StrategyError

from .. import layouts
from ..abi import PAGE_SIZE
from ..eras import ERAS, Era, Release
from ..releases import Kernel, kernel_of
from ..state import NO_XDP, XDP_PASS, XDP_PASS_FRAGS, Layout
from .knobs import (
    COPY_LEN,
    DEFAULTS,
    DEVICE_MTU,
    DMA_API,
    GUEST_GSO,
    HDR_LEN,
    HEADROOM,
    MAX_FRAGS,
    MAX_HEADER,
    MIN_AVG,
    MIN_BUF_LEN,
    ORDER3,
    PAGE,
    TAILROOM,
    XDP_HEADROOM,
    Knob,
    knobs_of,
    parse_setting,
)

FIRST_WITH_MAX_FRAGS: Final = MAX_FRAGS.first
MAX_SKB_FRAGS_64K: Final = 16  # include/linux/skbuff.h, before it could be configured


@dataclass(frozen=True, slots=True)
class Mode:
    """A way to receive: the module with its kernels, its sizes, and what can be set."""

    name: str
    path: str
    make_layout: Callable[[Era, int, Mapping[str, int]], Layout]
    knobs: tuple[Knob, ...] = ()


@dataclass(frozen=True, slots=True)
class Strategy:
    """A receive strategy: a kernel in a mode.

    Attributes
    ----------
    kernel : str
        As it was named: the name of an era, or a release that behaves like one.
    era : Era
        Its row of the era table.
    mode : Mode
        How it receives.
    release : (int, int)
        The mainline release whose options it has.
    xdp : int
        What program is attached: none, one that passes everything, one with frags support.
    settings : tuple of (name, value)
        What was set, where it differs from the default; the name shows it.
    implied : tuple of (name, value)
        What the kernel's configuration sets, and the name does not show.
    kernel_doubt : str
        What is uncertain about the kernel, or "".
    """

    kernel: str
    era: Era
    mode: Mode
    release: Release
    xdp: int = NO_XDP
    settings: tuple[tuple[str, int], ...] = ()
    implied: tuple[tuple[str, int], ...] = ()
    kernel_doubt: str = field(default="", compare=False)

    @property
    def base(self) -> str:
        """Give the name without settings: `KERNEL/MODE`, `+xdp` or `+xdp-frags` behind it."""
        return f"{self.kernel}/{self.mode.name}{XDP_SUFFIX[self.xdp]}"

    @property
    def name(self) -> str:
        """Give the name, with what differs from the defaults behind it."""
        shown = {knob.name: knob.show for knob in self.knobs}
        return ",".join([self.base, *(f"{name}={shown[name](v)}" for name, v in self.settings)])

    @property
    def copies_headers(self) -> bool:
        """Whether the driver copies the first bytes of a long packet to a fresh head."""
        in_place = self.era.build_skb == "always" or (self.xdp and self.era.xdp == "xdp_buff")
        return self.mode.name != "small" and not in_place

    @property
    def posts_skbs(self) -> bool:
        """Whether it posts skbs, those of the first fill with heads from the slab."""
        return self.mode.name == "small" and self.era.small == "skb"

    @property
    def knobs(self) -> tuple[Knob, ...]:
        """What can be set."""
        which = self.era, self.mode.name, self.release
        return knobs_of(self.mode.knobs, *which, program=bool(self.xdp))

    @property
    def doubt(self) -> str:
        """What is uncertain about the figures, or ""."""
        computed = f"{self.name}: computed for such pages, not measured"
        large = dict(self.settings).get("page_size", PAGE_SIZE) != PAGE_SIZE
        names = dict(self.settings).keys() & {knob.name for knob in self.knobs if knob.what_if}
        what_if = f"{self.name}: a what-if, not a kernel's: {', '.join(sorted(names))}"
        doubts = (self.kernel_doubt, computed * large, what_if * bool(names))
        return "; ".join(filter(None, doubts))

    def layout(self, ring: int) -> Layout:
        """Give the sizes with a ring of `ring` buffers."""
        knobs = {**DEFAULTS, **dict(self.implied), **dict(self.settings), "xdp": self.xdp}
        if knobs["page_size"] > PAGE_SIZE and self.release < FIRST_WITH_MAX_FRAGS:
            knobs["max_skb_frags"] = MAX_SKB_FRAGS_64K
        return self.mode.make_layout(self.era, ring, knobs)

    @property
    def path(self) -> str:
        """The module of its kernels."""
        return f"{__name__}.{'small_skb' if self.posts_skbs else self.mode.path}"

    def behaviour(self, ring: int) -> tuple[str, Layout]:
        """Give all that decides what becomes of packets: strategies of equal ones are alike.

        Examples
        --------
        >>> strategy("4.11/small").behaviour(256) == strategy("4.13/small").behaviour(256)
        True
        """
        return self.path, self.layout(ring)

    def load(self) -> ModuleType:
        """Import the kernels; numba comes with them."""
        return import_module(self.path)

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
            if value != known[name].default and value not in known[name].values:
                raise StrategyError(
                    f"{self.name}: {name} is {known[name].choices}, not {known[name].show(value)}"
                )
        values = dict(self.settings) | dict(settings)
        usual = DEFAULTS | dict(self.implied)
        changed = (
            (name, values[name]) for name in known if values.get(name, usual[name]) != usual[name]
        )
        chosen = replace(self, settings=tuple(changed))
        try:
            chosen.layout(ring=256)  # some values cannot be together
        except StrategyError as error:
            about = str(error).partition(":")[0]  # a setting that says itself what it is
            shown = chosen.name.replace(f",{about}", "", 1)
            raise StrategyError(f"{shown}: {error}") from None
        return chosen


XDP_SUFFIX: Final = {NO_XDP: "", XDP_PASS: "+xdp", XDP_PASS_FRAGS: "+xdp-frags"}

OF_KERNEL: Final = (MAX_HEADER, MAX_FRAGS, PAGE, DMA_API, ORDER3)
WHAT_IF: Final = (COPY_LEN, HEADROOM, XDP_HEADROOM, TAILROOM)
SMALL: Final = Mode("small", "small", layouts.small, (HDR_LEN, DEVICE_MTU, *OF_KERNEL, *WHAT_IF))
OF_LARGE: Final = (HDR_LEN, GUEST_GSO, DEVICE_MTU, *OF_KERNEL, *WHAT_IF)
MERGEABLE: Final = Mode("mergeable", "mergeable", layouts.mergeable, (*OF_LARGE, MIN_BUF_LEN))
BIG: Final = Mode("big", "big", layouts.big, OF_LARGE)
COMMON_FIRST: Final = ("mergeable", "small", "big")  # names of modes
PROTOTYPE: Final = Mode(
    "mergeable", "mergeable", layouts.prototype, (MIN_AVG, ORDER3, HEADROOM, TAILROOM)
)


def strategies_of(kernel: Kernel) -> list[Strategy]:
    """List what a kernel's driver can be: its modes, and those with a program attached."""
    row = kernel.era
    modes = (PROTOTYPE,) if row.kernel == "mst-2016" else (SMALL, MERGEABLE, BIG)
    implied = () if kernel.max_header is None else ((MAX_HEADER.name, kernel.max_header),)
    plain = [
        Strategy(row.kernel, row, mode, kernel.release, implied=implied, kernel_doubt=kernel.doubt)
        for mode in modes
    ]
    programs = {"none": [], "xdp_buff": [XDP_PASS, XDP_PASS_FRAGS]}.get(row.xdp, [XDP_PASS])
    return plain + [replace(strategy, xdp=xdp) for xdp in programs for strategy in plain[:2]]


STRATEGIES: Final = tuple(
    strategy for row in ERAS for strategy in strategies_of(kernel_of(row.kernel))
)


def strategy(name: str) -> Strategy:
    """Find a strategy by its name, `KERNEL/MODE[+xdp|+xdp-frags][,KNOB=VALUE]...`.

    Raises
    ------
    StrategyError
        There is none of that name, or no such knob.

    Examples
    --------
    >>> strategy("mst-2016/mergeable,min_avg=1518").settings
    (('min_avg', 1518),)
    >>> strategy("6.8/small").era.kernel
    '6.11'
    """
    base, *settings = name.split(",")
    kernel, _, mode = base.partition("/")
    if not mode:
        raise StrategyError(without_mode(base, kernel))
    named = kernel_of(kernel)
    found = [each for each in strategies_of(named) if each.base.partition("/")[2] == mode]
    if not found:
        raise StrategyError(why_not(named.era, kernel, mode) or unknown(base, kernel, named))
    chosen = replace(found[0], kernel=kernel)
    return chosen.with_settings(dict(parse_setting(setting) for setting in settings))


def without_mode(base: str, kernel: str) -> str:
    """Say which strategies a kernel has, where nothing but a kernel was named.

    Examples
    --------
    >>> without_mode("6.8", "6.8")
    "no strategy '6.8': write 6.8/mergeable, 6.8/small or 6.8/big"
    """
    try:
        named = kernel_of(kernel)
    except StrategyError:
        return f"no strategy {base!r}: 'rxreplay strategies' lists all"
    has = {each.mode.name for each in strategies_of(named)}
    *names, last = (f"{kernel}/{mode}" for mode in COMMON_FIRST if mode in has)
    choice = " or ".join(filter(None, [", ".join(names), last]))
    return f"no strategy {base!r}: write {choice}"


def unknown(base: str, kernel: str, named: Kernel) -> str:
    """Say that a kernel has no such strategy, and which of its own is near."""
    names = [f"{kernel}/{each.base.partition('/')[2]}" for each in strategies_of(named)]
    near = get_close_matches(base, names, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}? " if near else ""
    return f"no strategy {base!r}: {hint}'rxreplay strategies' lists all"


def why_not(row: Era, kernel: str, mode: str) -> str:
    """Say why a mode cannot have a program attached, or ""."""
    if mode.startswith("big+xdp"):
        return f"{kernel}/{mode}: the big receive path never runs a program"
    if mode.endswith("+xdp-frags") and row.xdp != "xdp_buff":
        return f"{kernel}/{mode}: programs with frags are for 6.3 and later"
    if mode.endswith("+xdp") and row.xdp == "none":
        return f"{kernel}/{mode}: programs are for 4.10 and later"
    return ""
