"""Stories of packets as text: one after the other in full, or as a line each."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import groupby
from typing import TextIO, TypeVar

from rich.table import Table

from ..stories.holding import MOST_WATCHED
from ..stories.story import NOT_REPLAYED, BufferStory, ChunkStory, Stories, Story, Term
from .as_table import heading, say_chosen, say_decided, say_doubts
from .heads import polls_text
from .showing import console, line

T = TypeVar("T")

LABEL_WIDTH = 10
MOST_WIDTH = 200  # a line of the table with a flow of IPv6 is broken by the terminal, if by anybody
FATES = {
    "head": "it is the head of the skb",
    "copied": "free at once",
    "frag": "a frag of the skb",
    "coalesced": "part of the frag before",
    "frag_list": "a frag of an skb on the frag_list",
    "dropped": "free at once, as the packet is dropped",
}


def write_explain(results: Stories, out: TextIO, told: Collection[int] | None = None) -> None:
    """Write stories: those of the packets `told` in full (None: all), the others as a table."""
    to = console(out)
    config = results.config
    to.print(line(heading(results.trace)), soft_wrap=True)
    say_chosen(to, config)
    say_decided(to, results.trace, results.config)
    how = f"ring of {config['ring']}, {polls_text(config)}"
    to.print(line(f"{config['reference']}, {how}", "dim"))
    say_doubts(to, results.doubts)
    in_full = [s for s in results.stories if told is None or s.packet in told]
    for story in in_full:
        to.print()
        to.print(line(title(story), "bold"), soft_wrap=True)
        to.print(grid(story))
    if told is not None and len(in_full) < len(results.stories):
        to.print()
        flows = {story.flow for story in results.stories}
        if len(flows) == 1 and None not in flows:
            to.print(line(f"{flows.pop()}: {len(results.stories):,} packets", "bold"))
        to.width = max(to.width, MOST_WIDTH)
        to.print(overview(results.stories))


def title(story: Story) -> str:
    """Write the first line of a story.

    Examples
    --------
    >>> title(Story(7, 1514, "ARP", "copy"))
    'packet 7: ARP, 1,514 bytes: copy'
    """
    flow = f"{story.flow}, " if story.flow else ""
    return f"packet {story.packet:,}: {flow}{story.length:,} bytes: {story.outcome}"


def grid(story: Story) -> Table:
    """Lay out what there is to tell beside what it is about."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True, min_width=LABEL_WIDTH)
    table.add_column(overflow="fold")
    for label, text in lines(story):
        table.add_row(f"  {label}", line(text))
    return table


def lines(story: Story) -> Iterator[tuple[str, str]]:
    """Give the lines of a story with their labels."""
    known, uses = None, Counter(buf.chunk for buf in story.buffers)
    for run in runs(story.buffers, lambda buf: alike(buf, uses[buf.chunk] == 1)):
        when = posting(run[0])
        yield from buffer_lines(run, "" if when == known else when)
        known = when
    yield from zip(("rule", *[""] * len(story.because)), story.because, strict=False)
    if story.truesize:
        yield "skb", skb_text(story)
        yield "truesize", sum_text(story.truesize, story.terms)
    for chunks in runs(story.chunks, held_alike):
        yield from chunk_lines(story, chunks)


def runs(items: Iterable[T], key: Callable[[T], object]) -> Iterator[list[T]]:
    """Put neighbours together that differ in nothing but their numbers."""
    return (list(run) for _, run in groupby(items, key))


def alike(buf: BufferStory, alone: bool) -> object:
    """Give what a run of buffers has in common; `alone` of their packet's in a chunk or not."""
    where = (buf.offset, None) if alone else (None, buf.chunk)
    return buf.size, buf.sizing, buf.posted_after, where, buf.fate


def held_alike(chunk: ChunkStory) -> object:
    """Give what a run of chunks has in common."""
    return (
        (chunk.kind, chunk.size, chunk.own, chunk.posted),
        (chunk.packets, chunk.cursor, chunk.freed_by, chunk.watched_to),
    )


def sum_text(total: int, terms: Sequence[Term]) -> str:
    """Write a sum with its terms.

    Examples
    --------
    >>> sum_text(2816, [Term("fresh head", 1024), Term("buffer", 896), Term("buffer", 896)])
    '2,816 = 1,024 fresh head + 2 × 896 buffer'
    """
    parts = []
    for run in runs(terms, lambda term: term):
        times = f"{len(run)} × " if len(run) > 1 else ""
        parts.append(f"{times}{run[0].bytes:,} {run[0].name}")
    return f"{total:,} = {' + '.join(parts)}".replace("+ -", "- ")


def buffer_lines(run: Sequence[BufferStory], when: str) -> Iterator[tuple[str, str]]:
    """Tell of buffers that are alike, and when they were posted if that is to be said."""
    first, several = run[0], len(run) > 1
    each = "each " if several else ""
    yield (
        "buffers" if several else "buffer",
        f"{numbers_text([buf.number for buf in run])}: {each}" + sum_text(first.size, first.sizing),
    )
    if when:
        yield "", when
    written = f"{sum(buf.used for buf in run):,} of {sum(buf.room for buf in run):,} bytes written"
    yield "", f"{place(run)}{written}; {FATES[first.fate]}"


def place(run: Sequence[BufferStory]) -> str:
    """Say where buffers were cut from, or ""."""
    first, chunks = run[0], {buf.chunk for buf in run}
    if first.chunk is None:
        return ""
    offsets = [buf.offset for buf in run if buf.offset is not None]
    at = f"at {numbers_text(offsets)} of" if offsets else "from"
    return f"{at} {f'chunk {first.chunk}' if len(chunks) == 1 else 'a chunk each'}; "


def posting(buf: BufferStory) -> str:
    """Say when a buffer was posted, and what the driver knew then."""
    opened = buf.posted_after is None
    when = "when the queue was opened" if opened else f"after packet {buf.posted_after:,}"
    if buf.average is None:
        return f"posted {when}"
    average = f"the average frame had {buf.average:,} bytes" if buf.average else "no frame had come"
    return f"posted {when}, {average}"


def numbers_text(numbers: Sequence[int]) -> str:
    """Write numbers that follow each other.

    Examples
    --------
    >>> numbers_text([5]), numbers_text([5, 6, 7])
    ('5', '5 to 7')
    """
    first, last = numbers[0], numbers[-1]
    return f"{first:,}" if first == last else f"{first:,} to {last:,}"


def counted(count: int, what: str) -> str:
    """Write how many there are of something.

    Examples
    --------
    >>> counted(1, "frag"), counted(0, "frag")
    ('1 frag', '0 frags')
    """
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def skb_text(story: Story) -> str:
    """Write what the skb is."""
    frags = counted(story.nr_frags, "frag")
    listed = f", {counted(story.frag_list, 'skb')} on its frag_list" if story.frag_list else ""
    return f"{story.linear:,} bytes linear, {story.copied:,} copied, {frags}{listed}"


def chunk_lines(story: Story, chunks: Sequence[ChunkStory]) -> Iterator[tuple[str, str]]:
    """Tell who holds chunks, and how long."""
    first = chunks[0]
    names = ", ".join(str(chunk.chunk) for chunk in chunks)
    each = "each " if len(chunks) > 1 else ""
    label = "chunks" if len(chunks) > 1 else "chunk"
    yield label, f"{names} ({first.kind}, {each}{first.size:,} bytes): {holders(first)}"
    yield "", lifetime(story, first)


def holders(chunk: ChunkStory) -> str:
    """Say who holds a chunk when the skb goes up.

    Examples
    --------
    >>> holders(ChunkStory(3, "page_frag", 32768, 22, 1, 20, (), True, None))
    'held by this skb, 20 posted buffers and the cursor that cuts more'
    """
    parts = []
    if chunk.own:
        parts.append("this skb" if chunk.own == 1 else f"this skb ({chunk.own} times)")
    if chunk.posted:
        parts.append(counted(chunk.posted, "posted buffer"))
    if chunk.packets:
        packets = ", ".join(f"{packet:,}" for packet in dict.fromkeys(chunk.packets))
        parts.append(f"skbs that wait to go up (of {packets})")
    if chunk.cursor:
        parts.append("the cursor that cuts more")
    if not parts:
        return "nobody holds it any more"
    return "held by " + " and ".join(filter(None, [", ".join(parts[:-1]), parts[-1]]))


def lifetime(story: Story, chunk: ChunkStory) -> str:
    """Say until when a chunk is held."""
    if chunk.watched_to is not None:
        return f"still held {MOST_WATCHED:,} packets later, after packet {chunk.watched_to:,}"
    if chunk.freed_by is None:
        return "still held at the end of the capture"
    done = "back in its pool" if chunk.kind == "page_pool" else "free"
    if chunk.freed_by == story.packet:
        return f"{done} with this packet"
    return f"{done} after packet {chunk.freed_by:,}"


def overview(stories: Sequence[Story]) -> Table:
    """Make the table of several packets, a line each."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("packet", "bytes"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("skb", no_wrap=True)
    for name in ("buffers", "copied", "linear", "frags", "truesize", "chunk", "until"):
        table.add_column(name, justify="right", no_wrap=True)
    flows = len({story.flow for story in stories}) > 1
    if flows:
        table.add_column("flow", no_wrap=True)
    for story in stories:
        table.add_row(*cells(story), *([story.flow or "-"] if flows else []))
    return table


def cells(story: Story) -> list[str]:
    """Write the line of a packet.

    Examples
    --------
    >>> cells(Story(7, 60, None, "copy", linear=60, copied=60, truesize=768))
    ['7', '60', 'copy', '-', '60', '60', '0', '768', '-', '-']
    """
    head = [f"{story.packet:,}", f"{story.length:,}", story.outcome]
    sizes = [f"{len(run)} × {run[0]:,}" for run in runs((b.size for b in story.buffers), int)]
    buffers = sizes[0].removeprefix("1 × ") if len(sizes) == 1 else f"{len(story.buffers)}"
    bufs = buffers if sizes else "-"
    if story.outcome == NOT_REPLAYED or not story.truesize:
        return [*head, bufs, *["-"] * 6]
    numbers = (story.copied, story.linear, story.nr_frags, story.truesize)
    names = [str(chunk.chunk) for chunk in story.chunks]
    shown = names[0] if len(names) == 1 else f"{len(names)} chunks"
    return [
        *head,
        bufs,
        *(f"{number:,}" for number in numbers),
        *([shown, until(story.chunks)] if names else ["-", "-"]),
    ]


def until(chunks: Sequence[ChunkStory]) -> str:
    """Write after which packet the last chunk is free; `>` where nobody looked any further.

    Examples
    --------
    >>> until([ChunkStory(3, "page_frag", 32768, 22, 1, 20, (), True, 9)])
    '9'
    """
    watched = [chunk.watched_to for chunk in chunks if chunk.watched_to is not None]
    if watched:
        return f">{max(watched):,}"
    ends = [chunk.freed_by for chunk in chunks if chunk.freed_by is not None]
    return f"{max(ends):,}" if len(ends) == len(chunks) else "end"
