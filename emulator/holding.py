"""Who takes skbs from the driver, how long each is kept, and the records of those that are.

An skb that is kept has a record of its own, for entries of the ring are soon written again. What
falls due is found at the head of a queue: skbs are kept for equally long, and sockets are read at
equal intervals, so both come due in the order in which they were put there.
"""

from typing import Final, NamedTuple

import numpy as np
from rxreplay.errors import StrategyError

from .abi import NAPI_POLL_WEIGHT
from .queue import checked_rcvbuf
from .state import NOBODY, Int64s, Record, Records, _fields

DROP, DELAY, READER, UNREAD = range(4)  # kinds of consumers
NAMES: Final = ("drop", "delay", "reader", "unread")

OTHER, UDP, TCP = 1, 2, 3  # by which rule a socket takes skbs: the lower bits of a flow's key
RULE_BITS: Final = 3

AT_ONCE: Final = 2 * NAPI_POLL_WEIGHT  # skbs that are handed up in one step, at most
NO_END: Final = 2**63 - 1  # nothing falls due
LONGEST_SPAN: Final = 2**62
RATIO_STEPS: Final = 64  # of an amplification of 1
RATIOS: Final = 1024 * RATIO_STEPS  # steps that are told apart; the last one is of all above

HELD = np.dtype(_fields("socket", "next", "due", "refs", "frame", "truesize", "slab", "pages"))
"""An skb that is kept; `refs` is the first of its references, `next` the skb behind it."""

REF = np.dtype(_fields("chunk", "count", "bytes", "skb", "next"))
"""References of a kept skb to one chunk, and the bytes of the buffers and heads they are for."""

SOCKET = np.dtype(
    _fields(
        "key",  # of its flow; 0: the record is free
        "first",  # of the skbs in it
        "last",
        "packets",
        "rmem",
        "peak_rmem",
        "due",  # when it is read next
        "next",  # the socket that is read after it, or the next free record
        "received",  # packets that came, and those of them that were dropped
        "dropped",
    )
)
"""The socket of a flow."""

HOLDING = np.dtype(
    _fields(
        # records: the first free one of each table, and how many are free
        *("free_held", "spare_held", "free_ref", "spare_refs", "free_socket", "spare_sockets"),
        # what falls due: the first and the last skb or socket, and when
        *("first", "last", "due"),
        # packets: freed by the stack or read, dropped by sockets
        *("read", "rcvbuf_drops", "peak_rmem", "forgotten"),
        # the moment at which skbs pinned the most
        *("peak_pinned", "peak_at", "peak_packets", "peak_payload", "peak_truesize"),
        *("peak_survivors", "peak_survivor_bytes"),
        "next_look",  # bytes pinned at which somebody wants to see who pins them
    )
)
"""What the consumer of a queue remembers."""


class Consumer(NamedTuple):
    """Who takes skbs.

    Attributes
    ----------
    kind : int
        `DROP`, at once; `DELAY`, each `span_ns` after it was handed up; `READER`, a socket for
        each flow, from which a packet is read every `span_ns`; `UNREAD`, such sockets without a
        reader.
    span_ns : int
    rcvbuf : int
        Bytes of each socket.
    """

    kind: int = DROP
    span_ns: int = 0
    rcvbuf: int = 212_992


class Holding(NamedTuple):
    """The records of a consumer, as the kernels take it."""

    rule: Consumer
    state: Record  # HOLDING
    held: Records  # HELD
    refs: Records  # REF
    sockets: Records  # SOCKET
    slots: Int64s  # numbers of sockets by their key, -1: free
    ratios: Int64s  # nanoseconds by amplification


def checked_consumer(rule: Consumer) -> Consumer:
    """Give the consumer if it can be.

    Raises
    ------
    StrategyError
        It cannot.

    Examples
    --------
    >>> checked_consumer(Consumer(DELAY, 5_000_000)).span_ns
    5000000
    """
    if not 0 <= rule.span_ns <= LONGEST_SPAN:
        raise StrategyError(f"a span is from 0 to {LONGEST_SPAN:,} ns, not {rule.span_ns:,}")
    return rule._replace(rcvbuf=checked_rcvbuf(rule.rcvbuf))


def new_holding(rule: Consumer) -> Holding:
    """Make the records of a consumer that keeps nothing yet, without room.

    Examples
    --------
    >>> new_holding(Consumer(UNREAD)).held.size
    0
    """
    state = np.zeros(1, HOLDING)[0]
    for name in ("free_held", "free_ref", "free_socket", "first", "last"):
        state[name] = NOBODY
    state["due"] = NO_END
    return Holding(
        checked_consumer(rule),
        state,
        np.zeros(0, HELD),
        np.zeros(0, REF),
        np.zeros(0, SOCKET),
        np.full(1, NOBODY),
        np.zeros(RATIOS if rule.kind else 1, np.int64),
    )
