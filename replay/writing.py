"""Files that appear whole or not at all."""

import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from .errors import RxReplayError


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
        raise RxReplayError(f"{path} is a capture to read; name another file with -o")
    if os.path.lexists(path) and not force:
        raise RxReplayError(f"{path} exists already; --force writes over it")
    if not Path(os.path.realpath(path)).parent.is_dir():
        raise RxReplayError(f"{path}: there is no folder {Path(os.path.realpath(path)).parent}")


@contextmanager
def output(path: str | None, *, binary: bool = False) -> Iterator[Any]:
    """Open standard output (None, `-`), or a file that is put in place when all is written.

    A link stays, and the file that it points to is replaced; a device or a pipe is written to.
    `binary` gives a file of bytes in place of one of text.

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
            yield from _new_file(Path(os.path.realpath(path)), _mode(binary=binary))
    except BrokenPipeError:
        raise
    except OSError as error:
        name = "standard output" if path is None or path == "-" else path
        raise RxReplayError(
            f"{name}: {error.strerror or error}; name another file with -o"
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


def _new_file(target: Path, mode: dict[str, Any]) -> Iterator[Any]:
    """Give a file of another name beside the target, and put it in its place."""
    descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(descriptor, **mode) as file:
            yield file
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
