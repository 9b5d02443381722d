"""Skbs to their consumer: kept in records of their own, put into sockets, read, freed."""

from rxreplay._jit import kernel
from rxreplay._prefetch import prefetch

from .chunks import skb_unref
from .holding import DELAY, NO_END, OTHER, READER, RULE_BITS, TCP, Holding
from .residency import kfree_skb, release_frags
from .socket import udp_charge
from .state import FIRST_BUF, NOBODY, Float64s, Int64s, Queue, Record, Records


@kernel
def place_of(sockets: Records, slots: Int64s, key: int) -> int:
    """Give the slot of a flow, or the free one where it belongs."""
    last = slots.size - 1
    slot = ((key >> 2) ^ (key >> 34)) & last
    while slots[slot] >= 0 and sockets[slots[slot]]["key"] != key:
        slot = (slot + 1) & last
    return slot


@kernel
def socket_of(x: Holding, key: int) -> int:
    """Give the number of a flow's socket, a new one where it has none."""
    slot = place_of(x.sockets, x.slots, key)
    number = x.slots[slot]
    if number < 0:
        h = x.state
        number = x.slots[slot] = h["free_socket"]
        socket = x.sockets[number]
        h["free_socket"] = socket["next"]
        h["spare_sockets"] -= 1
        socket["key"] = key
        socket["packets"] = socket["rmem"] = socket["peak_rmem"] = 0
        socket["received"] = socket["dropped"] = 0
    return int(number)


@kernel
def find_again(sockets: Records, slots: Int64s) -> None:
    """Fill the slots anew."""
    for slot in range(slots.size):
        slots[slot] = NOBODY
    for number in range(sockets.size):
        if sockets[number]["key"]:
            slots[place_of(sockets, slots, sockets[number]["key"])] = number


@kernel
def refer(x: Holding, number: int, last: int, chunk: int, size: int) -> int:
    """Put a reference at the end of a kept skb's, `last` being the last so far; give the last."""
    if last >= 0 and x.refs[last]["chunk"] == chunk:
        x.refs[last]["count"] += 1
        x.refs[last]["bytes"] += size
        return last
    h = x.state
    new = h["free_ref"]
    ref = x.refs[new]
    h["free_ref"] = ref["next"]
    h["spare_refs"] -= 1
    ref["chunk"], ref["count"], ref["bytes"] = chunk, 1, size
    ref["skb"], ref["next"] = number, NOBODY
    if last < 0:
        x.held[number]["refs"] = new
    else:
        x.refs[last]["next"] = new
    return int(new)


@kernel
def keep(q: Queue, x: Holding, skb: Record, truesize: int) -> int:
    """Make a record of an skb's own, charged so much; one without its frags is charged less.

    References stand in the order in which skb_release_data() drops them: frags, then the head.
    """
    h = x.state
    number = h["free_held"]
    held = x.held[number]
    h["free_held"] = held["next"]
    h["spare_held"] -= 1
    q.state["kept"] += 1
    held["next"] = held["refs"] = NOBODY
    held["frame"], held["slab"] = skb["frame"], skb["slab"]
    held["truesize"], held["pages"] = truesize, skb["pages"]
    head, last = skb["head_chunk"], -1
    first = skb["first_buf"] + (head == FIRST_BUF)
    end = skb["first_buf"] + skb["bufs"]
    if truesize < skb["truesize"]:
        held["pages"], end = 0, first
    for entry in range(first, end):
        buf = q.ring[entry & (q.ring.size - 1)]
        if buf["chunk"] >= 0:
            last = refer(x, number, last, buf["chunk"], buf["size"])
    buf = q.ring[skb["first_buf"] & (q.ring.size - 1)]
    if head >= 0:
        refer(x, number, last, head, q.layout.head_slice)
    elif head == FIRST_BUF and buf["chunk"] >= 0:
        refer(x, number, last, buf["chunk"], buf["size"])
    return int(number)


@kernel
def free_kept(q: Queue, x: Holding, number: int) -> None:
    """Free a kept skb.  Source: net/core/skbuff.c, kfree_skb()."""
    held, h, s = x.held[number], x.state, q.state
    node = held["refs"]
    while node >= 0:
        ref = x.refs[node]
        left = ref["bytes"]
        for _ in range(ref["count"]):
            skb_unref(q, ref["chunk"], left)
            left = 0
        after = ref["next"]
        ref["chunk"] = NOBODY
        ref["next"] = h["free_ref"]
        h["free_ref"] = node
        h["spare_refs"] += 1
        node = after
    pages = held["pages"] * q.layout.page_size
    s["skb_pages"] -= held["pages"]
    s["held_bytes"] -= pages
    s["chunk_bytes"] -= pages
    s["slab_bytes"] -= held["slab"]
    s["skb_slab_bytes"] -= held["slab"]
    s["skb_truesize_bytes"] -= held["truesize"]
    s["payload_bytes_in_flight"] -= held["frame"]
    held["frame"] = 0
    held["next"] = h["free_held"]
    h["free_held"] = number
    h["spare_held"] += 1
    s["kept"] -= 1


@kernel
def queue_up(x: Holding, records: Records, number: int, due: int) -> None:
    """Put an skb, or a socket, behind those that fall due before."""
    h = x.state
    records[number]["due"], records[number]["next"] = due, NOBODY
    if h["first"] < 0:
        h["first"], h["due"] = number, due
    else:
        records[h["last"]]["next"] = number
    h["last"] = number


@kernel
def come_due(x: Holding, records: Records) -> int:
    """Take the first of those that fall due."""
    h = x.state
    number = h["first"]
    h["first"] = records[number]["next"]
    h["due"] = records[h["first"]]["due"] if h["first"] >= 0 else NO_END
    return int(number)


@kernel
def charge_of(skb: Record, rmem: int, rcvbuf: int, strict: int) -> int:
    """Give the bytes that a socket charges for `skb`, or -1 where it drops it.

    Source: net/ipv4/udp.c, __udp_enqueue_schedule_skb(); net/ipv4/tcp_input.c, tcp_data_queue(),
    which tries to collapse first; net/core/sock.c, sock_queue_rcv_skb_reason().
    """
    rule = skb["flow"] & RULE_BITS
    if rule == TCP:
        return -1 if rmem > rcvbuf else int(skb["truesize"])
    if rule == OTHER:
        return -1 if rmem >= rcvbuf else int(skb["truesize"])
    return udp_charge(skb, rmem, rcvbuf, strict)


@kernel
def sock_queue_rcv_skb(q: Queue, x: Holding, skb: Record, now: int) -> bool:
    """Put an skb into the socket of its flow; say whether it was taken."""
    h = x.state
    number = socket_of(x, skb["flow"])
    socket = x.sockets[number]
    socket["received"] += 1
    charge = charge_of(skb, socket["rmem"], x.rule.rcvbuf, q.layout.udp_strict)
    if charge < 0:
        socket["dropped"] += 1
        h["rcvbuf_drops"] += 1
        return False
    kept = keep(q, x, skb, charge)
    if charge < skb["truesize"]:  # skb_condense()
        release_frags(q, skb)
    q.state["skb_truesize_bytes"] += charge - skb["truesize"]
    x.held[kept]["socket"] = number
    if socket["packets"] == 0:
        socket["first"] = kept
        if x.rule.kind == READER:
            queue_up(x, x.sockets, number, now + x.rule.span_ns)
    else:
        x.held[socket["last"]]["next"] = kept
    socket["last"] = kept
    socket["packets"] += 1
    socket["rmem"] += charge
    socket["peak_rmem"] = max(socket["peak_rmem"], socket["rmem"])
    h["peak_rmem"] = max(h["peak_rmem"], socket["rmem"])
    return True


@kernel
def take_up(q: Queue, x: Holding, now: int) -> None:
    """Take the skbs that were handed up; the stack itself takes those that belong to no flow."""
    s = q.state
    while s["delivered"] < s["handed"]:
        skb = q.skbs[s["delivered"] & (q.skbs.size - 1)]
        s["delivered"] += 1
        if skb["drop"]:
            continue
        if x.rule.kind == DELAY:
            kept = keep(q, x, skb, skb["truesize"])
            x.held[kept]["socket"] = NOBODY
            queue_up(x, x.held, kept, now + x.rule.span_ns)
            continue
        if skb["flow"] == 0:
            x.state["read"] += 1
        elif sock_queue_rcv_skb(q, x, skb, now):
            continue
        kfree_skb(q, skb)


@kernel
def note_peak(q: Queue, x: Holding, at: int) -> None:
    """Keep what is pinned from a moment on, if it is more than ever."""
    s, h = q.state, x.state
    pinned = s["held_bytes"] + s["skb_slab_bytes"]
    if pinned > h["peak_pinned"]:
        h["peak_pinned"], h["peak_at"] = pinned, at
        h["peak_packets"] = s["kept"] + s["pending"]
        h["peak_payload"] = s["payload_bytes_in_flight"]
        h["peak_truesize"] = s["skb_truesize_bytes"]
        h["peak_survivors"], h["peak_survivor_bytes"] = s["survivors"], s["survivor_bytes"]


@kernel
def pinned_by_socket(q: Queue, x: Holding, pinned: Float64s, payload: Int64s) -> None:
    """Add to the bytes that the skbs of each socket pin, and to the frame bytes in them.

    Of a chunk each reference has an equal share.
    """
    for node in range(x.refs.size):
        ref = x.refs[node]
        if ref["chunk"] >= 0 and x.held[ref["skb"]]["socket"] >= 0:
            chunk = q.chunks[ref["chunk"]]
            share = chunk["size"] * ref["count"] / chunk["skb_refs"]
            pinned[x.held[ref["skb"]]["socket"]] += share
    for number in range(x.held.size):
        held = x.held[number]
        if held["frame"] and held["socket"] >= 0:
            pinned[held["socket"]] += held["slab"] + held["pages"] * q.layout.page_size
            payload[held["socket"]] += held["frame"]


@kernel
def ask_for(records: Records, number: int) -> None:
    """Ask for the cache line of a record."""
    prefetch(records.ctypes.data + number * records.itemsize)


@kernel
def look_ahead(q: Queue, x: Holding) -> None:
    """Ask for what the next two reads free: it lies anywhere, one record naming the next."""
    number = x.state["first"]
    if number < 0:
        return
    refs = x.held[x.sockets[number]["first"]]["refs"]
    if refs >= 0:
        ask_for(q.chunks, x.refs[refs]["chunk"])
    after = x.sockets[number]["next"]
    if after >= 0:
        ask_for(x.refs, x.held[x.sockets[after]["first"]]["refs"])


@kernel
def read_one(q: Queue, x: Holding) -> None:
    """Free what falls due first: an skb whose time is over, or the oldest of a socket."""
    x.state["read"] += 1
    if x.rule.kind == DELAY:
        free_kept(q, x, come_due(x, x.held))
        return
    number, now = x.state["first"], x.state["due"]
    come_due(x, x.sockets)
    look_ahead(q, x)
    socket = x.sockets[number]
    kept = socket["first"]
    socket["first"] = x.held[kept]["next"]
    socket["packets"] -= 1
    socket["rmem"] -= x.held[kept]["truesize"]
    free_kept(q, x, kept)
    if socket["packets"]:
        ask_for(x.held, socket["first"])
        queue_up(x, x.sockets, number, now + x.rule.span_ns)
