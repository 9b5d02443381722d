"""What sockets take, and what they would need, as tables with a sentence to act on."""

from collections.abc import Iterable, Iterator
from typing import Final, TextIO

from rich.table import Table
from rxreplay.emulator.socket_figures import Fit, Need, Socket

from ..result import ResultWarning
from ..socket_result import SocketResult, SocketResults
from ..units import bytes_text, count_text, duration_text, number_text, share_text
from .advice import advice
from .as_table import heading, say_chosen, say_decided, say_doubts
from .showing import SafeConsole, beside_mark, console, line, lines

MOST_IN_FULL: Final = 3  # strategies; of more, the flows of the first are shown: JSON has all
SHOWN_PERCENTILES: Final = (10, 50, 90)
SAME: Final = "a strategy without figures has those of the line above it"
MOST_WIDTH: Final = 200  # a line with a flow of IPv6 is broken by the terminal, if by anybody


def write_sockets(results: SocketResults, out: TextIO) -> None:
    """Write a table of the strategies, tables of the busiest flows, and the advice."""
    to = console(out)
    config = results.config
    poll = f"polls of {config['poll']}" if isinstance(config["poll"], int) else "polls as given"
    to.print(line(heading(results.trace)), soft_wrap=True)
    say_chosen(to, config)
    say_decided(to, results.trace, results.config)
    to.print(line(f"ring of {config['ring']}, {poll}; nobody reads the sockets", "dim"))
    say_doubts(to, doubts(results.warnings))
    write_tables(to, results)
    to.print()
    if results.no_flows:
        to.print(line(f"Flows are not told apart: {results.no_flows}.", "dim"))
    for sentence in advice(results):
        to.print(line(sentence))


def write_tables(to: SafeConsole, results: SocketResults) -> None:
    """Write the table of the strategies, and those of the flows."""
    usual, to.width = to.width, max(to.width, MOST_WIDTH)
    to.print()
    to.print(line("All traffic in one socket", "bold"))
    to.print(strategies_table(results))
    if any(len(names) > 1 for names, _ in alike(results.results)):
        to.print(line(SAME, "dim"))
    few = len(results.results) <= MOST_IN_FULL
    for result in results.results if few else results.results[:1]:
        if result.flows:
            title = f"A socket for each of the busiest flows, {result.strategy}"
            to.print()
            to.print(line(title, "bold"))
            to.print(flows_table(results, result))
    to.width = usual


def doubts(warnings: Iterable[ResultWarning]) -> list[str]:
    """Give what is not established of the strategies."""
    return [warning.text for warning in warnings if warning.code == "kernel"]


def strategies_table(results: SocketResults) -> Table:
    """Make the table with a row for each strategy, or for several that do the same."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("strategy", no_wrap=True)
    for name in (
        "drops",
        "truesize\na packet",
        "frame in truesize\np10, p50, p90",
        "packets\nbelow ½",
    ):
        table.add_column(lines(name), justify="right", no_wrap=True)
    add_sizes(table, results)
    for names, result in alike(results.results):
        table.add_row(lines("\n".join(names)), *charged(result), *sizes(result.figures.all_traffic))
    return table


def alike(results: Iterable[SocketResult]) -> Iterator[tuple[list[str], SocketResult]]:
    """Put strategies of equal figures together."""
    groups: list[tuple[list[str], SocketResult]] = []
    for result in results:
        same = next((names for names, each in groups if each.figures == result.figures), None)
        if same is None:
            groups.append(([result.strategy], result))
        else:
            same.append(result.strategy)
    yield from groups


def charged(result: SocketResult) -> Iterator[str]:
    """Write what is charged of all traffic."""
    figures, half = result.figures, result.figures.len_per_truesize
    packets = figures.all_traffic.packets
    mean = figures.all_traffic.truesize_bytes / packets if packets else None
    yield count_text(figures.dropped_packets)
    yield number_text(mean, " B")
    yield ", ".join(share_text(half.percentiles[f"p{n}"], 1) for n in SHOWN_PERCENTILES)
    yield share_text(half.below_half_packets, packets)


def flows_table(results: SocketResults, result: SocketResult) -> Table:
    """Make the table of the busiest flows of a strategy."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("flow", no_wrap=True)
    table.add_column("packets", justify="right", no_wrap=True)
    add_sizes(table, results)
    marks = any(socket.missed_truesize for _, socket in result.flows)
    for name, socket in result.flows:
        packets = line(f"{socket.packets:,}{'*' if socket.missed_truesize else ''}")
        plain = marks and not socket.missed_truesize
        table.add_row(name, beside_mark(packets) if plain else packets, *sizes(socket))
    if marks:
        table.caption = "* not followed from its first packet: there were too many flows"
        table.caption_justify = "left"
    return table


def add_sizes(table: Table, results: SocketResults) -> None:
    """Add a column for each socket and each time span."""
    for rcvbuf in results.config["rcvbuf"]:
        table.add_column(lines(f"fit in\n{rcvbuf:,} B"), justify="right", no_wrap=True)
    for hold in results.config["hold_ns"]:
        table.add_column(lines(f"needed for\n{duration_text(hold)}"), justify="right", no_wrap=True)


def sizes(socket: Socket) -> Iterator[str]:
    """Write what sockets take, and what one would need."""
    yield from (fit_text(fit, socket.packets) for fit in socket.fits)
    yield from (need_text(need) for need in socket.needs)


def fit_text(fit: Fit, packets: int) -> str:
    """Write what fits, in packets and in frame bytes.

    Examples
    --------
    >>> fit_text(Fit(212_992, 92, 139_288, 92, 139_288), 92)
    'all 92, 136 KiB'
    """
    whole = "all " if 0 < fit.fit_packets == packets else ""
    return f"{whole}{fit.fit_packets:,}, {bytes_text(fit.fit_bytes)}"


def need_text(need: Need) -> str:
    """Write what is needed, to the byte."""
    return "-" if need.rcvbuf is None else f"{need.rcvbuf:,} B"
