"""Which packets are taken: decided once enough of the first ones were seen."""

from collections.abc import Sequence
from typing import Final

from .deciding import decide, told
from .decision import Decision, Direction
from .ends import Ends, first_ends, join_ends
from .packets import Mask, Packets
from .rules import ByGuest

EVIDENCE_PACKETS: Final = 65_536  # their ends are held, some 4 MiB


class Selector:
    """Hears the ends of packets until it is decided which are taken; all others by the same rule.

    Attributes
    ----------
    decision : Decision or None
        None until enough packets have come.

    Examples
    --------
    >>> from .ends import no_ends
    >>> selector = Selector("both")
    >>> selector.mask(no_ends(2)).tolist()
    [True, True]
    """

    def __init__(
        self,
        direction: Direction = "auto",
        macs: Sequence[int] = (),
        ips: Sequence[int] = (),
        name: str = "capture",
    ) -> None:
        """Take what the user asked for; with addresses or `both`, nothing has to be heard."""
        self.decision: Decision | None = told(direction, macs, ips)
        self._direction: Direction = direction
        self._name = name
        self._heard: list[Ends] = []

    def hear(self, ends: Ends) -> None:
        """Hear the next packets, and decide if they are enough.

        Raises
        ------
        DirectionError
            It is not clear what the guest received.
        """
        self._heard.append(join_ends([ends]))
        if sum(heard.dst.size for heard in self._heard) >= EVIDENCE_PACKETS:
            self.decide()

    def decide(self) -> None:
        """Decide on what was heard, after the last packet at the latest.

        Raises
        ------
        DirectionError
            It is not clear what the guest received.
        """
        heard, self._heard = join_ends(self._heard), []
        self.decision = decide(first_ends(heard, EVIDENCE_PACKETS), self._direction, self._name)

    def reads_headers(self, packets: Packets) -> bool:
        """Say whether the headers of packets have to be decoded to know their ends."""
        if self.decision is None:
            return True
        rule = self.decision.rule
        return isinstance(rule, ByGuest) and bool(rule.ips or (packets.dst < 0).any())

    def mask(self, ends: Ends) -> Mask:
        """Say which packets are taken, once it is decided."""
        if self.decision is None:
            raise RuntimeError("nothing is decided yet")
        return self.decision.rule.mask(ends)
