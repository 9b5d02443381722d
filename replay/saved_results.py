"""Results of `replay` and `compare`, at hand or saved as JSON: what a plan takes from them."""

import json
import math
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from .amounts import Use
from .errors import RxReplayError
from .escaping import brief, quoted
from .result_file import HOW, read_document
from .schemas import RESULT, not_a_result

MOST: Final = 2**63 - 1
RULES: Final = ("lifetime", "poll", "clock")  # config that decides how long skbs live
LEVELS: Final = {
    "posted": ("ring_bytes", "peak"),
    "in_flight": ("skb_truesize_bytes", "peak"),
    "resident_peak": ("resident_bytes", "peak"),
    "resident_mean": ("resident_bytes", "mean"),
}


@dataclass(frozen=True, slots=True)
class Sample:
    """What one capture made of one NIC.

    Attributes
    ----------
    path : str
        The capture.
    nic : Use
        Of all its queues together: the sums of their own peaks.
    queues : tuple of Use
        Of each queue that was told apart.
    packets, dropped : int
        Frames, and those of them that were not delivered.
    """

    path: str
    nic: Use
    queues: tuple[Use, ...]
    packets: int
    dropped: int


@dataclass(frozen=True, slots=True)
class Saved:
    """The samples of results.

    Attributes
    ----------
    name : str
        Where they are from.
    ring, queues : int
        What the NIC had.
    rules : str
        How long skbs lived, and when the guest polled.
    traces : int
        How many captures.
    samples : dict
        By the strategy's name, one for each capture.
    """

    name: str
    ring: int
    queues: int
    rules: str
    traces: int
    samples: dict[str, list[Sample]]

    @property
    def holds(self) -> str:
        """Say what is in it."""
        queues = "1 queue" if self.queues == 1 else f"{self.queues} queues"
        return f"{', '.join(self.samples) or 'nothing'} with a ring of {self.ring} and {queues}"

    def of(self, strategy: str, ring: int, queues: int) -> list[Sample] | None:
        """Give the samples of a NIC, None where there are none.

        Of one queue, a NIC of several is that many times: as if each got the whole capture.
        """
        found = self.samples.get(strategy, [])
        if self.ring != ring or self.queues not in (1, queues) or len(found) != self.traces:
            return None
        copies = queues // self.queues
        return [
            replace(
                sample,
                nic=sample.nic.times(copies),
                packets=sample.packets * copies,
                dropped=sample.dropped * copies,
            )
            for sample in found
        ]


def is_saved(source: object) -> bool:
    """Say whether a source is a file of JSON: no capture begins with a brace."""
    if not isinstance(source, str | os.PathLike) or not os.path.isfile(source):
        return False
    with open(source, "rb") as file:
        return file.read(64).lstrip()[:1] == b"{"


def load_saved(path: str | os.PathLike[str]) -> Saved:
    """Read results that `replay` or `compare` has written.

    Raises
    ------
    RxReplayError
        The file holds no such results.
    """
    name = os.fspath(path)
    document: Any = read_document(name)
    return saved(document, name)


def saved(document: dict[str, Any], name: str) -> Saved:
    """Take what a plan needs out of results in the form of JSON.

    Raises
    ------
    RxReplayError
        It is not the form of `replay` and `compare`; the message says where.
    """
    reader = Reader(document, name)
    schema = reader.get("schema")
    if not RESULT.can_read(schema):
        raise RxReplayError(f"{name}: {not_a_result(schema)}; {HOW}")
    queues = reader.count("config", "queues")
    samples: dict[str, list[Sample]] = {}
    for strategy, sample in reader.samples(queues):
        samples.setdefault(strategy, []).append(sample)
    rules = json.dumps({rule: reader.get("config", rule) for rule in RULES}, sort_keys=True)
    traces = len(reader.list("traces"))
    return Saved(name, reader.count("config", "ring"), queues, rules, traces, samples)


class Reader:
    """Looks values up in a document that may hold anything.

    Parameters
    ----------
    document : object
        From JSON.
    name : str
        Where it is from, for errors.
    """

    def __init__(self, document: object, name: str) -> None:
        """Take the document."""
        self._document, self._name = document, name

    def get(self, *path: str | int) -> Any:  # noqa: ANN401 - any JSON
        """Give the value at a path."""
        value: Any = self._document
        for step in path:
            try:
                value = value[step]
            except (LookupError, TypeError):
                raise self._unsound(path, "is not there") from None
        return value

    def count(self, *path: str | int) -> int:
        """Give the whole number at a path; a mean is rounded up."""
        value = self.get(*path)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= MOST:
            raise self._unsound(path, f"is {quoted(value)}, no count of bytes or packets")
        return math.ceil(value)

    def list(self, *path: str | int) -> list[Any]:
        """Give the list at a path."""
        value = self.get(*path)
        if not isinstance(value, list):
            raise self._unsound(path, "is no list")
        return value

    def samples(self, queues: int) -> Iterator[tuple[str, Sample]]:
        """Give the samples with their strategies; behind each device's are those of its queues."""
        for at in range(len(self.list("results"))):
            if self.get("results", at, "queue") is not None:
                continue
            parts = [self.use(at + 1 + queue) for queue in range(queues)] if queues > 1 else []
            whole = self.use(at)
            path = self.get("traces", self.count("results", at, "trace"), "path")
            yield (
                str(self.get("results", at, "strategy")),
                Sample(
                    brief(str(path or "lengths")),
                    whole,
                    tuple(parts or [whole]),
                    self.count("results", at, "figures", "packets"),
                    self.dropped(at),
                ),
            )

    def use(self, at: int) -> Use:
        """Give the memory of a result."""
        figures = ("results", at, "figures")
        levels = dict(LEVELS)
        if self.get(*figures, "resident_bytes", "mean") is None:  # no packet: it stays as it is
            levels["resident_mean"] = ("resident_bytes", "end")
        return Use(**{name: self.count(*figures, *path) for name, path in levels.items()})

    def dropped(self, at: int) -> int:
        """Give the packets that were not delivered, by any cause that was counted."""
        packets, delivered = (
            self.count("results", at, "figures", name) for name in ("packets", "delivered_packets")
        )
        return max(0, packets - delivered)

    def _unsound(self, path: tuple[str | int, ...], what: str) -> RxReplayError:
        where = ".".join(map(str, path))
        return RxReplayError(f"{self._name}: {where} {what}; write it with 'compare --format json'")
