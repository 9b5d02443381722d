"""What happens in a bin of trace time: highest levels, byte-nanoseconds, arrivals.

The highest level of a bin is that of the queue's own meters, which begin anew with each bin, so
that what rises and falls within a poll is not missed.  A bin is closed when the clock leaves it.
"""

from rxreplay._jit import kernel

from .bins import AMPLIFIED_HELD, AMPLIFIED_PAYLOAD, Bins, Floats
from .clock import Clocked
from .meters import amplifies_more
from .snapshot import NOW, stamp
from .state import Int64s, Queue, Record


@kernel
def add_levels(q: Queue, x: Clocked, at: int) -> None:
    """Let memory stay as it is up to `at`, before anything changes there."""
    now = x.bins.now
    stamp(q, now["at"])
    if at >= now["ends"]:
        roll(q, x, at)
    add(q, x.bins, at - now["at"])
    now["at"] = at


@kernel
def add(q: Queue, bins: Bins, nanoseconds: int) -> None:
    """Add the levels to the sums of the open bin."""
    s, total, b = q.state, bins.summed, bins.now["bin"]
    span = float(nanoseconds)  # a product of integers would overflow within hours
    total[b, 0] += span * s["ring_bytes"]
    total[b, 1] += span * s["skb_truesize_bytes"]
    total[b, 2] += span * s["chunk_bytes"]
    total[b, 3] += span * s["slab_bytes"]
    total[b, 4] += span * (s["chunk_bytes"] + s["slab_bytes"])
    total[b, 5] += span * s["payload_bytes_in_flight"]
    total[b, 6] += span * (s["held_bytes"] + s["skb_slab_bytes"])


@kernel
def roll(q: Queue, x: Clocked, at: int) -> None:
    """Close bins until the one of `at` is open; make them wider where there is none."""
    now = x.bins.now
    keep(q, x)
    while (at - now["origin"]) >> now["shift"] >= x.bins.highest.shape[0]:
        widen(x.bins)
    while now["ends"] <= at:
        add(q, x.bins, now["ends"] - now["at"])
        now["at"] = now["ends"]
        now["bin"] += 1
        now["ends"] += 1 << now["shift"]
        keep(q, x)  # it begins with what the one before ended with


@kernel
def keep(q: Queue, x: Clocked) -> None:
    """Keep what was highest in the open bin, and begin the meters anew from where they are."""
    keep_levels(q, x.bins)
    keep_counters(q, x)
    s, top, b = q.state, x.bins.highest, x.bins.now["bin"]
    held, payload = s["peak_amplified_held"], s["peak_amplified_payload"]
    if payload > 0 and amplifies_more(
        held, payload, top[b, AMPLIFIED_HELD], top[b, AMPLIFIED_PAYLOAD]
    ):
        top[b, AMPLIFIED_HELD], top[b, AMPLIFIED_PAYLOAD] = held, payload
    in_flight = s["payload_bytes_in_flight"]
    s["peak_amplified_payload"] = in_flight
    s["peak_amplified_held"] = s["held_bytes"] + s["skb_slab_bytes"] if in_flight > 0 else 0


@kernel
def keep_levels(q: Queue, bins: Bins) -> None:
    """Keep the highest levels."""
    s, held, top, b = q.state, q.held[NOW], bins.highest, bins.now["bin"]
    top[b, 0] = max(top[b, 0], s["peak_ring_bytes"])
    top[b, 1] = max(top[b, 1], s["peak_skb_truesize_bytes"])
    top[b, 2] = max(top[b, 2], s["peak_chunk_bytes"])
    top[b, 3] = max(top[b, 3], s["peak_slab_bytes"])
    top[b, 4] = max(top[b, 4], s["peak_resident_bytes"])
    top[b, 5] = max(top[b, 5], s["peak_payload_bytes_in_flight"])
    top[b, 6] = max(top[b, 6], held["held_bytes"])
    s["peak_ring_bytes"] = s["ring_bytes"]
    s["peak_skb_truesize_bytes"] = s["skb_truesize_bytes"]
    s["peak_chunk_bytes"] = s["chunk_bytes"]
    s["peak_slab_bytes"] = s["slab_bytes"]
    s["peak_resident_bytes"] = s["chunk_bytes"] + s["slab_bytes"]
    s["peak_payload_bytes_in_flight"] = s["payload_bytes_in_flight"]
    held["held_bytes"] = s["held_bytes"] + s["skb_slab_bytes"]


@kernel
def keep_counters(q: Queue, x: Clocked) -> None:
    """Keep how many packets waited at most, and what the counters have come to."""
    s, c, top, b = q.state, x.clock, x.bins.highest, x.bins.now["bin"]
    top[b, 7] = max(top[b, 7], c["peak_waiting"])
    c["peak_waiting"] = c["waited"] - c["left"]
    top[b, 8] = s["delivered_packets"]
    top[b, 9] = s["delivered_bytes"]
    top[b, 10] = s["device_too_long"]
    top[b, 11] = s["rx_length_errors"]
    top[b, 12] = s["xdp_drops"]
    top[b, 13] = c["backend_full"]


@kernel
def widen(bins: Bins) -> None:
    """Make the bins twice as wide: what two had is one's."""
    now, top, last = bins.now, bins.highest, bins.now["bin"]
    for pair in range(last // 2 + 1):
        one, other = 2 * pair, 2 * pair + 1
        held, payload = top[other, AMPLIFIED_HELD], top[other, AMPLIFIED_PAYLOAD]
        if payload == 0 or not amplifies_more(
            held, payload, top[one, AMPLIFIED_HELD], top[one, AMPLIFIED_PAYLOAD]
        ):
            held, payload = top[one, AMPLIFIED_HELD], top[one, AMPLIFIED_PAYLOAD]
        for column in range(AMPLIFIED_HELD):
            top[pair, column] = max(top[one, column], top[other, column])
        top[pair, AMPLIFIED_HELD], top[pair, AMPLIFIED_PAYLOAD] = held, payload
    top[last // 2 + 1 : last + 1] = 0
    add_pairs(bins.summed, last)
    now["bin"] >>= 1
    now["shift"] += 1
    now["ends"] = now["origin"] + ((now["bin"] + 1) << now["shift"])


@kernel
def add_pairs(table: Int64s | Floats, last: int) -> None:
    """Add the rows of each pair, up to the one of row `last`: behind it they are 0."""
    for pair in range(last // 2 + 1):
        for column in range(table.shape[1]):
            table[pair, column] = table[2 * pair, column] + table[2 * pair + 1, column]
    table[last // 2 + 1 : last + 1] = 0


@kernel
def size_class(frame: int) -> int:
    """Give the class of a length among those that switches count.  Source: RFC 2819, etherStats."""
    length = int(frame)  # numpy's truth values do not add up
    above_255 = (length > 255) + (length > 511) + (length > 1023) + (length > 1518)
    return int((length > 64) + (length > 127) + above_255)


@kernel
def reach(now: Record, table: Int64s, since: int) -> None:
    """Make the bins of arrivals wider until there is one of so many nanoseconds."""
    while since >> now["shift"] >= table.shape[0]:
        add_pairs(table, now["bin"])
        now["bin"] >>= 1
        now["shift"] += 1


@kernel
def count_arrivals(now: Record, table: Int64s, frames: Int64s, times: Int64s) -> None:
    """Count frames in the bins of their times: packets, bytes, and packets of each size class."""
    for i in range(frames.size):
        since = times[i] - now["origin"]
        reach(now, table, since)
        b = since >> now["shift"]
        now["bin"] = b
        table[b, 0] += 1
        table[b, 1] += frames[i]
        table[b, 2 + size_class(frames[i])] += 1
