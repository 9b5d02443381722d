"""What changed between two results, as a table for each capture and strategy."""

from collections.abc import Iterable, Iterator
from typing import TextIO

from rich.table import Table

from ..changing import CaptureSizes, Change, Differences, Pair
from ..moved_lengths import MovedLength
from .showing import SafeConsole, console, line


def write_diff(found: Differences, out: TextIO) -> None:
    """Write what was set differently, then each pair with the figures that differ."""
    to = console(out)
    to.print(line(f"before: {found.before}"), soft_wrap=True)
    to.print(line(f"after:  {found.after}"), soft_wrap=True)
    for change in found.config:
        text = f"set differently: {change.figure} {change.before} → {change.after}"
        to.print(line(text, "dim"), soft_wrap=True)
    for sizes in found.by_size:
        write_sizes(to, sizes)
    for pair in found.pairs:
        write_pair(to, pair)
    for when, names in (("before", found.only_before), ("after", found.only_after)):
        for name in names:
            to.print(line(f"only {when}: {name}", "yellow"), soft_wrap=True)
    for text in found.failed_after:
        to.print(line(f"failed after: {text}", "yellow"), soft_wrap=True)


def write_pair(to: SafeConsole, pair: Pair) -> None:
    """Write what changed of a capture under a strategy."""
    changes = pair.changes
    strategies = dict.fromkeys((pair.strategy_before, pair.strategy))
    queue = "" if pair.queue is None else f", queue {pair.queue}"
    to.print()
    to.print(line(f"{pair.capture}, {' → '.join(strategies)}{queue}", "bold"), soft_wrap=True)
    if pair.same_packets is not None:
        says = "the same packets" if pair.same_packets else "not the same packets"
        to.print(line(says, "dim" if pair.same_packets else "yellow"))
    if changes:
        write_changes(to, "figure", changes)
    else:
        to.print(line("no figure differs", "dim"))
    moved = pair.moved_lengths
    if moved is None:
        to.print(line("lengths are not compared: a strategy or ring is not known", "dim"))
    elif moved:
        to.print()
        to.print(line("truesize of a packet in a steady stream of one length, where it differs"))
        write_changes(to, "length", [as_change(each) for each in moved])


def write_sizes(to: SafeConsole, sizes: CaptureSizes) -> None:
    """Write how many packets of each size a capture has, where that has changed."""
    if sizes.changes is None:
        to.print(line(unknown_sizes(sizes), "dim"), soft_wrap=True)
    elif sizes.changes:
        to.print()
        to.print(line(f"{sizes.capture}, by size on the wire", "bold"), soft_wrap=True)
        write_changes(to, "packets of", sizes.changes)


def unknown_sizes(sizes: CaptureSizes) -> str:
    """Say that the sizes of a capture are not known."""
    return f"{sizes.capture}: a result is from before packets by size were written"


def write_changes(to: SafeConsole, head: str, changes: Iterable[Change]) -> None:
    """Write a table of what differs."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(head, no_wrap=True)
    for name in ("before", "after", "difference", ""):
        table.add_column(name, justify="right", no_wrap=True)
    for change in changes:
        table.add_row(*map(line, cells(change)))
    to.print(table)


def as_change(moved: MovedLength) -> Change:
    """Give a length as a row of a table."""
    return Change(f"{moved.length:,}", moved.before, moved.after, moved.difference)


def cells(change: Change) -> Iterator[str]:
    """Write a change for people, exact.

    Examples
    --------
    >>> list(cells(Change("packets", 8, 10, 2)))
    ['packets', '8', '10', '+2', '+25.0 %']
    """
    yield change.figure
    yield from (value_text(value) for value in (change.before, change.after))
    yield "" if change.difference is None else value_text(change.difference, "+")
    yield share_text(change.before, change.difference)


def value_text(value: object, sign: str = "") -> str:
    """Write a figure: whole numbers whole, others to six digits.

    Examples
    --------
    >>> value_text(12345), value_text(0.25, "+"), value_text(None), value_text("drop")
    ('12,345', '+0.25', '-', 'drop')
    """
    if isinstance(value, float):
        return f"{value:{sign},.6g}"
    if isinstance(value, int):
        return f"{value:{sign},}"
    return "-" if value is None else str(value)


def share_text(before: object, difference: float | None) -> str:
    """Write a difference in per cent of what was before; "" where there is no such share.

    Examples
    --------
    >>> share_text(-8, 2), share_text(0, 2), share_text(None, None)
    ('+25.0 %', '', '')
    """
    if difference is None or not isinstance(before, int | float) or not before:
        return ""
    return f"{100 * difference / abs(before):+.1f} %"
