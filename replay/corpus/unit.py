"""What a worker is given, what it gives back, and what it does in between."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import astuple, dataclass, replace
from functools import cache, partial
from typing import Any

from rxreplay.comparing import collect
from rxreplay.consumers import DROP_TEXT
from rxreplay.emulator import Strategy
from rxreplay.emulator.checkpoint import MODEL
from rxreplay.errors import RxReplayError, UnreadableError
from rxreplay.feeding import Fed, feed
from rxreplay.options import Options, Progress, no_progress
from rxreplay.recorded import config_sha256
from rxreplay.schemas import RESULT
from rxreplay.selecting import Selection
from rxreplay.settings import resolve
from rxreplay.sources import Walkable

from .listing import Input, input_of


@dataclass(frozen=True, slots=True)
class Unit:
    """A trace, the strategies that one worker replays it under, and the queues that it emulates.

    Attributes
    ----------
    name : str
        Of the trace.
    inputs : tuple of Input
        What it is made of; several are joined in the order of their first packets.
    group : tuple of str
        Strategies by their names; none where only the digest is asked for.
    options : Options
    config : dict
        What decides the figures, of the whole run.
    queues : tuple of int
        Numbers of the receive queues that are emulated here, as others are elsewhere; none: all.
    """

    name: str
    inputs: tuple[Input, ...]
    group: tuple[str, ...]
    options: Options
    config: Mapping[str, Any]
    queues: tuple[int, ...] = ()

    @property
    def key(self) -> str:
        """The name of its result: another one for whatever can change the result."""
        parts = [
            list(map(astuple, self.inputs)),
            config_sha256(self.config),
            self.group,
            MODEL,
            str(RESULT),
            *([self.queues] if self.queues else []),  # a whole has the name that it always had
        ]
        return hashlib.sha256(json.dumps(parts).encode("ascii")).hexdigest()

    @property
    def label(self) -> str:
        """What it is called where people watch."""
        if not self.queues:
            return self.name
        first, last = self.queues[0], self.queues[-1]
        return f"{self.name}, " + (f"queue {first}" if first == last else f"queues {first}-{last}")

    @property
    def size(self) -> int:
        """Bytes of all inputs, as far as they are known."""
        return sum(each.size or 0 for each in self.inputs)


@dataclass(frozen=True, slots=True)
class Done:
    """The outcome of a unit: a document of `compare`, or why there is none, and of what kind."""

    key: str
    document: dict[str, Any] | None
    reason: str | None = None
    kind: str = RxReplayError.kind


def work(unit: Unit) -> Done:
    """Replay a unit, in one thread, wherever this process is.

    What is wrong with the trace is the outcome; a fault of the program is raised, with a note that
    names the trace.
    """
    try:
        return Done(unit.key, replayed(unit))
    except RxReplayError as error:
        return Done(unit.key, None, str(error), error.kind)
    except Exception as error:
        error.add_note(f"while {unit.name} was replayed")
        raise


def replayed(unit: Unit) -> dict[str, Any]:
    """Give what `compare` says of a trace.

    Raises
    ------
    RxReplayError
        It cannot be replayed, or is no longer what was listed.
    """
    options = replace(unit.options, threads=1, join="time" if len(unit.inputs) > 1 else None)
    sources = [each.url for each in unit.inputs]
    feeding = partial(feed, own=unit.queues) if unit.group else looked_at
    results = collect(sources, chosen(unit.group), options, no_progress, {**unit.config}, feeding)
    for each in unit.inputs:
        if input_of(each.url)[1] != each:
            raise UnreadableError(
                f"{each.url}: it changed while it was read; run the command again"
            )
    results.run.clear()  # what made it is not to be seen in its bytes
    return results.as_dict()


@cache
def chosen(group: tuple[str, ...]) -> list[Strategy]:
    """Give strategies by their names; a worker is asked for the same ones all the time."""
    return resolve(group)


def looked_at(
    trace: Walkable, _chosen: object, options: Options, progress: Progress, number: int
) -> Fed:
    """Walk a trace as for a replay, for the digest of what would be replayed."""
    timed = options.timing is not None
    selection = Selection(trace, options, replaying=True, timed=timed)
    plain = replace(options, timing=None, consumer=DROP_TEXT)
    return feed(trace, [], plain, progress, number, selection)
