"""The Toeplitz hash of receive-side scaling, by a table of what each byte adds to it.

Source: Microsoft, RSS hashing functions; QEMU's net_toeplitz_add() does it bit by bit.
"""

from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt
from rxreplay._jit import kernel

from .packets import Bytes, Word

KEY_BYTES: Final = 40
MOST_INPUT: Final = KEY_BYTES - 4  # two IPv6 addresses and two ports

Table = npt.NDArray[np.uint32]


@lru_cache(maxsize=8)
def toeplitz_table(key: bytes) -> Table:
    """Give what each value of each input byte adds to the hash.

    Parameters
    ----------
    key : bytes
        40 of them.

    Returns
    -------
    uint32 array, shape (36, 256)
        Read-only; 36 KiB, of which an IPv4 packet needs a third.

    Raises
    ------
    ValueError
        The key has another length.

    Examples
    --------
    >>> from .steering import MICROSOFT_KEY
    >>> table = toeplitz_table(MICROSOFT_KEY)
    >>> hex(table[0, 0x80]), hex(table[0, 0x40])
    ('0x6d5a56da', '0xdab4adb4')
    """
    if len(key) != KEY_BYTES:
        raise ValueError(f"a key of {len(key)} bytes; write {KEY_BYTES} of them")
    number = int.from_bytes(key, "big")
    table = np.zeros((MOST_INPUT, 256), np.uint32)
    values = np.arange(256)
    for place in range(MOST_INPUT):
        for bit in range(8):
            window = number >> (8 * KEY_BYTES - 32 - 8 * place - bit) & 0xFFFFFFFF
            table[place, (values & (0x80 >> bit)) > 0] ^= np.uint32(window)
    table.flags.writeable = False  # it is kept for the next call
    return table


@kernel
def toeplitz(table: Table, data: Bytes, at: Word, size: Word, place: Word) -> np.int64:
    """Hash `size` bytes from `at` on, which are bytes `place` and on of the input.

    Hashes of parts of an input, xored, are the hash of the whole.

    Examples
    --------
    >>> from .steering import MICROSOFT_KEY
    >>> address, ports = bytes([66, 9, 149, 187, 161, 142, 100, 80]), bytes([10, 234, 6, 230])
    >>> data, table = np.frombuffer(address + ports, np.uint8), toeplitz_table(MICROSOFT_KEY)
    >>> hex(toeplitz(table, data, 0, 12, 0))
    '0x51ccc178'
    """
    hashed = np.int64(0)
    for i in range(size):
        hashed ^= np.int64(table[place + i, data[np.uint64(at + i)]])
    return hashed
