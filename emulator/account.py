"""From a queue's records to the figures of its run."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from .bins import AMPLIFIED, Bins, highest_of
from .figures import Amplification, AmplificationLevel, Copied, Drops, Figures, Level
from .ledger import waste
from .state import LEVELS, STATE, Queue


def level_of(queue: Queue, name: str) -> Level:
    """Give a level of memory: at most, on average over the packets, and now."""
    state = queue.state
    work = int(state["sum_work"])
    mean = int(state[f"sum_{name}"]) / work if work else None
    end = state["chunk_bytes"] + state["slab_bytes"] if name == "resident_bytes" else state[name]
    return Level(int(state[f"peak_{name}"]), mean, int(end))


def amplification_of(held: int, payload: int) -> Amplification | None:
    """Give what skbs hold over what is in them; None where nothing is."""
    return Amplification(held, payload, held / payload) if payload else None


def with_closed(figures: Figures, bins: Bins) -> Figures:
    """Give figures whose peaks may lie in closed bins: the queue's meters began anew after them."""
    peaks = {name: max(getattr(figures, name).peak, highest_of(bins, name)) for name in LEVELS}
    levels = {name: replace(getattr(figures, name), peak=peak) for name, peak in peaks.items()}
    closed = {(int(held), int(payload)) for held, payload in bins.highest[:, AMPLIFIED]}
    found = [amplification_of(*pair) for pair in closed]
    worst = max(
        (each for each in (*found, figures.amplification.peak) if each),
        key=lambda each: (Fraction(each.held_bytes, each.payload_bytes), -each.payload_bytes),
        default=None,
    )
    return replace(figures, amplification=replace(figures.amplification, peak=worst), **levels)


def copies_of(s: Mapping[str, int]) -> dict[str, Any]:
    """Give what the driver has copied, by cause and in all."""
    causes = ("copy_small", "copy_header", "copy_xdp")
    copies: dict[str, Any] = {c: Copied(s[f"{c}_bytes"], s[f"{c}_packets"]) for c in causes}
    return copies | {"copied_bytes": sum(s[f"{cause}_bytes"] for cause in causes)}


def figures_of(queue: Queue, packets: int, frame_bytes: int, wire_bytes: int | None) -> Figures:
    """Give all figures of a run that has ended.

    Raises
    ------
    LedgerError
        Its memory does not balance.
    """
    s = {name: int(queue.state[name]) for name in STATE.names or () if name != "nr_frags"}
    levels: dict[str, Any] = {name: level_of(queue, name) for name in LEVELS}
    return Figures(
        packets=packets,
        wire_bytes=frame_bytes if wire_bytes is None else wire_bytes,
        frame_bytes=frame_bytes,
        delivered_packets=s["delivered_packets"],
        delivered_bytes=s["delivered_bytes"],
        drops=Drops(s["device_too_long"], s["rx_length_errors"], s["xdp_drops"], None, None),
        mean_over="packets",
        lifetime="drop",
        **levels,
        amplification=AmplificationLevel(
            peak=amplification_of(s["peak_amplified_held"], s["peak_amplified_payload"]),
            mean=amplification_of(s["sum_held_bytes"], s["sum_payload_bytes_in_flight"]),
            end=amplification_of(
                s["held_bytes"] + s["skb_slab_bytes"], s["payload_bytes_in_flight"]
            ),
        ),
        truesize_bytes=s["truesize_bytes"],
        len_per_truesize=s["delivered_bytes"] / s["truesize_bytes"]
        if s["truesize_bytes"]
        else None,
        buffers=s["head"],
        linear_bytes=s["linear_bytes"],
        nonlinear_bytes=s["nonlinear_bytes"],
        linear_packets=s["linear_packets"],
        least_linear=s["least_linear"] if s["nonlinear_bytes"] else None,
        nr_frags=tuple(int(packets) for packets in queue.state["nr_frags"]),
        frag_list_packets=s["frag_list_packets"],
        coalesced_frags=s["coalesced_frags"],
        **copies_of(s),
        pull_headers=None,
        headers_linear_packets=None,
        copied_with_pulls=None,
        linearize=None,
        stack=None,
        waste=waste(queue),
        rcvbuf=s["fit_rcvbuf"],
        fit_packets=s["fit_packets"],
        fit_bytes=s["fit_bytes"],
        consumed=None,
    )
