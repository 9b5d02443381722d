"""Where every byte goes: an overview, and a waterfall for each strategy with its three ledgers."""

from dataclasses import asdict
from typing import Final

from rxreplay.emulator.figures import BufferLedger

from ...units import bytes_text, share_text
from .drawing import WIDTH, Drawing
from .parts import Cell, Column, Page, Picture, Section, Table

OWNERS: Final = {  # in the order of the bars: in words, in a word, and their colour
    "payload": ("packet bytes that stay in the buffer", "packets", "w0"),
    "freed_copy": ("packet bytes that were copied out", "copied out", "w1"),
    "vnet_hdr": ("virtio header", "virtio header", "w2"),
    "headroom": ("headroom", "headroom", "w2"),
    "shared_info": ("skb_shared_info", "shared info", "w3"),
    "alignment": ("alignment", "alignment", "w4"),
    "hole": ("hole at the end of a chunk", "holes", "w4"),
    "dma_record": ("record of the DMA mapping", "DMA record", "w4"),
    "unused": ("unused", "unused", "w5"),
    "dropped": ("of dropped packets", "dropped", "w6"),
}
LEGEND: Final = [
    ("w0", "packet bytes that stay"),
    ("w1", "packet bytes copied out"),
    ("w2", "virtio header, headroom"),
    ("w3", "skb_shared_info"),
    ("w4", "holes, alignment, DMA record"),
    ("w5", "unused"),
    ("w6", "of dropped packets"),
]
WHOLES: Final = {"buffers": "carved", "chunks": "filled", "heads": "bytes"}
MEANINGS: Final = {
    "buffers": "Buffers: carved = the others",
    "chunks": "Chunks: filled = the others",
    "heads": "Heads that are no buffers: bytes = the others",
}
BAR: Final = 15
PITCH: Final = 38
FALL_WIDE: Final = 400
FALL_LEFT: Final = 96  # where the bars of a waterfall begin
FALL_WIDTH: Final = FALL_WIDE - FALL_LEFT - 126
FALL_PITCH: Final = 21


def waste_section(page: Page) -> Section:
    """Show where the bytes of buffers went."""
    used = [column for column in page.columns if consumed(column.ledger)]
    words = [
        "Every byte of every ring buffer that was used has one owner; the sums are checked to the "
        "byte on every run. What is no packet is the price of the strategy for this traffic. Below "
        "the overview each strategy has its waterfall: from the bytes of its buffers, one owner "
        "after the other is taken away, until packets are left."
    ]
    if not used:
        return Section("waste", "Where every byte goes", ["No buffer was used."])
    if unseen := ", ".join(c.names[0] for c in page.columns if c not in used):
        words.append(f"Not shown, as no buffer cut from a chunk was used: {unseen}.")
    pictures = [overview(used), *(waterfall(column) for column in used)]
    return Section("waste", "Where every byte goes", words, pictures)


def consumed(ledger: BufferLedger) -> int:
    """Give the bytes of the buffers that were used."""
    return ledger.carved - ledger.posted


def overview(columns: list[Column]) -> Picture:
    """Show the owners as shares, strategy beside strategy."""
    drawing = Drawing(PITCH * len(columns) + 4)
    rows = []
    for row, column in enumerate(columns):
        ledger, top = column.ledger, PITCH * row
        whole = consumed(ledger)
        each = whole / max(1, column.figures.delivered_packets)
        drawing.words(0, top + 13, column.label, "name")
        drawing.words(WIDTH, top + 13, f"{bytes_text(each)} of buffers a packet", "end soft")
        x = 0.0
        for owner, (meaning, _, look) in OWNERS.items():
            size = getattr(ledger, owner)
            width = WIDTH * size / whole
            if size:
                note = f"{meaning}: {share_text(size, whole)}"
                box = {"x": x, "y": top + 18, "width": width, "height": BAR}
                drawing.shape("rect", f"bar part {look}", note, **box)
            x += width
        shares = [getattr(ledger, owner) for owner in OWNERS]
        cells = [Cell(share_text(size, whole), size / whole) for size in shares]
        rows.append([Cell(column.label), Cell(f"{whole:,}", whole), *cells])
    worst = max(columns, key=lambda c: useless(c.ledger))
    least = min(columns, key=lambda c: useless(c.ledger))
    words = (
        f"Bytes of used buffers that hold no packet: {share_text(useless(least.ledger), 1)} under "
        f"{least.names[0]}, {share_text(useless(worst.ledger), 1)} under {worst.names[0]}."
    )
    title = "Owners of the bytes of used buffers, as shares"
    heads = ["strategy", "bytes of used buffers", *(meaning for meaning, _, _ in OWNERS.values())]
    table = Table("Shares of the bytes of used buffers", heads, rows)
    markup, legend = drawing.markup("owners", title, words), owners_key(columns)
    return Picture("owners", title, words, markup, [table], legend, "alone")


def owners_key(columns: list[Column]) -> list[tuple[str, str]]:
    """Explain the colours that any bar has."""
    seen = {
        look
        for column in columns
        for owner, (_, _, look) in OWNERS.items()
        if getattr(column.ledger, owner)
    }
    return [(look, meaning) for look, meaning in LEGEND if look in seen]


def useless(ledger: BufferLedger) -> float:
    """Give the share of used buffers that never held a packet."""
    return 1 - (ledger.payload + ledger.freed_copy) / consumed(ledger)


def waterfall(column: Column) -> Picture:
    """Take owner after owner away from the bytes of one strategy's buffers."""
    ledger, ident = column.ledger, f"fall-{column.number}"
    whole = consumed(ledger)
    sizes = {owner: getattr(ledger, owner) for owner in reversed(OWNERS)}
    falls = [(owner, size) for owner, size in sizes.items() if size]
    drawing = Drawing(FALL_PITCH * (len(falls) + 1) + 2, FALL_WIDE)
    step(drawing, 0, ("used buffers", "whole", whole), (0, whole, whole))
    left = whole
    for row, (owner, size) in enumerate(falls, 1):
        left -= size
        step(drawing, row, (*OWNERS[owner][1:], size), (left, size, whole))
    title = column.label
    packets = share_text(ledger.payload + ledger.freed_copy, whole)
    words = f"{packets} of {bytes_text(whole)} of used buffers held packet bytes."
    markup = drawing.markup(ident, title, words)
    return Picture(ident, title, words, markup, ledgers(column), look="fall")


def step(
    drawing: Drawing, row: int, what: tuple[str, str, int], place: tuple[int, int, int]
) -> None:
    """Draw a step of a waterfall: its name, its bar between the steps, its size and share."""
    name, look, size = what
    left, width = (FALL_WIDTH * part / place[2] for part in place[:2])
    top = FALL_PITCH * row
    drawing.words(0, top + 14, name)
    note = f"{name}: {size:,} B"
    box = {"x": FALL_LEFT + left, "y": top + 2, "width": max(width, 1.5), "height": BAR}
    drawing.shape("rect", f"bar {look}", note, **box)
    drawing.words(FALL_WIDE - 56, top + 14, bytes_text(size), "end soft")
    drawing.words(FALL_WIDE, top + 14, share_text(size, place[2]), "end")


def ledgers(column: Column) -> list[Table]:
    """Give the three equalities of a strategy, to the byte."""
    tables = []
    for name, ledger in asdict(column.figures.waste).items():
        whole = ledger[WHOLES[name]]
        rows = [
            [Cell(f"waste.{name}.{owner}"), Cell(f"{size:,}", size), Cell(share_text(size, whole))]
            for owner, size in ledger.items()
        ]
        caption = f"{column.number} · {MEANINGS[name]}"
        tables.append(Table(caption, ["owner", "bytes", "share"], rows))
    return tables
