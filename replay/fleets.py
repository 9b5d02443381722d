"""What is planned for: hosts, VMs, NICs, queues, rings and who receives."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Final, Self

from rxreplay.emulator import Strategy, strategy
from rxreplay.emulator.abi import ETH_HLEN, IP_MAX_MTU
from rxreplay.emulator.queue import checked_ring
from rxreplay.errors import OptionError

from .escaping import brief
from .units import BINARY

USUAL: Final = "5.10/mergeable"
MOST: Final = 1_000_000
MOST_AVERAGE: Final = IP_MAX_MTU + ETH_HLEN
MOST_QUEUES: Final = 32_768  # virtio 1.x, 5.1.5: max_virtqueue_pairs
SIZE: Final = re.compile(r"(\d{1,18}(?:\.\d{1,9})?)(B|[KMGTP]iB)?(?:/(host|vm))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Nic:
    """NICs of a VM that are alike.

    Attributes
    ----------
    strategy : Strategy
        Who receives.
    queues : int
        Receive queues that the guest uses, each with a ring of its own.
    ring : int
        Buffers of a ring.
    count : int
        How many such NICs a VM has.
    names : tuple of str
        What they are called where they were read.
    """

    strategy: Strategy
    queues: int = 1
    ring: int = 256
    count: int = 1
    names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check the numbers.

        Raises
        ------
        OptionError
            One cannot be.
        """
        checked("queues of a NIC", self.queues, MOST_QUEUES)
        checked("NICs of a VM", self.count)
        checked_ring(self.ring)

    def as_dict(self) -> dict[str, Any]:
        """Give it as JSON has it."""
        return {
            "names": list(self.names),
            "count": self.count,
            "queues": self.queues,
            "ring": self.ring,
            "strategy": self.strategy.name,
        }


@dataclass(frozen=True, slots=True)
class Budget:
    """Bytes that receive memory may take, of each host or of each VM."""

    size: int
    per: str = "host"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `SIZE`, `SIZE/host` or `SIZE/vm`.

        Raises
        ------
        OptionError
            It is none of these.

        Examples
        --------
        >>> Budget.parse("1.5GiB"), Budget.parse("64MiB/vm")
        (Budget(size=1610612736, per='host'), Budget(size=67108864, per='vm'))
        """
        found = SIZE.fullmatch(text.strip())
        size = int(Fraction(found[1]) * 1024 ** BINARY.index(found[2] or "B")) if found else 0
        if not found or not size:
            raise OptionError(
                f"--budget {brief(text)}: write a size as 64GiB or 512MiB, or 512MiB/vm"
            )
        return cls(size, found[3] or "host")


@dataclass(frozen=True, slots=True)
class Fleet:
    """Hosts with VMs that are alike.

    Attributes
    ----------
    nics : tuple of Nic
        What a VM has.
    vms : int
        VMs of a host.
    hosts : int
    average : int
        What the driver's average of frame lengths has come to where rings are filled, for those
        that have seen no capture; 0: no frame has come.
    budget : Budget or None
    notes : tuple of str
        What was assumed where it was read.
    """

    nics: tuple[Nic, ...]
    vms: int = 1
    hosts: int = 1
    average: int = 0
    budget: Budget | None = None
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check the numbers.

        Raises
        ------
        OptionError
            One cannot be.
        """
        checked("VMs of a host", self.vms)
        checked("hosts", self.hosts)
        if not 0 <= self.average <= MOST_AVERAGE:
            raise OptionError(f"--average {self.average}: from 0 to {MOST_AVERAGE:,} bytes")
        if not self.nics:
            raise OptionError("a VM without a NIC has no receive memory to plan")

    @property
    def nics_a_vm(self) -> int:
        """NICs of a VM."""
        return sum(nic.count for nic in self.nics)

    @property
    def queues_a_vm(self) -> int:
        """Receive queues of a VM."""
        return sum(nic.count * nic.queues for nic in self.nics)

    def changed(self, change: Callable[[Nic], Nic]) -> "Fleet":
        """Give the fleet with each NIC changed."""
        return replace(self, nics=tuple(map(change, self.nics)))

    def as_config(self) -> dict[str, Any]:
        """Give it as JSON has it."""
        return {
            "hosts": self.hosts,
            "vms": self.vms,
            "nics": [nic.as_dict() for nic in self.nics],
            "average": self.average,
            "budget": self.budget and {"bytes": self.budget.size, "per": self.budget.per},
        }


def checked(what: str, count: object, most: int = MOST) -> None:
    """Refuse what is no count.

    Raises
    ------
    OptionError
        It is none.
    """
    if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= most:
        raise OptionError(f"{what}: a whole number from 1 to {most:,}, not {count}")


def fleet(
    chosen: str | Strategy = USUAL,
    *,
    vcpus: int = 1,
    nics: int = 1,
    queues: int | None = None,
    ring: int = 256,
    **more: Any,  # noqa: ANN401 - fields of Fleet
) -> Fleet:
    """Describe hosts with VMs whose NICs are all alike.

    Parameters
    ----------
    chosen : str or Strategy
        Who receives.
    vcpus : int
        Of a VM; the guest uses no more queues of a NIC.
    nics : int
        Of a VM.
    queues : int or None
        That each NIC has; None: as many as vCPUs.
    ring : int
        Buffers of each queue's ring.
    **more
        Other fields of `Fleet`, by name: `vms=40, hosts=12`.

    Raises
    ------
    OptionError
        There cannot be such a fleet.

    Examples
    --------
    >>> fleet(vcpus=8, nics=10).queues_a_vm
    80
    """
    checked("vCPUs of a VM", vcpus)
    receives = strategy(chosen) if isinstance(chosen, str) else chosen
    return Fleet((Nic(receives, used_queues(queues, vcpus), ring, nics),), **more)


def used_queues(queues: int | None, vcpus: int) -> int:
    """Give the queues that a guest uses of those that a NIC has, which default to its vCPUs.

    Source: drivers/net/virtio_net.c, virtnet_probe(), num_online_cpus().
    """
    if queues is None:
        return vcpus
    checked("queues of a NIC", queues, MOST_QUEUES)
    return min(queues, vcpus)


def grouped(nics: Mapping[str, Nic]) -> tuple[Nic, ...]:
    """Put NICs that are alike together, in the order in which the first of each came.

    Examples
    --------
    >>> one = Nic(strategy("5.10/small"))
    >>> [(nic.count, nic.names) for nic in grouped({"a": one, "b": one})]
    [(2, ('a', 'b'))]
    """
    groups: list[Nic] = []
    for name, nic in nics.items():
        alike = [replace(group, count=1, names=()) == nic for group in groups]
        if True in alike:
            first = groups[alike.index(True)]
            more = replace(first, count=first.count + 1, names=(*first.names, name))
            groups[alike.index(True)] = more
        else:
            groups.append(replace(nic, names=(name,)))
    return tuple(groups)
