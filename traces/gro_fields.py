"""What two TCP segments must have in common for GRO to merge them, as one number.

All of it is compared as it stands in the headers, so that a hash of it is enough.
"""

import numpy as np
from rxreplay._jit import kernel

from .flow_hash import FACTOR_A, FACTOR_B, START_A, START_B, mix
from .headers import NOT_KEPT, TCP
from .link_layer import u8, u16
from .load import u32
from .packets import Bytes, Int64s, Record, Records, Word

TOS_V4, DF_V4, TTL_V4 = 1, 6, 8
HOP_LIMIT_V6 = 7
IP_DF = 0x4000
ACK, WINDOW, OPTIONS = 8, 14, 20


@kernel
def hash_network(data: Bytes, at: Word, version: Word) -> np.int64:
    """Take what the IP header at `at` says beside addresses and lengths.

    Source: include/net/gro.h, inet_gro_flush(), ipv6_gro_flush(); net/ipv6/ip6_offload.c.
    """
    if version == 4:
        df = u16(data, at + DF_V4) & IP_DF
        return np.int64(df | (u8(data, at + TOS_V4) << 8) | u8(data, at + TTL_V4))
    return mix(u32(data, at, 1), u8(data, at + HOP_LIMIT_V6), FACTOR_A)


@kernel
def hash_segment(data: Bytes, frame: Word, end: Word, headers: Record) -> np.int64:
    """Hash one TCP segment, as far as it was kept; 0 where it is none.

    Source: net/ipv4/tcp_offload.c, tcp_gro_receive(); `tcp_flag_word()` holds the window too.
    """
    at = frame + headers["transport"]
    if headers["protocol"] != TCP or headers["payload"] == NOT_KEPT or at + OPTIONS > end:
        return np.int64(0)
    kept = min(frame + headers["payload"], end)
    word = hash_network(data, frame + headers["network"], headers["version"])
    window = (u16(data, at + WINDOW) << 16) | (headers["payload"] - headers["transport"])
    a, b = mix(START_A, word, FACTOR_A), mix(START_B, word, FACTOR_B)
    a, b = mix(a, window, FACTOR_A), mix(b, window, FACTOR_B)
    word = u32(data, at + ACK, 1)
    a, b = mix(a, word, FACTOR_A), mix(b, word, FACTOR_B)
    for option in range(at + OPTIONS, kept - 3, 4):
        word = u32(data, option, 1)
        a, b = mix(a, word, FACTOR_A), mix(b, word, FACTOR_B)
    return np.int64((a << 32) | b)


@kernel
def gro_fields(data: Bytes, at: Int64s, cap_len: Int64s, headers: Records, alike: Int64s) -> None:
    """Write for each packet a number that is the same where GRO finds headers to be the same.

    Parameters
    ----------
    data : uint8 array
        Where the frames lie.
    at, cap_len : int64 arrays, shape (n,)
        First byte and captured length of each.
    headers : record array, shape (n,), dtype HEADERS
        What `decode` has found there.
    alike : int64 array, shape (n,)
        Is written: acknowledgement, window, options, TOS, TTL and DF of a TCP segment as far as
        they were kept, hashed; 0 for all other packets.

    Examples
    --------
    >>> from .decode import decode
    >>> from .headers import new_headers
    >>> ip = bytes.fromhex("4500002c 00000000 40060000 0a000001 0a000002 00501388")
    >>> ends = [ip + bytes([0, 0, 0, seq, 0, 0, 0, 9, 80, 16]) + bytes(10) for seq in (7, 11)]
    >>> data, at = np.frombuffer(b"".join(ends), np.uint8), np.array([0, 44])
    >>> headers, alike = new_headers(2), np.zeros(2, np.int64)
    >>> decode(data, at, np.array([44, 44]), np.array([101]), headers)
    >>> gro_fields(data, at, np.array([44, 44]), headers, alike)
    >>> bool(alike[0] == alike[1] != 0)
    True
    """
    for i in range(at.size):
        alike[i] = hash_segment(data, at[i], at[i] + cap_len[i], headers[i])
