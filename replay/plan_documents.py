"""The JSON form of `plan`, as types."""

from typing import TypedDict

from .amounts import InUse, Posted
from .documents import Clock, Recorded
from .result import ResultWarning
from .saved_results import Sample


class PlannedNic(TypedDict):
    """NICs that are alike."""

    names: list[str]
    count: int
    queues: int
    ring: int
    strategy: str


class PlanBudget(TypedDict):
    """What receive memory may take."""

    bytes: int
    per: str


class PlanRules(TypedDict):
    """How long skbs live, and when the guest polls."""

    lifetime: str
    poll: int | list[int] | None
    clock: Clock | None


class PlanConfig(TypedDict):
    """What is planned for."""

    hosts: int
    vms: int
    nics: list[PlannedNic]
    average: int
    budget: PlanBudget | None
    capture_of: str
    rules: list[PlanRules]


class PlanQueue(TypedDict):
    """Memory of a queue."""

    fresh: Posted
    longest: Posted
    captures: InUse | None


class PlanUse(TypedDict):
    """Memory of a NIC."""

    fresh: Posted
    captures: InUse | None


class PlanNic(PlannedNic):
    """NICs that are alike, and what each takes."""

    queue: PlanQueue
    nic: PlanUse
    samples: list[Sample]


class PlanScope(PlanQueue):
    """Memory of a VM, of a host, or of all."""

    needed_bytes: int


class Headroom(TypedDict):
    """What is left of the budget."""

    per: str
    budget_bytes: int
    needed_bytes: int
    left_bytes: int
    vms_that_fit: int | None


class ScopeSaving(TypedDict):
    """What a change saves of a VM, of a host, or of all."""

    fresh_saved_bytes: int
    needed_saved_bytes: int | None


class PlanSaving(TypedDict):
    """A change of one knob."""

    knob: str
    change: str
    nics: list[PlannedNic]
    dropped_more: int | None
    vm: ScopeSaving
    host: ScopeSaving
    fleet: ScopeSaving


class Plan(Recorded):
    """Written by `plan`."""

    config: PlanConfig
    nics: list[PlanNic]
    vm: PlanScope
    host: PlanScope
    fleet: PlanScope
    needed_by: str
    headroom: Headroom | None
    savings: list[PlanSaving]
    warnings: list[ResultWarning]
