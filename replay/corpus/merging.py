"""What a corpus has come to, of the results of its traces."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from rxreplay._version import __version__
from rxreplay.emulator.checkpoint import MODEL
from rxreplay.recorded import recorded
from rxreplay.schemas import CORPUS

from .adding import Sums, added_figures
from .failures import kind_of
from .over_packets import OverPackets
from .over_traces import OverTraces

Document = dict[str, Any]
TOTALS = ("packets", "wire_bytes", "size_bytes")
OF_A_TRACE = (*TOTALS, "first_ns", "last_ns", "digest")


class Merger:
    """Adds up trace after trace, in the order in which they are to stand.

    Parameters
    ----------
    config : dict
        What decided the figures.
    warnings : list of dict
        What is to be known of the strategies.
    """

    def __init__(self, config: Mapping[str, Any], warnings: Iterable[Document] = ()) -> None:
        """Begin with no trace."""
        self._config, self._warnings = config, list(warnings)
        self._traces: list[Document] = []
        self._failed: list[Document] = []
        self._of_traces = Sums()
        self._over_packets = OverPackets()
        self._sums = {name: Sums() for name in config["strategies"]}
        self._over = {name: OverTraces() for name in config["strategies"]}

    def add(self, name: str, inputs: list[Document], path: str, document: Document) -> None:
        """Take the result of a trace, and where it lies."""
        [trace] = document["traces"]
        warnings = [
            {"code": each["code"], "text": each["text"]}
            for each in document["warnings"]
            if each["trace"] is not None
        ]
        about = {key: trace[key] for key in OF_A_TRACE}
        self._traces.append(
            {"name": name, "inputs": inputs, **about, "result": path, "warnings": warnings}
        )
        self._of_traces.add({key: trace[key] for key in (*TOTALS, "by_size")})
        self._over_packets.add(trace)
        for result in document["results"]:
            if result["queue"] is None:
                self._sums[result["strategy"]].add(result["figures"])
                self._over[result["strategy"]].add(name, result["figures"])

    def add_failed(self, name: str, inputs: list[Document], path: str, failure: Document) -> None:
        """Take a trace that could not be replayed, and where that is written down."""
        why = {"kind": kind_of(failure), "reason": failure["reason"]}
        self._failed.append({"name": name, "inputs": inputs, "result": path} | why)

    def begun(self) -> Document:
        """Give what the whole begins with."""
        start = recorded(CORPUS, self._config, {"version": __version__})
        return start | {"model": MODEL}

    def document(self) -> Document:
        """Give the whole."""
        return self.begun() | {
            "totals": self._totals(),
            "by_size": self._of_traces.of_all().get("by_size", {}),
            "replayed_len": self._over_packets.lengths(),
            "results": [self._result(name) for name in self._sums],
            "traces": self._traces,
            "failed": self._failed,
            "warnings": self._warnings,
        }

    def _totals(self) -> Document:
        """Give what all traces hold together."""
        sums = self._of_traces.of(list(TOTALS))
        return {
            "traces": len(self._traces),
            "failed": len(self._failed),
            **{name: value or 0 for name, value in sums.items()},
            "first_ns": self._extreme(min, "first_ns"),
            "last_ns": self._extreme(max, "last_ns"),
        }

    def _extreme(self, choose: Callable[..., int | None], name: str) -> int | None:
        known = (trace[name] for trace in self._traces if trace[name] is not None)
        return choose(known, default=None)

    def _result(self, strategy: str) -> Document:
        """Give a strategy's."""
        over = self._over[strategy]
        return {
            "strategy": strategy,
            "sums": self._sums[strategy].of(list(added_figures())),
            "largest": over.largest(),
            "quantiles": over.quantiles(),
        }
