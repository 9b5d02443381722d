"""Who talks to whom: candidates for the guest, and the frames that reach it."""

from dataclasses import dataclass

import numpy as np

from .mac import format_mac, parse_mac
from .packets import NO_ADDRESS, Block, Int64s, Mask

__all__ = ["Candidate", "Directions", "for_guest", "format_mac", "parse_mac"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An address that both receives and sends, as a guest does; counts are packets."""

    mac: str
    to_packets: int
    from_packets: int


class Directions:
    """Packets to and from each Ethernet address, fed with blocks; 4,096 addresses at most.

    Examples
    --------
    >>> directions = Directions()
    >>> a, b = 0x525400000001, 0x525400000002
    >>> times = np.zeros(2, np.int64)
    >>> directions.add(Block(times, times, times, np.array([a, b]), np.array([b, a])))
    >>> directions.both_directions, directions.candidates()[0].mac
    (True, '52:54:00:00:00:01')
    """

    def __init__(self) -> None:
        """Start from nothing."""
        from .address_table import SLOTS  # numba is imported with the first use

        self.table = np.zeros((SLOTS, 3), np.int64)
        self.table[:, 0] = NO_ADDRESS
        self.counters = np.zeros(2, np.int64)

    def add(self, block: Block) -> None:
        """Count the addresses of a block that was read with them."""
        from .address_table import count_addresses

        count_addresses(block.dst, block.src, self.table, self.counters)

    @property
    def other_packets(self) -> int:
        """Packets with an address that found no room."""
        from .address_table import OTHER

        return int(self.counters[OTHER])

    def candidates(self) -> list[Candidate]:
        """Give addresses seen as unicast destination and as source, the busiest first."""
        both = self.table[(self.table[:, 1] > 0) & (self.table[:, 2] > 0)]
        rows = sorted(both.tolist(), key=lambda row: (-row[1] - row[2], row[0]))
        return [Candidate(format_mac(mac), to, sent) for mac, to, sent in rows]

    @property
    def both_directions(self) -> bool:
        """Whether some address both receives and sends: the capture holds both directions."""
        return bool(((self.table[:, 1] > 0) & (self.table[:, 2] > 0)).any())


def for_guest(block: Block, guest_macs: Int64s) -> Mask:
    """Say which records reach a guest.

    Parameters
    ----------
    block : Block
        Read with addresses.
    guest_macs : int64 array
        Addresses of the guests, in any order.

    Returns
    -------
    bool array, shape (n,)
        True where the destination is a guest's, or is broadcast or multicast and the source is
        known and no guest's.

    Examples
    --------
    >>> times = np.zeros(3, np.int64)
    >>> a, b, all_of_them = 1, 2, 0xFFFFFFFFFFFF
    >>> block = Block(times, times, times, np.array([a, b, all_of_them]), np.array([b, a, b]))
    >>> for_guest(block, np.array([a])).tolist()
    [True, False, True]
    """
    from .address_table import guest_mask

    mask = np.zeros(block.dst.size, np.bool_)
    guest_mask(block.dst, block.src, np.sort(np.asarray(guest_macs, np.int64)), mask)
    return mask
