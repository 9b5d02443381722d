"""A number that tells whether two walks gave the same frames at the same times, in one order.

It tells accidental differences, and withstands no adversary. docs/digest.md defines it.
"""

from typing import Final

import numpy as np
from rxreplay._jit import kernel

from .link_types import ETH_HLEN
from .packets import Int64s, Record, Word

FINGERPRINT: Final = np.dtype(
    [
        ("packets", "i8"),
        ("stripe", "i8"),  # the sum of the stripe that is not full yet
        ("folded", "i8"),  # of all full stripes
        ("header", "i8"),  # bytes of link layer of lengths to come, for which Ethernet's are put
    ]
)

STRIPE = 128
LOW = 2**63 - 1  # 63 bits, so that plain Python, whose numbers do not wrap, gives the same
FACTOR = 0x1E3779B97F4A7C15  # odd: no two of what it multiplies give the same
NAME: Final = "nh63"  # another name if anything here changes


def keys_of(count: int) -> Int64s:
    """Give the upper 63 bits of what SplitMix64 gives from 0 on.

    Examples
    --------
    >>> [hex(key) for key in keys_of(2)]
    ['0x7110541cbd8ee6d7', '0x373c4f3550dcb2fa']
    """
    found = []
    for n in range(1, count + 1):
        word = n * 0x9E3779B97F4A7C15 % 2**64
        word = (word ^ (word >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
        word = (word ^ (word >> 27)) * 0x94D049BB133111EB % 2**64
        found.append((word ^ (word >> 31)) >> 1)
    return np.array(found, np.int64)


LENGTH_KEYS, TIME_KEYS = keys_of(2 * STRIPE).reshape(2, STRIPE)


def new_fingerprint() -> Record:
    """Give that of nothing.

    Examples
    --------
    >>> fingerprint_text(new_fingerprint())
    'nh63:0000000000000000'
    """
    fingerprint = np.zeros(1, FINGERPRINT)[0]
    fingerprint["header"] = ETH_HLEN
    return fingerprint


def folded_with(folded: Word, word: Word) -> Word:
    """Take one more word behind those that are folded."""
    folded = int(folded)
    return ((folded ^ (folded >> 32)) * FACTOR + int(word)) & LOW


fold = kernel(folded_with)


@kernel
def products(frame_len: Int64s, ts_ns: Int64s, at: Word) -> Word:
    """Add up frames of one stripe, from place `at` on; int() is for plain Python."""
    total, length_keys, time_keys = 0, LENGTH_KEYS[at:], TIME_KEYS[at:]
    for i in range(frame_len.size):
        length = int(frame_len[i]) + int(length_keys[i])
        total += length * (int(ts_ns[i]) + int(time_keys[i]))
    return total & LOW


@kernel
def add_frames(frame_len: Int64s, ts_ns: Int64s, fingerprint: Record) -> None:
    """Add frames behind those that are there."""
    first = 0
    while first < frame_len.size:
        at = fingerprint["packets"] % STRIPE
        last = min(frame_len.size, first + STRIPE - at)
        more = products(frame_len[first:last], ts_ns[first:last], at)
        fingerprint["stripe"] = (int(fingerprint["stripe"]) + more) & LOW
        fingerprint["packets"] += last - first
        if fingerprint["packets"] % STRIPE == 0:
            fingerprint["folded"] = fold(fingerprint["folded"], fingerprint["stripe"])
            fingerprint["stripe"] = 0
        first = last


def fingerprint_text(fingerprint: Record) -> str:
    """Write the fingerprint of what was added: its name, and 63 bits in hexadecimal digits."""
    folded = folded_with(fingerprint["folded"], fingerprint["stripe"])
    return f"{NAME}:{folded_with(folded, fingerprint['packets']):016x}"
