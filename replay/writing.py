"""Files that appear whole or not at all."""

import os
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from .errors import RxReplayError


def check_folder(path: str, *, force: bool) -> None:
    """Refuse, before any work, a folder for several files that cannot be one, or is not empty.

    Raises
    ------
    RxReplayError
        There is a file of that name, or a folder with something in it and `force` is not given; or
        its parent is not there.
    """
    if path == "-" or (os.path.lexists(path) and not os.path.isdir(path)):
        raise RxReplayError(f"{path}: several captures make a folder; name a new one with -o")
    if os.path.isdir(path):
        if os.listdir(path) and not force:
            raise RxReplayError(f"{path} has something in it; --force writes its files anew")
    elif not Path(os.path.realpath(path)).parent.is_dir():
        raise RxReplayError(f"{path}: there is no folder {Path(os.path.realpath(path)).parent}")


def check_free(path: str | None, *, force: bool, inputs: Sequence[str] = ()) -> None:
    """Refuse, before any work, what cannot be written, and to write over a file or an input.

    Raises
    ------
    RxReplayError
        The file exists, and `force` is not given; or it is a folder, or its folder is not there.
    """
    if path is None or path == "-" or _is_device(path):
        return
    if not path or os.path.isdir(path):
        raise RxReplayError(f"{path or '-o'}: a folder is no file; name a file in it with -o")
    if os.path.exists(path) and any(
        os.path.exists(i) and os.path.samefile(path, i) for i in inputs
    ):
        raise RxReplayError(f"{path} is a file to read; name another one to write")
    if os.path.lexists(path) and not force:
        raise RxReplayError(f"{path} exists already; --force writes over it")
    if not Path(os.path.realpath(path)).parent.is_dir():
        raise RxReplayError(f"{path}: there is no folder {Path(os.path.realpath(path)).parent}")


def write_folder(path: str, files: Mapping[str, str]) -> None:
    """Write files of a folder, each whole or not at all; the last one says that all are there.

    Raises
    ------
    RxReplayError
        What is written does not arrive, as on a full disk.
    """
    try:
        os.makedirs(path, exist_ok=True)
    except OSError as error:
        raise RxReplayError(f"{path}: {error.strerror}; name another folder with -o") from None
    for name, text in files.items():
        with output(os.path.join(path, name)) as out:
            out.write(text)


@contextmanager
def output(path: str | None, *, binary: bool = False, synced: bool = False) -> Iterator[Any]:
    """Open standard output (None, `-`), or a file that is put in place when all is written.

    A link stays, and the file that it points to is replaced; a device or a pipe is written to.
    `binary` gives a file of bytes in place of one of text; with `synced` it is on the disk before
    it takes the place of another.

    Raises
    ------
    RxReplayError
        What is written does not arrive, as on a full disk.
    """
    try:
        if path is None or path == "-":
            yield from _standard_output(binary=binary)
        elif _is_device(path):
            with open(path, **_mode(binary=binary)) as device:
                yield device
        else:
            target = Path(os.path.realpath(path))
            yield from _new_file(target, _mode(binary=binary), synced=synced)
    except BrokenPipeError:
        raise
    except OSError as error:
        standard = path is None or path == "-"
        name = "standard output" if standard else path
        raise RxReplayError(
            f"{name}: {error.strerror or error}; name another file{' with -o' * standard}"
        ) from None


def _is_device(path: str) -> bool:
    """Say whether something is there that has no end to be put in place: a device, a pipe."""
    return os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path)


def _mode(*, binary: bool) -> dict[str, Any]:
    """Say how a file is opened."""
    text = {"mode": "w", "encoding": "utf-8", "errors": "backslashreplace"}
    return {"mode": "wb"} if binary else text


def _standard_output(*, binary: bool) -> Iterator[Any]:
    """Give standard output; what its encoding lacks is escaped."""
    if binary:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")
    yield sys.stdout
    sys.stdout.flush()


def _new_file(target: Path, mode: dict[str, Any], *, synced: bool) -> Iterator[Any]:
    """Give a file of another name beside the target, and put it in its place."""
    descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(descriptor, **mode) as file:
            yield file
            if synced:
                file.flush()
                os.fsync(file.fileno())
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
