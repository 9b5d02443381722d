"""What stands in the JSON forms beside the dataclasses that they are written from, as types.

`scripts/make-schemas` makes docs/schema of these, of `plan_documents`, `corpus_documents` and
`catalogue_documents`; no other code of the package needs them.
"""

from typing import Literal, NotRequired, TypedDict

from rxreplay.emulator import Figures
from rxreplay.emulator.at_peak import AtPeak
from rxreplay.emulator.socket_figures import Socket

from .changing import Change
from .moved_lengths import MovedLength
from .pinning_down import PinningFlow
from .result import ResultWarning, TraceInfo
from .stories.story import Story
from .sweeping import Cliff

Number = int | float | None


class Run(TypedDict):
    """What made a document; a library has no command."""

    version: NotRequired[str]
    command: NotRequired[list[str]]
    python: NotRequired[str]
    threads: NotRequired[int]
    config_sha256: str


class StallConfig(TypedDict):
    """A time in which the vCPU stands still."""

    start_ns: int
    from_first_packet: bool
    length_ns: int


class Clock(TypedDict):
    """By which clock."""

    time: str
    irq_delay_ns: int
    service_ns: int
    backend: int
    stall_ns: int
    stall_period_ns: int
    stalls: list[StallConfig]


class SelectionConfig(TypedDict):
    """Which packets count, and how they are read."""

    direction: str
    guest_mac: list[str]
    guest_ip: list[str]
    decap: list[str]
    vantage: str
    gro_timeout_ns: int
    mtu: int
    fcs: int | Literal["auto"]
    vlan: str
    queues: int
    steering: str
    rss_key: str
    seed: int
    filter: str | None
    packets: str | None
    start: str | None
    end: str | None
    linktype: str | None


class Receiving(SelectionConfig):
    """What decides the figures, but for what some commands vary."""

    strategies: list[str]
    reference: str
    clock: Clock | None
    lifetime: str
    gro: str | None
    partial_csum: bool


class Config(Receiving):
    """What decides the figures."""

    ring: int
    poll: int | list[int] | None
    rcvbuf: int


class RingConfig(Receiving):
    """The same, with the rings that were tried."""

    ring: list[int]
    poll: int | list[int] | None
    rcvbuf: int


class SocketsConfig(Receiving):
    """The same, with the sockets that were filled."""

    ring: int
    poll: int | list[int] | None
    rcvbuf: list[int]
    hold_ns: list[int]


class SweepConfig(Receiving):
    """The same; what is varied has a list, under its own name if it is a knob."""

    ring: int | list[int]
    poll: int | list[int] | None
    rcvbuf: int | list[int]


class ResultRow(TypedDict):
    """One trace under one strategy."""

    trace: int
    strategy: str
    queue: int | None
    doubt: str | None
    at_peak: AtPeak | None
    figures: Figures


class Recorded(TypedDict):
    """What every document begins with, beside its configuration."""

    schema: str
    run: Run
    not_modelled: list[str]


class Comparison(Recorded):
    """Written by `replay` and `compare`."""

    config: Config
    traces: list[TraceInfo]
    results: list[ResultRow]
    warnings: list[ResultWarning]
    failed: list[str]


class Info(Recorded):
    """Written by `info`."""

    config: SelectionConfig
    traces: list[TraceInfo]
    results: list[ResultRow]
    warnings: list[ResultWarning]
    failed: list[str]


class RunLine(Recorded):
    """The first of the JSON lines."""

    type: Literal["run"]
    config: Config
    failed: list[str]


class TraceLine(TypedDict):
    """A trace of the JSON lines: `TraceInfo`, and what it is."""

    type: Literal["trace"]


class ResultLine(ResultRow):
    """A result of the JSON lines."""

    type: Literal["result"]


class WarningLine(TypedDict):
    """A warning of the JSON lines."""

    type: Literal["warning"]
    code: str
    text: str
    trace: int | None


class TriedRing(TypedDict):
    """A ring under a strategy."""

    strategy: str
    ring: int
    lost: int
    peak_waiting: int
    least_stall_ns: int | None
    least_stall_at_ns: int | None
    figures: Figures


class Ring(Recorded):
    """Written by `ring`."""

    config: RingConfig
    trace: TraceInfo
    smallest: dict[str, int | None]
    rings: list[TriedRing]
    warnings: list[ResultWarning]


class FlowSocket(TypedDict):
    """A flow of `sockets`: `Socket`, and its name."""

    flow: str


class LenPerTruesizeShares(TypedDict):
    """Frame bytes of packets in their truesize."""

    percentiles: dict[str, float | None]
    below_half_packets: int
    below_half_share: float | None


class SocketsRow(TypedDict):
    """A strategy of `sockets`."""

    strategy: str
    doubt: str | None
    all_traffic: Socket
    len_per_truesize: LenPerTruesizeShares
    flows: list[FlowSocket]
    forgotten_flows: int
    dropped_packets: int


class Sockets(Recorded):
    """Written by `sockets`."""

    config: SocketsConfig
    trace: TraceInfo
    no_flows: str | None
    results: list[SocketsRow]
    warnings: list[ResultWarning]


class PinningRow(TypedDict):
    """A strategy of `pinning`."""

    strategy: str
    figures: Figures
    flows_holding: int
    seen_bytes: int
    flows: list[PinningFlow]


class Pinning(Recorded):
    """Written by `pinning`."""

    config: Config
    trace: TraceInfo
    no_flows: str | None
    results: list[PinningRow]
    warnings: list[ResultWarning]


class SweepPoint(TypedDict):
    """A value, and what it comes to."""

    value: int
    figures: Figures


class WarningText(TypedDict):
    """A warning that is of the one trace."""

    code: str
    text: str


class Sweep(Recorded):
    """Written by `sweep`."""

    config: SweepConfig
    trace: TraceInfo
    strategy: str
    knob: str
    points: list[SweepPoint]
    cliffs: list[Cliff]
    warnings: list[WarningText]


class StoryTerm(TypedDict):
    """A part of a sum: `Term`, which is a tuple in Python."""

    name: str
    bytes: int


class Explain(Recorded):
    """Written by `explain`."""

    config: Config
    trace: TraceInfo
    packets: list[Story]
    warnings: list[ResultWarning]


class DiffPair(TypedDict):
    """A capture under a strategy, before and after."""

    capture: str
    strategy: str
    strategy_before: str
    queue: int | None
    same_packets: bool | None
    changes: list[Change]
    moved_lengths: list[MovedLength] | None


class DiffSizes(TypedDict):
    """The packets of a capture by size, before and after; null where a file has none."""

    capture: str
    changes: list[Change] | None


class DiffRun(TypedDict):
    """What made a document without a configuration."""

    version: NotRequired[str]
    command: NotRequired[list[str]]
    python: NotRequired[str]


class Diff(TypedDict):
    """Written by `diff`."""

    schema: str
    run: DiffRun
    before: str
    after: str
    config: list[Change]
    pairs: list[DiffPair]
    only_before: list[str]
    only_after: list[str]
    failed_after: list[str]
    by_size: list[DiffSizes]


class SeriesTrace(TypedDict):
    """A trace of series."""

    path: str | None
    digest: str | None
    zero_ns: int | None


class SeriesRow(TypedDict):
    """A series, in which each column has so many numbers as there are bins."""

    trace: int
    strategy: str
    queue: int | None
    width_ns: int
    end_ns: int
    at_peak: AtPeak | None
    columns: dict[str, list[Number]]


class SeriesFile(Recorded):
    """Written by `--series FILE.json`."""

    config: Config
    traces: list[SeriesTrace]
    series: list[SeriesRow]


class SeriesLine(TypedDict):
    """A bin of a series, a line of `--series FILE.jsonl`; all other columns are numbers or null."""

    trace: int
    path: str | None
    strategy: str
    queue: int | None
    epoch_ns: int | None
