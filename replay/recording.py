"""Recordings of real kernels: a line of JSON, then an event a line."""

import gzip
import json
import os
import re
import zlib
from dataclasses import dataclass, field
from typing import Any

from rxreplay.errors import RxReplayError

GZIP_MAGIC = b"\x1f\x8b"
NUMBER = re.compile(r"-?[0-9]{1,18}")
FIELDS = {"refill": 4, "frag": 1, "chunk": 2, "pool": 2, "packet": 6, "poll": 1}

Event = tuple[str, ...]


class RecordingError(RxReplayError):
    """A file is no recording, or not one that can be compared."""


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
    """

    name: str
    head: dict[str, Any]
    events: list[Event] = field(repr=False)
    lines: list[int] = field(repr=False)

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
    first, *rest = _text(name).splitlines() or [""]
    try:
        head = json.loads(first.removeprefix("#"))
        head["kernel"], head["mode"]
    except (ValueError, KeyError, TypeError):
        raise RecordingError(
            f"{name}: line 1 is not '# ' and a JSON object with kernel and mode: no recording"
        ) from None
    events, lines = [], []
    for number, line in enumerate(rest, 2):
        if line:
            events.append(_event(name, number, line))
            lines.append(number)
    return Recording(name, head, events, lines)


def _text(name: str) -> str:
    try:
        with open(name, "rb") as file:
            content = file.read()
        if content.startswith(GZIP_MAGIC):
            content = gzip.decompress(content)
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
        raise RecordingError(f"{name}: line {number:,}: {line!r} is no event of a recording")
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
