"""The interfaces of a pcapng section: what one tick of each clock is in nanoseconds."""

from typing import Final

import numpy as np

from .link_types import EN10MB
from .packets import Record, Records
from .walk import cap_limit

INTERFACE_DTYPE: Final = np.dtype(
    [
        ("rule", "i8"),
        ("factor", "i8"),  # of TIMES, half of DIVIDED's; the power of two otherwise
        ("offset_ns", "i8"),
        ("high_max", "i8"),  # above it in the high word, the time does not fit int64 nanoseconds
        ("snaplen", "i8"),
        ("cap_limit", "i8"),
        ("ethernet", "i8"),
        ("link_type", "i8"),
        ("fcs_len", "i8"),
    ]
)

TIMES: Final = 0  # 10^-9 seconds or longer: ticks * factor
DIVIDED: Final = 1  # shorter powers of ten, so even ones: half of the ticks // half of the factor
HALVED: Final = 2  # 2^-31 or longer
HALVED_FAR: Final = 3  # 2^-32 or shorter

NS_PER_S: Final = 1_000_000_000
INT64_MAX: Final = 2**63 - 1


def clock(tsresol: int, tsoffset: int) -> tuple[int, int, int, int]:
    """Give rule, factor, offset_ns and high_max of an `if_tsresol` byte and an `if_tsoffset`.

    Examples
    --------
    >>> clock(6, 0)
    (0, 1000, 0, 2147482)
    """
    offset_ns = tsoffset * NS_PER_S
    if abs(offset_ns) > INT64_MAX:
        return TIMES, 1, 0, -1  # no time of this interface fits
    room = INT64_MAX - max(offset_ns, 0)
    power = tsresol & 0x7F
    if not tsresol & 0x80:
        if power <= 9:
            factor = 10 ** (9 - power)
            return TIMES, factor, offset_ns, ((room // factor + 1) >> 32) - 1
        factor = 10 ** (power - 9)
        high_max = min((((room + 1) * factor) >> 32) - 1, 2**32 - 1)
        if factor > 2**64:  # no number of ticks is a nanosecond: as if they were 2^-95 seconds
            return HALVED_FAR, 63, offset_ns, high_max
        return DIVIDED, factor // 2, offset_ns, high_max
    if power < 32:
        return HALVED, power, offset_ns, ((room // NS_PER_S) >> (32 - power)) - 1
    high_max = min(((room + 1) << (power - 32)) // NS_PER_S - 2, 2**32 - 1)
    return HALVED_FAR, min(power - 32, 63), offset_ns, high_max


def new_interface(link_type: int, snaplen: int, tsresol: int, tsoffset: int) -> Record:
    """Give one row of the table that the walk looks times and limits up in.

    Examples
    --------
    >>> int(new_interface(EN10MB, 96, 9, 0)["factor"])
    1
    """
    no_fcs = 0
    what = snaplen, cap_limit(snaplen), link_type == EN10MB, link_type, no_fcs
    return np.array((*clock(tsresol, tsoffset), *what), INTERFACE_DTYPE)[()]


def no_interfaces() -> Records:
    """Give the empty table.

    Examples
    --------
    >>> no_interfaces().size
    0
    """
    return np.zeros(0, INTERFACE_DTYPE)
