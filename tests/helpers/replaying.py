"""Drive the emulator as a test needs it, and show what it did in the oracle's terms."""

from dataclasses import asdict

import numpy as np
from rxreplay.emulator import Receiver, receive, strategy
from rxreplay.emulator.state import (
    CHUNK_FREED,
    CHUNK_TAKEN,
    FRAG,
    PACKET,
    POLL,
    POOL_FREED,
    POOL_TAKEN,
    REFILL,
)

BLOCKS = {CHUNK_TAKEN: ("chunk", "+"), CHUNK_FREED: ("chunk", "-")}
BLOCKS |= {POOL_TAKEN: ("pool", "+"), POOL_FREED: ("pool", "-")}

LEVELS = (
    "ring_bytes",
    "skb_truesize_bytes",
    "chunk_bytes",
    "slab_bytes",
    "resident_bytes",
    "payload_bytes_in_flight",
)
PLAIN = (
    "packets",
    "frame_bytes",
    "delivered_packets",
    "delivered_bytes",
    "truesize_bytes",
    "buffers",
    "linear_bytes",
    "nonlinear_bytes",
    "linear_packets",
    "least_linear",
    "frag_list_packets",
    "coalesced_frags",
    "fit_packets",
    "fit_bytes",
)
MANY = 1 << 16  # events: more than any run here has


def frames(*lengths):
    return np.array(lengths, np.int64)


def opened(name, **options):
    """Give a queue whose ring has been filled, and that keeps its events."""
    return Receiver(strategy(name), **{"events": MANY, **options})


def run(name, lengths, **options):
    """Replay all of `lengths`; give the receiver, whose last poll may still be open."""
    receiver = opened(name, **options)
    receiver.receive(frames(*lengths))
    return receiver


def finished(name, lengths, **options):
    """Replay all of `lengths` and give the figures."""
    return run(name, lengths, **options).finish()


def skbs(name, *lengths, **options):
    """Give (truesize, linear, nr_frags) of each frame."""
    kept = receive(frames(*lengths), strategy(name), **options)
    return [tuple(skb) for skb in kept[["truesize", "linear", "nr_frags"]].tolist()]


def cell(name, length, **options):
    """Give truesize/linear/nr_frags/copied of one frame on a fresh ring, as kernel-facts does."""
    receiver = run(name, [length], keep=1, events=0, **options)
    figures = receiver.finish()
    if figures.drops.total():
        return "drop"
    skb = receiver.skbs[-1]
    return f"{skb['truesize']}/{skb['linear']}/{skb['nr_frags']}/{figures.copied_bytes}"


def events(receiver):
    """Give the log in the form of a recording."""
    return [_event(*(int(field) for field in event)) for event in receiver.log]


def _event(kind, a, b, c, d, e):
    if kind == REFILL:
        return ("refill", a, None if b < 0 else b, c, d)
    if kind == PACKET:
        return ("packet", a, b, b - 14, c, d, e)
    if kind == POLL:
        return ("poll", a)
    if kind == FRAG:
        return ("frag", a)
    return (*BLOCKS[kind], a)


def kinds(receiver, *wanted):
    """Give the events of some kinds."""
    return [event for event in events(receiver) if event[0] in wanted]


def comparable(receiver, figures):
    """Give the figures in the shape of the oracle's, and what an unread socket holds."""
    return {**shaped(figures), "socket": receiver.socket}


def shaped(figures):
    """Give the figures in the shape of the oracle's."""
    return {
        **{name: getattr(figures, name) for name in PLAIN},
        **{
            f"{cause}.{unit}": getattr(getattr(figures, cause), unit)
            for cause in ("copy_small", "copy_header", "copy_xdp")
            for unit in ("bytes", "packets")
        },
        "drops": {
            "device_too_long": figures.drops.device_too_long,
            "rx_length_errors": figures.drops.rx_length_errors,
            "xdp_drops": figures.drops.xdp_drops,
        },
        "nr_frags": list(figures.nr_frags),
        **{name: tuple(asdict(getattr(figures, name)).values()) for name in LEVELS},
        "amplification": [
            level and (level.held_bytes, level.payload_bytes)
            for level in (getattr(figures.amplification, name) for name in ("peak", "mean", "end"))
        ],
        "buffer_ledger": asdict(figures.waste.buffers),
        "chunk_ledger": asdict(figures.waste.chunks),
        "head_ledger": asdict(figures.waste.heads),
    }
