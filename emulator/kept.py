"""What a consumer keeps: who holds it, what it came to, and whether it balances."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from .figures import Consumed, Pinned
from .holding import RATIO_STEPS, Holding
from .ledger import balance
from .state import Int64s, Queue, Record

LEAST_LOOK: Final = 1 << 16  # bytes pinned before anybody looks
STEP: Final = 8  # looks are taken where an eighth more is pinned than at the last one
MOST_HOLDERS: Final = 64


@dataclass(frozen=True, slots=True)
class Holder:
    """A flow whose socket holds skbs.

    Attributes
    ----------
    key : int
        Of the flow.
    packets, payload_bytes, rmem_bytes : int
        In its socket: skbs, frame bytes in them, what they are charged.
    pinned_bytes : int
        What they keep resident; of a chunk that several skbs refer to, each reference has an equal
        share.
    dropped_packets, peak_rmem_bytes : int
        Of the socket, since it was last made anew.
    """

    key: int
    packets: int
    payload_bytes: int
    rmem_bytes: int
    pinned_bytes: int
    dropped_packets: int
    peak_rmem_bytes: int


@dataclass(slots=True)
class Holders:
    """The flows that pinned the most, when about the most was pinned.

    Attributes
    ----------
    pinned_bytes : int
        By all skbs, at that moment.
    flows : int
        Whose sockets held something.
    highest : list of Holder
        The first is the highest.
    """

    pinned_bytes: int
    flows: int
    highest: list[Holder]

    def look(self, queue: Queue, x: Holding, *, last: bool = False) -> None:
        """See who pins what, if it is more than was seen; at the `last` look also if it is as much.

        Costs a walk over all that is kept, and is taken each time that an eighth more is pinned:
        the cost of a packet does not grow.
        """
        pinned = int(queue.state["held_bytes"] + queue.state["skb_slab_bytes"])
        if pinned < (self.pinned_bytes if last else int(x.state["next_look"])):
            return
        from .consuming import pinned_by_socket  # numba comes with it

        x.state["next_look"] = max(pinned + pinned // STEP + 1, LEAST_LOOK)
        self.pinned_bytes = pinned
        by_socket = np.zeros(x.sockets.size)
        payload = np.zeros(x.sockets.size, np.int64)
        pinned_by_socket(queue, x, by_socket, payload)
        self.flows = int((x.sockets["packets"] > 0).sum())
        order = np.lexsort((np.arange(by_socket.size), -by_socket))[:MOST_HOLDERS]
        self.highest = [
            holder(x.sockets[number], int(payload[number]), round(float(by_socket[number])))
            for number in order.tolist()
            if x.sockets[number]["packets"]
        ]


def holder(socket: Record, payload: int, pinned: int) -> Holder:
    """Give a flow whose socket holds so much."""
    return Holder(
        key=int(socket["key"]),
        packets=int(socket["packets"]),
        payload_bytes=payload,
        rmem_bytes=int(socket["rmem"]),
        pinned_bytes=pinned,
        dropped_packets=int(socket["dropped"]),
        peak_rmem_bytes=int(socket["peak_rmem"]),
    )


def consumed(queue: Queue, x: Holding) -> Consumed:
    """Give what a consumer came to."""
    h = {name: int(x.state[name]) for name in x.state.dtype.names or ()}
    pinned = Pinned(
        bytes=h["peak_pinned"],
        payload_bytes=h["peak_payload"],
        truesize_bytes=h["peak_truesize"],
        packets=h["peak_packets"],
        survivor_chunks=h["peak_survivors"],
        survivor_bytes=h["peak_survivor_bytes"],
        at_ns=h["peak_at"],
    )
    return Consumed(
        read_packets=h["read"],
        held_packets=int(queue.state["kept"]),
        peak_rmem=h["peak_rmem"],
        pinned=pinned if h["peak_pinned"] else None,
        amplification_p50=over_time(x.ratios, 50),
        amplification_p99=over_time(x.ratios, 99),
    )


def over_time(ratios: Int64s, percent: int) -> float | None:
    """Give the amplification that is not exceeded in so much of the time, rounded down to 1/64.

    Examples
    --------
    >>> over_time(np.array([0] * 128 + [99, 1]), 99), over_time(np.zeros(3, np.int64), 99)
    (2.0, None)
    """
    whole = int(ratios.sum())
    if not whole:
        return None
    upto = np.cumsum(ratios)
    return int(np.searchsorted(upto, -(-whole * percent // 100))) / RATIO_STEPS


def check_kept(queue: Queue, x: Holding) -> None:
    """Check what is said to be kept against the records of it.

    Raises
    ------
    LedgerError
        It is not.
    """
    state, h = queue.state, x.state
    alive = x.held[x.held["frame"] > 0]
    balance("packets kept", int(state["kept"]), {"records": alive.size})
    for level, field in (
        ("payload_bytes_in_flight", "frame"),
        ("skb_truesize_bytes", "truesize"),
        ("skb_slab_bytes", "slab"),
        ("skb_pages", "pages"),
    ):
        balance(level, int(state[level]), {"records": int(alive[field].sum())})
    in_sockets = int(x.sockets["rmem"].sum())
    charged = int(alive["truesize"][alive["socket"] >= 0].sum())
    balance("bytes charged to sockets", in_sockets, {"records": charged})
    refs = x.refs[x.refs["chunk"] >= 0]
    counted = np.bincount(refs["chunk"], refs["count"], queue.chunks.size)
    off = int(np.abs(counted - queue.chunks["skb_refs"]).sum())
    balance(
        "references of skbs",
        int(queue.chunks["skb_refs"].sum()),
        {"records": int(refs["count"].sum()), "at other chunks": off},
    )
    taken = {"read": int(h["read"]), "rcvbuf": int(h["rcvbuf_drops"]), "kept": int(state["kept"])}
    balance("delivered packets", int(state["delivered_packets"]), taken)
