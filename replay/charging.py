"""What sockets can take of a trace: the library function `sockets`."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final, cast

from rxreplay.emulator import Strategy
from rxreplay.emulator.abi import SK_RMEM_DEFAULT
from rxreplay.emulator.queue import checked_rcvbuf
from rxreplay.errors import OptionError
from rxreplay.traces import Digest
from rxreplay.traces.packets import Int64s
from rxreplay.traces.vantage import WIRE

from .comparing import DEFAULTS, default_strategies, openings
from .delivering import NOT_CLEAR
from .feeding import feed
from .flows import NONE, Flows
from .moments import NS_PER_S, parse_span
from .options import Options, Progress, no_progress
from .result import ResultWarning
from .selecting import Selection
from .settings import resolve
from .socket_bank import SocketBank
from .socket_result import SocketResult, SocketResults
from .sources import LengthsTrace, Source, Walkable
from .vantages import Frames

HOLD: Final = ("10ms",)
MOST_HOLD_NS: Final = 24 * 3600 * NS_PER_S


def sockets(
    source: Source,
    strategies: Sequence[str | Strategy] = (),
    options: Options = DEFAULTS,
    progress: Progress = no_progress,
    *,
    rcvbufs: Sequence[int] = (),
    hold: Sequence[str] = HOLD,
    **changes: Any,  # noqa: ANN401 - fields of Options
) -> SocketResults:
    """Tell what unread sockets take of a trace, and what they would need.

    Parameters
    ----------
    source : path, open trace, or int64 array of shape (n,)
        The capture; with `join` among the options, a list of paths.
    strategies : sequence of str or Strategy
        What receives; empty: all that `compare` shows by default.
    options, progress, **changes
        As for `replay`; `rcvbuf` does not matter, and there is one receive queue.
    rcvbufs : sequence of int
        Bytes of sockets, besides the default of Linux, 212,992.
    hold : sequence of str
        Time spans, as "10ms": how long a socket is to do without its reader.

    Returns
    -------
    SocketResults
        For all traffic in one socket, and for the busiest flows with one each.

    Raises
    ------
    RxReplayError
        The trace cannot be read, there is no such strategy, no such socket, or no such time span.

    Examples
    --------
    >>> [result] = sockets([1514] * 1000, ["5.10/mergeable"]).results
    >>> result.figures.all_traffic.fits[0].fit_packets
    92
    """
    options = replace(options, **changes)
    if options.queues > 1:
        raise OptionError("--queues: sockets are filled from one receive queue")
    chosen = resolve(strategies) or default_strategies()
    sizes = sorted({SK_RMEM_DEFAULT, *map(checked_rcvbuf, rcvbufs)})
    holds = hold_ns(hold)
    [opening] = openings(cast(Sequence[Source], source) if options.join else [source], options)
    with opening() as trace, SocketBank(chosen, options, sizes, holds) as bank:
        filler = Filler(trace, options, bank)
        fed = feed(trace, [], options, progress, selection=filler)
        figures = bank.finish()
    config = options.as_config(chosen, chosen[0].name) | {"rcvbuf": sizes, "hold_ns": holds}
    warnings = fed.warnings + backwards_warnings(bank.backwards)
    return SocketResults(
        config=config,
        trace=fed.info,
        results=[
            SocketResult(s.name, f, {key: filler.names[key] for key in f.flows}, s.doubt)
            for s, f in zip(chosen, figures, strict=True)
        ],
        no_flows=filler.no_flows,
        warnings=warnings + [ResultWarning("kernel", s.doubt) for s in chosen if s.doubt],
    )


def hold_ns(hold: Sequence[str]) -> list[int]:
    """Read time spans, each once, the shortest first.

    Raises
    ------
    OptionError
        One is none, or cannot be.

    Examples
    --------
    >>> hold_ns(["10ms", "50us", "10000us"])
    [50000, 10000000]
    """
    spans = sorted({parse_span(text, "--hold") for text in hold})
    if spans and not 1 <= spans[0] <= spans[-1] <= MOST_HOLD_NS:
        raise OptionError(f"--hold {', '.join(hold)}: write time spans from 1ns to 24h")
    return spans


def backwards_warnings(count: int) -> list[ResultWarning]:
    """Say that times ran backwards.

    Examples
    --------
    >>> backwards_warnings(2)[0].text
    '2 packets have a time before that of an earlier one: they are taken to have come with it'
    """
    text = (
        f"{count:,} packets have a time before that of an earlier one: they are taken to have come "
        "with it"
    )
    return [ResultWarning("backwards", text, 0)] * bool(count)


class Filler(Selection):
    """A selection whose frames go into sockets.

    Attributes
    ----------
    names : dict of int to str
        Of the busiest flows, by their keys.
    no_flows : str or None
        Why flows are not told apart.
    """

    def __init__(self, trace: Walkable, options: Options, bank: SocketBank) -> None:
        """Begin with nothing."""
        super().__init__(trace, options)
        self._bank = bank
        self._bare = isinstance(trace, LengthsTrace)
        self._flows = Flows()
        self.names: dict[int, str] = {}
        self.no_flows: str | None = None
        if self._bare:
            self.no_flows = "lengths have no flows"
        elif options.vantage == WIRE:
            self.no_flows = "the host's GRO merges packets, and flows are not followed through it"
        else:
            self.delivery.watch = self._flows.see

    def frames(self, digest: Digest) -> Iterator[Frames]:
        """Walk the trace, and fill the sockets."""
        for frames in super().frames(digest):
            self._bank.receive(frames, self._keys(frames))
            self._name()
            yield frames

    def _by_packet(self) -> bool:
        return super()._by_packet() or not self._bare

    def _keys(self, frames: Frames) -> Int64s:
        return NONE if self.no_flows else self._flows.of(frames.number)

    def _name(self) -> None:
        """Name the busiest flows: one becomes so with a packet that is still remembered."""
        keys = self._bank.busiest()
        self.names = {key: self.names.get(key) or self._flows.name(key) for key in keys}
        if self.delivery.direction is not NOT_CLEAR:  # else packets wait for it
            self._flows.forget()
