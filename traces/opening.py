"""The front door: one capture."""

from .sources import Given, Source
from .trace import Trace


def open_trace(source: Given, *, keep_damaged: bool = False, link_type: int | None = None) -> Trace:
    """Open a capture and read its head.

    Parameters
    ----------
    source : path, "-" or binary file
        Anything of pcap, pcapng or snoop, plain or compressed with gzip, zstd or lz4, whatever
        its name; "-" is standard input. What cannot seek (a pipe) can be walked once.
    keep_damaged : bool
        End the walk at an impossible record with a warning, not with an error.

    link_type : int or None
        What to take the packets for, whatever the capture says; a number, as files have it.

    Raises
    ------
    TraceError
        It cannot be read, or is no capture of a known kind; the text says what it looks like.

    Examples
    --------
    >>> import io
    >>> header = bytes.fromhex("d4c3b2a1 0200 0400 00000000 00000000 00000400 01000000")
    >>> with open_trace(io.BytesIO(header)) as trace:
    ...     trace.format, trace.link_type, trace.snaplen, list(trace.blocks())
    ('pcap', 'EN10MB', 262144, [])
    """
    return Trace(Source(source), keep_damaged=keep_damaged, link_type=link_type)
