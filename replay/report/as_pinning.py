"""What unread packets pin, as tables with a sentence for each strategy."""

from typing import Final, TextIO

from rich.table import Table

from ..pinning_down import PinnedDown, PinningFlow, Pinnings
from ..units import bytes_text, count_text, number_text, share_text
from .as_sockets import MOST_WIDTH
from .as_table import heading, say_chosen, say_decided, say_doubts
from .heads import clock_text
from .showing import console, line, lines

HEADS: Final = (
    *("packets\nkept", "payload", "charged", "pinned", "times the\npayload", "p99 over\ntime"),
    *("worst", "kept by one\nbuffer each", "resident", "dropped by\nsockets"),
)
FLOW_HEADS: Final = ("packets", "payload", "charged", "pinned", "times the\npayload", "dropped")


def write_pinning(results: Pinnings, out: TextIO) -> None:
    """Write a table of the strategies, one of the highest flows of each, and what it means."""
    to, config = console(out), results.config
    to.print(line(heading(results.trace)), soft_wrap=True)
    say_chosen(to, config)
    say_decided(to, results.trace, results.config)
    to.print(line(clock_text(config["clock"]), "dim"), soft_wrap=True)
    to.print(line(kept_text(results), "dim"), soft_wrap=True)
    say_doubts(to, results.doubts)
    usual, to.width = to.width, max(to.width, MOST_WIDTH)
    to.print()
    to.print(line("When skbs pinned the most", "bold"))
    to.print(strategies_table(results))
    for each in results.results:
        if each.flows:
            to.print()
            to.print(line(f"{flows_title(each.flows_holding)}, {each.strategy}", "bold"))
            to.print(flows_table(each))
    to.width = usual
    to.print()
    for sentence in sentences(results):
        to.print(line(sentence))


def flows_title(flows: int) -> str:
    """Say of how many flows the highest are shown.

    Examples
    --------
    >>> flows_title(1), flows_title(1000)
    ('The one flow', 'The highest of 1,000 flows')
    """
    return "The one flow" if flows == 1 else f"The highest of {flows:,} flows"


def kept_text(results: Pinnings) -> str:
    """Say who keeps packets."""
    rule = results.config["lifetime"]
    if rule.startswith("delay"):
        return f"each skb is kept for so long: {rule}"
    which = f"one socket for all: {results.no_flows}" if results.no_flows else "a socket a flow"
    return f"{which}, rcvbuf {results.config['rcvbuf']:,} B, {rule}"


def strategies_table(results: Pinnings) -> Table:
    """Make the table with a row for each strategy."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("strategy", no_wrap=True)
    for head in HEADS:
        table.add_column(lines(head), justify="right", no_wrap=True)
    for each in results.results:
        table.add_row(each.strategy, *cells(each))
    return table


def cells(result: PinnedDown) -> list[str]:
    """Write the row of a strategy."""
    figures = result.figures
    consumed, worst = figures.consumed, figures.amplification.peak
    pinned = consumed and consumed.pinned
    if not consumed or not pinned:
        return ["0", *["-"] * (len(HEADS) - 3), bytes_text(figures.resident_bytes.peak), "-"]
    return [
        count_text(pinned.packets),
        bytes_text(pinned.payload_bytes),
        bytes_text(pinned.truesize_bytes),
        bytes_text(pinned.bytes),
        number_text(pinned.bytes / pinned.payload_bytes),
        number_text(consumed.amplification_p99),
        number_text(worst.ratio if worst else None),
        f"{pinned.survivor_chunks:,}, {share_text(pinned.survivor_bytes, pinned.bytes)}",
        bytes_text(figures.resident_bytes.peak),
        count_text(figures.drops.rcvbuf),
    ]


def flows_table(result: PinnedDown) -> Table:
    """Make the table of the flows that pinned the most."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("flow", no_wrap=True)
    for head in FLOW_HEADS:
        table.add_column(lines(head), justify="right", no_wrap=True)
    for flow in result.flows:
        table.add_row(flow.flow, *flow_cells(flow))
    return table


def flow_cells(flow: PinningFlow) -> list[str]:
    """Write the row of a flow."""
    return [
        count_text(flow.packets),
        bytes_text(flow.payload_bytes),
        bytes_text(flow.rmem_bytes),
        bytes_text(flow.pinned_bytes),
        number_text(flow.pinned_bytes / flow.payload_bytes),
        count_text(flow.dropped_packets),
    ]


def sentences(results: Pinnings) -> list[str]:
    """Say of each strategy what its skbs keep, and which keeps the least."""
    found = [verdict(each) for each in results.results]
    ratios = {
        each.strategy: each.figures.consumed.pinned.bytes
        / each.figures.consumed.pinned.payload_bytes
        for each in results.results
        if each.figures.consumed and each.figures.consumed.pinned
    }
    if len(ratios) > 1:
        least = min(ratios, key=lambda name: ratios[name])
        found.append(f"For a byte of payload {least} pins the least.")
    return found


def verdict(result: PinnedDown) -> str:
    """Say what the skbs of one strategy keep, who is charged for it, and why it is so much."""
    figures = result.figures
    pinned = figures.consumed and figures.consumed.pinned
    if not pinned:
        return f"{result.strategy}: nothing was kept."
    text = (
        f"{result.strategy}: {bytes_text(pinned.payload_bytes)} of unread packets keep "
        f"{bytes_text(pinned.bytes)}, {number_text(pinned.bytes / pinned.payload_bytes)} times as "
        f"much; "
    )
    uncharged = pinned.bytes - pinned.truesize_bytes
    if uncharged > 0:
        text += f"{bytes_text(uncharged)} of it is charged to no socket"
    else:
        text += "sockets are charged all of it"
    if pinned.survivor_chunks:
        share = share_text(pinned.survivor_bytes, pinned.bytes)
        chunks = f"{pinned.survivor_chunks:,} chunks kept by one buffer each"
        if pinned.survivor_chunks == 1:
            chunks = "1 chunk kept by one buffer"
        text += f", and {share} is in {chunks}"
    return text + "."
