"""The tool's own commands, and which strategies are worth a measurement."""

import sys

from rxreplay.emulator import STRATEGIES, Strategy, strategy

TOOL = [sys.executable, "-m", "rxreplay"]
INFO = [*TOOL, "info", "-q"]
COMPARE = [*TOOL, "compare", "-q", "--format=json"]
REPLAYED = {
    "64": ("5.10/small", "5.10/mergeable", "7.2/mergeable"),
    "imix": ("5.10/small", "5.10/mergeable", "6.12/mergeable", "7.2/mergeable", "5.10/big"),
    "1514": ("5.10/small", "5.10/mergeable", "7.2/mergeable"),
    "gso": ("5.10/mergeable", "7.2/mergeable", "5.10/big"),  # too long for small buffers
}
CLOCKED, CLOCKED_LOADS = "5.10/small by the clock", ("64", "imix")
RING = 256
TIMES = {"C walk": 3, "walk": 3, "5.10/small": 3, CLOCKED: 3}  # a turn: held against a bar
# One era has page_pool buffers, and two behaviours: with another header length there are four.
PAGE_POOL = ("7.2/small", "7.2/mergeable", "7.2/small,hdr_len=24", "7.2/mergeable,hdr_len=24")


def replay(name: str, *more: str) -> list[str]:
    """Give the command that replays under one strategy."""
    return [*TOOL, "replay", "-q", "--format=json", "-s", name, *more]


def by_the_clock() -> list[str]:
    """Give the command that replays with the capture's times, series included."""
    return replay("5.10/small", "--time=recorded")


def compare(names: list[str], *more: str) -> list[str]:
    """Give the command that compares strategies."""
    return [*COMPARE, *more, *(f"-s{name}" for name in names)]


def every() -> list[str]:
    """List all eras and modes without a program attached."""
    return [each.name for each in STRATEGIES if not each.xdp]


def page_frag() -> list[str]:
    """List small and mergeable strategies of page_frag chunks, one of each behaviour."""
    chosen: dict[object, str] = {}
    for each in STRATEGIES:
        if not each.xdp and each.mode.name != "big" and not each.layout(RING).pool:
            chosen.setdefault(each.behaviour(RING), each.name)
    return sorted(chosen.values(), key=lambda name: name != "4.11/small")


def page_pool() -> list[str]:
    """List small and mergeable strategies of page_pool buffers, one of each behaviour."""
    chosen: dict[object, Strategy] = {}
    for name in PAGE_POOL:
        chosen.setdefault(strategy(name).behaviour(RING), strategy(name))
    return [each.name for each in chosen.values()]


GROUPS = {"page_frag": page_frag, "page_pool": page_pool}
