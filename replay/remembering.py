"""What a checkpoint remembers of the captures that were replayed into it."""

import json
import os
import stat
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, NamedTuple

from rxreplay.errors import OptionError
from rxreplay.traces import Trace, TraceWarning
from rxreplay.traces.grown import Walked, walked
from rxreplay.traces.joints import Joints, LastTime
from rxreplay.traces.sources import os_errors

from .result import ResultWarning
from .sources import Source

MOST_NAMED: Final = 3


class Identity(NamedTuple):
    """By what a capture is known again, unread: its path without links, its size and its time."""

    path: str
    size_bytes: int
    mtime_ns: int


def name_of(source: Source) -> str:
    """Give the name of a capture.

    Raises
    ------
    OptionError
        It has none by which it could be known again.
    """
    if not isinstance(source, str | os.PathLike) or os.fspath(source) == "-":
        raise OptionError("--checkpoint: what is no file cannot be known again: save it to one")
    return os.fspath(source)


def identity_of(name: str) -> Identity:
    """Look at a capture as it is now.

    Raises
    ------
    OptionError
        It is no file.
    TraceError
        It is not there.
    """
    with os_errors(name):
        status = os.stat(name)
    if not stat.S_ISREG(status.st_mode):
        raise OptionError(f"--checkpoint: {name} is no file, to be known again: save it to one")
    return Identity(os.path.realpath(name), status.st_size, status.st_mtime_ns)


@dataclass(frozen=True, slots=True)
class Carried:
    """All that a past remembers, as JSON."""

    text: str


class Past:
    """The captures that were replayed so far, in order.

    Attributes
    ----------
    identities : list of Identity
    walked : list of Walked
        What there is to say of each.
    joints : Joints
        How they met.
    """

    def __init__(self) -> None:
        """Begin with none."""
        self.identities: list[Identity] = []
        self.walked: list[Walked] = []
        self.joints = Joints([])
        self.configuration: dict[str, Any] = {}

    def add(self, identity: Identity, trace: Trace) -> None:
        """Remember one more, after its walk."""
        self.identities.append(identity)
        self.walked.append(walked(trace))

    @property
    def carried(self) -> Carried:
        """All of it."""
        return Carried(
            json.dumps(
                {
                    "identities": self.identities,
                    "walked": [asdict(each) for each in self.walked],
                    "joints": [asdict(each) for each in self.joints.warnings],
                    "before": self.joints.before,
                }
            )
        )

    def resume(self, carried: Carried) -> None:
        """Go on with what another has carried."""
        found = json.loads(carried.text)
        self.identities = [Identity(*each) for each in found["identities"]]
        self.walked = [
            Walked(**each | {"warnings": warnings_of(each["warnings"])}) for each in found["walked"]
        ]
        before = found["before"] and LastTime(*found["before"])
        self.joints = Joints(warnings_of(found["joints"]), before)


def warnings_of(rows: Iterable[dict[str, str]]) -> list[TraceWarning]:
    """Give warnings again."""
    return [TraceWarning(**row) for row in rows]


class Sorted(NamedTuple):
    """Captures, in order: those to walk, by what they are known again, and what to say of others.

    Attributes
    ----------
    new : dict of str to Identity
        By the paths as they were given.
    remarks : list of ResultWarning
    """

    new: dict[str, Identity]
    remarks: list[ResultWarning]


def sort_out(sources: Sequence[Source], past: Past, checkpoint: str) -> Sorted:
    """Pass over the captures that a checkpoint has had, and those that are given twice.

    Raises
    ------
    RxReplayError
        One is not there, or could not be known again.
    """
    known, paths = set(past.identities), {each.path for each in past.identities}
    new: dict[str, Identity] = {}
    passed, replaced = [], []
    for source in sources:
        name = name_of(source)
        identity = identity_of(name)
        if identity in known:
            passed.append(name)
            continue
        if identity.path in paths:
            replaced.append(name)
        known.add(identity)
        new[name] = identity
    remarks = []
    if passed:
        text = f"{checkpoint}: has had {named(passed)} already: passed over"
        remarks.append(ResultWarning("passed_over", text, 0))
    if replaced:
        text = (
            f"{checkpoint}: has had other files named {named(replaced)}: these follow as new ones"
        )
        remarks.append(ResultWarning("replaced", text, 0))
    return Sorted(new, remarks)


def named(names: Sequence[str]) -> str:
    """Name a few captures, and count the others.

    Examples
    --------
    >>> named(["a", "b"]), named(["a", "b", "c", "d", "e"])
    ('a, b', 'a, b, c and 2 more')
    """
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more:,} more" if more > 0 else "")
