"""Levels of memory, now, at their highest and on average; and the counters of skbs."""

from rxreplay._jit import kernel

from .abi import MAX_SKB_FRAGS
from .snapshot import note_held, note_peak
from .state import NONE_LINEAR, Queue, Record


@kernel
def note_resident(q: Queue) -> None:
    """Keep the peaks of what a chunk or a slab object has just raised."""
    s = q.state
    s["peak_chunk_bytes"] = max(s["peak_chunk_bytes"], s["chunk_bytes"])
    s["peak_slab_bytes"] = max(s["peak_slab_bytes"], s["slab_bytes"])
    resident = s["chunk_bytes"] + s["slab_bytes"]
    if resident > s["peak_resident_bytes"]:
        s["peak_resident_bytes"] = resident
        note_peak(q, resident)


@kernel
def amplifies_more(held: int, payload: int, peak_held: int, peak_payload: int) -> bool:
    """Compare held / payload, in integers; of equal ones that of less payload counts."""
    ratio, peak = held * peak_payload, peak_held * payload
    return bool(ratio > peak or (ratio == peak and payload < peak_payload) or peak_payload == 0)


@kernel
def note_in_flight(q: Queue) -> None:
    """Keep the peaks of what an skb that goes up has just raised."""
    s = q.state
    truesize, payload = s["skb_truesize_bytes"], s["payload_bytes_in_flight"]
    s["peak_skb_truesize_bytes"] = max(s["peak_skb_truesize_bytes"], truesize)
    s["peak_payload_bytes_in_flight"] = max(s["peak_payload_bytes_in_flight"], payload)
    held = s["held_bytes"] + s["skb_slab_bytes"]
    note_held(q, held)
    if amplifies_more(held, payload, s["peak_amplified_held"], s["peak_amplified_payload"]):
        s["peak_amplified_held"] = held
        s["peak_amplified_payload"] = payload


@kernel
def sample(q: Queue) -> None:
    """Add the levels after a poll to their sums, once for each packet that it received."""
    s = q.state
    work = s["work"]
    s["sum_work"] += work
    s["sum_ring_bytes"] += work * s["ring_bytes"]
    s["sum_skb_truesize_bytes"] += work * s["skb_truesize_bytes"]
    s["sum_chunk_bytes"] += work * s["chunk_bytes"]
    s["sum_slab_bytes"] += work * s["slab_bytes"]
    s["sum_resident_bytes"] += work * (s["chunk_bytes"] + s["slab_bytes"])
    s["sum_payload_bytes_in_flight"] += work * s["payload_bytes_in_flight"]
    s["sum_held_bytes"] += work * (s["held_bytes"] + s["skb_slab_bytes"])


@kernel
def trace(q: Queue) -> None:
    """Keep the state after a poll where somebody wants it, and begin the peaks of the next one."""
    s = q.state
    if s["traced"] < q.rows.size:
        q.rows[s["traced"]] = s
        s["traced"] += 1
        s["peak_ring_bytes"] = s["peak_skb_truesize_bytes"] = s["peak_chunk_bytes"] = 0
        s["peak_slab_bytes"] = s["peak_resident_bytes"] = s["peak_payload_bytes_in_flight"] = 0
        s["peak_amplified_held"] = s["peak_amplified_payload"] = 0
        s["least_linear"] = NONE_LINEAR


@kernel
def count(q: Queue, skb: Record) -> None:
    """Add a finished skb to the counters."""
    s = q.state
    s["delivered_packets"] += 1
    s["delivered_bytes"] += skb["frame"]
    s["truesize_bytes"] += skb["truesize"]
    s["linear_bytes"] += skb["linear"]
    s["nonlinear_bytes"] += skb["frame"] - skb["linear"]
    if skb["linear"] == skb["frame"]:
        s["linear_packets"] += 1
    else:
        s["least_linear"] = min(s["least_linear"], skb["linear"])
    s["frag_list_packets"] += skb["frag_list"] > 0
    s["frag_list_skbs"] += skb["frag_list"]
    s["coalesced_frags"] += skb["coalesced"]
    s["nr_frags"][min(skb["nr_frags"], MAX_SKB_FRAGS)] += 1
