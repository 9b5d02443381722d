"""One capture by its URL."""

from functools import partial
from typing import Any, BinaryIO, Final, cast

from rxreplay.traces.sources import Elsewhere
from rxreplay.urls import shown

from .in_order import InOrder
from .read_ahead import BLOCK, Fetch, ReadAhead
from .told import needed, remote_errors

HEAD: Final = 256 * 1024  # what a look at the head of a capture fetches
SILENCE: Final = 60  # seconds without a byte that end a stream

Opaque = Any  # fsspec has no types


def captured(url: str) -> Elsewhere:
    """Give a capture by its URL, to be opened as often as it is walked.

    Parameters
    ----------
    url : str
        Anything that fsspec opens.

    Raises
    ------
    RxReplayError
        There is nothing, it may not be read, or what opens it is not installed.

    Examples
    --------
    >>> import fsspec
    >>> with fsspec.open("memory://day/a.pcap", "wb") as file:
    ...     _ = file.write(b"abc")
    >>> captured("memory://day/a.pcap").size_bytes
    3
    """
    capture = Capture(url)
    return Elsewhere(shown(url), capture.size_bytes, capture.open)


def opened(url: str) -> BinaryIO:
    """Give the bytes of what lies at a URL, to be read once.

    Raises
    ------
    RxReplayError
        As `captured`; reading raises a TraceError where the bytes end too early.
    """
    return Capture(url, looked=True).open()


def file_system(url: str) -> tuple[Opaque, str]:
    """Give what opens a URL, and what it calls it.

    Raises
    ------
    RxReplayError
        It is not installed, or nobody knows such URLs.
    """
    try:
        from fsspec.core import url_to_fs
    except ImportError as error:
        raise needed(url, error) from error
    with remote_errors(url):
        found: tuple[Opaque, str] = url_to_fs(url, **settings(url))
    return found


def settings(url: str) -> dict[str, Opaque]:
    """Give what HTTP needs to be told: how long to wait, and where proxies and passwords stand.

    Left alone, aiohttp ends every transfer after five minutes, and reads no ~/.netrc.
    """
    protocol = url.partition(":")[0]
    if protocol not in ("http", "https"):
        return {}
    from aiohttp import ClientTimeout
    from fsspec.config import conf

    timeout = ClientTimeout(total=None, sock_connect=SILENCE, sock_read=SILENCE)
    configured = conf.get(protocol, {}).get("client_kwargs", {})
    return {"client_kwargs": {"timeout": timeout, "trust_env": True, **configured}}


class Capture:
    """What lies at a URL; `open` gives its bytes.

    The first opening is for a look at the head, so that it fetches little. Of what is no longer
    than that nothing is fetched again.
    """

    def __init__(self, url: str, *, looked: bool = False) -> None:
        """Look the URL up; `looked` says that nobody wants the head alone."""
        self._url = url
        self._files, self._path = file_system(url)
        self._is_http = "https" in self._files.protocol
        with remote_errors(url):
            file = self._files.open(self._path, "rb", block_size=BLOCK, cache_type="none")
            if getattr(file, "details", {}).get("type") == "directory":  # S3 opens any prefix
                raise IsADirectoryError(url)
            self.size_bytes: int | None = getattr(file, "size", None)
            self._fetcher = self._by_range(file)
            file.close()  # what fetches parts needs it no more
        self._looked = looked
        self._whole: bytes | None = None  # of a short one, until it is walked

    def _by_range(self, file: Opaque) -> Fetch | None:
        """Give what fetches any part, where the server can do that."""
        cache = getattr(file, "cache", None)
        if self.size_bytes is None or cache is None:
            return None
        fetcher: Fetch = cache.fetcher
        if self._is_http and self.size_bytes > HEAD:
            try:
                fetcher(1, 2)
            except ValueError:  # it gives the whole, whatever is asked for
                return None
        return fetcher

    def open(self) -> BinaryIO:
        """Give its bytes from the first one on."""
        first = BLOCK if self._looked else HEAD
        self._looked = True
        stream = partial(ReadAhead, shown(self._url), size=self.size_bytes, first=first)
        if self._whole is not None:
            whole, self._whole = self._whole, None
            return cast(BinaryIO, stream(lambda start, end: whole[start:end]))
        if self._fetcher is None:
            in_order = InOrder(self._url, self._sequential)
            return cast(BinaryIO, stream(in_order, threads=1, ended=in_order.close))
        return cast(BinaryIO, stream(self._fetch))

    def _fetch(self, start: int, end: int) -> bytes:
        """Fetch a part; keep it where it is the whole and short."""
        with remote_errors(self._url):
            data = cast(Fetch, self._fetcher)(start, end)
        if start == 0 and end == self.size_bytes and end <= HEAD:
            self._whole = data
        return data

    def _sequential(self) -> BinaryIO:
        """Open what can only be read from its beginning to its end."""
        how = {"block_size": 0} if self._is_http else {}
        return cast(BinaryIO, self._files.open(self._path, "rb", **how))
