"""The JSON forms of `strategies`, as types."""

from typing import TypedDict


class KnobText(TypedDict):
    """What can be set of a strategy."""

    name: str
    default: str
    values: str
    summary: str


class StrategyText(TypedDict):
    """A strategy in words."""

    name: str
    summary: str
    kernels: str
    evidence: str
    by_default: bool
    knobs: list[KnobText]


class GuestStrategy(TypedDict):
    """A strategy of a guest."""

    name: str
    summary: str


class Way(TypedDict):
    """How to find out what a guest uses."""

    of: str
    way: str


class GuestText(TypedDict):
    """Written by `strategies --for`."""

    release: str
    kernel: str
    like: str
    strategies: list[GuestStrategy]
    ways: list[Way]
    warnings: list[str]
