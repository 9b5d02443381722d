"""What servers, and the libraries that speak to them, say goes wrong: one line, no secrets."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from rxreplay.errors import RxReplayError, UnreadableError
from rxreplay.urls import shown

NOTHING: Final = ("NoSuchBucket", "NoSuchKey")  # of botocore, as the next ones
NO_CREDENTIALS: Final = ("NoCredentialsError", "PartialCredentialsError", "ProfileNotFound")
LONGEST: Final = 200


@contextmanager
def remote_errors(url: str) -> Iterator[None]:
    """Turn whatever a file system of fsspec raises into an UnreadableError.

    Each has errors of its own, some of which are no OSError.
    """
    try:
        yield
    except RxReplayError:
        raise
    except ImportError as error:
        raise needed(url, error) from error
    except Exception as error:
        raise UnreadableError(f"{shown(url)}: {told(inmost(error))}") from error


def needed(url: str, error: ImportError) -> RxReplayError:
    """Say what to install for a URL."""
    extra = "gs" if re.match("gc?s:", url) else "remote"
    return RxReplayError(
        f"{shown(url)}: what opens it is not installed ({line(error)}). "
        f"Run: pip install 'rxreplay[{extra}]'"
    )


def inmost(error: BaseException) -> BaseException:
    """Give why there is no such file: fsspec takes any failure of HTTP for that."""
    while isinstance(error, FileNotFoundError) and error.__cause__ is not None:
        error = error.__cause__
    return error


def told(error: BaseException) -> str:
    """Say what was found, and what to do next."""
    kind, status = type(error).__name__, getattr(error, "status", getattr(error, "code", None))
    if isinstance(error, FileNotFoundError) or status == 404 or kind in NOTHING:
        return "there is no such object. Check the URL."
    if isinstance(error, IsADirectoryError):
        return "is a folder. Name a capture in it."
    if kind == "FileExpired":
        return "was changed while it was read. Run it again."
    if isinstance(error, PermissionError) or status in (401, 403) or kind in NO_CREDENTIALS:
        return f"may not be read ({line(error)}). Check the credentials in the environment."
    if isinstance(error, ValueError):
        return f"cannot be opened ({line(error)}). Check the URL."
    return f"cannot be fetched ({line(error)}). Check the network and the URL, and run it again."


def line(error: BaseException) -> str:
    """Give what an error says, on one line and without secrets.

    Examples
    --------
    >>> line(OSError("no route to https://me:secret@host/."))
    'OSError: no route to https://host/'
    """
    text = " ".join(shown(str(error)).split()).rstrip(".")[:LONGEST]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
