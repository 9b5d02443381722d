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
    >>> print(verdict(results.of(0), "4.11/small"))  # doctest: +ELLIPSIS
    For this traffic 5.10/mergeable charges sockets least, 768 B a packet and ...
    """
    if not any(f.packets for f in figures.values()):
        return "There was no packet to replay."
    return "For this traffic " + "; ".join(findings(figures, reference)) + "."


def findings(figures: Outcome, reference: str) -> list[str]:
    """Give the clauses of the verdict; none where there was no packet."""
    able = {name: f for name, f in figures.items() if f.delivered_packets and not f.drops.total()}
    parts = []
    if able:
        parts = [charged(able, reference), resident(able), copied(able)]
    return [part for part in [*parts, *dropped(figures)] if part]


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
        ratio = f"×{least * base.delivered_packets / base.truesize_bytes:.2f}"
        against = f" and {ratio} of {reference}" if ratio != "×1.00" else ""
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
    copied_whole = best.copy_small.packets
    others = best.delivered_packets - copied_whole
    share = share_text(copied_whole, best.delivered_packets)
    whole = f"{share} of the packets are copied whole into small heads"
    if not others:
        return whole
    taken = number_text((best.buffers - copied_whole) / others)  # who is copied whole had one
    each = f"{taken} buffers of {size} in the mean"
    return f"{whole}, and the others take {each}" if copied_whole else f"a packet takes {each}"


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
    """Name who drops packets, why, and what a real host would do."""
    losers = {name: f.drops for name, f in figures.items() if f.drops.total()}
    if not losers:
        return []
    fixed = {name: d.device_too_long for name, d in losers.items() if "/mergeable" not in name}
    ring = {name: d.device_too_long for name, d in losers.items() if "/mergeable" in name}
    causes = [
        (fixed, "longer than a buffer (a host would have segmented them for such a device)"),
        (ring, "longer than all the buffers of the ring (a real queue stalls there)"),
        ({name: d.xdp_drops for name, d in losers.items()}, "longer than the program can take"),
        ({name: d.rx_length_errors for name, d in losers.items()}, "refused for their length"),
    ]
    clauses = [
        dropped_text(counts, why, len(losers)) for counts, why in causes if any(counts.values())
    ]
    return [f"{listed(list(losers))} cannot win: " + ", ".join(clauses)]


def dropped_text(counts: Mapping[str, int], why: str, losers: int) -> str:
    """Say how many packets some strategies drop of one cause; if all losers do, name none again."""
    names = [name for name, count in counts.items() if count]
    least, most = min(counts[name] for name in names), max(counts.values())
    count = count_text(most) if least == most else f"{count_text(least)} to {count_text(most)}"
    who = verb(names, "drop")
    if len(names) == losers:
        who = "it drops" if losers == 1 else "they drop"
    return f"{who} {count} {'packet' if most == 1 else 'packets'} {why}"
