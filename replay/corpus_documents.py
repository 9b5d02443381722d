"""The JSON form of a corpus, as types, of which `scripts/make-schemas` makes its schema."""

from typing import TypedDict

from .documents import Config, Number, Recorded, WarningText
from .result import ResultWarning


class SizeClass(TypedDict):
    """Packets of a size class."""

    packets: int
    wire_bytes: int


class Between(TypedDict):
    """The least and the most that a quantile can be: the same where it is exact."""

    least: int
    most: int


class LengthsReplayed(TypedDict):
    """Lengths on the wire of what was replayed: quantiles, the greatest, packets by bucket."""

    p50: Between
    p90: Between
    p99: Between
    p999: Between
    max: int
    counts: dict[str, int]


class CorpusInput(TypedDict):
    """A capture of a corpus, and what tells it from another one of its name."""

    url: str
    size: int | None
    version: str


class CorpusTrace(TypedDict):
    """A trace of a corpus."""

    name: str
    inputs: list[CorpusInput]
    packets: int
    wire_bytes: int
    size_bytes: int | None
    first_ns: int | None
    last_ns: int | None
    digest: str | None
    result: str
    warnings: list[WarningText]


class CorpusFailed(TypedDict):
    """A trace that could not be replayed."""

    name: str
    inputs: list[CorpusInput]
    result: str
    kind: str
    reason: str


class CorpusTotals(TypedDict):
    """What all traces of a corpus hold."""

    traces: int
    failed: int
    packets: int
    wire_bytes: int
    size_bytes: int
    first_ns: int | None
    last_ns: int | None


class Largest(TypedDict):
    """The most of a peak, and the first trace that has it."""

    value: int
    trace: str


class CorpusResult(TypedDict):
    """A strategy over all traces of a corpus; names are paths of figures."""

    strategy: str
    sums: dict[str, int | None]
    largest: dict[str, Largest | None]
    quantiles: dict[str, dict[str, Number]]


class Corpus(Recorded):
    """Written by `corpus` and `merge`."""

    config: Config
    model: int
    totals: CorpusTotals
    by_size: dict[str, SizeClass]
    replayed_len: LengthsReplayed | None
    results: list[CorpusResult]
    traces: list[CorpusTrace]
    failed: list[CorpusFailed]
    warnings: list[ResultWarning]
