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
        from .run_bpf import match  # numba comes with it

        seen = np.minimum(packets.cap_len, packets.snaplen)
        mask = np.zeros(seen.size, np.bool_)
        for link_type in np.unique(packets.link_type).tolist():
            program = self._program(link_type, packets.swapped)
            these = np.flatnonzero(packets.link_type == link_type)
            found = np.zeros(these.size, np.bool_)
            match(
                packets.data,
                packets.at[these],
                seen[these],
                packets.wire_len[these],
                program,
                found,
            )
            mask[these] = found
        return mask

    def _program(self, link_type: int, swapped: bool) -> Int64s:
        """Give the program for a link type and byte order."""
        key = link_type, swapped
        if key not in self._programs:
            rows = compile_filter(self._expression, link_type, swapped=swapped)
            self._programs[key] = lower_program(rows)
        return self._programs[key]
