"""What sockets can take of a trace: one object that feeds every reporter, and its JSON form."""

from dataclasses import asdict, dataclass, field
from typing import Any

from rxreplay.emulator.socket_figures import Socket, SocketFigures

from .recorded import recorded
from .result import ResultWarning, TraceInfo
from .schemas import SOCKETS


@dataclass(frozen=True, slots=True)
class SocketResult:
    """One strategy.

    Attributes
    ----------
    strategy : str
        Its name.
    figures : SocketFigures
    names : dict of int to str
        Names of the flows by their keys.
    doubt : str
        What is assumed or computed of the strategy, and not established; or "".
    """

    strategy: str
    figures: SocketFigures
    names: dict[int, str]
    doubt: str = ""

    @property
    def flows(self) -> list[tuple[str, Socket]]:
        """The busiest flows with their names, the busiest first."""
        return [(self.names[key], socket) for key, socket in self.figures.flows.items()]

    def as_dict(self) -> dict[str, Any]:
        """Give the result as JSON has it."""
        whole = asdict(self.figures)
        half, packets = whole["len_per_truesize"], self.figures.all_traffic.packets
        share = half["below_half_packets"] / packets if packets else None
        return {
            "strategy": self.strategy,
            "doubt": self.doubt or None,
            **whole,
            "len_per_truesize": half | {"below_half_share": share},
            "flows": [{"flow": name} | asdict(socket) for name, socket in self.flows],
        }


@dataclass(frozen=True, slots=True)
class SocketResults:
    """All strategies.

    Attributes
    ----------
    config : dict
        What decides the figures.
    trace : TraceInfo
    results : list of SocketResult
        In the order of the strategies; the first is the one that the advice is about.
    no_flows : str or None
        Why there are no flows, where they cannot be told.
    warnings : list of ResultWarning
    failed : list of str
        Always empty: what cannot be read is an error here.
    run : dict
        Version and command.
    """

    config: dict[str, Any]
    trace: TraceInfo
    results: list[SocketResult]
    no_flows: str | None
    warnings: list[ResultWarning]
    failed: list[str] = field(default_factory=list)
    run: dict[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Give everything as JSON has it."""
        return recorded(SOCKETS, self.config, self.run) | {
            "trace": self.trace.as_dict(),
            "no_flows": self.no_flows,
            "results": [result.as_dict() for result in self.results],
            "warnings": [{"code": w.code, "text": w.text, "trace": w.trace} for w in self.warnings],
        }
