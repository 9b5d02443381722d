"""Hashes of flows: one that tells directions apart, and one that does not, as tun's.

Two halves of 32 bits, mixed by multiplications that fit an int64, so that plain Python gives the
same. The multipliers are those of a mixer that was searched for its lack of bias
(github.com/skeeto/hash-prospector).
"""

import numpy as np
from rxreplay._jit import kernel

from .flow_key import WITH_PORTS
from .headers import NOT_KEPT, WHOLE
from .load import u32
from .packets import Bytes, Record, Word

HALF = 0xFFFFFFFF
FACTOR_A, FACTOR_B = 0x21F0AAAD, 0x735A2D97
START_A, START_B = 0x243F6A88, 0x13198A2E


@kernel
def mix(half: Word, word: Word, factor: Word) -> np.int64:
    """Take 32 bits into a half of a hash; no two words give the same."""
    product = ((half ^ word) * factor) & HALF
    return np.int64(product ^ (product >> 15))


@kernel
def hash_flow(data: Bytes, at: Word, headers: Record) -> np.int64:
    """Hash addresses, protocol and ports of the IP packet at `at`; 0 where its ports were cut off.

    Without ports, as in all fragments of a datagram, addresses and protocol.
    """
    protocol, ports = headers["protocol"], np.int64(0)
    if headers["fragment"] == WHOLE and protocol in WITH_PORTS:
        if headers["sport"] == NOT_KEPT:
            return np.int64(0)
        ports = (headers["sport"] << 16) | headers["dport"]
    first, last = at + 12, at + 20
    if headers["version"] == 6:
        first, last = at + 8, at + 40
    rest = (headers["version"] << 8) | protocol
    a, b = mix(START_A, ports, FACTOR_A), mix(START_B, ports, FACTOR_B)
    a, b = mix(a, rest, FACTOR_A), mix(b, rest, FACTOR_B)
    for address in range(first, last, 4):
        word = u32(data, address, 1)
        a, b = mix(a, word, FACTOR_A), mix(b, word, FACTOR_B)
    return np.int64((a << 32) | b)


@kernel
def is_below(data: Bytes, one: Word, other: Word, size: Word) -> bool:
    """Compare the addresses of `size` bytes at two places."""
    for i in range(0, size, 4):
        left, right = u32(data, one + i, 1), u32(data, other + i, 1)
        if left != right:
            return bool(left < right)
    return False


@kernel
def hash_symmetric(data: Bytes, at: Word, headers: Record, seed: Word) -> np.int64:
    """Hash the IP packet at `at` to 32 bits, both directions of a flow alike.

    Source for what enters: net/core/flow_dissector.c, __skb_get_hash_symmetric_net().
    """
    size: Word = 16 if headers["version"] == 6 else 4
    source = at + (8 if headers["version"] == 6 else 12)
    low, high = source, source + size
    if is_below(data, high, low, size):
        low, high = high, low
    ports = np.int64(0)
    if headers["fragment"] == WHOLE and headers["sport"] != NOT_KEPT:
        sport, dport = headers["sport"], headers["dport"]
        ports = (min(sport, dport) << 16) | max(sport, dport)
    hashed = mix(START_A ^ seed, (headers["version"] << 8) | headers["protocol"], FACTOR_A)
    for i in range(0, size, 4):
        hashed = mix(hashed, u32(data, low + i, 1), FACTOR_B)
        hashed = mix(hashed, u32(data, high + i, 1), FACTOR_A)
    return mix(mix(hashed, ports, FACTOR_B), 0, FACTOR_A)
