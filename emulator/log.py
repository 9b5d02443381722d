"""The events of a run, in the order in which a kernel's tracepoints would show them."""

from rxreplay._jit import kernel

from .state import (
    CHUNK_FREED,
    CHUNK_TAKEN,
    FRAG,
    PACKET,
    PAGE_FRAG,
    POLL,
    POOL_FREED,
    POOL_PAGE,
    POOL_TAKEN,
    REFILL,
    Queue,
    Record,
)


@kernel
def log_refill(q: Queue, size: int) -> None:
    """Note a request of `size` bytes and the allocator's state before it."""
    if q.state["events"] < q.log.size:
        event = q.log[q.state["events"]]
        q.state["events"] += 1
        event["kind"] = REFILL
        event["a"] = size
        event["b"] = q.state["frag_chunk"]
        event["c"] = q.state["frag_offset"]
        event["d"] = 0
        if q.state["frag_chunk"] >= 0:
            event["d"] = q.chunks[q.state["frag_chunk"]]["size"]


@kernel
def log_frag(q: Queue, size: int) -> None:
    """Note a request of `size` bytes of a page_pool's page."""
    if q.state["events"] < q.log.size:
        event = q.log[q.state["events"]]
        q.state["events"] += 1
        event["kind"] = FRAG
        event["a"] = size


@kernel
def log_chunk(q: Queue, number: int, taken: bool) -> None:
    """Note a block that is taken from, or given back to, the page allocator; none of heads."""
    kind = q.chunks[number]["kind"]
    if q.state["events"] < q.log.size and kind in (PAGE_FRAG, POOL_PAGE):
        event = q.log[q.state["events"]]
        q.state["events"] += 1
        if kind == PAGE_FRAG:
            event["kind"] = CHUNK_TAKEN if taken else CHUNK_FREED
        else:
            event["kind"] = POOL_TAKEN if taken else POOL_FREED
        event["a"] = number


@kernel
def log_packet(q: Queue, skb: Record) -> None:
    """Note an skb that reaches napi_gro_receive()."""
    if q.state["events"] < q.log.size:
        event = q.log[q.state["events"]]
        q.state["events"] += 1
        event["kind"] = PACKET
        event["a"] = skb["packet"]
        event["b"] = skb["frame"]
        event["c"] = skb["frame"] - skb["linear"]
        event["d"] = skb["truesize"]
        event["e"] = skb["nr_frags"]


@kernel
def log_poll(q: Queue) -> None:
    """Note the end of a NAPI poll."""
    if q.state["events"] < q.log.size:
        event = q.log[q.state["events"]]
        q.state["events"] += 1
        event["kind"] = POLL
        event["a"] = q.state["work"]
