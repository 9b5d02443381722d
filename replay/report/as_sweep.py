"""A sweep as a table of curves, and its cliffs in words."""

from collections.abc import Callable, Iterator
from typing import Final, TextIO

from rich.table import Table

from ..sweeping import CURVES, FEWEST, SHARES, Cliff, Point, Sweep
from ..units import bytes_text, count_text, many, number_text, ratio_text, share_text
from .as_table import heading, say_chosen, say_decided, say_doubts
from .heads import polls_text
from .showing import console, line

BAR: Final = 10  # characters of the highest bar


def write_sweep(found: Sweep, out: TextIO) -> None:
    """Write a row for each value, with a bar for the memory, and where curves step."""
    to = console(out)
    to.print(line(heading(found.trace)), soft_wrap=True)
    say_chosen(to, found.config)
    say_decided(to, found.trace, found.config)
    to.print(line(rules(found), "dim"), soft_wrap=True)
    say_doubts(to, found.doubts)
    table = Table(box=None, pad_edge=False, show_edge=False, header_style="bold")
    table.add_column(found.knob, justify="right", no_wrap=True)
    for head in ("dropped", "truesize", "", "resident", "posted", "copied", "linear", "fit"):
        table.add_column(head, justify="right" if head else "left", no_wrap=True)
    most = max(CURVES["truesize a packet"](point.figures) or 0 for point in found.points)
    for point in found.points:
        table.add_row(*cells(point, most))
    to.print()
    to.print(line(f"{found.strategy}, {found.knob} from {found.points[0].value:,} on", "bold"))
    to.print(table)
    to.print()
    for sentence in sentences(found):
        to.print(line(sentence))


def rules(found: Sweep) -> str:
    """Say under which rules all points hold."""
    config = found.config
    parts: dict[str, Callable[[], str]] = {
        "ring": lambda: f"ring of {config['ring']}",
        "poll": lambda: polls_text(config),
        "rcvbuf": lambda: f"a socket of {config['rcvbuf']:,} B",
    }
    fixed = [text() for name, text in parts.items() if name != found.knob]
    return f"{', '.join(fixed)}, skbs freed by the rule '{config['lifetime']}'"


def cells(point: Point, most: float) -> Iterator[str]:
    """Write the curves at a value; `most` is the most truesize that a packet has at any."""
    drops, truesize, resident, posted, copied, linear, fit = (
        curve(point.figures) for curve in CURVES.values()
    )
    yield f"{point.value:,}"
    yield level_text(drops)
    yield number_text(truesize, " B")
    yield "█" * round(BAR * (truesize or 0) / most) if most else ""
    yield bytes_text(resident)
    yield bytes_text(posted)
    yield number_text(copied, " B")
    yield share_text(linear, 1)
    yield level_text(fit)


def sentences(found: Sweep) -> Iterator[str]:
    """Say where curves step."""
    for cliff in found.cliffs:
        yield cliff_text(found.knob, cliff)
    if len(found.points) < FEWEST:
        yield f"{many(len(found.points), 'value')} cannot show a cliff: give {FEWEST} or more."
    elif not found.cliffs:
        yield "No cliff: no curve steps off its usual slope by a tenth or more."


def cliff_text(knob: str, cliff: Cliff) -> str:
    """Say where a curve steps, and how far.

    Examples
    --------
    >>> cliff_text("ring", Cliff("resident, at most", 64, 128, 4096, 8192))
    'Cliff between ring 64 and 128: resident, at most 4,096 → 8,192 (×2.00).'
    >>> cliff_text("copy_len", Cliff("copied", 64, 128, 0, 1, "a packet of 128 bytes is copied"))
    'Cliff between copy_len 64 and 128: copied 0 → 1; from here on a packet of 128 bytes is copied.'
    """
    before, after = cliff.before, cliff.after
    is_share = cliff.curve in SHARES
    levels = (share_text(y, 1) if is_share else level_text(y) for y in (before, after))
    change = points_text(before, after) if is_share else change_text(before, after)
    from_here = f"; from here on {cliff.meaning}" if cliff.meaning else ""
    return (
        f"Cliff between {knob} {cliff.below:,} and {cliff.above:,}: {cliff.curve} "
        f"{' → '.join(levels)}{change}{from_here}."
    )


def points_text(before: float, after: float) -> str:
    """Write how far a share has moved.

    Examples
    --------
    >>> points_text(0.742, 1)
    ' (+25.8 points)'
    """
    return f" ({100 * (after - before):+.1f} points)"


def change_text(before: float, after: float) -> str:
    """Write a change in per cent, from twice on as a factor; "" where it begins at nothing.

    Examples
    --------
    >>> change_text(100, 199), change_text(100, 200), change_text(100, 4), change_text(0, 1)
    (' (+99.0 %)', ' (×2.00)', ' (-96.0 %)', '')
    """
    if not before:
        return ""
    if after >= 2 * before:
        return f" ({ratio_text(after, before)})"
    return f" ({100 * (after / before - 1):+.1f} %)"


def level_text(level: float | None) -> str:
    """Write a level of a curve: whole where it is.

    Examples
    --------
    >>> level_text(4096), level_text(0.875), level_text(None)
    ('4,096', '0.88', '-')
    """
    if level is None or level % 1:
        return number_text(level)
    return count_text(int(level))
