"""The state at the end of a slice of a trace, as bytes, and the next slice that begins with it.

A line says format and checksum; behind it is numpy's .npz, compressed: arrays, and one of JSON. The
types of all that is loaded are those of what was made to take it: nothing in the bytes is run.
"""

import json
import struct
import zlib
from collections.abc import Iterable, Mapping
from hashlib import sha256
from io import BytesIO
from typing import Any, Final
from zipfile import BadZipFile

import numpy as np
from rxreplay.errors import CheckpointError

from .carrying import REPLAY_ANEW, Carrier, Contents, put_together, take_apart

FORMAT: Final = 1  # of the bytes
MODEL: Final = 1  # raised with every change of what a packet comes to, or of what records mean
MAGIC: Final = "rxreplay checkpoint"
HEADER: Final = "header"
KEYS: Final = ("model", "configurations", "numbers")  # of the header
UNREADABLE: Final = (  # what numpy and zipfile raise at bytes that somebody else has made
    BadZipFile,
    EOFError,
    KeyError,
    RuntimeError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)


def save(carriers: Mapping[str, Carrier]) -> bytes:
    """Give the state of receivers, which can go on, or be loaded into others made like them.

    Parameters
    ----------
    carriers : mapping of str to Carrier
        By names of your own: `Receiver`, `TimedReceiver`, `Sockets`, `Stack` or `Traffic`, before
        their `finish`, which ends the last poll.

    Examples
    --------
    >>> from rxreplay.emulator import Receiver, strategy
    >>> first, second = (Receiver(strategy("5.10/small")) for _ in range(2))
    >>> first.receive(np.full(600, 1514))
    >>> load(save({"rx": first}), {"rx": second})
    >>> for queue in (first, second):
    ...     queue.receive(np.full(5, 60))
    >>> first.finish() == second.finish(), second.finish().packets
    (True, 605)
    """
    contents = Contents({}, {})
    for name, carrier in carriers.items():
        take_apart(carrier.carried, name, contents)
    configurations = {name: carrier.configuration for name, carrier in carriers.items()}
    header = dict(zip(KEYS, (MODEL, configurations, contents.numbers), strict=True))
    packed = BytesIO()
    text = np.frombuffer(json.dumps(header).encode(), np.uint8)
    np.savez_compressed(packed, allow_pickle=False, **{HEADER: text}, **contents.arrays)
    body = packed.getvalue()
    return f"{MAGIC} {FORMAT} {sha256(body).hexdigest()}\n".encode() + body


def load(saved: bytes, carriers: Mapping[str, Carrier], *, some: bool = False) -> None:
    """Let receivers go on where those that were saved have ended.

    Parameters
    ----------
    saved : bytes
        What `save` gave. The checksum finds damage, no forgery: take them from whom you trust.
    carriers : mapping of str to Carrier
        Made with the same options as those that were saved, by the same names.
    some : bool
        Whether others can have been saved beside them.

    Raises
    ------
    CheckpointError
        It is damaged, no checkpoint, or from another format, model or configuration; no receiver
        is changed then.
    """
    configurations, contents = _read(_checked(saved), carriers)
    for name in [name for name in carriers if name in configurations]:
        _compare(name, configurations[name], carriers[name].configuration)
    lost, more = carriers.keys() - configurations.keys(), configurations.keys() - carriers.keys()
    if lost or (more and not some):
        here, there = (", ".join(sorted(names)) for names in (carriers, configurations))
        raise CheckpointError(f"the checkpoint is of {there}, not of {here}: {REPLAY_ANEW}")
    carried = {
        name: put_together(carrier.carried, name, contents) for name, carrier in carriers.items()
    }
    for name, carrier in carriers.items():
        carrier.resume(carried[name])


def _checked(saved: bytes) -> bytes:
    """Give what is behind the first line, if it is what was written."""
    line, _, body = saved.partition(b"\n")
    words = line.decode("ascii", "replace").split(" ")
    if " ".join(words[:2]) != MAGIC or len(words) != len(MAGIC.split()) + 2:
        raise CheckpointError(f"no checkpoint: it does not begin with {MAGIC!r}")
    version, checksum = words[2:]
    if version != str(FORMAT):
        raise CheckpointError(
            f"a checkpoint of format {version}; this rxreplay has {FORMAT}: {REPLAY_ANEW}"
        )
    if sha256(body).hexdigest() != checksum:
        raise CheckpointError(
            f"the checkpoint is damaged: its {len(body):,} bytes do not have the checksum of its "
            f"first line. Take an older copy, or {REPLAY_ANEW}"
        )
    return body


def _read(body: bytes, wanted: Iterable[str]) -> tuple[dict[str, dict[str, Any]], Contents]:
    """Give configurations, and the contents of those that are wanted, of this model."""
    theirs = tuple(f"{name}." for name in wanted)
    try:
        with np.load(BytesIO(body), allow_pickle=False) as arrays:
            header = json.loads(arrays[HEADER].tobytes())
            found = {name: arrays[name] for name in arrays.files if name.startswith(theirs)}
        model, configurations, numbers = (header[key] for key in KEYS)
    except UNREADABLE:
        raise CheckpointError("no checkpoint: behind its first line is another file") from None
    if model != MODEL:
        raise CheckpointError(
            f"a checkpoint of model {model}; this rxreplay has model {MODEL}, and its figures "
            f"would be of both: {REPLAY_ANEW}"
        )
    return configurations, Contents(numbers, found)


def _compare(name: str, before: dict[str, Any], now: dict[str, Any]) -> None:
    """Check that options are those of the slices before."""
    for option in [*now, *(before.keys() - now.keys())]:
        was, is_ = before.get(option), now.get(option)
        if was != is_:
            raise CheckpointError(
                f"{name}: {option} was {was} in the slices before and is {is_} here: give the "
                f"same, or {REPLAY_ANEW}"
            )
