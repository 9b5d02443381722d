"""A corpus from its traces to its result: the library function `replay_corpus`."""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from typing import Any, Final

from rxreplay.comparing import strategy_warnings
from rxreplay.emulator import Strategy
from rxreplay.errors import TraceError
from rxreplay.options import Options, no_progress

from .checking import changed
from .engine import Engine
from .options_check import check_options
from .outcome import Corpus
from .parting import Parts
from .rotation import Entry
from .store import Store, opened
from .summing import Kept, summed
from .unit import Done, Unit

Told = Callable[[int, int], None]  # bytes done, and in all


@dataclass(frozen=True, slots=True)
class How:
    """How a corpus is gone through; no figure depends on it.

    Attributes
    ----------
    strict : bool
        Whether the first trace that fails ends the run.
    retry_failed : bool
        Whether traces are tried again that failed in a run before.
    verify_content : bool
        Whether what is done is read again, and replayed again where it is not what it was.
    """

    strict: bool = False
    retry_failed: bool = False
    verify_content: bool = False


AS_USUAL: Final = How()


def replay_corpus(
    traces: Sequence[Entry],
    folder: str,
    strategies: Sequence[Strategy],
    options: Options,
    engine: Engine,
    how: How = AS_USUAL,
    told: Told = no_progress,
    *,
    reference: str = "",
) -> Corpus:
    """Replay all traces that are not done yet, and add up what all have come to.

    Parameters
    ----------
    traces : sequence of Entry
        As `entries` makes them.
    folder : str
        Where results are kept; what is there of these traces already is not replayed.
    strategies : sequence of Strategy
    options : Options
        For each trace.
    engine : Engine
        What does the work.
    how : How
    told : callable
        Called with the bytes so far, and in all.
    reference : str
        The name of the strategy that others are compared with; "": the first.

    Raises
    ------
    RxReplayError
        The options are not sound, the folder cannot be used, or a trace fails where `how.strict`.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from rxreplay.corpus.rotation import entries
    >>> from rxreplay.corpus.listing import find
    >>> from rxreplay.corpus.sequential import SequentialEngine
    >>> from rxreplay.settings import resolve
    >>> capture = bytes.fromhex(  # one packet of 60 bytes
    ...     "d4c3b2a1 0200 0400 00000000 00000000 00000400 01000000"
    ...     "00000000 00000000 3c000000 3c000000") + bytes(60)
    >>> with TemporaryDirectory() as folder:
    ...     with open(f"{folder}/a.pcap", "wb") as file:
    ...         _ = file.write(capture)
    ...     traces = entries(find([folder]).inputs)
    ...     how = resolve(["5.10/small"]), Options(direction="both"), SequentialEngine()
    ...     corpus = replay_corpus(traces, f"{folder}/results", *how)
    >>> corpus.document["results"][0]["sums"]["truesize_bytes"]
    2176
    """
    group = tuple(strategy.name for strategy in strategies)
    config = options.as_config(strategies, reference or group[0])
    check_options(strategies, options, config)
    units = [Unit(trace.name, trace.inputs, group, options, config) for trace in traces]
    warnings = strategy_warnings(strategies, options)
    with opened(folder) as store:
        run = Run(store, engine, how, [asdict(each) for each in warnings], told)
        todo = run.pending(units)
        run.replay(todo)
        kept = [Kept(unit.name, list(map(asdict, unit.inputs)), unit.key) for unit in units]
        replayed = sum(store.has(unit.key) for unit in todo)
        return summed(store, kept, config, warnings, replayed=replayed)


class Run:
    """One run over a store: what is to be done, and its way into the store.

    Parameters
    ----------
    store : Store
    engine : Engine
    how : How
    warnings : list of dict
        What is to be known of the strategies, which each result says.
    told : callable
        Called with the bytes so far, and in all.
    """

    def __init__(
        self, store: Store, engine: Engine, how: How, warnings: list[dict[str, Any]], told: Told
    ) -> None:
        """Begin."""
        self._store, self._engine, self._how = store, engine, how
        self._warnings, self._told = warnings, told

    def pending(self, units: Sequence[Unit]) -> list[Unit]:
        """Give what is not done."""
        done = [unit for unit in units if self._store.has(unit.key)]
        again = changed(self._store, done, self._engine) if self._how.verify_content else set()
        failed = (
            set() if self._how.retry_failed or self._how.verify_content else self._failed(units)
        )
        finished = {unit.key for unit in done} - again | failed
        return [unit for unit in units if unit.key not in finished]

    def _failed(self, units: Sequence[Unit]) -> set[str]:
        """Give what failed before; the first of them ends a run that is strict."""
        keys = [unit.key for unit in units if self._store.has_failed(unit.key)]
        if keys and self._how.strict:
            raise TraceError(self._store.reason(keys[0]))
        return set(keys)

    def replay(self, todo: Sequence[Unit]) -> None:
        """Replay what is to be done, and keep each outcome as soon as it is there."""
        parts = Parts(todo, self._engine.workers)
        parts.resume(self._store.parts)
        so_far, in_all = 0, sum(unit.size for unit in todo)
        with closing(self._engine.run(parts.units())) as outcomes:
            for done in outcomes:
                whole = self._take(parts, done)
                so_far += parts.unit(whole.key).size if whole is not None else 0
                self._told(so_far, in_all)

    def _take(self, parts: Parts, done: Done) -> Done | None:
        """Keep an outcome; give that of a trace that is whole now."""
        whole = parts.add(done)
        if whole is not None:
            self._keep(parts.unit(done.key), whole)
        elif done.document is not None:
            self._store.keep_part(parts.unit(done.key).key, done.key, done.document)
        return whole

    def _keep(self, unit: Unit, done: Done) -> None:
        """Keep the outcome of a trace.

        Raises
        ------
        TraceError
            It failed, and the run is strict.
        """
        if done.document is not None:
            warnings = [*done.document["warnings"], *self._warnings]
            self._store.keep(unit.key, done.document | {"warnings": warnings})
            return
        record = {"name": unit.name, "inputs": list(map(asdict, unit.inputs))}
        self._store.keep_reason(unit.key, record | {"kind": done.kind, "reason": done.reason})
        if self._how.strict:
            raise TraceError(done.reason)
