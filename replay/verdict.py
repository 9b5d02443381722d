"""The verdict of a comparison, in words: who wins on what, and why."""

from collections.abc import Callable, Mapping

from rxreplay.emulator import Figures

from .units import bytes_text, count_text, number_text, share_text

SHOWN = 3
Outcome = Mapping[str, Figures]


def verdict(figures: Outcome, reference: str) -> str:
    """Say which strategy wins on what for this traffic, and why, in one sentence.

    Parameters
    ----------
    figures : mapping of str to Figures
        By the strategies' names.
    reference : str
        The strategy that the others are compared with.

    Examples
    --------
    >>> from rxreplay import compare
    >>> results = compare([[64] * 1000], ["4.11/small", "5.10/mergeable"])
    >>> print(verdict(results.of(0), "4.11/small").split(";")[0])
    For this traffic 5.10/mergeable charges sockets least, 768 B a packet and ×0.35 of 4.11/small, because it copies 100.0 % of the packets whole into small heads
    """
    able = {name: f for name, f in figures.items() if f.delivered_packets and not f.drops.total()}
    if not any(f.packets for f in figures.values()):
        return "There was no packet to replay."
    parts = []
    if able:
        parts = [charged(able, reference), resident(able), copied(able)]
    parts += dropped(figures)
    return "For this traffic " + "; ".join(part for part in parts if part) + "."


def winners(figures: Outcome, value: Callable[[Figures], float]) -> tuple[list[str], float]:
    """Give the names with the least value, and that value."""
    least = min(value(f) for f in figures.values())
    return [name for name, f in figures.items() if value(f) == least], least


def listed(names: list[str]) -> str:
    """List names for people."""
    if len(names) > SHOWN:
        return f"{', '.join(names[:SHOWN])} and {len(names) - SHOWN} more"
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def verb(names: list[str], text: str) -> str:
    """Give a verb its s where one name stands before it."""
    return f"{listed(names)} {text}{'s' if len(names) == 1 else ''}"


def charged(able: Outcome, reference: str) -> str:
    """Name who has the least truesize, and why."""
    names, least = winners(able, lambda f: f.truesize_bytes / f.delivered_packets)
    against = ""
    if reference not in names and reference in able:
        base = able[reference]
        ratio = least * base.delivered_packets / base.truesize_bytes
        against = f" and ×{ratio:.2f} of {reference}"
    each = number_text(least, " B a packet")
    why = why_charged(names[0], able[names[0]])
    return f"{verb(names, 'charge')} sockets least, {each}{against}, because {why}"


def why_charged(name: str, best: Figures) -> str:
    """Find in the winner's figures what keeps its truesize down."""
    buffers = best.waste.buffers
    size = number_text((buffers.carved - buffers.posted) / max(1, best.buffers), " B")
    if name.endswith("/big"):
        return "a packet keeps only the pages that it fills"
    if name.endswith("/small"):
        return f"every packet fits one buffer of {size}, which itself becomes the head"
    if not best.copied_bytes:
        return f"buffers follow the average frame, {size} each, and become the heads themselves"
    whole = share_text(best.copy_small.packets, best.delivered_packets)
    return f"{whole} of the packets are copied whole into small heads, and long ones fill buffers"


def resident(able: Outcome) -> str:
    """Name who keeps the least memory from the guest, and what most of that is."""
    names, least = winners(able, lambda f: f.resident_bytes.peak)
    ring = able[names[0]].ring_bytes.peak
    why = f"{share_text(ring, least)} of that is posted in its ring"
    return f"{verb(names, 'keep')} the least memory resident, {bytes_text(least)} at most ({why})"


def copied(able: Outcome) -> str:
    """Name who copies least, and why."""
    names, least = winners(able, lambda f: f.copied_bytes)
    if len(names) == len(able):
        return ""
    copy = "copies" if len(names) == 1 else "copy"
    if not least:
        return f"{listed(names)} {copy} nothing, because buffers become heads"
    each = number_text(least / able[names[0]].delivered_packets, " B a packet")
    return f"{listed(names)} {copy} least, {each}"


def dropped(figures: Outcome) -> list[str]:
    """Name who drops packets, and what a real host would have done."""
    losers = [name for name, f in figures.items() if f.drops.total()]
    if not losers:
        return []
    worst = max((figures[name].drops for name in losers), key=lambda drops: drops.total())
    clauses = []
    if worst.device_too_long:
        clauses.append(
            f"{count_text(worst.device_too_long)} packets are longer than their buffers hold "
            "(a host would have segmented those for a device without room for them)"
        )
    if worst.rx_length_errors:
        clauses.append(f"{count_text(worst.rx_length_errors)} are shorter than an Ethernet header")
    return [f"{verb(losers, 'drop')} packets and cannot win: {' and '.join(clauses)}"]
