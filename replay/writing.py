"""Files that appear whole or not at all."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from .errors import RxReplayError


def check_free(path: str | None, *, force: bool) -> None:
    """Refuse, before any work, to write over a file.

    Raises
    ------
    RxReplayError
        The file exists, and `force` is not given; or its folder does not.
    """
    if path is None or path == "-":
        return
    if os.path.lexists(path) and not force:
        raise RxReplayError(f"{path} exists already; --force writes over it")
    if not Path(path).parent.is_dir():
        raise RxReplayError(f"{path}: there is no folder {Path(path).parent}")


@contextmanager
def output(path: str | None) -> Iterator[TextIO]:
    """Open standard output (None, `-`), or a file that is put in place when all is written."""
    if path is None or path == "-":
        yield sys.stdout
        return
    target = Path(path)
    try:
        descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    except OSError as error:
        raise RxReplayError(f"{path}: {error.strerror}; name another file with -o") from None
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            yield file
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
