"""How time passes: a user's words, and what the emulator makes of them."""

from dataclasses import dataclass
from typing import Final

from rxreplay.emulator.clock import Service

from .moments import parse_span, parse_stall

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
    stall : str
        `LENGTH/PERIOD`: the vCPU stands still at the start of each period; "" for never.
    """

    time: str = RECORDED
    irq_delay: str = "20us"
    service: str = "500ns"
    backend_queue: int = 1000
    stall: str = ""

    def as_service(self) -> Service:
        """Give how fast the guest is.

        Raises
        ------
        OptionError
            A time span is none.
        """
        return Service(
            parse_span(self.irq_delay, "--irq-delay"),
            parse_span(self.service, "--service"),
            self.backend_queue,
            *parse_stall(self.stall),
        )

    def as_config(self) -> dict[str, int | str]:
        """Give what decides the figures, as JSON has it."""
        return {"time": self.time, **self.as_service()._asdict()}
