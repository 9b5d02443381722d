"""The file of a checkpoint: for one run at a time, and never lost."""

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from rxreplay.emulator.checkpoint import MAGIC

from .errors import CheckpointError, OptionError
from .writing import output


class CheckpointFile:
    """A checkpoint that this run alone reads and writes.

    Attributes
    ----------
    name : str
        As the user gave it.
    saved : bytes or None
        What the runs before have left; None where there were none.
    """

    def __init__(self, name: str, saved: bytes | None) -> None:
        """Keep what was read."""
        self.name, self.saved = name, saved

    def write(self, saved: bytes) -> None:
        """Put another state in the place of the one before, whole or not at all.

        Raises
        ------
        RxReplayError
            It does not arrive, as on a full disk.
        """
        with output(self.name, binary=True, synced=True) as out:
            out.write(saved)


@contextmanager
def checkpoint_file(name: str) -> Iterator[CheckpointFile]:
    """Read a checkpoint, or begin one, and keep other runs out until the end.

    Raises
    ------
    CheckpointError
        Another run has it, or it cannot be read; those that come up until the end get its name.
    """
    check_is_file(name)
    try:
        with locked(Path(os.path.realpath(name))):
            yield CheckpointFile(name, contents(name))
    except CheckpointError as error:
        raise CheckpointError(f"{name}: {error}") from None


def check_is_file(name: str) -> None:
    """Refuse what cannot be put in place as a whole.

    Raises
    ------
    OptionError
        It is a folder, a device or a pipe.
    """
    if name in ("", "-") or (os.path.exists(name) and not stat.S_ISREG(os.stat(name).st_mode)):
        raise OptionError(f"--checkpoint {name}: that is no file to come back to; name one")


def contents(name: str) -> bytes | None:
    """Read all of a file; None where there is none, which an empty one is not.

    Of what is no checkpoint, as a capture of any size, only the beginning.
    """
    try:
        with open(name, "rb") as file:
            head = file.read(len(MAGIC))
            return head + file.read() if head == MAGIC.encode() else head
    except FileNotFoundError:
        return None
    except OSError as error:
        raise CheckpointError(f"cannot be read: {error.strerror}. Check the path") from None


@contextmanager
def locked(target: Path) -> Iterator[None]:
    """Hold a lock beside a file, which itself is another one after each write.

    Raises
    ------
    CheckpointError
        Another run holds it, or there can be none.
    """
    lock = target.parent / f".{target.name}.lock"
    try:
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError as error:
        raise CheckpointError(
            f"cannot be written: {error.strerror}. Name a file in a folder of yours"
        ) from None
    try:
        if not is_first(descriptor, lock):
            raise CheckpointError("another run goes on with it now. Wait until that has ended")
        try:
            yield
        finally:
            with suppress(FileNotFoundError):
                os.unlink(lock)  # while it is held: who has opened it before sees that it is gone
    finally:
        os.close(descriptor)


def is_first(descriptor: int, lock: Path) -> bool:
    """Take a lock, and say whether it was free and still is the one of that name."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.path.samestat(os.fstat(descriptor), os.stat(lock))
    except (BlockingIOError, FileNotFoundError):
        return False
