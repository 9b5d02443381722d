"""What `plan` gives: memory of queues, NICs, VMs and hosts, and what changes save."""

from dataclasses import asdict, dataclass, field
from typing import Any, Final

from .alternatives import Change
from .amounts import InUse, Posted, spread, total
from .fleets import Fleet, Nic
from .recorded import recorded
from .result import ResultWarning
from .saved_results import Sample
from .schemas import PLAN

BY_P99, BY_POSTED = "p99 of what is resident at most", "rings as they are filled"
NOT_HELD, HELD_BY_GRO = (
    "what GRO and sockets hold after the driver",
    "what GRO holds after the driver",
)
WITH_SOCKETS: Final = ("reader:", "unread")  # consumers
NEVER_MODELLED: Final = (
    "transmit queues, rings of descriptors, page tables, the host's own buffers",
    "pages that a guest has freed: its host has them in use until it gives them back",
)


@dataclass(frozen=True, slots=True)
class NicPlan:
    """What NICs that are alike take, each.

    Attributes
    ----------
    nic : Nic
    queue : Posted
        Of one queue, when the rings are full and no packet has come.
    longest : Posted
        The same where the frames were the longest on average, for which buffers are the longest.
    samples : list of Sample
        What each capture has made of it.
    """

    nic: Nic
    queue: Posted
    longest: Posted
    samples: list[Sample]

    @property
    def fresh(self) -> Posted:
        """What the NIC takes when its rings are full and no packet has come."""
        return self.queue.times(self.nic.queues)

    @property
    def in_use(self) -> InUse | None:
        """What it takes over the captures."""
        return spread([sample.nic for sample in self.samples]) if self.samples else None

    @property
    def queue_in_use(self) -> InUse | None:
        """What one of its queues takes over the captures."""
        uses = [use for sample in self.samples for use in sample.queues]
        return spread(uses) if uses else None

    def as_dict(self) -> dict[str, Any]:
        """Give it as JSON has it."""
        in_use, of_queue = self.in_use, self.queue_in_use
        return self.nic.as_dict() | {
            "queue": {
                "fresh": self.queue.as_dict(),
                "longest": self.longest.as_dict(),
                "captures": of_queue and of_queue.as_dict(),
            },
            "nic": {"fresh": self.fresh.as_dict(), "captures": in_use and in_use.as_dict()},
            "samples": [asdict(sample) for sample in self.samples],
        }


@dataclass(frozen=True, slots=True)
class Memory:
    """What a fleet takes, and its parts.

    Attributes
    ----------
    fleet : Fleet
    nics : list of NicPlan
    """

    fleet: Fleet
    nics: list[NicPlan]

    @property
    def fresh(self) -> Posted:
        """What a VM takes when its rings are full and no packet has come."""
        return total(each.fresh.times(each.nic.count) for each in self.nics)

    @property
    def longest(self) -> Posted:
        """What full rings of a VM take after the longest frames."""
        return total(
            each.longest.times(each.nic.queues).times(each.nic.count) for each in self.nics
        )

    @property
    def in_use(self) -> InUse | None:
        """What a VM takes over the captures; None without one."""
        if any(not each.samples for each in self.nics):
            return None
        return total(
            spread([sample.nic for sample in each.samples]).times(each.nic.count)
            for each in self.nics
        )

    @property
    def needed(self) -> int:
        """Bytes that a VM needs: by the captures if there are any."""
        in_use = self.in_use
        return in_use.resident_peak.p99 if in_use else self.fresh.resident_bytes

    @property
    def dropped(self) -> int | None:
        """Packets that NICs drop, one of each kind, over the captures; None without one."""
        if any(not each.samples for each in self.nics):
            return None
        return sum(sample.dropped for each in self.nics for sample in each.samples)

    def scopes(self) -> dict[str, int]:
        """Give how many VMs there are of each scope, from a VM upwards."""
        vms = self.fleet.vms
        return {"vm": 1, "host": vms, "fleet": vms * self.fleet.hosts}


@dataclass(frozen=True, slots=True)
class Saving:
    """What one changed knob saves of each VM; less than nothing where it costs.

    Attributes
    ----------
    change : Change
    memory : Memory
        What the changed fleet takes.
    fresh_bytes : int
        Of what full rings take before the first packet.
    needed_bytes : int or None
        Of what the captures need (p99 of the peaks); None where they were not replayed so.
    dropped : int or None
        Packets that are dropped with it and were not without.
    """

    change: Change
    memory: Memory
    fresh_bytes: int
    needed_bytes: int | None
    dropped: int | None

    @property
    def saved(self) -> int:
        """Bytes by which changes are ranked."""
        return self.fresh_bytes if self.needed_bytes is None else self.needed_bytes

    def as_dict(self) -> dict[str, Any]:
        """Give it as JSON has it."""
        scopes = self.memory.scopes()
        return {
            "knob": self.change.knob,
            "change": self.change.text,
            "nics": [nic.as_dict() for nic in self.change.fleet.nics],
            "dropped_more": self.dropped,
        } | {
            scope: {
                "fresh_saved_bytes": self.fresh_bytes * vms,
                "needed_saved_bytes": self.needed_bytes and self.needed_bytes * vms,
            }
            for scope, vms in scopes.items()
        }


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that `plan` has computed.

    Attributes
    ----------
    config : dict
        What decides the figures.
    memory : Memory
    savings : list of Saving
        From the one that saves most to the one that costs most.
    warnings : list of ResultWarning
    failed : list of str
        Captures that could not be replayed.
    run : dict
        Version and command.
    """

    config: dict[str, Any]
    memory: Memory
    savings: list[Saving]
    warnings: list[ResultWarning]
    failed: list[str]
    run: dict[str, Any] = field(default_factory=dict)

    @property
    def needed_by(self) -> str:
        """What `needed` is."""
        return BY_P99 if self.memory.in_use else BY_POSTED

    @property
    def not_modelled(self) -> list[str]:
        """What is in no figure; sockets are in them where all captures had some that hold skbs."""
        lifetimes = [str(rule["lifetime"]) for rule in self.config["rules"]]
        held = lifetimes and all(text.startswith(WITH_SOCKETS) for text in lifetimes)
        return [HELD_BY_GRO if held else NOT_HELD, *NEVER_MODELLED]

    def headroom(self) -> dict[str, Any] | None:
        """Give what is left of the budget, and for how many more VMs; None without one."""
        budget = self.memory.fleet.budget
        if budget is None:
            return None
        vms = self.memory.fleet.vms if budget.per == "host" else 1
        needed = self.memory.needed * vms
        return {
            "per": budget.per,
            "budget_bytes": budget.size,
            "needed_bytes": needed,
            "left_bytes": budget.size - needed,
            "vms_that_fit": budget.size // self.memory.needed if budget.per == "host" else None,
        }

    def as_dict(self) -> dict[str, Any]:
        """Give everything as JSON has it."""
        memory = self.memory
        in_use = memory.in_use
        scopes = {
            scope: {
                "fresh": memory.fresh.times(vms).as_dict(),
                "longest": memory.longest.times(vms).as_dict(),
                "captures": in_use and in_use.times(vms).as_dict(),
                "needed_bytes": memory.needed * vms,
            }
            for scope, vms in memory.scopes().items()
        }
        return recorded(PLAN, self.config, self.run) | {
            "nics": [each.as_dict() for each in memory.nics],
            **scopes,
            "needed_by": self.needed_by,
            "headroom": self.headroom(),
            "savings": [saving.as_dict() for saving in self.savings],
            "not_modelled": self.not_modelled,
            "warnings": [asdict(warning) for warning in self.warnings],
        }
