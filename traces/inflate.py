"""Which reader gives the bytes of a stream: plain, or decompressed by a thread of its own."""

from .ahead import Ahead
from .gunzip import GzipReader
from .plain import PlainReader as PlainReader
from .plain import Source
from .unframe import FrameReader


def inflate(raw: PlainReader, compression: str | None) -> Source:
    """Put the right reader on top of `raw`.

    Examples
    --------
    >>> import gzip, io
    >>> raw = PlainReader(io.BytesIO(gzip.compress(b"abc")), "x")
    >>> bytes(inflate(raw, "gz").read(9))
    b'abc'
    """
    if compression is None:
        return raw
    return Ahead(GzipReader(raw) if compression == "gz" else FrameReader(raw), raw)
