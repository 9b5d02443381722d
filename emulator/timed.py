"""A receive queue by the clock: the device writes as packets come, the guest polls as it can.

Two actors share the ring. The device writes an arriving frame into posted buffers, or leaves it in
the backend's queue, or drops it there. The guest is woken by the first write, polls up to 64
packets, each for its service time, refills as its driver does, and goes on while there are more.
At one moment, arrivals come before the guest's look, and what its consumers free comes before both.
"""

from rxreplay._jit import kernel

from .abi import NAPI_POLL_WEIGHT
from .binning import add_levels
from .clock import END, FLOW, FRAME, IDLE, NUMBER, START, Arriving, Clocked
from .consuming import note_peak, read_one, take_up
from .holding import AT_ONCE, RATIO_STEPS, Holding
from .meters import amplifies_more
from .poll import end_poll, posted, wants_refill
from .residency import new_skb
from .stalling import note_arrival, note_refill
from .state import Int64s, Queue, Record
from .strategies import big, mergeable, small, small_skb

SMALL, SMALL_SKB, MERGEABLE, BIG = range(4)
FITS, WAITS, NEVER_FITS = range(3)


@kernel
def receive_one(q: Queue, path: int, frame: int) -> None:
    """Let the driver receive one frame."""
    skb = new_skb(q, frame)
    if path == MERGEABLE:
        mergeable.receive_mergeable(q, skb)
    elif path == SMALL:
        small.receive_small(q, skb)
    elif path == BIG:
        big.receive_big(q, skb)
    else:
        small_skb.receive_small(q, skb)


@kernel
def fill(q: Queue, path: int) -> None:
    """Post until the ring is full."""
    if path == MERGEABLE:
        mergeable.fill(q)
    elif path == SMALL:
        small.fill(q)
    elif path == BIG:
        big.fill(q)
    else:
        small_skb.fill(q)


@kernel
def fits(q: Queue, c: Record, path: int, frame: int) -> int:
    """Say whether the buffers that are left can hold a frame.

    Source: QEMU, hw/net/virtio-net.c, virtio_net_has_buffers().
    """
    s = q.state
    if path != MERGEABLE:
        if frame > q.layout.capacity:
            return NEVER_FITS
        return FITS if c["taken"] < s["tail"] else WAITS
    if c["room"] >= q.layout.hdr_len + frame:
        return FITS
    untouched = c["taken"] == s["head"] and posted(q) == q.layout.ring_size
    return NEVER_FITS if untouched else WAITS


@kernel
def write(q: Queue, x: Clocked, path: int, frame: int, number: int, flow: int) -> None:
    """Write a frame into the oldest buffers that are left, and wake the guest."""
    c = x.clock
    slot = c["written"] & (x.written.shape[1] - 1)
    x.written[FRAME, slot], x.written[NUMBER, slot] = frame, number
    x.written[FLOW, slot] = flow
    c["written"] += 1
    left = q.layout.hdr_len + frame
    if path == MERGEABLE:
        while left > 0:
            room = mergeable.room(q, q.ring[c["taken"] & (q.ring.size - 1)])
            c["taken"] += 1
            c["room"] -= room
            left -= room
    else:
        c["taken"] += 1
    if c["guest_at"] == IDLE:
        c["guest_at"] = running(x, c["now"] + x.service.irq_delay_ns)


@kernel
def running(x: Clocked, at: int) -> int:
    """Give the first moment from `at` on, which is none before the last, at which the vCPU runs."""
    c = x.clock
    while True:
        while x.stalls[END, c["stall"]] <= at:
            c["stall"] += 1
        resumes = at
        if x.stalls[START, c["stall"]] <= at:
            resumes = x.stalls[END, c["stall"]]
        if x.service.stall_ns > 0:
            into = (resumes - c["started"]) % x.service.stall_period_ns
            if into < x.service.stall_ns:
                resumes += x.service.stall_ns - into
        if resumes == at:
            return at
        at = resumes


@kernel
def arrive(q: Queue, x: Clocked, path: int, frame: int, flow: int) -> None:
    """Take a frame from the wire: into the ring, into the backend's queue, or nowhere."""
    c = x.clock
    number = c["arrived"]
    c["arrived"] += 1
    waiting = c["waited"] - c["left"]
    how = fits(q, c, path, frame) if waiting == 0 else WAITS
    if how == FITS:
        write(q, x, path, frame, number, flow)
    elif how == NEVER_FITS:
        q.state["device_too_long"] += 1
    elif waiting == x.service.backend:
        c["backend_full"] += 1
    else:
        slot = c["waited"] & (x.waiting.shape[1] - 1)
        x.waiting[FRAME, slot], x.waiting[NUMBER, slot] = frame, number
        x.waiting[FLOW, slot] = flow
        c["waited"] += 1
        c["peak_waiting"] = max(c["peak_waiting"], waiting + 1)
    if how == WAITS and c["guest_at"] == IDLE:  # nobody would ever refill: the guest catches up
        c["guest_at"], c["refill"] = running(x, c["now"]), 1
    fitted = how == FITS or (how == NEVER_FITS and path != MERGEABLE)
    note_arrival(x, number, c["taken"] if fitted else IDLE)


@kernel
def let_in(q: Queue, x: Clocked, path: int) -> None:
    """Write what has waited, as far as the ring has room."""
    c = x.clock
    while c["left"] < c["waited"]:
        slot = c["left"] & (x.waiting.shape[1] - 1)
        frame = x.waiting[FRAME, slot]
        how = fits(q, c, path, frame)
        if how == WAITS:
            return
        c["left"] += 1
        if how == FITS:
            write(q, x, path, frame, x.waiting[NUMBER, slot], x.waiting[FLOW, slot])
        else:
            q.state["device_too_long"] += 1


@kernel
def sum_levels(q: Queue, x: Clocked, at: int) -> None:
    """Add what memory has been taken, for as long as it was, up to now."""
    if x.bins.summed.shape[0] > 0:
        add_levels(q, x, at)
    s, since = q.state, x.clock["level_at"]
    span = float(at - since)  # integers would overflow within hours
    if span > 0:
        x.over_time[0] += span * s["ring_bytes"]
        x.over_time[1] += span * s["skb_truesize_bytes"]
        x.over_time[2] += span * s["chunk_bytes"]
        x.over_time[3] += span * s["slab_bytes"]
        x.over_time[4] += span * (s["chunk_bytes"] + s["slab_bytes"])
        x.over_time[5] += span * s["payload_bytes_in_flight"]
        x.clock["level_at"] = at
        if s["consumed"]:
            x.over_time[6] += span * (s["held_bytes"] + s["skb_slab_bytes"])
            watch(q, x.holding, since, at - since)


@kernel
def watch(q: Queue, x: Holding, since: int, span: int) -> None:
    """Note what skbs pin from a moment on for so long."""
    s = q.state
    pinned, payload = s["held_bytes"] + s["skb_slab_bytes"], s["payload_bytes_in_flight"]
    if payload == 0:
        return
    x.ratios[min(pinned * RATIO_STEPS // payload, x.ratios.size - 1)] += span
    if amplifies_more(pinned, payload, s["peak_amplified_held"], s["peak_amplified_payload"]):
        s["peak_amplified_held"], s["peak_amplified_payload"] = pinned, payload
    note_peak(q, x, since)


@kernel
def settle(q: Queue, x: Clocked, until: int) -> None:
    """Let consumers free what falls due up to a moment."""
    h = x.holding.state
    while h["due"] <= until:
        sum_levels(q, x, h["due"])
        read_one(q, x.holding)


@kernel
def waits_for_room(q: Queue, x: Holding) -> bool:
    """Say whether one step of the guest could need more records than are free, or one is to see."""
    s, h = q.state, x.state
    short = h["spare_held"] < AT_ONCE or h["spare_sockets"] < AT_ONCE
    short |= h["spare_refs"] < AT_ONCE + q.ring.size
    return bool(short or s["held_bytes"] + s["skb_slab_bytes"] >= h["next_look"])


@kernel
def act(q: Queue, x: Clocked, path: int, polls: Int64s) -> None:
    """Let the guest take one packet, or end its poll.  Source: virtnet_receive()."""
    c, s, at = x.clock, q.state, x.clock["guest_at"]
    if s["consumed"]:
        settle(q, x, at)
    sum_levels(q, x, at)
    if c["seen"] < c["written"] and s["work"] < NAPI_POLL_WEIGHT:
        slot = c["seen"] & (x.written.shape[1] - 1)
        c["seen"] += 1
        s["packet"] = x.written[NUMBER, slot]
        receive_one(q, path, x.written[FRAME, slot])
        if s["consumed"]:
            q.skbs[(s["skb"] - 1) & (q.skbs.size - 1)]["flow"] = x.written[FLOW, slot]
        s["work"] += 1
        c["guest_at"] = running(x, at + x.service.service_ns)
        return
    if c["refill"] or wants_refill(q):
        note_refill(q, x, at)
        before = s["posted_room"]
        fill(q, path)
        c["room"] += s["posted_room"] - before
        c["refill"] = 0
    if s["work"] > 0:
        end_poll(q, polls)
    let_in(q, x, path)
    if c["seen"] == c["written"]:  # else virtqueue_poll() finds more, and waits for no interrupt
        if c["left"] < c["waited"]:  # too few free to refill, too few left for what waits
            c["refill"] = 1
        else:
            c["guest_at"] = IDLE


@kernel
def receive(q: Queue, x: Clocked, path: int, a: Arriving, first: int, polls: Int64s) -> int:
    """Let frames arrive from the `first` on; give the one that arrives when there is more room."""
    c = x.clock
    for i in range(first, a.frames.size):
        while c["guest_at"] < a.times[i]:
            if q.state["consumed"] and waits_for_room(q, x.holding):
                return i
            at = c["guest_at"]
            act(q, x, path, polls)
            if q.state["consumed"]:
                take_up(q, x.holding, at)
        if a.frames[i] < 0:
            if q.state["consumed"]:
                settle(q, x, c["now"])
            sum_levels(q, x, max(c["now"], c["level_at"]))  # what comes last may wake nobody
            break
        c["now"] = a.times[i]
        if a.times[i] >= x.bins.now["ends"]:
            if q.state["consumed"]:
                settle(q, x, a.times[i])
            add_levels(q, x, a.times[i])
        arrive(q, x, path, a.frames[i], a.flows[i] if a.flows.size else 0)
    return int(a.frames.size)
