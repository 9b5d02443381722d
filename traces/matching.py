"""Packets that match a filter expression, whatever link types a capture mixes."""

import numpy as np

from .bpf import lower_program
from .filters import compile_filter
from .packets import Int64s, Mask, Packets


class Filter:
    """An expression of pcap-filter(7), compiled when the first packet of a link type is met.

    Parameters
    ----------
    expression : str
        Empty for all packets.
    """

    def __init__(self, expression: str) -> None:
        """Take the expression; nothing is compiled yet."""
        self._expression = expression
        self._programs: dict[tuple[int, bool], Int64s] = {}

    def matches(self, packets: Packets) -> Mask:
        """Say which packets match; of each, what libpcap would show of it is looked at.

        Raises
        ------
        OptionError
            libpcap refuses the expression for one of the link types, or is not installed.
        """
        kinds = packets.kinds()
        if len(kinds) == 1:
            return self._matches(packets, kinds[0])
        mask = np.zeros(packets.at.size, np.bool_)
        for link_type in kinds:
            these = packets.link_type == link_type
            mask[these] = self._matches(packets.only(these), link_type)
        return mask

    def _matches(self, packets: Packets, link_type: int) -> Mask:
        """Say which packets of one link type match."""
        from .run_bpf import match  # numba comes with it

        mask = np.zeros(packets.at.size, np.bool_)
        seen = np.minimum(packets.cap_len, packets.snaplen)
        program = self._program(link_type, packets.swapped)
        match(packets.data, packets.at, seen, packets.wire_len, program, mask)
        return mask

    def _program(self, link_type: int, swapped: bool) -> Int64s:
        """Give the program for a link type and byte order."""
        key = link_type, swapped
        if key not in self._programs:
            rows = compile_filter(self._expression, link_type, swapped=swapped)
            self._programs[key] = lower_program(rows)
        return self._programs[key]
