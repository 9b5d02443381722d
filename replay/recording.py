"""Recordings of real kernels: a line of JSON, then an event a line; or the text of ftrace."""

import gzip
import json
import os
import re
import zlib
from dataclasses import dataclass, field
from typing import Any, Literal

from rxreplay.errors import RxReplayError

GZIP_MAGIC = b"\x1f\x8b"
NUMBER = re.compile(r"-?[0-9]{1,18}")
MOST_BYTES = 256 * 1024 * 1024  # a log is held whole, its events in some ten times its bytes
MOST_BRACKETS = 64  # of a first line: Python's reader of JSON cannot go down for ever
MOST_SHOWN = 80
FIELDS = {"refill": 4, "frag": 1, "chunk": 2, "pool": 2, "packet": 6, "poll": 1}

Event = tuple[str, ...]


class RecordingError(RxReplayError):
    """A file is no recording, or not one that can be compared."""


class NothingToCompareError(RecordingError):
    """All of a recording depends on what was before it."""


@dataclass(frozen=True, slots=True)
class Recording:
    """What a kernel did, as it was traced.

    Attributes
    ----------
    name : str
        The file.
    head : dict
        What was run: `kernel`, `mode`, `ring`, `udp` and more.
    events : list of tuple of str
        A line each; the first item is the kind.
    lines : list of int
        The line number of each event.
    start : {"fill", "unknown", "middle"}
        Whether it begins with the fill of an empty ring.
    pulled : frozenset of int
        Packets, by their seq, into whose heads the kernel may have pulled headers by then.
    remarks : tuple of str
        What a reader of the outcome should know: which device, where events were lost.
    """

    name: str
    head: dict[str, Any]
    events: list[Event] = field(repr=False)
    lines: list[int] = field(repr=False)
    start: Literal["fill", "unknown", "middle"] = "fill"
    pulled: frozenset[int] = field(default=frozenset(), repr=False)
    remarks: tuple[str, ...] = ()

    @property
    def kinds(self) -> set[str]:
        """The kinds of event that it holds; the others were not traced."""
        return {event[0] for event in self.events}

    @property
    def frames(self) -> list[int]:
        """Bytes of each frame, in order."""
        return [int(event[2]) for event in self.events if event[0] == "packet"]

    @property
    def polls(self) -> list[int]:
        """Packets of each NAPI poll, in order."""
        return [int(event[1]) for event in self.events if event[0] == "poll"]

    def miscounted(self) -> int:
        """Give the line of the first poll that the packets before it do not make up."""
        waiting = 0
        for event, line in zip(self.events, self.lines, strict=True):
            if event[0] == "poll" and int(event[1]) != waiting:
                return line
            waiting = 0 if event[0] == "poll" else waiting + (event[0] == "packet")
        return self.lines[-1] + 1 if self.lines else 2


def read_recording(path: str | os.PathLike[str]) -> Recording:
    """Read a recording, plain or gzipped.

    Raises
    ------
    RecordingError
        It is none; the message names the line.
    """
    name = os.fspath(path)
    return recording_of(name, text_of(name))


def recording_of(name: str, text: str) -> Recording:
    """Give the recording that `text`, of a file of that name, is.

    Raises
    ------
    RecordingError
        It is none; the message names the line.
    """
    first, *rest = text.splitlines() or [""]
    head = head_of(first)
    if head is None:
        raise RecordingError(
            f"{name}: line 1 is not '# ' and a JSON object with kernel and mode: no recording"
        )
    events, lines = [], []
    for number, line in enumerate(rest, 2):
        if line:
            events.append(_event(name, number, line))
            lines.append(number)
    return Recording(name, head, events, lines)


def head_of(line: str) -> dict[str, Any] | None:
    """Give what the first line of a recording says, or None if it is no such line."""
    if line.count("[") + line.count("{") > MOST_BRACKETS:
        return None
    try:
        head: dict[str, Any] = json.loads(line.removeprefix("#"))
        head["kernel"], head["mode"]
    except (ValueError, KeyError, TypeError):
        return None
    return head


def text_of(name: str) -> str:
    """Read a text, plain or gzipped.

    Raises
    ------
    RecordingError
        The file cannot be read, or is none.
    """
    try:
        with open(name, "rb") as file:
            packed = file.peek(len(GZIP_MAGIC)).startswith(GZIP_MAGIC)
            content = (gzip.GzipFile(fileobj=file) if packed else file).read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise RecordingError(
                f"{name}: more than {MOST_BYTES >> 20:,} MiB of text, which is held whole; "
                "compare the first part, as 'head -c' gives it"
            )
        return content.decode()
    except OSError as error:
        raise RecordingError(f"{name}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise RecordingError(f"{name}: no text, and so no recording") from None
    except (EOFError, zlib.error) as error:
        raise RecordingError(f"{name}: damaged: {error}") from None


def _event(name: str, number: int, line: str) -> Event:
    kind, *fields = line.split("\t")
    if len(fields) != FIELDS.get(kind) or not _sound(kind, fields):
        shown = repr(line[:MOST_SHOWN]) + "..." * (len(line) > MOST_SHOWN)
        raise RecordingError(f"{name}: line {number:,}: {shown} is no event of a recording")
    return (kind, *fields)


def _sound(kind: str, fields: list[str]) -> bool:
    """Say whether each field is what its place wants: a number, a sign, `-` for no chunk yet."""
    if kind in ("chunk", "pool"):
        return fields[0] in ("+", "-") and bool(NUMBER.fullmatch(fields[1]))
    if kind == "packet" and fields[1].startswith("-"):
        return False
    if kind == "refill" and fields[1] == "-":
        fields = [fields[0], *fields[2:]]
    return all(NUMBER.fullmatch(text) for text in fields)
