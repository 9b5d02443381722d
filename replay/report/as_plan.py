"""A plan as tables: what rings take, what captures need, what one changed knob saves."""

from collections.abc import Sequence
from typing import Final, TextIO

from rich.table import Table

from ..amounts import RANKS, InUse
from ..plan_result import NOT_MODELLED, Memory, NicPlan, Plan, Saving
from ..units import bytes_text, share_text
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
    to.print(posted_table(results.memory, f"Rings filled, {sized}"))
    if results.memory.in_use:
        to.print()
        to.print(captures_table(results.memory))
        rules = rules_text(results.config["rules"])
        to.print(line(f"{rules}; {UPPER_BOUND}", "dim"))
    to.print()
    say_savings(to, results)
    to.print()
    for sentence in [plan_verdict(results), headroom_text(results)]:
        if sentence:
            to.print(line(sentence))
    to.print(line(f"Not modelled: {'; '.join(NOT_MODELLED)}.", "dim"))
    say_notes(to, results)


def say_notes(to: SafeConsole, results: Plan) -> None:
    """Say what of the fleet is assumed, and what was left out of it."""
    heads = {"assumed": "note", "kernel": "not established"}
    for warning in results.warnings:
        if warning.code in heads:
            to.print(line(f"{heads[warning.code]}: {warning.text}", "yellow"), soft_wrap=True)


def plain_table(title: str, *heads: str) -> Table:
    """Make a table without any row yet, the first column for words."""
    table = Table(box=None, pad_edge=False, show_edge=False, header_style="bold", title=title)
    table.title_justify = "left"
    table.add_column("", no_wrap=True)
    for head in heads:
        table.add_column(head, justify="right", no_wrap=True)
    return table


def heads(memory: Memory) -> list[str]:
    """Name the columns: a queue and a NIC only where all are alike."""
    alike = ["a queue", "a NIC"] if len(memory.nics) == 1 else []
    return [*alike, "a VM", *(name for name, _ in wholes(memory))]


def wholes(memory: Memory) -> list[tuple[str, int]]:
    """Give what has several VMs, and how many: a host, all hosts."""
    vms, hosts = memory.fleet.vms, memory.fleet.hosts
    found = [("a host", vms)] if vms > 1 else []
    return found + ([(f"{hosts:,} hosts", hosts * vms)] if hosts > 1 else [])


def posted_table(memory: Memory, title: str) -> Table:
    """Write what full rings take: bytes of the small, and with a unit of the large."""
    table = plain_table(title, *heads(memory))
    for label, name in POSTED.items():
        first = memory.nics[0]
        alike = [first.queue, first.fresh] if len(memory.nics) == 1 else []
        small = [f"{getattr(each, name):,}" for each in alike]
        vm = getattr(memory.fresh, name)
        if name != "slab_bytes" or vm:
            table.add_row(label, *small, f"{vm:,} = {bytes_text(vm)}", *upwards(memory, vm))
    return table


def upwards(memory: Memory, vm: int) -> list[str]:
    """Give what a host takes, and all hosts, by what a VM takes."""
    return [bytes_text(vm * count) for _, count in wholes(memory)]


def captures_table(memory: Memory) -> Table:
    """Write the percentiles over the captures."""
    captures = len(memory.nics[0].samples)
    title = f"Over {captures} {'capture' if captures == 1 else 'captures'}"
    table = plain_table(title, "", *heads(memory))
    whole = memory.in_use
    assert whole is not None  # nobody asks otherwise
    for label, name in IN_USE.items():
        for rank in RANKS:
            at = [value_of(each, name, rank) for each in columns(memory.nics)]
            vm = value_of(whole, name, rank)
            cells = [bytes_text(value) for value in [*at, vm]]
            first = label if rank == next(iter(RANKS)) else ""
            table.add_row(first, rank, *cells, *upwards(memory, vm))
    return table


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
        to.print(savings_table(results, savings))
    if text := equal_text(results):
        to.print(line(text, "dim"))


def savings_table(results: Plan, savings: Sequence[Saving]) -> Table:
    """Write what changes save, the most first."""
    memory = results.memory
    names = ["a VM takes", "saves a VM", "", *(name for name, _ in wholes(memory))]
    seen = memory.in_use is not None
    title = f"One knob changed ({results.needed_by})"
    table = plain_table(title, *names, *(["drops more"] if seen else []))
    for saving in savings:
        table.add_row(saving.change.text, *savings_cells(saving, memory, seen=seen))
    return table


def savings_cells(saving: Saving, before: Memory, *, seen: bool) -> list[str]:
    """Write what a change saves; what was not replayed so cannot be told."""
    if seen and saving.needed_bytes is None:
        return ["-", "not in the results"]
    drops = f"{saving.dropped:,} packets" if saving.dropped else ""
    return [
        bytes_text(before.needed - saving.saved),
        bytes_text(saving.saved),
        share_text(saving.saved, before.needed),
        *upwards(before, saving.saved),
        *([drops] if seen else []),
    ]
