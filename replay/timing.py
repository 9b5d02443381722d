"""How time passes: a user's words, and what the emulator makes of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from rxreplay.emulator.clock import Service

from .moments import parse_span
from .stalls import Stalls, parse_stalls

RECORDED: Final = "recorded"


@dataclass(frozen=True, slots=True)
class Timing:
    """How time passes, as a user gives it.

    Attributes
    ----------
    time : str
        `recorded`; `scale:K`, K times as fast; `rate:PPS`, so many packets a second.
    irq_delay, service : str
        Time spans: from a write to the poll that it wakes, and of each packet in a poll.
    backend_queue : int
        Packets that wait in the host where the ring has no room.
    stall : str or sequence of str
        When the vCPU stands still: `LENGTH/PERIOD`, at the start of each period; `LENGTH@TIME`, at
        a time of the capture; `file:NAME`, at those of a file. Empty for never.
    """

    time: str = RECORDED
    irq_delay: str = "20us"
    service: str = "500ns"
    backend_queue: int = 1000
    stall: str | Sequence[str] = ()

    def as_service(self) -> Service:
        """Give how fast the guest is.

        Raises
        ------
        OptionError
            A time span is none.
        """
        stalls = self.stalls()
        return Service(
            parse_span(self.irq_delay, "--irq-delay"),
            parse_span(self.service, "--service"),
            self.backend_queue,
            stalls.length_ns,
            stalls.period_ns,
        )

    def stalls(self) -> Stalls:
        """Give when the vCPU stands still.

        Raises
        ------
        OptionError
            That cannot be read.
        """
        return parse_stalls(self.stall)

    def as_config(self) -> dict[str, Any]:
        """Give what decides the figures, as JSON has it."""
        fixed = [stall.as_dict() for stall in self.stalls().fixed]
        return {"time": self.time, **self.as_service()._asdict(), "stalls": fixed}
