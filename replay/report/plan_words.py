"""A plan in words: what is planned, and what to make of it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from ..escaping import brief
from ..fleets import Fleet
from ..plan_result import Memory, Plan, Saving
from ..units import bytes_text, many, share_text

MEDIAN: Final = " of the median capture"
CAUTION: Final = {
    "queues": "fewer vCPUs then share the work of receiving",
    "ring": "'rxreplay ring' says what so small a ring loses",
    "guest_gso": "the host then cuts long packets, and the guest receives more of them",
}


def counted(fleet: Fleet) -> str:
    """Say how large a fleet is.

    Examples
    --------
    >>> from rxreplay.fleets import fleet
    >>> counted(fleet(vcpus=8, nics=10, vms=40))
    '1 host of 40 VMs, each with 10 NICs and 80 receive queues'
    >>> counted(fleet())
    '1 VM with 1 NIC and 1 receive queue'
    """
    has = f"{many(fleet.nics_a_vm, 'NIC')} and {many(fleet.queues_a_vm, 'receive queue')}"
    if fleet.hosts * fleet.vms == 1:
        return f"1 VM with {has}"
    return f"{many(fleet.hosts, 'host')} of {many(fleet.vms, 'VM')}, each with {has}"


def kinds(memory: Memory) -> Iterator[str]:
    """Say what the NICs are."""
    for each in memory.nics:
        nic = each.nic
        names = f": {', '.join(nic.names)}" if nic.names else ""
        queues = f"{many(nic.queues, 'queue')}{' each' if nic.count > 1 else ''}"
        how = f"ring of {nic.ring:,}, {nic.strategy.name}"
        yield f"{many(nic.count, 'NIC')} with {queues}, {how}{names}"


def rules_text(rules: Sequence[Mapping[str, Any]]) -> str:
    """Say by which rules captures were replayed.

    Examples
    --------
    >>> rules_text([{"lifetime": "drop", "poll": 8, "clock": None}])
    "skbs freed by the rule 'drop', polls of 8"
    """
    texts = []
    for rule in rules:
        polls = f"polls of {rule['poll']}" if isinstance(rule["poll"], int) else "polls as given"
        polls = "by a clock" if rule["clock"] else polls
        texts.append(f"skbs freed by the rule '{brief(str(rule['lifetime']))}', {polls}")
    return "; or ".join(texts)


def plan_verdict(results: Plan) -> str:
    """Say in a few sentences what a VM takes, and what would save most."""
    memory = results.memory
    fresh = memory.fresh
    texts = [
        f"Each VM asks for {bytes_text(fresh.asked_bytes)} of buffers before its first packet, and "
        f"keeps {bytes_text(fresh.resident_bytes)} resident for that."
    ]
    if memory.in_use:
        p99, whose = ("", "") if len(memory.nics[0].samples) == 1 else (" (p99)", MEDIAN)
        mean = memory.in_use.resident_mean.p50
        texts.append(
            f"With this traffic it keeps up to {bytes_text(memory.needed)}{p99}, "
            f"{bytes_text(mean)} in the mean{whose}."
        )
    elif memory.longest.resident_bytes > fresh.resident_bytes:
        longest = bytes_text(memory.longest.resident_bytes)
        texts.append(f"Mergeable buffers grow with the frames: the longest take {longest}.")
    texts.append(best_text(results))
    return " ".join(texts)


def equal_text(results: Plan) -> str:
    """Name the changes that make no difference, or ""."""
    found = [saving.change.text for saving in results.savings if makes_none(saving)]
    return f"No difference: {', '.join(found)}." if found else ""


def makes_none(saving: Saving) -> bool:
    """Say whether a change neither saves nor costs anything, and drops nothing."""
    return not (saving.fresh_bytes or saving.saved or saving.dropped)


def best_text(results: Plan) -> str:
    """Name the change that saves most without dropping packets that came through before."""
    harmless = [each for each in results.savings if not each.dropped and each.saved > 0]
    if not harmless:
        return "None of these changes saves anything without dropping more packets."
    best = max(harmless, key=lambda each: each.saved)
    saved, fleet = best.saved, results.memory.fleet
    host = f", {bytes_text(saved * fleet.vms)} a host" if fleet.vms > 1 else ""
    return (
        f"The change that saves most is {best.change.text}: {bytes_text(saved)} a VM "
        f"({share_text(saved, results.memory.needed)}){host}"
        + (f"; {CAUTION[best.change.knob]}." if best.change.knob in CAUTION else ".")
    )


def headroom_text(results: Plan) -> str:
    """Say what is left of the budget, or ""."""
    found = results.headroom()
    if found is None:
        return ""
    whose = "VM" if found["per"] == "vm" else "host"
    budget, needed, left = (found[f"{of}_bytes"] for of in ("budget", "needed", "left"))
    text = (
        f"Of {bytes_text(budget)} a {whose}, {bytes_text(needed)} are needed "
        f"({results.needed_by}): "
    )
    if left < 0:
        text += f"{bytes_text(-left)} too little"
    else:
        text += f"{bytes_text(left)} are left ({share_text(left, budget)})"
    fits = found["vms_that_fit"]
    return f"{text}; {many(fits, 'such VM')} would fit." if fits is not None else f"{text}."
