"""One layer of a packet on the way in: how far it reaches, and the packet that it carries.

Positions are of the bytes at hand. A layer has two ends: `end` is behind the last byte that was
kept, `wire_end` behind the last one that was on the wire.
"""

import numpy as np
from rxreplay._jit import kernel

from .headers import HEADERS
from .packets import Record, Word

# How a packet is found: it is taken, or why it is not. The last one never leaves the kernels.
TAKEN, NO_TUNNEL, CUT, FRAGMENT, OTHER, UNKNOWN = range(6)

INNER = np.dtype(
    [
        ("at", "i8"),  # where the packet begins
        ("end", "i8"),
        ("wire_len", "i8"),
        ("link_type", "i8"),
        ("depth", "i8"),  # tunnels that it has come out of
        ("tag_bytes", "i8"),  # of VLAN tags, that are to be taken off
        ("found", "i8"),
    ]
)

LAYER = np.dtype(
    [
        ("end", "i8"),  # its own fields first: numba takes what begins with HEADERS for HEADERS
        ("wire_end", "i8"),
        ("partial", "i8"),  # whether the rest of what it carries is elsewhere
        *HEADERS.descr,
    ]
)

# A length field that leaves more over is 0, wrapped or stale, as super-packets have them: Ethernet
# pads to 60 bytes, and 4 more are the FCS.
PADDING = 64


@kernel
def missing(layer: Record, upto: Word, otherwise: Word) -> Word:
    """Say whether a layer has its bytes up to `upto`.

    0 where it has; NO_TUNNEL where they never were on the wire; `otherwise` where they were cut.
    """
    if upto > layer["wire_end"]:
        return NO_TUNNEL
    return otherwise if upto > layer["end"] else TAKEN


@kernel
def trust(layer: Record, at: Word, length: Word, least: Word) -> None:
    """End a layer where a length field says, counted from `at`, if that can be."""
    over = layer["wire_end"] - at - length
    if length >= least and 0 <= over <= PADDING:
        layer["wire_end"] = at + length
        layer["end"] = min(layer["end"], layer["wire_end"])


@kernel
def step_in(packet: Record, layer: Record, at: Word, link_type: Word) -> Word:
    """Go on with what a layer carries from `at` on."""
    found = missing(layer, at, CUT)
    if found != TAKEN:
        return found
    packet["at"] = at
    packet["end"] = layer["end"]
    packet["wire_len"] = layer["wire_end"] - at
    packet["link_type"] = link_type
    packet["depth"] += 1
    return TAKEN
