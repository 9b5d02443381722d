"""Traces through strategies: the library functions `replay` and `compare`."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from itertools import zip_longest
from typing import Any

from rxreplay.emulator import Figures, Strategy
from rxreplay.emulator.abi import ETH_HLEN
from rxreplay.emulator.combining import combined
from rxreplay.emulator.series import Series, together
from rxreplay.errors import TraceError
from rxreplay.traces import join_traces

from .feeding import Fed, feed
from .options import Options, Progress, no_progress
from .result import Result, Results, ResultWarning
from .settings import resolve
from .sources import Source, Walkable, given, is_capture, open_source
from .spreading import cores

REFERENCE = "4.10/small"
SHOWN = (  # the thread of 2017, and what became of it
    "4.10/small",
    "4.11/small",
    "5.10/small",
    "4.10/mergeable",
    "4.11/mergeable",
    "5.10/mergeable",
    "mst-2016/mergeable",
    "mst-2016/mergeable,min_avg=1518",  # the bound of its day, beside the one it asks for
    "4.10/big",
    "4.11/big",
    "5.10/big",
)

DEFAULTS = Options()


def default_strategies() -> list[Strategy]:
    """Give what a comparison shows that names no strategy.

    Examples
    --------
    >>> default_strategies()[0].name
    '4.10/small'
    """
    return resolve(SHOWN)


def replay(
    source: Source,
    strategy: str | Strategy,
    options: Options = DEFAULTS,
    progress: Progress = no_progress,
    *,
    checkpoint: str | None = None,
    **changes: Any,  # noqa: ANN401 - fields of Options
) -> Results:
    """Replay one trace under one strategy.

    Parameters
    ----------
    source : path, open trace, or int64 array of shape (n,)
        The capture, or lengths on the wire in bytes.
    strategy : str or Strategy
        What receives.
    options : Options
        How to replay.
    progress : callable
        Called with the packets so far, and in all where that is known.
    checkpoint : str or None
        A file to go on from, and to go on into: the figures are those of all captures that were
        replayed into it, as one trace. One that was is passed over. docs/slices.md.
    **changes
        Fields of `Options`, by name: `ring=1024`, `polls=[3, 1, 2]`.

    Returns
    -------
    Results
        With one trace and one result.

    Raises
    ------
    RxReplayError
        The trace cannot be read, or there is no such strategy.

    Examples
    --------
    >>> replay([60, 1514, 9014], "5.10/mergeable").results[0].figures.truesize_bytes
    13056
    """
    return compare([source], [strategy], options, progress, checkpoint=checkpoint, **changes)


def compare(
    sources: Sequence[Source],
    strategies: Sequence[str | Strategy] = (),
    options: Options = DEFAULTS,
    progress: Progress = no_progress,
    *,
    checkpoint: str | None = None,
    **changes: Any,  # noqa: ANN401 - fields of Options
) -> Results:
    """Replay traces under several strategies, each trace walked once.

    Parameters
    ----------
    sources : sequence of paths, open traces, or int64 arrays
        The captures; each is a trace of its own unless `options.join` says otherwise.
    strategies : sequence of str or Strategy
        What receives; the first is the reference. Empty: all that are shown by default, with
        `4.10/small` as the reference.
    options, progress, checkpoint, **changes
        As for `replay`.

    Returns
    -------
    Results
        A trace that cannot be read is named in `failed`, and the others are replayed.

    Raises
    ------
    RxReplayError
        No trace could be read, or there is no such strategy.

    Examples
    --------
    >>> both = compare([[64] * 1000], ["4.10/mergeable", "mst-2016/mergeable"])
    >>> [result.figures.truesize_bytes for result in both.results]
    [768000, 1035776]
    """
    options = replace(options, **changes)
    if checkpoint is None:
        return compared(sources, strategies, options, progress)
    from .checkpointing import archive  # few need it

    with archive(checkpoint, listed(sources), options) as growing:
        one = [growing.trace]
        results = compared(one, strategies, growing.options, progress, growing.feed)
        growing.keep()
    results.warnings.extend(growing.remarks)
    return results


def compared(
    sources: Sequence[Source],
    strategies: Sequence[str | Strategy],
    options: Options,
    progress: Progress,
    feeding: Callable[..., Fed] = feed,
) -> Results:
    """Compare as `compare` does, each trace walked by `feeding`."""
    chosen = resolve(strategies) or default_strategies()
    reference = chosen[0].name if strategies else REFERENCE
    config = options.as_config(chosen, reference)
    results = collect(sources, chosen, options, progress, config, feeding)
    results.warnings.extend(strategy_warnings(chosen, options))
    return results


def strategy_warnings(strategies: Sequence[Strategy], options: Options) -> list[ResultWarning]:
    """Warn of what is to be known of the strategies, whatever they receive."""
    found = [] if options.gro else copies_differ(strategies)  # with pulls beside copies it is told
    return found + [ResultWarning("kernel", s.doubt) for s in strategies if s.doubt]


def copies_differ(strategies: Sequence[Strategy]) -> list[ResultWarning]:
    """Warn where header copies are compared that one kernel makes in the driver, another later."""
    copying = [
        s
        for s in strategies
        if s.mode.name != "small" and not s.xdp and s.era.build_skb != "always"
    ]
    if len({s.era.copy_else for s in copying}) < 2:
        return []
    late = ", ".join(s.name for s in copying if s.era.copy_else == ETH_HLEN)
    text = (
        f"{late}: of long packets the driver copies {ETH_HLEN} bytes and the stack pulls the other "
        "headers later, which copied_bytes leaves out; --gro on or off counts these as well"
    )
    return [ResultWarning("copies_differ", text)]


def collect(
    sources: Sequence[Source],
    chosen: Sequence[Strategy],
    options: Options,
    progress: Progress,
    config: dict[str, Any],
    feeding: Callable[..., Fed] = feed,
) -> Results:
    """Walk trace after trace; one that cannot be read does not cost the others."""
    results = Results(config, traces=[], results=[], warnings=[], failed=[])
    results.run["threads"] = options.threads or cores()
    errors = []
    for opening in openings(sources, options):
        number = len(results.traces)
        try:
            with opening() as trace:
                fed = feeding(trace, chosen, options, progress, number)
        except TraceError as error:
            errors.append(error)
        else:
            over_time = fed.series or [[] for _ in chosen]
            for each, queues, series in zip(chosen, fed.figures, over_time, strict=True):
                results.results.extend(results_of(number, each, queues, series, fed.own))
            results.zero_ns.append(fed.zero_ns)
            results.traces.append(fed.info)
            results.warnings.extend(fed.warnings)
    results.failed.extend(map(str, errors))
    if not results.traces:
        raise one_of(errors)
    return results


def one_of(errors: Sequence[TraceError]) -> TraceError:
    """Give one error for all: of its own kind where it is the only one."""
    if len(errors) == 1:
        return errors[0]
    return TraceError("; ".join(map(str, errors)) or "no capture was given")


def results_of(
    trace: int,
    chosen: Strategy,
    queues: Sequence[Figures],
    series: Sequence[Series],
    own: Sequence[int],
) -> Iterator[Result]:
    """Give the result of the whole device, and those of its queues where there are several.

    `own` are their numbers where others are elsewhere: then nobody knows yet what the whole is.
    """
    if not own:
        whole = together(series) if series else None
        yield Result(trace, chosen.name, combined(queues), chosen.doubt, series=whole)
    if own or len(queues) > 1:
        numbers = own or range(len(queues))
        for number, figures, over_time in zip_longest(numbers, queues, series):
            yield Result(trace, chosen.name, figures, chosen.doubt, number, over_time)


def listed(sources: Sequence[Source]) -> Sequence[Source]:
    """Give a list where one path is given; a str is a sequence of str as well."""
    return [sources] if isinstance(sources, str | os.PathLike) else sources


def openings(
    sources: Sequence[Source], options: Options
) -> list[Callable[[], AbstractContextManager[Walkable]]]:
    """Give what opens each trace: one for each source, or one for all that are joined."""
    sources = listed(sources)
    reading: Any = {"keep_damaged": options.keep_damaged, "link_type": options.link_number}
    if options.join is None:
        return [partial(open_source, source, **reading) for source in sources]
    captures = [source for source in sources if is_capture(source)]
    if len(captures) < len(sources):
        raise TraceError("only captures that are not open yet can be joined: give their paths")
    reading["order"] = options.join
    return [lambda: join_traces(map(given, captures), **reading)]
