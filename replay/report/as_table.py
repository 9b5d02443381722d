"""Results as tables for a terminal, a page of text or a mail."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TextIO

from rich.console import Group
from rich.table import Table
from rxreplay.emulator import Figures

from ..delivering import UNCLEAR
from ..flattening import flat
from ..inspecting import meaning
from ..result import Result, Results, TraceInfo
from ..units import bytes_text, count_text, duration_text, ratio_text, share_text
from ..verdict import verdict
from .heads import chosen_text, decided_texts, digests_text, polls_text, stack_text, together_text
from .over_time import arriving_line, at_peak_text, has_rate, resident_line, scale_text
from .row import Row
from .rows import EVERY_ROW, ROWS, best_of
from .showing import SafeConsole, beside_mark, console, line, lines

LABEL_WIDTH = 29  # the longest label and the space behind it
COLUMN_WIDTH = 14  # twelve characters and a space on each side


def heading(trace: TraceInfo) -> str:
    """Describe a trace in a line.

    Examples
    --------
    >>> from rxreplay import info
    >>> heading(info([[60, 1514, 9014]]).traces[0])
    'lengths: 3 packets, 10.3 KiB on the wire, length 60 to 9,014 (median 1,514)'
    """
    name = trace.path or trace.format
    if not trace.packets:
        return f"{name}: no packet"
    packets = "packet" if trace.packets == 1 else "packets"
    return (
        f"{name}: {trace.packets:,} {packets}, {bytes_text(trace.wire_bytes)} on the wire"
        f"{span_text(trace)}, length {lengths_text(trace)}"
    )


def span_text(trace: TraceInfo) -> str:
    """Say how long a trace lasts, "" where one packet or no clock says nothing of that."""
    if trace.duration_ns is None or trace.packets == 1:
        return ""
    return f", {duration_text(trace.duration_ns)}" if trace.duration_ns else ", all at one time"


def lengths_text(trace: TraceInfo) -> str:
    """Write from what length to what there are packets.

    Examples
    --------
    >>> from rxreplay import info
    >>> [lengths_text(trace) for trace in info([[60, 60], [60, 1514, 9014]]).traces]
    ['60', '60 to 9,014 (median 1,514)']
    """
    least, median, most = (count_text(trace.wire_len[name]) for name in ("min", "median", "max"))
    return least if least == most else f"{least} to {most} (median {median})"


def write_compare(results: Results, out: TextIO, rows: Sequence[Row] = ROWS) -> None:
    """Write a comparison of strategies for each trace, and the verdict where no row is left out."""
    to = console(out)
    shown = EVERY_ROW if rows is ROWS and results.config["gro"] else rows
    for number, trace in enumerate(results.traces):
        figures = results.of(number)
        to.print(line(heading(trace)), soft_wrap=True)
        say_chosen(to, results.config)
        say_decided(to, trace, results.config)
        to.print(line(assumptions(results), "dim"))
        say_doubts(to, results.doubts(number))
        columns = alike(figures)
        for start, stop in parts(columns, to.width):
            to.print(comparison(figures, columns[start:stop], results.reference, shown, to.width))
        to.print(line(legend(figures, results.reference), "dim"))
        if rows is ROWS:
            say_each_over_time(to, results, number, columns)
            to.print()
            to.print(lines(verdict(figures, results.reference)))
            to.print()


def say_each_over_time(
    to: SafeConsole, results: Results, number: int, columns: Sequence[Sequence[str]]
) -> None:
    """Draw the traffic and each strategy's resident memory over time, where there is a clock."""
    series = results.series(number)
    if not series:
        return
    first = next(iter(series.values()))
    rated = has_rate(results.traces[number], results.config)
    lines_of = {"arriving": arriving_line(first)} if rated else {}
    lines_of |= {each[0]: resident_line(series[each[0]]) for each in columns}
    to.print()
    to.print(line(f"{scale_text(first)}{together_text(results.config)}", "dim"))
    to.print(drawn(lines_of))


def say_over_time(to: SafeConsole, results: Results, result: Result) -> None:
    """Draw traffic and resident memory over time, and say what was held at the peak."""
    if result.series is None:
        return
    to.print(line(f"{scale_text(result.series)}{together_text(results.config)}", "dim"))
    rated = has_rate(results.traces[result.trace], results.config)
    lines_of = {"arriving": arriving_line(result.series)} if rated else {}
    to.print(drawn(lines_of | {"resident": resident_line(result.series)}))
    for queue, peak in results.at_peaks(result.trace, result.strategy).items():
        whose = "" if queue is None else f"queue {queue}: "
        to.print(line(f"{whose}{at_peak_text(peak, result.strategy)}"))


def drawn(lines_of: Mapping[str, tuple[str, str]]) -> Table:
    """Put lines over time below each other, the highest value behind each."""
    table = Table(box=None, pad_edge=False, show_header=False)
    for justify in ("left", "left", "right"):
        table.add_column("", justify=justify, no_wrap=True)
    for name, (bars, most) in lines_of.items():
        table.add_row(name, bars, most)
    return table


def say_chosen(to: SafeConsole, config: Mapping[str, Any]) -> None:
    """Say which packets of a capture count, where not all do."""
    if text := chosen_text(config):
        to.print(line(f"chosen: {text}", "dim"), soft_wrap=True)


def say_decided(to: SafeConsole, trace: TraceInfo, config: Mapping[str, Any]) -> None:
    """Say which packets were taken for those that the guest received, as what, and digests."""
    for text in (*decided_texts(trace), digests_text(trace, config)):
        to.print(line(text, "dim"), soft_wrap=True)


def say_doubts(to: SafeConsole, doubts: Sequence[str]) -> None:
    """Say what of the figures is not established."""
    for doubt in doubts:
        to.print(line(f"not established: {doubt}", "yellow"))


def comparable(figures: Mapping[str, Figures], reference: str) -> bool:
    """Say whether a strategy received everything, so that others can be held against it."""
    return reference in figures and not figures[reference].drops.total()


def legend(figures: Mapping[str, Figures], reference: str) -> str:
    """Explain the marks of a comparison."""
    best = "* best of those that drop nothing"
    if comparable(figures, reference):
        return f"{best}; × times the reference {reference}"
    return f"{best}; no × of the reference {reference}, which drops packets"


def assumptions(results: Results) -> str:
    """Say under which rules the figures hold."""
    config = results.config
    queues = f"{config['queues']} queues, " if config["queues"] > 1 else ""
    return (
        f"{queues}ring of {config['ring']}, {polls_text(config)}, {stack_text(config)}"
        f"skbs freed by the rule '{config['lifetime']}', a socket of {config['rcvbuf']:,} B"
    )


def alike(figures: Mapping[str, Figures]) -> list[list[str]]:
    """Put strategies of equal figures together: one column serves them all."""
    columns: list[list[str]] = []
    for name, mine in figures.items():
        same = (names for names in columns if figures[names[0]] == mine)
        names = next(same, None)
        if names is None:
            columns.append([name])
        else:
            names.append(name)
    return columns


def parts(columns: Sequence[Sequence[str]], width: int) -> Iterator[tuple[int, int]]:
    """Part the columns evenly, so that each table fits the width."""
    fits = max(1, (width - LABEL_WIDTH) // COLUMN_WIDTH)
    tables = max(1, -(-len(columns) // fits))
    for table in range(tables):
        yield len(columns) * table // tables, len(columns) * (table + 1) // tables


def title(names: Sequence[str], *, stacked: bool = True) -> str:
    """Write the head of a column: a strategy, and those that do the same.

    Examples
    --------
    >>> title(["4.10/big", "4.11/big"]).splitlines()
    ['4.10/', 'big', '= 4.11']
    >>> title(["4.10/big"], stacked=False)
    '4.10/big'
    """
    kernel, rest = names[0].split("/")
    mode, *settings = rest.split(",")
    others = [f"= {name.removesuffix(f'/{mode}')}" for name in names[1:]]
    first = [f"{kernel}/", mode] if stacked else [f"{kernel}/{mode}"]
    return "\n".join([*first, *settings, *others])


def comparison(
    figures: Mapping[str, Figures],
    columns: Sequence[Sequence[str]],
    reference: str,
    rows: Sequence[Row],
    width: int,
) -> Table:
    """Make the table of some of the strategies."""
    names = [name for same in columns for name in same]
    stacked = LABEL_WIDTH + sum(max(len(n) + 2, COLUMN_WIDTH) for n in names) > width
    table = rows_table([title(same, stacked=stacked) for same in columns])
    for row in rows:
        best = best_of(row, figures.values())
        base = (
            row.value(figures[reference])
            if row.relative and comparable(figures, reference)
            else None
        )
        table.add_row(row.label, *(cell(row, figures[same[0]], best, base) for same in columns))
    return table


def rows_table(heads: Sequence[str]) -> Table:
    """Make a table for rows of figures, without any yet."""
    table = Table(box=None, pad_edge=False, show_edge=False, header_style="bold")
    table.add_column("", min_width=LABEL_WIDTH - 2, no_wrap=True)
    for head in heads:
        table.add_column(beside_mark(lines(head)), justify="right")
    return table


def say_queues(to: SafeConsole, queues: Sequence[Figures]) -> None:
    """Write the figures of each receive queue, where there are several."""
    rows = EVERY_ROW if queues and queues[0].stack else ROWS
    names = [[f"queue {number}"] for number in range(len(queues))]
    for start, stop in parts(names, to.width) if queues else ():
        table = rows_table([name for (name,) in names[start:stop]])
        some = queues[start:stop]
        table.add_row("frames", *(beside_mark(line(f"{each.packets:,}")) for each in some))
        for row in rows:
            table.add_row(row.label, *(cell(row, each, None, None) for each in some))
        to.print()
        to.print(table)


def cell(row: Row, figures: Figures, best: float | None, base: float | None) -> Group:
    """Write a figure, a mark where it is the best, and how many times the reference's it is."""
    value = row.value(figures)
    wins = best is not None and value == best and not figures.drops.total()
    text = row.text(figures)
    level = lines(f"{text}*", "bold green") if wins else beside_mark(lines(text))
    return Group(level, *([beside_mark(line(ratio_text(value, base), "dim"))] if base else []))


def write_replay(results: Results, out: TextIO) -> None:
    """Write all figures of one strategy."""
    to = console(out)
    for result in results.results:
        if result.queue is not None:
            continue
        to.print(line(heading(results.traces[result.trace])), soft_wrap=True)
        say_chosen(to, results.config)
        say_decided(to, results.traces[result.trace], results.config)
        to.print(line(f"{result.strategy}: {assumptions(results)}", "dim"))
        say_doubts(to, [result.doubt] if result.doubt else [])
        table = Table(box=None, pad_edge=False, header_style="bold")
        table.add_column("figure", no_wrap=True)
        table.add_column("value", justify="right", no_wrap=True)
        table.add_column("", justify="right", no_wrap=True)
        for name, value in flat(result.figures.as_dict()):
            if name.startswith("nr_frags.") and not value:
                continue
            table.add_row(name, exact(value), readable(name, value))
        to.print(table)
        say_over_time(to, results, result)
        say_queues(to, results.queues(result.trace, result.strategy))


def exact(value: object) -> str:
    """Write a value with all its digits."""
    if value is None:
        return "null"
    if isinstance(value, float):
        return f"{value:,.4f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def readable(name: str, value: object) -> str:
    """Write bytes once more with a unit, where that is shorter."""
    is_bytes = "bytes" in name or name.startswith("waste.")
    return (
        bytes_text(value) if is_bytes and isinstance(value, int | float) and value >= 1024 else ""
    )


def write_info(results: Results, out: TextIO) -> None:
    """Write what each trace holds, and what that means for a replay."""
    to = console(out)
    for trace in results.traces:
        table = Table(box=None, pad_edge=False, show_header=False)
        table.add_column(no_wrap=True, style="bold")
        table.add_column(overflow="fold")
        chosen = [("chosen", text)] if (text := chosen_text(results.config)) else []
        for label, text in [*facts(trace), *chosen]:
            table.add_row(label, line(text))
        to.print(table)
        for sentence in meaning(trace):
            to.print(line(sentence))
        to.print()


def facts(trace: TraceInfo) -> Iterator[tuple[str, str]]:
    """Give the lines of a trace's description."""
    lengths = {key: count_text(value) for key, value in trace.wire_len.items()}
    size = bytes_text(trace.size_bytes) if trace.size_bytes is not None else "a stream"
    yield "trace", f"{trace.path or '-'} ({trace.format}, {size})"
    yield "link type", f"{trace.link_type or '-'}, snaplen {count_text(trace.snaplen)}"
    yield "packets", count_text(trace.packets)
    yield "bytes on the wire", f"{count_text(trace.wire_bytes)} ({bytes_text(trace.wire_bytes)})"
    yield "bytes captured", f"{count_text(trace.captured_bytes)}"
    yield "length", ", ".join(f"{key} {text}" for key, text in lengths.items())
    yield "time span", duration_text(trace.duration_ns)
    yield "cut by the snaplen", counted(trace.truncated_packets, trace.packets)
    yield "above 1,514 bytes", counted(trace.above_mtu_packets, trace.packets)
    yield "times backwards", count_text(trace.ts_backwards)
    unclear = trace.direction.decision == UNCLEAR  # the sentences below say why
    yield (
        "direction",
        UNCLEAR if unclear else f"{trace.direction.decision}: {trace.direction.reason}",
    )
    yield "vantage", trace.vantage.reason


def counted(part: int | None, whole: int) -> str:
    """Write a count with its share."""
    return f"{count_text(part)} ({share_text(part, whole)})" if whole else count_text(part)
