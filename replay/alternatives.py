"""Fleets that differ in one knob, to be planned as well: what would that save?"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from rxreplay.emulator import Strategy, strategy
from rxreplay.emulator.abi import ETH_DATA_LEN
from rxreplay.emulator.strategies.knobs import parse_setting
from rxreplay.errors import OptionError, StrategyError

from .fleets import Fleet, Nic

CAP: Final = 4
KERNELS: Final = ("5.10", "6.1", "6.12", "7.2")  # recorded, and far apart


@dataclass(frozen=True, slots=True)
class Change:
    """A knob that is turned.

    Attributes
    ----------
    knob : str
        Which.
    text : str
        What it is set to, in words.
    fleet : Fleet
        What it makes of the fleet.
    """

    knob: str
    text: str
    fleet: Fleet


def strategy_like(like: Strategy, kernel: str, mode: str, settings: Mapping[str, int]) -> Strategy:
    """Give a strategy of a kernel in a mode, with the settings that it knows.

    Raises
    ------
    StrategyError
        There is none.

    Examples
    --------
    >>> strategy_like(strategy("5.10/big"), "6.12", "big", {"device_mtu": 9000}).name
    '6.12/big,device_mtu=9000'
    """
    program = like.base.partition("+")[2]
    found = strategy(f"{kernel}/{mode}{'+' if program else ''}{program}")
    known = {knob.name for knob in found.knobs}
    return found.with_settings({n: value for n, value in settings.items() if n in known})


def mode_of(kernel: Strategy, *, mergeable: bool, guest_gso: bool, device_mtu: int) -> str:
    """Say how a driver receives.  Source: drivers/net/virtio_net.c, virtnet_probe().

    Up to 4.10 the device's MTU does not make buffers big.

    Examples
    --------
    >>> mode_of(strategy("4.10/small"), mergeable=False, guest_gso=False, device_mtu=9000)
    'small'
    """
    if mergeable:
        return "mergeable"
    jumbo = device_mtu > ETH_DATA_LEN and kernel.era.small != "skb"
    return "big" if guest_gso or jumbo else "small"


def as_device(like: Strategy, **features: int) -> Strategy:
    """Give the strategy of the same kernel where the device offers something else.

    `features` are `mergeable`, `guest_gso` and `device_mtu`, where they change.

    Raises
    ------
    StrategyError
        The kernel has no such strategy.
    """
    mode, settings = like.mode.name, dict(like.settings)
    offered = {
        "mergeable": int(mode == "mergeable"),
        "guest_gso": settings.get("guest_gso", int(mode != "small")),
        "device_mtu": settings.get("device_mtu", 0),
    } | features
    chosen = mode_of(
        like,
        mergeable=bool(offered["mergeable"]),
        guest_gso=bool(offered["guest_gso"]),
        device_mtu=offered["device_mtu"],
    )
    wanted = settings | {name: offered[name] for name in ("guest_gso", "device_mtu")}
    return strategy_like(like, like.kernel, chosen, wanted)


def changes(fleet: Fleet) -> list[Change]:
    """Give the fleets that differ in one knob, each once, and none that is as the fleet itself.

    Examples
    --------
    >>> from rxreplay.fleets import fleet
    >>> [change.text for change in changes(fleet(vcpus=8, nics=10))][:2]
    ['at most 4 queues a NIC', 'half the ring']
    """
    seen, found = [fleet], []
    for knob, text, turned in turns():
        with suppress(StrategyError):  # this kernel has no such thing
            changed = fleet.changed(turned)
            if changed not in seen:
                seen.append(changed)
                found.append(Change(knob, text, changed))
    return found


def turns() -> Iterator[tuple[str, str, Callable[[Nic], Nic]]]:
    """Give the knobs: a name, words, and what it makes of a NIC."""
    yield "queues", f"at most {CAP} queues a NIC", capped
    yield "queues", "half the queues", lambda nic: replace(nic, queues=-(-nic.queues // 2))
    yield "ring", "half the ring", lambda nic: replace(nic, ring=max(2, nic.ring // 2))
    for name, text, features in (
        ("mrg_rxbuf", "mergeable buffers", {"mergeable": 1}),
        ("guest_gso", "no guest GSO", {"guest_gso": 0}),
        ("device_mtu", "device MTU of 1,500", {"device_mtu": ETH_DATA_LEN}),
        ("mrg_rxbuf", "neither mergeable buffers nor guest GSO", {"mergeable": 0, "guest_gso": 0}),
    ):
        yield name, text, partial(of_device, features)
    for kernel in KERNELS:
        yield "kernel", f"kernel {kernel}", partial(of_kernel, kernel)


def capped(nic: Nic) -> Nic:
    """Give a NIC at most so many queues."""
    return replace(nic, queues=min(nic.queues, CAP))


def of_device(features: Mapping[str, int], nic: Nic) -> Nic:
    """Let the device offer something else, where it does not yet."""
    mtu = dict(nic.strategy.settings).get("device_mtu", 0)
    if "device_mtu" in features and mtu <= ETH_DATA_LEN:
        return nic
    return replace(nic, strategy=as_device(nic.strategy, **features))


def of_kernel(kernel: str, nic: Nic) -> Nic:
    """Let another kernel receive, if it is not one that is alike."""
    like = nic.strategy
    other = strategy_like(like, kernel, like.mode.name, dict(like.settings))
    return nic if other.era == like.era else replace(nic, strategy=other)


def tried(fleet: Fleet, text: str) -> Change:
    """Turn the knob that a user names: `queues=N`, `ring=N`, `strategy=NAME` or a strategy's own.

    Raises
    ------
    OptionError
        There is no such knob, or it cannot have that value.

    Examples
    --------
    >>> from rxreplay.fleets import fleet
    >>> tried(fleet(vcpus=8), "queues=2").fleet.queues_a_vm
    2
    """
    knob, _, value = text.partition("=")
    if knob == "strategy":
        chosen = strategy(value)
        return Change(knob, text, fleet.changed(lambda nic: replace(nic, strategy=chosen)))
    _, number = parse_setting(text)
    if knob == "queues":
        return Change(knob, text, fleet.changed(lambda nic: replace(nic, queues=number)))
    if knob == "ring":
        return Change(knob, text, fleet.changed(lambda nic: replace(nic, ring=number)))
    known = {each.name for nic in fleet.nics for each in nic.strategy.knobs}
    if knob not in known:
        names = ", ".join(["queues", "ring", "strategy", *sorted(known)])
        raise OptionError(f"--try {text}: there are {names}")
    return Change(knob, text, fleet.changed(lambda nic: set_where_known(nic, knob, number)))


def set_where_known(nic: Nic, knob: str, value: int) -> Nic:
    """Set a knob of a NIC's strategy, if it has it."""
    if knob not in {each.name for each in nic.strategy.knobs}:
        return nic
    return replace(nic, strategy=nic.strategy.with_settings({knob: value}))


def all_changes(fleet: Fleet, tries: Sequence[str]) -> list[Change]:
    """Give what a user wants to try, or the usual where that is nothing."""
    return [tried(fleet, text) for text in tries] or changes(fleet)
