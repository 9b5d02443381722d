"""Skbs into sockets that nobody reads, of several sizes at once, and into windows of time."""

from rxreplay._jit import kernel

from .socket import udp_charge
from .socket_rows import ALL, RATIO_STEPS, SocketRows
from .state import Int64s, Record, Records


@kernel
def place_of(sockets: SocketRows, key: int) -> int:
    """Give the slot of a flow, or the free one where it belongs."""
    last = sockets.slots.size - 1
    slot = (key ^ (key >> 32)) & last
    while sockets.slots[slot] and sockets.flows[sockets.slots[slot]]["key"] != key:
        slot = (slot + 1) & last
    return slot


@kernel
def row_of(sockets: SocketRows, key: int) -> int:
    """Give the row of a flow, a new one where it has none; -1 where all are taken."""
    slot = place_of(sockets, key)
    row = sockets.slots[slot]
    tally = sockets.tally
    if row == 0:
        if tally["flows"] == sockets.limits.flows:
            return -1
        tally["flows"] += 1
        row = tally["flows"]
        sockets.slots[slot] = row
        sockets.flows[row]["key"] = key
        sockets.flows[row]["missed"] = tally["missed"]
    return int(row)


@kernel
def find_again(sockets: SocketRows) -> None:
    """Fill the slots after rows have moved."""
    for slot in range(sockets.slots.size):
        sockets.slots[slot] = 0
    for row in range(1, sockets.tally["flows"] + 1):
        sockets.slots[place_of(sockets, sockets.flows[row]["key"])] = row


@kernel
def fill(sockets: SocketRows, row: int, skb: Record) -> None:
    """Give `skb` to the sockets of a row, and count it there."""
    flow = sockets.flows[row]
    flow["packets"] += 1
    flow["bytes"] += skb["frame"]
    flow["truesize"] += skb["truesize"]
    for i in range(sockets.rcvbufs.size):
        socket = sockets.fillings[row, i]
        charge = udp_charge(skb, socket["rmem"], sockets.rcvbufs[i], sockets.strict)
        if charge < 0:
            socket["closed"] = 1
            continue
        socket["rmem"] += charge
        socket["accepted_packets"] += 1
        socket["accepted_bytes"] += skb["frame"]
        if not socket["closed"]:
            socket["fit_packets"] += 1
            socket["fit_bytes"] += skb["frame"]


@kernel
def widen(window: Record, truesize: int) -> None:
    """Let truesize into a window."""
    window["bytes"] += truesize
    window["most"] = max(window["most"], window["bytes"])


@kernel
def expire(sockets: SocketRows, number: int, until: int) -> None:
    """Let what arrived up to `until` out of the windows of a hold."""
    hold, last = sockets.holds[number], sockets.arrivals.size - 1
    while hold["oldest"] < sockets.tally["arrivals"]:
        arrival = sockets.arrivals[hold["oldest"] & last]
        if arrival["ts_ns"] > until:
            return
        sockets.windows[ALL, number]["bytes"] -= arrival["truesize"]
        if arrival["row"]:
            sockets.windows[arrival["row"], number]["bytes"] -= arrival["truesize"]
        hold["oldest"] += 1


@kernel
def slide(sockets: SocketRows, row: int, ts_ns: int, truesize: int) -> None:
    """Move all windows so that they end with an arrival, at a time that is not before the last."""
    for number in range(sockets.holds.size):
        expire(sockets, number, ts_ns - sockets.holds[number]["ns"])
    tally = sockets.tally
    arrival = sockets.arrivals[tally["arrivals"] & (sockets.arrivals.size - 1)]
    arrival["ts_ns"] = ts_ns
    arrival["row"] = row
    arrival["truesize"] = truesize
    tally["arrivals"] += 1
    for number in range(sockets.holds.size):
        widen(sockets.windows[ALL, number], truesize)
        if row:
            widen(sockets.windows[row, number], truesize)
        hold = sockets.holds[number]
        if tally["arrivals"] - hold["oldest"] > sockets.limits.in_window:
            hold["given_up"] = 1
            expire(sockets, number, ts_ns)


@kernel
def take(
    sockets: SocketRows, skbs: Records, span: tuple[int, int, int], ts_ns: Int64s, flow: Int64s
) -> int:
    """Give skbs to all sockets that they belong to.

    Parameters
    ----------
    sockets : SocketRows
    skbs : record array, dtype SKB
        By their number.
    span : tuple of int
        The first skb, the last one but one, and the number of the frame that `ts_ns` begins with.
    ts_ns, flow : int64 arrays, shape (n,) or (0,)
        Of frames: times that do not run backwards; flows, 0 where a frame has none.

    Returns
    -------
    int
        The skb for whose flow there is no room, or the last one but one.
    """
    first, stop, frame = span
    for number in range(first, stop):
        skb = skbs[number & (skbs.size - 1)]
        if skb["drop"]:
            continue
        i = skb["packet"] - frame
        row = ALL
        if flow.size and flow[i]:
            row = row_of(sockets, flow[i])
            if row < 0:
                return number
            fill(sockets, row, skb)
        fill(sockets, ALL, skb)
        length, truesize = skb["frame"], skb["truesize"]
        step = length * RATIO_STEPS // truesize
        sockets.ratios[min(step, sockets.ratios.size - 1)] += 1
        sockets.tally["below_half"] += 2 * length < truesize
        if ts_ns.size:
            slide(sockets, row, ts_ns[i], truesize)
    return stop
