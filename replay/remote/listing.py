"""What lies under a URL."""

import re
from collections.abc import Mapping
from typing import Any, Final

from rxreplay.corpus.listing import Input
from rxreplay.errors import RxReplayError, UnreadableError
from rxreplay.urls import shown

from .capture import file_system
from .told import remote_errors

MAGIC: Final = re.compile(r"[*[]")  # a ? may begin the query of a URL
VERSIONS: Final = (  # what stores say of an object that is another one when it is written anew
    *("ETag", "etag", "generation", "Content-MD5", "Digest"),
    *("LastModified", "Last-Modified", "last_modified", "updated", "mtime", "modified", "created"),
)

About = Mapping[str, Any]


def listed(url: str) -> list[Input]:
    """List the objects that a URL names: one, those that match a glob, or all under a folder.

    Over HTTP a folder ends with a slash, and what its page links to is under it.

    Parameters
    ----------
    url : str
        Anything that fsspec opens, without secrets: names of inputs are written into results.

    Returns
    -------
    list of Input
        In the order of their URLs; of one object, its URL as it was given.

    Raises
    ------
    RxReplayError
        There is nothing, it may not be read, or what opens it is not installed.

    Examples
    --------
    >>> import fsspec
    >>> fsspec.filesystem("memory").pipe("/listed/a.pcap", b"abc")
    >>> [(each.url, each.size) for each in listed("memory://listed")]
    [('memory:///listed/a.pcap', 3)]
    """
    if shown(url) != url:
        raise RxReplayError(
            f"{shown(url)}: this URL has a secret in it, which results would show. Put that where "
            "the store's own tools look for it, as ~/.netrc, and give the URL without"
        )
    files, path = file_system(url)
    with remote_errors(url):
        found = _found(files, path, url)
    if not found:
        raise UnreadableError(f"{url}: there is no such object. Check the URL.")
    return sorted((_input(name, about) for name, about in found.items()), key=lambda each: each.url)


def _found(files: Any, path: str, url: str) -> dict[str, About]:  # noqa: ANN401 - of fsspec
    """Give what the store says of each object, by their URLs."""
    files.invalidate_cache()  # a listing that is older than this run
    if MAGIC.search(path):
        found = files.glob(path, detail=True)
    elif "https" in files.protocol and not path.endswith("/"):
        return {url: files.info(path)}  # a page is an object as well as a folder
    elif "https" in files.protocol or (about := files.info(path))["type"] == "directory":
        found = files.find(path, detail=True)
    else:
        return {url: about}
    chain = url[url.find("::") :] if "::" in url else ""
    return {
        files.unstrip_protocol(name) + chain: about if _has_size(about) else files.info(name)
        for name, about in found.items()
        if about["type"] == "file"
    }


def _has_size(about: About) -> bool:
    return about.get("size") is not None


def _input(url: str, about: About) -> Input:
    """Give an object as an input."""
    version = next((f"{name}:{_text(about[name])}" for name in VERSIONS if about.get(name)), "")
    return Input(url, about.get("size"), version)


def _text(value: Any) -> str:  # noqa: ANN401 - of fsspec
    """Write a version down; of a time there are two types in one store."""
    return str(value.timestamp() if hasattr(value, "timestamp") else value)
