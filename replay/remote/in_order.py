"""Blocks of what can only be read from its beginning to its end."""

from collections.abc import Callable
from typing import BinaryIO

from .told import remote_errors


class InOrder:
    """Fetches the next bytes, whatever is asked for; one thread at a time.

    Parameters
    ----------
    url : str
        For errors.
    opening : callable
        Gives the stream, when the first bytes are asked for.
    """

    def __init__(self, url: str, opening: Callable[[], BinaryIO]) -> None:
        """Open nothing yet."""
        self._url = url
        self._opening = opening
        self._stream: BinaryIO | None = None
        self._ended = False  # a client may warn of reading on

    def __call__(self, start: int, end: int) -> bytes:
        """Read on by as many bytes, or up to the end."""
        parts: list[bytes] = []
        missing = end - start
        with remote_errors(self._url):
            if self._stream is None:
                self._stream = self._opening()
            while missing and not self._ended:
                data = self._stream.read(missing)
                parts.append(data)
                missing -= len(data)
                self._ended = not data
        return b"".join(parts)

    def close(self) -> None:
        """Close the stream."""
        if self._stream is not None:
            self._stream.close()
