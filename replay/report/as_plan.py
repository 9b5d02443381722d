"""A plan as tables: what rings take, what captures need, what one changed knob saves."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, TextIO

from rich.table import Table

from ..amounts import MOST, RANKS, InUse
from ..plan_result import Memory, NicPlan, Plan, Saving
from ..units import bytes_text, many, share_text
from .heads import slab_heads_text
from .parting import parted
from .plan_words import (
    counted,
    equal_text,
    headroom_text,
    kinds,
    makes_none,
    plan_verdict,
    rules_text,
)
from .showing import SafeConsole, console, line

POSTED: Final = {
    "asked for": "asked_bytes",
    "posted, with the holes": "posted_bytes",
    "chunks that they lie in": "chunk_bytes",
    "slab objects": "slab_bytes",
    "resident": "resident_bytes",
}
IN_USE: Final = {
    "posted in the ring, at most": "posted",
    "in flight, at most": "in_flight",
    "resident, mean": "resident_mean",
    "resident, at most": "resident_peak",
}
UPPER_BOUND: Final = (
    "peaks are added up as if all came at once: the most, where all NICs see such traffic"
)


def write_plan(results: Plan, out: TextIO) -> None:
    """Write what a plan says, and at last what to make of it."""
    to = console(out)
    to.print(line(counted(results.memory.fleet), "bold"), soft_wrap=True)
    for text in kinds(results.memory):
        to.print(line(text, "dim"), soft_wrap=True)
    average = results.memory.fleet.average
    sized = f"sized for frames of {average:,} bytes" if average else "before the first packet"
    to.print()
    print_all(to, posted_tables(results.memory, f"Rings filled, {sized}", to.width))
    receivers = [each.nic.strategy.name for each in results.memory.nics]
    if text := slab_heads_text(receivers):
        to.print(line(text, "dim"))
    if results.memory.in_use:
        to.print()
        print_all(to, captures_tables(results.memory, to.width))
        rules = rules_text(results.config["rules"])
        to.print(line(f"{rules}; {UPPER_BOUND}", "dim"))
    to.print()
    say_savings(to, results)
    to.print()
    for sentence in [plan_verdict(results), headroom_text(results)]:
        if sentence:
            to.print(line(sentence))
    to.print(line(f"Not modelled: {'; '.join(results.not_modelled)}.", "dim"))
    say_notes(to, results)


def say_notes(to: SafeConsole, results: Plan) -> None:
    """Say what of the fleet is assumed, and what was left out of it."""
    heads = {"assumed": "note", "kernel": "not established"}
    for warning in results.warnings:
        if warning.code in heads:
            to.print(line(f"{heads[warning.code]}: {warning.text}", "yellow"), soft_wrap=True)


def print_all(to: SafeConsole, tables: Iterable[Table]) -> None:
    """Write tables, an empty line between two."""
    for number, table in enumerate(tables):
        if number:
            to.print()
        to.print(table)


def heads(memory: Memory) -> list[str]:
    """Name the columns: a queue and a NIC only where all are alike."""
    alike = ["a queue", "a NIC"] if len(memory.nics) == 1 else []
    return [*alike, "a VM", *(name for name, _ in wholes(memory))]


def wholes(memory: Memory) -> list[tuple[str, int]]:
    """Give what has several VMs, and how many: a host, all hosts."""
    vms, hosts = memory.fleet.vms, memory.fleet.hosts
    found = [("a host", vms)] if vms > 1 else []
    return found + ([(f"{hosts:,} hosts", hosts * vms)] if hosts > 1 else [])


def posted_tables(memory: Memory, title: str, width: int) -> Iterator[Table]:
    """Write what full rings take: bytes of the small, and with a unit of the large."""
    rows = []
    for label, name in POSTED.items():
        first = memory.nics[0]
        alike = [first.queue, first.fresh] if len(memory.nics) == 1 else []
        small = [f"{getattr(each, name):,}" for each in alike]
        vm = getattr(memory.fresh, name)
        if name != "slab_bytes" or vm:
            rows.append([label, *small, f"{vm:,} = {bytes_text(vm)}", *upwards(memory, vm)])
    return parted(title, ["", *heads(memory)], rows, width)


def upwards(memory: Memory, vm: int) -> list[str]:
    """Give what a host takes, and all hosts, by what a VM takes."""
    return [bytes_text(vm * count) for _, count in wholes(memory)]


def captures_tables(memory: Memory, width: int) -> Iterator[Table]:
    """Write the percentiles over the captures; of one capture they would all be alike."""
    captures = len(memory.nics[0].samples)
    ranks = list(RANKS) if captures > 1 else [MOST]
    rows = []
    whole = memory.in_use
    assert whole is not None  # nobody asks otherwise
    for label, name in IN_USE.items():
        for rank in ranks:
            at = [value_of(each, name, rank) for each in columns(memory.nics)]
            vm = value_of(whole, name, rank)
            cells = [bytes_text(value) for value in [*at, vm]]
            first = label if rank == ranks[0] else ""
            rows.append([first, rank, *cells, *upwards(memory, vm)])
    title = f"Over {many(captures, 'capture')}"
    return parted(title, ["", "", *heads(memory)], rows, width, words=2)


def columns(nics: list[NicPlan]) -> list[InUse | None]:
    """Give what a queue and a NIC use, where all are alike."""
    return [nics[0].queue_in_use, nics[0].in_use] if len(nics) == 1 else []


def value_of(in_use: InUse | None, name: str, rank: str) -> int:
    """Give a percentile of a figure."""
    found: int = getattr(getattr(in_use, name), rank)
    return found


def say_savings(to: SafeConsole, results: Plan) -> None:
    """Write what changes save, those that make no difference in a line."""
    savings = [each for each in results.savings if not makes_none(each)]
    if savings:
        print_all(to, savings_tables(results, savings, to.width))
    if text := equal_text(results):
        to.print(line(text, "dim"))


def savings_tables(results: Plan, savings: Sequence[Saving], width: int) -> Iterator[Table]:
    """Write what changes save, the most first."""
    memory = results.memory
    names = ["a VM takes", "saves a VM", "", *(name for name, _ in wholes(memory))]
    seen = memory.in_use is not None
    title = f"One knob changed ({results.needed_by})"
    names += ["drops more"] if seen else []
    rows = []
    for saving in savings:
        cells = savings_cells(saving, memory, seen=seen)
        rows.append([saving.change.text, *cells, *[""] * (len(names) - len(cells))])
    return parted(title, ["", *names], rows, width)


def savings_cells(saving: Saving, before: Memory, *, seen: bool) -> list[str]:
    """Write what a change saves; what was not replayed so cannot be told."""
    if seen and saving.needed_bytes is None:
        return ["-", "not in the results"]
    drops = many(saving.dropped, "packet") if saving.dropped else ""
    return [
        bytes_text(before.needed - saving.saved),
        bytes_text(saving.saved),
        share_text(saving.saved, before.needed),
        *upwards(before, saving.saved),
        *([drops] if seen else []),
    ]
