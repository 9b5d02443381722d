"""rxreplay: what does this traffic cost in receive memory?

The functions bear the names of the commands: `info`, `replay`, `compare`, `plan`, `ring`,
`explain`, `sockets`, `pinning`, `strategies`, `sweep`, `diff`, `verify`; that of `report` is
`make_report`.
They are imported on first use, so that importing the package costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from rxreplay._version import __version__

if TYPE_CHECKING:
    from rxreplay.cataloguing import strategies
    from rxreplay.changing import diff
    from rxreplay.charging import sockets
    from rxreplay.comparing import compare, replay
    from rxreplay.errors import RxReplayError
    from rxreplay.explaining import explain
    from rxreplay.fleets import Fleet, fleet
    from rxreplay.gathering import make_report
    from rxreplay.inspecting import info
    from rxreplay.options import Options
    from rxreplay.pinning_down import pinning
    from rxreplay.planning import plan
    from rxreplay.ringing import ring
    from rxreplay.sweeping import sweep
    from rxreplay.traces import join_traces, open_trace
    from rxreplay.verifying import verify

__all__ = [
    "Fleet",
    "Options",
    "RxReplayError",
    "__version__",
    "compare",
    "diff",
    "explain",
    "fleet",
    "info",
    "join_traces",
    "make_report",
    "open_trace",
    "pinning",
    "plan",
    "replay",
    "ring",
    "sockets",
    "strategies",
    "sweep",
    "verify",
]

_HOMES = {
    "Fleet": "fleets",
    "Options": "options",
    "RxReplayError": "errors",
    "compare": "comparing",
    "diff": "changing",
    "explain": "explaining",
    "fleet": "fleets",
    "info": "inspecting",
    "join_traces": "traces",
    "make_report": "gathering",
    "open_trace": "traces",
    "pinning": "pinning_down",
    "plan": "planning",
    "replay": "comparing",
    "ring": "ringing",
    "sockets": "charging",
    "strategies": "cataloguing",
    "sweep": "sweeping",
    "verify": "verifying",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a module attribute can be anything
    """Import a public name where it lives."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    """List the public names."""
    return sorted(__all__)
