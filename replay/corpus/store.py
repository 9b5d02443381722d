"""The folder of results: what is done is found by its name, and is whole if it is there."""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from rxreplay.errors import RxReplayError
from rxreplay.result_file import read_document

UNITS, ERRORS, PARTS = FOLDERS = ("units", "errors", "parts")
CORPUS: Final = "corpus.json"
ROWS: Final = "rows.parquet"
LOCK: Final = ".lock"


class Store:
    """Results by their keys; who writes has the folder for itself (`opened`).

    Parameters
    ----------
    folder : str
        Where they lie.
    """

    def __init__(self, folder: str) -> None:
        """Look at what is there."""
        self.folder = Path(folder)
        self._there = {name: self._names(name) for name in FOLDERS}

    def _names(self, folder: str) -> set[str]:
        """Give the keys in a folder."""
        with suppress(FileNotFoundError):
            return {name.removesuffix(".json") for name in os.listdir(self.folder / folder)}
        return set()

    def has(self, key: str) -> bool:
        """Say whether a trace was replayed under all strategies."""
        return key in self._there[UNITS]

    def has_failed(self, key: str) -> bool:
        """Say whether a trace was found to be bad."""
        return key in self._there[ERRORS]

    def document(self, key: str) -> dict[str, Any]:
        """Read what a trace has come to."""
        document: dict[str, Any] = self._read(UNITS, key)
        return document

    def reason(self, key: str) -> str:
        """Read why there is nothing of a trace."""
        return str(self.failure(key)["reason"])

    def failure(self, key: str) -> dict[str, Any]:
        """Read what is written down of a trace that failed."""
        failure: dict[str, Any] = self._read(ERRORS, key)
        return failure

    def parts(self, key: str) -> dict[str, Any]:
        """Read what there is of a trace, strategies or queues of it, by the keys of the parts."""
        found = sorted(name for name in self._there[PARTS] if name.startswith(f"{key}-"))
        return {name.removeprefix(f"{key}-"): self._read(PARTS, name) for name in found}

    def keep(self, key: str, document: Mapping[str, Any]) -> None:
        """Keep what a trace has come to; its parts are not needed any more."""
        self._write(UNITS, key, document)
        self._forget(ERRORS, key)
        self._forget_parts(key)

    def keep_reason(self, key: str, document: Mapping[str, Any]) -> None:
        """Keep why there is nothing of a trace."""
        self._write(ERRORS, key, document)
        self._forget(UNITS, key)
        self._forget_parts(key)

    def keep_part(self, key: str, part: str, document: Mapping[str, Any]) -> None:
        """Keep what a part of a trace has come to: some of its strategies, or of its queues."""
        self._write(PARTS, f"{key}-{part}", document)

    def tidy(self) -> None:
        """Remove parts of what is whole, which a run had no time for that was killed."""
        wholes = {name.partition("-")[0] for name in self._there[PARTS]}
        for key in wholes & (self._there[UNITS] | self._there[ERRORS]):
            self._forget_parts(key)

    def path(self, key: str) -> str:
        """Say where a result lies, as seen from the folder."""
        return f"{UNITS}/{key}.json"

    def error_path(self, key: str) -> str:
        """Say where a failure is written down, as seen from the folder."""
        return f"{ERRORS}/{key}.json"

    def _read(self, folder: str, key: str) -> Any:  # noqa: ANN401 - as it was written
        path = self.folder / folder / f"{key}.json"
        try:
            return read_document(os.fspath(path))
        except RxReplayError as error:
            raise RxReplayError(
                f"{error.args[0].partition('; ')[0]}; remove it and run the corpus again"
            ) from None

    def _write(self, folder: str, key: str, document: Mapping[str, Any]) -> None:
        text = json.dumps(document, separators=(",", ":"), allow_nan=False)
        write_whole(self.folder / folder / f"{key}.json", text.encode("ascii"))
        self._there[folder].add(key)

    def _forget(self, folder: str, key: str) -> None:
        if key in self._there[folder]:
            (self.folder / folder / f"{key}.json").unlink()
            self._there[folder].discard(key)

    def _forget_parts(self, key: str) -> None:
        for name in [name for name in self._there[PARTS] if name.startswith(f"{key}-")]:
            self._forget(PARTS, name)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that is there whole or not at all, even if the power fails.

    One process writes at a time, so that the temporary name is nobody else's.
    """
    temporary = path.with_name(f".{path.name}")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())  # else the name may be there before the bytes
    temporary.replace(path)


@contextmanager
def opened(folder: str) -> Iterator[Store]:
    """Make the folder and have it alone; what a killed run left half is removed.

    Raises
    ------
    RxReplayError
        It cannot be written to, or another run is at it.
    """
    try:
        for name in FOLDERS:
            os.makedirs(os.path.join(folder, name), exist_ok=True)
        lock = open(os.path.join(folder, LOCK), "wb")  # noqa: SIM115 - closed below
    except OSError as error:
        raise RxReplayError(f"{folder}: {error.strerror}; name another folder with -o") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # ends with the process
        except OSError:
            raise RxReplayError(
                f"{folder}: another run writes there; wait for its end, or name another folder"
            ) from None
        for name in FOLDERS:
            for left in Path(folder, name).glob(".*"):
                left.unlink()
        store = Store(folder)
        store.tidy()
        yield store
