"""From captures, or from none, to the receive memory of a fleet: the library function `plan`."""

import json
from collections.abc import Sequence

from rxreplay.emulator.fresh_ring import fresh_ring
from rxreplay.errors import OptionError

from .alternatives import Change, all_changes
from .amounts import Posted
from .comparing import DEFAULTS
from .evidence import CAPTURE_OF, OF_NIC, Evidence, Planned, evidence
from .fleets import MOST_AVERAGE, Fleet, Nic, fleet
from .options import Options, Progress, no_progress
from .plan_result import Memory, NicPlan, Plan, Saving
from .result import ResultWarning
from .saved_results import Sample


def plan(
    sources: Sequence[Planned] = (),
    planned: Fleet | None = None,
    options: Options = DEFAULTS,
    progress: Progress = no_progress,
    *,
    capture_of: str = OF_NIC,
    tries: Sequence[str] = (),
) -> Plan:
    """Say what receive memory a fleet takes, and what one changed knob would save.

    Parameters
    ----------
    sources : sequence of paths, open traces, int64 arrays, or Results
        Captures, each of one NIC's traffic; or results of `compare`, at hand or saved as JSON.
        Without any it is what full rings take before the first packet.
    planned : Fleet
        As `fleet` describes it.
    options, progress
        As for `replay`; `ring` and `queues` are the fleet's.
    capture_of : {"nic", "queue"}
        Whether a capture is spread over a NIC's queues, or each of them gets all of it.
    tries : sequence of str
        Knobs to turn, `queues=2`, `ring=128`, `strategy=NAME` or a strategy's; empty: the usual.

    Returns
    -------
    Plan

    Raises
    ------
    RxReplayError
        A capture or a result cannot be read, or there is no such fleet.

    Examples
    --------
    >>> found = plan(planned=fleet(vcpus=8, nics=10))
    >>> found.memory.fresh.posted_bytes, found.memory.fresh.chunk_bytes
    (31948800, 34078720)
    """
    planned = planned or fleet()
    if capture_of not in CAPTURE_OF:
        raise OptionError(f"--capture-of {capture_of}: there are {', '.join(CAPTURE_OF)}")
    seen, turned = evidence(sources), all_changes(planned, tries)
    nics = [nic for each in (planned, *(c.fleet for c in turned)) for nic in each.nics]
    seen.replay(nics, options, capture_of, progress)
    memory = memory_of(planned, seen)
    savings = [saving(change, memory, seen) for change in turned]
    savings.sort(key=lambda each: (each.needed_bytes is None and not seen.empty, -each.saved))
    doubts = dict.fromkeys(nic.strategy.doubt for nic in planned.nics if nic.strategy.doubt)
    warnings = [ResultWarning("assumed", text) for text in planned.notes]
    warnings += [ResultWarning("kernel", text) for text in doubts]
    warnings += seen.warnings + different_rules(seen)
    config = planned.as_config() | {
        "capture_of": capture_of,
        "rules": list(map(json.loads, rules(seen))),
    }
    return Plan(config, memory, savings, warnings, seen.failed)


def memory_of(planned: Fleet, seen: Evidence) -> Memory:
    """Give what a fleet takes."""
    return Memory(planned, [nic_plan(nic, planned.average, seen.of(nic)) for nic in planned.nics])


def nic_plan(nic: Nic, average: int, samples: list[Sample]) -> NicPlan:
    """Give what a NIC takes: fill its rings, for frames of the average and for the longest."""
    fresh, longest = (
        Posted.of(fresh_ring(nic.strategy, nic.ring, frames)) for frames in (average, MOST_AVERAGE)
    )
    return NicPlan(nic, fresh, longest, samples)


def saving(change: Change, before: Memory, seen: Evidence) -> Saving:
    """Plan a changed fleet, and give the difference."""
    try:
        after = memory_of(change.fleet, seen)
    except OptionError:  # files of results have nothing of it
        after = memory_of(change.fleet, Evidence([], []))
    fresh = before.fresh.resident_bytes - after.fresh.resident_bytes
    known = before.in_use is not None and after.in_use is not None
    needed = before.needed - after.needed if known else None
    dropped = None
    if before.dropped is not None and after.dropped is not None:
        dropped = after.dropped - before.dropped
    return Saving(change, after, fresh, needed, dropped)


def rules(seen: Evidence) -> list[str]:
    """Give the rules, each once, by which captures were replayed."""
    return sorted({each.rules for each in [*seen.results, *seen.walks.values()]})


def different_rules(seen: Evidence) -> list[ResultWarning]:
    """Warn where percentiles are over captures that were replayed in different ways."""
    found = rules(seen)
    if len(found) < 2:
        return []
    text = f"captures were replayed by different rules: {' and '.join(found)}"
    return [ResultWarning("rules", text)]
