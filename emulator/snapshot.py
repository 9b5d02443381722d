"""What was held when resident memory was at its highest, kept each time that it rises further."""

from rxreplay._jit import kernel

from .state import NOBODY, Queue

NOW, AT_PEAK = range(2)  # records of `Queue.held`


@kernel
def count_chunk(q: Queue, kind: int, chunks: int, size: int) -> None:
    """Count a chunk that is taken (1), or given back (-1), where somebody asks for snapshots."""
    if q.held.size > 0:
        now = q.held[NOW]
        now["chunks"][kind] += chunks
        now["bytes"][kind] += chunks * size


@kernel
def note_held(q: Queue, held: int) -> None:
    """Keep the peak of what skbs hold."""
    if q.held.size > 0:
        now = q.held[NOW]
        now["held_bytes"] = max(now["held_bytes"], held)


@kernel
def note_peak(q: Queue, resident: int) -> None:
    """Keep what is held, if it was never more; `stamp` says afterwards when that was."""
    if q.held.size == 0 or resident <= q.held[AT_PEAK]["resident_bytes"]:
        return
    s, now, peak = q.state, q.held[NOW], q.held[AT_PEAK]
    peak["stamped"] = 0
    peak["packet"] = s["packet"] if s["skb"] > 0 else NOBODY
    peak["resident_bytes"] = resident
    peak["chunk_bytes"] = s["chunk_bytes"]
    peak["slab_bytes"] = s["slab_bytes"]
    peak["buffers"] = s["tail"] - s["head"]
    peak["ring_bytes"] = s["ring_bytes"]
    peak["skbs"] = s["pending"] + s["kept"]
    peak["skb_truesize_bytes"] = s["skb_truesize_bytes"]
    peak["payload_bytes_in_flight"] = s["payload_bytes_in_flight"]
    peak["held_bytes"] = s["held_bytes"] + s["skb_slab_bytes"]
    peak["idle_pages"] = s["pool_cached"] + s["pool_returned"] + s["spare_pages"]
    for kind in range(now["chunks"].size):
        peak["chunks"][kind] = now["chunks"][kind]
        peak["bytes"][kind] = now["bytes"][kind]


@kernel
def stamp(q: Queue, at: int) -> None:
    """Date the peak: `at` is when anything changed last."""
    if q.held[AT_PEAK]["stamped"] == 0:
        q.held[AT_PEAK]["stamped"] = 1
        q.held[AT_PEAK]["at"] = at
