"""Rings as tables: what each size loses, waits for and costs."""

from typing import Final, TextIO

from rich.table import Table

from ..ringing import SIZES, Rings, Tried
from ..units import bytes_text, count_text, duration_text, many, share_text
from .as_table import heading, say_chosen, say_decided, say_doubts
from .heads import clock_text, slab_heads_text
from .showing import console, line

BAR: Final = 12  # characters of the highest bar
HEADS: Final = ("ring", "lost", "", "", "waited", "least stall", "posted", "resident", "mean")


def write_ring(results: Rings, out: TextIO) -> None:
    """Write a table for each strategy, and which ring is enough."""
    to, config = console(out), results.config
    to.print(line(heading(results.trace)), soft_wrap=True)
    say_chosen(to, config)
    say_decided(to, results.trace, results.config)
    to.print(line(clock_text(config["clock"]), "dim"), soft_wrap=True)
    say_doubts(to, results.doubts)
    for name in config["strategies"]:
        tried = results.of(name)
        most = max(each.lost for each in tried)
        table = Table(box=None, pad_edge=False, show_edge=False, header_style="bold", title=name)
        table.title_justify = "left"
        for head in HEADS:
            table.add_column(head, justify="left" if head == "" else "right", no_wrap=True)
        for each in tried:
            table.add_row(*cells(each, most))
        to.print()
        to.print(table)
        if text := slab_heads_text([name]):
            to.print(line(text, "dim"))
        to.print(line(answer(results, name)))
        if too_long := tried[-1].figures.drops.device_too_long:
            share = share_text(too_long, tried[-1].figures.packets)
            are = many(too_long, f"packet ({share}) is", f"packets ({share}) are")
            to.print(line(f"{are} longer than its buffers can hold."))


def cells(tried: Tried, most: int) -> list[str]:
    """Write the row of one ring; `most` is the most that any loses."""
    figures = tried.figures
    bar = "█" * -(-BAR * tried.lost // most) if most else ""
    return [
        f"{tried.ring:,}",
        count_text(tried.lost),
        share_text(tried.lost, figures.packets) if tried.lost else "",
        bar,
        count_text(tried.peak_waiting),
        duration_text(tried.least_stall.length_ns) if tried.least_stall else "-",
        bytes_text(figures.ring_bytes.peak),
        bytes_text(figures.resident_bytes.peak),
        bytes_text(figures.resident_bytes.mean),
    ]


def answer(results: Rings, strategy: str) -> str:
    """Say in a sentence how large the ring has to be."""
    tried, found = results.of(strategy), results.smallest(strategy)
    if found is None:
        largest = tried[-1]
        larger = "A larger ring, a" if largest.ring < SIZES[-1] else "A"
        return (
            f"None of these rings is enough: {many(largest.ring, 'buffer')} lose "
            f"{many(largest.lost, 'packet')}. {larger} longer backend queue, a faster guest or "
            "several queues may be."
        )
    figures = found.figures
    waits = "without waiting in the host"
    if found.peak_waiting:
        wait = many(found.peak_waiting, "packet waits", "packets wait")
        waits = f"where up to {wait} in the host meanwhile"
    return (
        f"A ring of {found.ring:,} loses nothing, {waits}. It posts "
        f"{bytes_text(figures.ring_bytes.peak)}, and keeps "
        f"{bytes_text(figures.resident_bytes.peak)} resident at most. {worst(found)}"
    )


def worst(tried: Tried) -> str:
    """Say in a sentence which stall this ring would not outlast."""
    if tried.least_stall is None:
        return "No stall within the capture would make it lose."
    at, length = (duration_text(ns) for ns in tried.least_stall)
    return f"A stall of {length}, {at} after the first packet, would make it lose."
