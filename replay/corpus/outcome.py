"""What a run over a corpus gives to its command."""

from dataclasses import dataclass, field
from typing import Any

from rxreplay.result import ResultWarning

from .failures import failures_text, kind_of


@dataclass(frozen=True, slots=True)
class Corpus:
    """A merged result, as reporters take it.

    Attributes
    ----------
    document : dict
        As corpus.json has it.
    warnings : list of ResultWarning
        What its reader should know.
    replayed : int or None
        Traces that were replayed now, without those that failed; None where results were merged.
    rows : bool
        Whether rows were written as well.
    run : dict
        What made it.
    """

    document: dict[str, Any]
    warnings: list[ResultWarning]
    replayed: int | None
    rows: bool
    run: dict[str, Any] = field(default_factory=dict)

    @property
    def failed(self) -> list[str]:
        """Why traces failed, a line each."""
        return [each["reason"] for each in self.document["failed"]]

    @property
    def failures(self) -> str:
        """How many traces failed, by kind; "" where none has."""
        failed = self.document["failed"]
        traces = len(failed) + self.document["totals"]["traces"]
        return failures_text(map(kind_of, failed), traces)

    def as_dict(self) -> dict[str, Any]:
        """Give everything as JSON has it."""
        return self.document | {"run": self.document["run"] | self.run}
