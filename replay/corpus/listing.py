"""What there is to replay: captures under folders, by globs and by names."""

import os
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from glob import glob, has_magic
from typing import Final

from rxreplay.errors import RxReplayError
from rxreplay.urls import is_url

CAPTURE: Final = re.compile(
    r".+\.(pcapng|ntar|pcap|cap|dmp|dump|snoop)\d*(\.(gz|zst|lz4))?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Input:
    """A capture, and what tells it from another one that had its name.

    Attributes
    ----------
    url : str
        A whole path, or a URL.
    size : int or None
        Bytes, where they are known.
    version : str
        What changes when it is written anew: `mtime_ns:N` of a file, an ETag of an object.
    """

    url: str
    size: int | None
    version: str


@dataclass(frozen=True, slots=True)
class Listing:
    """The captures in the order of their names, and how many other files were passed over."""

    inputs: tuple[Input, ...]
    passed_over: int


def find(
    sources: Sequence[str], include: Sequence[str] = (), exclude: Sequence[str] = ()
) -> Listing:
    """List what sources hold, each capture once, in the order of their names.

    Parameters
    ----------
    sources : sequence of str
        Folders, with the folders in them, of which all that looks like a capture by its name is
        taken; globs and names of files, which are taken as they are; URLs of all these.
    include, exclude : sequence of str
        Globs for whole paths or for names. What none of `include` matches, if there are any, is
        passed over, and what any of `exclude` matches.

    Raises
    ------
    RxReplayError
        There is nothing by that name, or no capture at all.
    """
    taken: set[str] = set()
    passed_over: set[str] = set()
    far: dict[str, Input] = {}  # by their URLs
    for path, named in _paths(sources, far):
        wanted = named or CAPTURE.fullmatch(os.path.basename(path))
        chosen = (not include or matches(path, include)) and not matches(path, exclude)
        (taken if wanted and chosen else passed_over).add(path)
    found: dict[object, Input] = {}
    for path in sorted(taken):
        identity, each = (path, far[path]) if path in far else input_of(path)
        found.setdefault(identity, each)
    if not found:
        raise RxReplayError(
            f"{', '.join(sources)}: no capture among {len(passed_over):,} files; by a name of its "
            "own, or by a glob, any file is taken"
        )
    return Listing(tuple(found.values()), len(passed_over - taken))


def matches(path: str, patterns: Sequence[str]) -> bool:
    """Say whether any of several globs matches a path, or its last part.

    Examples
    --------
    >>> [matches("/a/b.pcap", [glob]) for glob in ("b.*", "/a/*", "a/*")]
    [True, True, False]
    """
    names = (path, os.path.basename(path))
    return any(fnmatchcase(name, pattern) for name in names for pattern in patterns)


def input_of(path: str) -> tuple[object, Input]:
    """Give a file, or what lies at a URL, as an input, and what is the same for all names of it.

    Raises
    ------
    RxReplayError
        It is not there, or no plain file.
    """
    if is_url(path):
        return path, listed(path)[0]
    try:
        status = os.stat(path)
    except OSError as error:
        raise RxReplayError(f"{path}: {error.strerror}") from None
    if not stat.S_ISREG(status.st_mode):
        raise RxReplayError(f"{path}: no plain file, which a corpus is made of")
    same = (status.st_dev, status.st_ino)
    return same, Input(path, status.st_size, f"mtime_ns:{status.st_mtime_ns}")


def _paths(sources: Sequence[str], far: dict[str, Input]) -> Iterator[tuple[str, bool]]:
    """Give whole paths and URLs, and whether somebody has named them; keep what servers say."""
    for source in sources:
        if is_url(source):
            objects = {each.url: each for each in listed(source)}
            far.update(objects)
            yield from ((url, url == source or has_magic(source)) for url in objects)
        elif os.path.isdir(source):
            yield from ((path, False) for path in under(source))
        elif has_magic(source) and not os.path.lexists(source):
            found = [path for path in glob(source, recursive=True) if not os.path.isdir(path)]
            if not found:
                raise RxReplayError(f"{source}: no file matches")
            yield from ((os.path.abspath(path), True) for path in found)
        else:
            yield os.path.abspath(source), True


def under(folder: str) -> Iterator[str]:
    """Give the plain files under a folder; links to folders are not followed.

    Raises
    ------
    RxReplayError
        A folder cannot be read.
    """

    def refuse(error: OSError) -> None:
        raise RxReplayError(
            f"{error.filename}: {error.strerror}; let it be read, or name what is beside it"
        )

    for where, _, names in os.walk(os.path.abspath(folder), onerror=refuse):
        for name in names:
            path = os.path.join(where, name)
            if os.path.isfile(path):
                yield path


def listed(url: str) -> list[Input]:
    """List what a URL names; what that takes is imported for URLs only."""
    from rxreplay.remote import listed as listed_far

    return listed_far(url)
