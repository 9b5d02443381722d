"""The packets that are taken, out of a walk; the first ones wait until it is decided which."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from .deciding import decide, told
from .decision import Decision, Direction
from .ends import Ends, join_ends
from .packets import Int64s

EVIDENCE_PACKETS: Final = 65_536  # their columns are held, some 4 MiB


class Selector:
    """Takes packets block by block and gives those of the wanted direction, in order.

    A stream can be read only once, so the first packets are held back, and the decision is made
    on them; the ones behind are taken by the same rule.

    Attributes
    ----------
    decision : Decision or None
        None until enough packets have come.

    Examples
    --------
    >>> from .ends import no_ends
    >>> selector = Selector("both")
    >>> selector.add(np.array([[60, 1514]]), no_ends(2)).tolist()
    [[60, 1514]]
    """

    def __init__(
        self,
        direction: Direction = "auto",
        macs: Sequence[int] = (),
        ips: Sequence[int] = (),
        name: str = "capture",
    ) -> None:
        """Take what the user asked for; with addresses or `both`, nothing is held back."""
        self.decision: Decision | None = told(direction, macs, ips)
        self._direction: Direction = direction
        self._name = name
        self._held: list[tuple[Int64s, Ends]] = []

    def add(self, columns: Int64s, ends: Ends) -> Int64s:
        """Take the next packets; give those that are known to be wanted.

        Parameters
        ----------
        columns : int64 array, shape (k, n)
            What is to be given of each packet.
        ends : Ends
            Of the same packets.

        Raises
        ------
        DirectionError
            It is not clear what the guest received.
        """
        if self.decision:
            return columns[:, self.decision.rule.mask(ends)]
        self._held.append((columns.copy(), join_ends([ends])))
        if sum(held.shape[1] for held, _ in self._held) >= EVIDENCE_PACKETS:
            return self.finish()
        return columns[:, :0]

    def finish(self) -> Int64s:
        """Give what is still held back, after the last packet; decide if that is still to be done.

        Raises
        ------
        DirectionError
            It is not clear what the guest received.
        """
        held, self._held = self._held, []
        ends = join_ends([ends for _, ends in held])
        if not self.decision:
            self.decision = decide(ends, self._direction, self._name)
        if not held:
            return np.zeros((0, 0), np.int64)
        columns = np.concatenate([columns for columns, _ in held], axis=1)
        return columns[:, self.decision.rule.mask(ends)]
