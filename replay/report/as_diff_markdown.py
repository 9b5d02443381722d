"""What changed between two results as Markdown: the comment under a pull request."""

from collections.abc import Iterable, Iterator
from typing import TextIO

from ..changing import Change, Differences, Pair
from .as_diff import as_change, cells, unknown_sizes
from .as_markdown import cell, table_lines, write_blocks


def write_diff(found: Differences, out: TextIO) -> None:
    """Write what was set differently, then each pair with the figures that differ."""
    write_blocks(out, [f"{cell(found.before)} → {cell(found.after)}"])
    write_blocks(out, ["\n".join(points)] if (points := list(notes(found))) else [])
    for sizes in found.by_size:
        if sizes.changes:
            title = f"{sizes.capture}, by size on the wire"
            write_blocks(out, [f"**{cell(title)}**", table("packets of", sizes.changes)])
    for pair in found.pairs:
        write_blocks(out, list(pair_blocks(pair)))


def notes(found: Differences) -> Iterator[str]:
    """Give what stands above the tables, a point each."""
    for change in found.config:
        yield f"- set differently: {cell(f'{change.figure} {change.before} → {change.after}')}"
    for when, names in (("before", found.only_before), ("after", found.only_after)):
        yield from (f"- only {when}: {cell(name)}" for name in names)
    yield from (f"- failed after: {cell(text)}" for text in found.failed_after)
    unknown = (each for each in found.by_size if each.changes is None)
    yield from (f"- {cell(unknown_sizes(each))}" for each in unknown)


def pair_blocks(pair: Pair) -> Iterator[str]:
    """Write what changed of a capture under a strategy."""
    names = " → ".join(dict.fromkeys((pair.strategy_before, pair.strategy)))
    queue = "" if pair.queue is None else f", queue {pair.queue}"
    yield f"**{cell(f'{pair.capture}, {names}{queue}')}**"
    if pair.same_packets is not None:
        yield "the same packets" if pair.same_packets else "**not the same packets**"
    yield table("figure", pair.changes) if pair.changes else "no figure differs"
    if moved := pair.moved_lengths:
        yield "truesize of a packet in a steady stream of one length, where it differs:"
        yield table("length", map(as_change, moved))
    elif moved is None:
        yield "lengths are not compared: a strategy or ring is not known"


def table(head: str, changes: Iterable[Change]) -> str:
    """Write what differs, a row each."""
    rows = [[head, "before", "after", "difference", "%"], ["---", *["---:"] * 4]]
    rows += [[cell(text) for text in cells(change)] for change in changes]
    return "\n".join(table_lines(rows))
