"""Strategies by their names, and their knobs, as a user gives them."""

import re
from collections.abc import Iterable

from rxreplay.emulator import Strategy, strategy
from rxreplay.emulator.strategies.knobs import parse_setting
from rxreplay.errors import StrategyError


def resolve(strategies: Iterable[str | Strategy]) -> list[Strategy]:
    """Turn names into strategies, each once.

    Examples
    --------
    >>> [found.name for found in resolve(["5.10/small", "5.10/small"])]
    ['5.10/small']
    """
    found = (strategy(s) if isinstance(s, str) else s for s in strategies)
    return list({each.name: each for each in found}.values())


def apply_settings(strategies: Iterable[str | Strategy], settings: Iterable[str]) -> list[Strategy]:
    """Set knobs, each given as `[STRATEGY:]NAME=VALUE`; without STRATEGY in all that have it.

    Raises
    ------
    StrategyError
        None of the strategies has the knob, or it cannot have that value.

    Examples
    --------
    >>> [s.name for s in apply_settings(["4.11/small", "mst-2016/mergeable"], ["min_avg=1518"])]
    ['4.11/small', 'mst-2016/mergeable,min_avg=1518']
    """
    return resolve(set_each(resolve(strategies), settings))


def set_each(chosen: list[Strategy], settings: Iterable[str]) -> list[Strategy]:
    """Set knobs as `apply_settings` does, and give each strategy in its place.

    Raises
    ------
    StrategyError
        As there.
    """
    wanted: list[dict[str, int]] = [{} for _ in chosen]
    for setting in settings:
        target, text = split_target(setting)
        name, value = parse_setting(text)
        meant = [index for index, s in enumerate(chosen) if _has(s, target, name)]
        if not meant:
            raise StrategyError(f"--set {setting}: {_why_none(chosen, target)}")
        for index in meant:
            wanted[index][name] = value
    return [s.with_settings(each) for s, each in zip(chosen, wanted, strict=True)]


def _why_none(chosen: list[Strategy], target: str) -> str:
    """Say why no strategy can be set."""
    if target:
        return f"{target} is not among the strategies: {', '.join(s.name for s in chosen)}"
    known = sorted({knob.name for s in chosen for knob in s.knobs})
    return f"no strategy here has that knob; known: {', '.join(known) or 'none'}"


def split_target(setting: str) -> tuple[str, str]:
    """Split what a setting is for from the setting; values can have a colon, too.

    Examples
    --------
    >>> split_target("6.8/small:order3=fail:1/2"), split_target("min_avg=64")
    (('6.8/small', 'order3=fail:1/2'), ('', 'min_avg=64'))
    """
    match = re.fullmatch(r"(?:(.*):)?(\w+=.*)", setting)
    return (match[1] or "", match[2]) if match else ("", setting)


def _has(strategy: Strategy, target: str, name: str) -> bool:
    if target:
        return target in (strategy.name, strategy.base)
    return any(knob.name == name for knob in strategy.knobs)
