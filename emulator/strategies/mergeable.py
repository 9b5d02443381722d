"""Mergeable buffers on page_frag, sized by the average frame length."""

from rxreplay._jit import kernel

from ..abi import ETH_HLEN, RX_PKT_WEIGHT_SHIFT
from ..chunks import put_page
from ..heads import alloc_empty_skb, build_skb, builds_in_place, copy_to_head
from ..page_frag import cut, frag_left, put_dma_record, shortened, skb_page_frag_refill
from ..page_pool import page_pool_alloc_va
from ..pages import alloc_pages
from ..poll import end_poll, posted, wants_refill
from ..residency import drop, napi_gro_receive, new_skb
from ..state import (
    HOLE_DROPS,
    HOLE_NOT_COUNTED,
    HOLE_SKIPPED,
    NO_XDP,
    NOBODY,
    RX_LENGTH_ERRORS,
    XDP_DROPS,
    XDP_PAGE,
    XDP_PASS,
    XDP_PASS_FRAGS,
    Int64s,
    Queue,
    Record,
)


@kernel
def get_mergeable_buf_len(q: Queue) -> int:
    """Give the bytes to ask for.  Source: drivers/net/virtio_net.c, same name."""
    wanted = min(max(q.state["avg_pkt_len"], q.layout.avg_min), q.layout.avg_max)
    mask = q.layout.granularity - 1
    return int((q.layout.len_term + wanted + mask) & ~mask)


@kernel
def ewma_pkt_len_add(q: Queue, frame: int) -> None:
    """Let the average follow a frame's length.  Source: include/linux/average.h, ewma_*_add()."""
    avg = q.state["avg_pkt_len"]
    weighted = ((avg << RX_PKT_WEIGHT_SHIFT) - avg + frame) >> RX_PKT_WEIGHT_SHIFT
    q.state["avg_pkt_len"] = weighted if avg else frame


@kernel
def post(q: Queue) -> None:
    """Post one buffer.  Source: drivers/net/virtio_net.c, add_recvbuf_mergeable()."""
    buf = q.ring[q.state["tail"] & (q.ring.size - 1)]
    asked = get_mergeable_buf_len(q)
    if q.layout.pool:
        page_pool_alloc_va(q, buf, asked)
    else:
        skb_page_frag_refill(q, asked)
        asked = shortened(q, asked)
        put_dma_record(q)
        hole = frag_left(q) - asked
        if hole >= asked:
            cut(q, buf, asked)
        elif q.layout.hole == HOLE_SKIPPED:
            cut(q, buf, asked)
            q.state["frag_offset"] += hole
            q.state["chunk_tail"] += hole
        else:
            cut(q, buf, asked + hole)
    buf["asked"] = asked
    q.state["posted_room"] += room(q, buf)
    q.state["ring_bytes"] += buf["size"]
    q.state["tail"] += 1


@kernel
def fill(q: Queue) -> None:
    """Post until the ring is full.  Source: drivers/net/virtio_net.c, try_fill_recv()."""
    while posted(q) < q.layout.ring_size:
        post(q)
    q.state["peak_ring_bytes"] = max(q.state["peak_ring_bytes"], q.state["ring_bytes"])


@kernel
def room(q: Queue, buf: Record) -> int:
    """Give the bytes of a buffer that the device may write."""
    return int(buf["size"] - q.layout.headroom - q.layout.shared_info)


@kernel
def take(q: Queue, skb: Record) -> Record:
    """Take the oldest buffer from the ring.  Source: virtqueue_get_buf()."""
    buf = q.ring[q.state["head"] & (q.ring.size - 1)]
    q.state["head"] += 1
    q.state["posted_room"] -= room(q, buf)
    q.state["ring_bytes"] -= buf["size"]
    skb["bufs"] += 1
    return buf


@kernel
def charge(q: Queue, buf: Record, used: int) -> int:
    """Give the truesize of a buffer; up to 4.11 its hole is charged only where it was used."""
    if q.layout.hole == HOLE_NOT_COUNTED:
        return int(max(used, buf["asked"] - q.layout.uncharged))
    if q.layout.hole == HOLE_DROPS:
        return int(buf["asked"] - q.layout.uncharged)
    return int(buf["size"] - q.layout.uncharged)


@kernel
def own_rest(q: Queue, buf: Record, used: int) -> None:
    """Give what a buffer has beside `used` bytes to its hole, then to the unused."""
    rest = room(q, buf) - used
    hole = min(buf["size"] - buf["asked"], rest)
    q.state["hole"] += hole
    q.state["unused"] += rest - hole


@kernel
def release(q: Queue, buf: Record) -> None:
    """Drop the reference of a buffer that no skb needs."""
    put_page(q, buf["chunk"])
    buf["chunk"] = NOBODY


@kernel
def page_to_skb(q: Queue, skb: Record, buf: Record, part: int) -> None:
    """Build the head from the first buffer, which has `part` bytes of the frame.

    Source: drivers/net/virtio_net.c, same name; build_skb_from_xdp_buff() since 6.3.
    """
    used = q.layout.hdr_len + part
    truesize = charge(q, buf, used)
    q.state["first_bufs"] += 1
    if builds_in_place(q, part, truesize - q.layout.headroom - used):
        build_skb(q, skb, truesize, part)
        q.state["payload"] += part
        if q.layout.shared_info == 0:  # there is no room kept for it in every buffer
            used += q.layout.sizeof_shared_info
            q.state["built_in_place"] += 1
        own_rest(q, buf, used)
        return
    own_rest(q, buf, used)
    copied = copy_to_head(q, skb, part)
    q.state["payload"] += part - copied
    if part > copied:
        skb["nr_frags"] = 1
        skb["truesize"] += truesize
    else:
        release(q, buf)


@kernel
def adjacent(q: Queue, last: Record, buf: Record) -> bool:
    """Say whether a buffer continues the filled one before it.

    Source: drivers/net/virtio_net.c: skb_can_coalesce().
    """
    end = last["offset"] + last["size"] - q.layout.shared_info
    return bool(buf["chunk"] == last["chunk"] and buf["offset"] + q.layout.headroom == end)


@kernel
def add_rx_frags(q: Queue, skb: Record, last: Record, left: int) -> None:
    """Add the buffers behind `last` to the skb until none of the frame is left.

    The device fills each buffer to its end, so that neighbours in a chunk make one frag; room kept
    in every buffer parts them.  Source: drivers/net/virtio_net.c, receive_mergeable().
    """
    frags = skb["nr_frags"]  # of the skb at the end of the frag_list
    while left > 0:
        buf = take(q, skb)
        part = min(left, room(q, buf))
        left -= part
        if frags == q.layout.max_skb_frags:
            alloc_empty_skb(q, skb)
            frags = 0
        if frags > 0 and adjacent(q, last, buf):
            skb["coalesced"] += 1
        else:
            frags += 1
            skb["nr_frags"] += skb["frag_list"] == 0
        skb["truesize"] += charge(q, buf, part)
        own_rest(q, buf, part)
        q.state["payload"] += part
        q.state["further_bufs"] += 1
        last = buf


@kernel
def xdp_linearize_page(q: Queue, skb: Record, buf: Record, part: int) -> None:
    """Copy a frame from its buffers into a page, and build the skb of that.

    Source: drivers/net/virtio_net.c, same name and receive_mergeable(), 4.10 to 4.15.
    """
    left = skb["frame"] - part
    part += q.layout.hdr_len
    while True:
        own_rest(q, buf, part)
        q.state["freed_copy"] += part
        q.state["further_bufs"] += 1
        release(q, buf)
        if left == 0:
            break
        buf = take(q, skb)
        part = min(left, room(q, buf))
        left -= part
    used = skb["frame"] + q.layout.hdr_len
    q.state["copy_xdp_bytes"] += used
    q.state["copy_xdp_packets"] += 1
    buf["chunk"] = alloc_pages(q, q.layout.page_size, XDP_PAGE)  # stands in the last one's place
    page_of_program_to_skb(q, skb, used)


@kernel
def page_of_program_to_skb(q: Queue, skb: Record, used: int) -> None:
    """Build the head and a frag of a page that a program saw, `used` bytes of it.

    The frame was longer than a buffer, and so is longer than what a head takes.
    """
    s = q.state
    s["filled_bytes"] += q.layout.page_size
    s["carved_bytes"] += q.layout.page_size
    s["first_bufs"] += 1
    s["unused"] += q.layout.page_size - q.layout.headroom - used
    copied = copy_to_head(q, skb, skb["frame"])
    s["payload"] += skb["frame"] - copied
    skb["nr_frags"] = 1
    skb["truesize"] += q.layout.page_size
    ewma_pkt_len_add(q, used)  # the header with it


@kernel
def span(q: Queue, frame: int) -> int:
    """Count the oldest buffers that a frame lies in; less than 0 where it uses one's hole."""
    left = frame + q.layout.hdr_len
    bufs = 0
    sign = 1
    while left > 0:
        buf = q.ring[(q.state["head"] + bufs) & (q.ring.size - 1)]
        part = min(left, room(q, buf))
        if part > buf["asked"] - q.layout.uncharged:
            sign = -1
        left -= part
        bufs += 1
    return int(sign * bufs)


@kernel
def refused(q: Queue, frame: int) -> int:
    """Say why the driver drops a frame that lies in the oldest buffers, or 0.

    Source: drivers/net/virtio_net.c, receive_mergeable(), mergeable_xdp_get_buf().
    """
    if frame < ETH_HLEN:
        return RX_LENGTH_ERRORS
    if q.layout.hole != HOLE_DROPS and q.layout.xdp == NO_XDP:
        return 0
    spanned = span(q, frame)
    bufs = abs(spanned)
    if q.layout.xdp == XDP_PASS and bufs > 1:  # a program wants one buffer
        return XDP_DROPS if frame > q.layout.xdp_copy_room else 0
    if q.layout.xdp == XDP_PASS_FRAGS and bufs > q.layout.max_skb_frags + 1:
        return XDP_DROPS
    return RX_LENGTH_ERRORS if q.layout.hole == HOLE_DROPS and spanned < 0 else 0


@kernel
def drop_mergeable(q: Queue, skb: Record, why: int) -> None:
    """Free all buffers of a frame that the driver refuses."""
    left = skb["frame"] + q.layout.hdr_len
    while left > 0:
        buf = take(q, skb)
        left -= room(q, buf)
        q.state["dropped"] += buf["size"]
        release(q, buf)
    drop(q, skb, why)


@kernel
def receive_mergeable(q: Queue, skb: Record) -> None:
    """Build an skb over as many buffers as the frame fills.

    Source: drivers/net/virtio_net.c, same name.
    """
    frame = skb["frame"]
    why = refused(q, frame)
    if why:
        drop_mergeable(q, skb, why)
        return
    buf = take(q, skb)
    part = min(frame, room(q, buf) - q.layout.hdr_len)
    if part < frame and q.layout.xdp == XDP_PASS:
        xdp_linearize_page(q, skb, buf, part)
    else:
        page_to_skb(q, skb, buf, part)
        if part < frame:
            add_rx_frags(q, skb, buf, frame - part)
        ewma_pkt_len_add(q, frame)
    napi_gro_receive(q, skb)


@kernel
def holds(q: Queue, frame: int) -> bool:
    """Say whether the posted buffers can hold a frame: what the device asks before it begins."""
    return bool(q.state["posted_room"] >= q.layout.hdr_len + frame)


@kernel
def receive(q: Queue, frames: Int64s, polls: Int64s) -> None:
    """Receive frames of `frames[i]` bytes; `polls` are the packets of each NAPI poll."""
    for frame in frames:
        if not holds(q, frame) and posted(q) < q.layout.ring_size:  # the guest catches up
            fill(q)
            if q.state["work"] > 0:
                end_poll(q, polls)
        if not holds(q, frame):
            q.state["device_too_long"] += 1
        else:
            receive_mergeable(q, new_skb(q, frame))
            q.state["work"] += 1
            if q.state["work"] == q.state["budget"]:
                if wants_refill(q):
                    fill(q)
                end_poll(q, polls)
        q.state["packet"] += 1


@kernel
def end(q: Queue, polls: Int64s) -> None:
    """End a poll that is still open."""
    if q.state["work"] > 0:
        if wants_refill(q):
            fill(q)
        end_poll(q, polls)
