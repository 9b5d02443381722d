"""Captures in, arrays out.

A capture is a file or a stream of packet records. `open_trace` reads its head, and `Trace.blocks`
walks its records once, in compiled code, and gives them column by column. The laws of the walk:

1. A packet's length is its original length on the wire, never what the capture kept of it.
2. Times are int64 nanoseconds since the epoch, whatever the file counts in.
3. Memory stays flat: a mapped file is walked where it lies, a stream passes through one buffer.
4. Any bytes give packets or a `TraceError`; every packet before a fault has been given by then.
"""

from .digest import Digest
from .joining import JoinedTrace, join_traces
from .opening import open_trace
from .packets import NO_TIME, Block, Packets
from .scene import TraceWarning
from .trace import Trace

__all__ = [
    "NO_TIME",
    "Block",
    "Digest",
    "JoinedTrace",
    "Packets",
    "Trace",
    "TraceWarning",
    "join_traces",
    "open_trace",
]
