"""Captures that go on where a checkpoint ends, and are one trace with those before them."""

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

from rxreplay.emulator import Strategy
from rxreplay.emulator.carrying import Carrier
from rxreplay.emulator.checkpoint import load, save
from rxreplay.errors import OptionError
from rxreplay.traces import Digest, Trace, join_traces
from rxreplay.traces.grown import GrownTrace

from .checkpoint_file import CheckpointFile, checkpoint_file
from .feeding import Fed, feed
from .moments import parse_packets
from .options import Options, Progress
from .remembering import Past, sort_out
from .selecting import Selection
from .sources import Source, Walkable

CAPTURES: Final = "captures"
REPLAY: Final = "replay"
BETWEEN_S: Final = 1.0  # from one write to the next: what a kill costs, and small captures pay


class CarryingDevice(Protocol):
    """A device whose state can be taken along."""

    @property
    def carried(self) -> Any:  # noqa: ANN401 - each has its own
        """What it takes into the next captures, beside its receivers."""

    def resume(self, carried: Any, /) -> None:  # noqa: ANN401
        """Go on with what another of the same options has carried."""

    def carriers(self) -> dict[str, Carrier]:
        """Give its receivers, and what else there is, by name."""


@dataclass(frozen=True, slots=True)
class Carried:
    """What a replay takes into the next captures, beside receivers."""

    device: Any
    digest: Any
    selection: Any


class Replaying:
    """A replay under way.

    Parameters
    ----------
    configuration : dict
        What decides its figures, as JSON has it.
    digest, selection, device
        What its walk feeds.
    """

    def __init__(
        self,
        configuration: dict[str, Any],
        digest: Digest,
        selection: Selection,
        device: CarryingDevice,
    ) -> None:
        """Hold them together."""
        self.configuration = configuration
        self._digest, self._device, self.selection = digest, device, selection

    @property
    def carried(self) -> Carried:
        """What it takes into the next captures; its receivers have done then what they have got."""
        return Carried(self._device.carried, self._digest.carried, self.selection.carried)

    def resume(self, carried: Carried) -> None:
        """Go on with what another of the same configuration has carried."""
        self._device.resume(carried.device)
        self._digest.resume(carried.digest)
        self.selection.resume(carried.selection)


class Archive:
    """A trace that grows from run to run, with what has come of it so far.

    Parameters
    ----------
    file : CheckpointFile
        Where that is kept.
    sources : sequence of paths
        Captures; those that were replayed before are passed over.
    options : Options
        How to replay.

    Attributes
    ----------
    trace : GrownTrace
        All captures as one.
    options : Options
        How to replay it.
    remarks : list of ResultWarning
        About captures that are not new.
    """

    def __init__(self, file: CheckpointFile, sources: Sequence[Source], options: Options) -> None:
        """Open the new captures."""
        self._file, self._past = file, Past()
        if file.saved is not None:
            load(file.saved, {CAPTURES: self._past}, some=True)
        self._new, self.remarks = sort_out(sources, self._past, file.name)
        self._to_come, self._at_end = len(self._new), b""
        self._written_s = time.monotonic()
        self.trace = GrownTrace(
            self._past.walked[:], self._opened(options), self._past.joints, self._ended
        )
        self.options = replace(options, join=None)

    def _opened(self, options: Options) -> Sequence[Trace]:
        if not self._new and self._past.walked:
            return ()
        reading: Any = {"keep_damaged": options.keep_damaged, "link_type": options.link_number}
        return join_traces(list(self._new), order=options.join or "given", **reading).traces

    def feed(
        self,
        trace: Walkable,
        strategies: Sequence[Strategy],
        options: Options,
        progress: Progress,
        number: int,
    ) -> Fed:
        """Replay the trace from where the checkpoint ends; see `feeding.feed`."""

        def begin(digest: Digest, selection: Selection, device: CarryingDevice) -> None:
            config = options.as_config(strategies, reference="") | {"points": options.points}
            self._replaying = Replaying(json.loads(json.dumps(config)), digest, selection, device)
            self._receiving = {REPLAY: self._replaying, **device.carriers()}
            if self._file.saved is not None:
                load(self._file.saved, self._receiving, some=True)

        return feed(trace, strategies, options, progress, number, begin=begin)

    def _ended(self, trace: Trace) -> None:
        """Remember a capture, and write the checkpoint if it is time.

        The last one of a run waits for its figures. While it is not clear which packets the guest
        received, the captures to come can still make an error of it, and all wait for them.
        """
        self._past.add(self._new[trace.path], trace)
        self._to_come -= 1
        if not self._to_come:
            self._at_end = self._state()
        elif self._replaying.selection.delivery.decided and self._is_time():
            self._file.write(self._state())
            self._written_s = time.monotonic()

    def _state(self) -> bytes:
        return save({CAPTURES: self._past, **self._receiving})

    def _is_time(self) -> bool:
        return time.monotonic() - self._written_s >= BETWEEN_S

    def keep(self) -> None:
        """Have the checkpoint go on behind the last capture, whose figures are there now."""
        if self._at_end:
            self._file.write(self._at_end)


@contextmanager
def archive(checkpoint: str, sources: Sequence[Source], options: Options) -> Iterator[Archive]:
    """Open captures that go on where a checkpoint ends; it is another run's turn afterwards.

    Raises
    ------
    OptionError
        What is asked for cannot go on.
    CheckpointError
        The checkpoint cannot: it is damaged, in use, or of another configuration or model.
    TraceError
        A capture cannot be opened.
    """
    _, last = parse_packets(options.packet_range or "1:")
    if last is not None:
        raise OptionError(
            f"--packets {options.packet_range}: a checkpoint goes on, and has no last packet; "
            "write A: or choose by --start and --end"
        )
    with checkpoint_file(checkpoint) as file:
        growing = Archive(file, sources, options)
        with growing.trace:
            yield growing
