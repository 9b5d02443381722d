"""What reaches the protocols: the skbs of a receive queue after header pulls and GRO."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from rxreplay.errors import LedgerError

from .figures import Copied, Figures, StackFigures
from .stack_state import AGGREGATE, STACK
from .state import Int64s, Record, Records


class Carried(NamedTuple):
    """What a stack takes into the next slice of a trace."""

    counts: Record  # STACK


class Stack:
    """Counts what the stack makes of the skbs of one queue.

    Parameters
    ----------
    max_skb_frags : int
        Frags that an skb can have.

    Attributes
    ----------
    configuration : dict of str to int
        It, for `checkpoint`.

    Examples
    --------
    >>> from rxreplay.emulator import Receiver, strategy
    >>> queue = Receiver(strategy("6.1/mergeable"), keep=2, polls=2)
    >>> queue.receive(np.array([1514, 1514]))
    >>> figures = queue.finish()
    >>> stack = Stack(max_skb_frags=17)
    >>> into, headers, none = [0, 0], [66, 66], [0, 0]  # the second is merged into the first
    >>> stack.take(queue.skbs, np.array([into, headers, none]))["truesize"].tolist()
    [4352]
    >>> stack.after(figures).stack.merged_as_frags
    1
    """

    def __init__(self, max_skb_frags: int) -> None:
        """Begin with nothing."""
        self._most = max_skb_frags
        self._counts = np.zeros(1, STACK)[0]
        self.configuration = {"max_skb_frags": max_skb_frags}

    @property
    def carried(self) -> Carried:
        """What it takes into the next slice."""
        return Carried(self._counts)

    def resume(self, carried: Carried) -> None:
        """Go on with what another of the same configuration has carried."""
        self._counts = carried.counts

    def take(self, skbs: Records, packets: Int64s) -> Records:
        """Take the skbs of whole polls; give those that reach the protocols.

        Parameters
        ----------
        skbs : record array, shape (n,), dtype SKB
            Those that the driver did not drop, in their order.
        packets : int64 array, shape (3, n)
            Rows `INTO`, `REACH` and `NEEDS` of `stack_state`.

        Returns
        -------
        record array, dtype AGGREGATE
            In the order of their first packets.
        """
        from .gro import gro  # numba comes with it

        aggregates = np.zeros(skbs.size, AGGREGATE)
        gro(skbs, packets, aggregates, self._most, self._counts)
        return aggregates[aggregates["segments"] > 0]

    def after(self, figures: Figures) -> Figures:
        """Give the figures of a queue, all of whose skbs were taken, with those of the stack.

        Raises
        ------
        LedgerError
            A packet, a byte or a charge is missing.
        """
        s = {name: int(self._counts[name]) for name in STACK.names or () if name != "nr_frags"}
        pulled = s.pop("pulled_bytes")
        pulls = Copied(pulled, s.pop("pulled_packets"))
        headers_linear = s.pop("headers_linear_packets")
        stack = StackFigures(nr_frags=tuple(self._counts["nr_frags"].tolist()), **s)
        check_stack(stack, figures)
        return replace(
            figures,
            pull_headers=pulls,
            headers_linear_packets=headers_linear,
            copied_with_pulls=figures.copied_bytes + pulled,
            linearize=Copied(stack.nonlinear_bytes, stack.skbs - stack.linear_skbs),
            stack=stack,
        )


def check_stack(stack: StackFigures, figures: Figures) -> None:
    """Compare what came out of the driver with what came out of the stack.

    Raises
    ------
    LedgerError
        They are not equal.
    """
    merged = stack.merged_as_frags + stack.merged_as_heads + stack.merged_on_frag_list
    frame_bytes = stack.linear_bytes + stack.nonlinear_bytes + stack.merged_header_bytes
    truesize = stack.truesize_bytes + stack.freed_truesize_bytes
    for what, left, right in (
        ("packets", figures.delivered_packets, stack.skbs + merged),
        ("frame bytes", figures.delivered_bytes, frame_bytes),
        ("truesize", figures.truesize_bytes, truesize),
    ):
        if left != right:
            raise LedgerError(f"stack: {what} do not balance: {left:,} came, {right:,} are known")
