"""Behind the driver: what merging, and reading of headers, makes of the skbs of whole polls.

Which packets merge is for those to say who have seen their headers; here is what that does to
memory. Source: net/core/gro.c, skb_gro_receive() (net/core/skbuff.c up to 5.19).
"""

from rxreplay._jit import kernel

from .abi import ETH_HLEN, MAX_SKB_FRAGS, SIZEOF_SK_BUFF
from .stack_state import INTO, NEEDS, REACH
from .state import NOBODY, Int64s, Record, Records


@kernel
def linear_after(skb: Record, reach: int, needs: int, merged: bool) -> int:
    """Give the bytes that are linear once the headers have been read.

    Source: include/linux/virtio_net.h, virtio_net_hdr_to_skb(); net/core/gro.c,
    skb_gro_reset_offset(), skb_gro_header_slow(), gro_pull_from_frag0(); __pskb_pull_tail().
    """
    linear = max(skb["linear"], min(needs, skb["frame"]))
    if merged and linear == ETH_HLEN:  # GRO reads headers in place where no byte of them is linear
        return int(linear)
    return int(max(linear, min(reach, skb["frame"])))


@kernel
def has_page_head(skb: Record) -> bool:
    """Say whether a head is a piece of a page, which can be a frag of another: skb->head_frag."""
    return bool(skb["head_chunk"] != NOBODY and skb["slab"] == SIZEOF_SK_BUFF)


@kernel
def begin(p: Record, skb: Record, linear: int) -> None:
    """Take an skb as it is after its headers have been pulled, which leaves its truesize."""
    p["frame"] = skb["frame"]
    p["linear"] = linear
    p["truesize"] = skb["truesize"]
    p["nr_frags"] = skb["nr_frags"] if linear < skb["frame"] else 0  # an emptied frag is released
    p["last_frags"] = p["nr_frags"]
    p["frag_list"] = skb["frag_list"]
    p["segments"] = 1


@kernel
def skb_gro_receive(p: Record, skb: Record, linear: int, reach: int, most: int, s: Record) -> None:
    """Merge `skb`, of `linear` bytes in its head, into `p`; an skb has `most` frags.

    Source: net/core/gro.c, same name.
    """
    frags, freed = skb["nr_frags"], skb["head_truesize"]
    on_list = False
    if linear > reach:  # there is payload in the head
        frags, freed = frags + 1, SIZEOF_SK_BUFF
        on_list = not has_page_head(skb)
    if on_list or p["last_frags"] + frags > most:
        freed = 0
        p["frag_list"] += 1
        p["last_frags"] = skb["nr_frags"]
        s["merged_on_frag_list"] += 1
    else:
        p["last_frags"] += frags
        if p["frag_list"] == 0:
            p["nr_frags"] = p["last_frags"]
        if linear > reach:
            s["merged_as_heads"] += 1
        else:
            s["merged_as_frags"] += 1
    p["frame"] += skb["frame"] - reach
    p["truesize"] += skb["truesize"] - freed
    p["segments"] += 1
    s["freed_truesize_bytes"] += freed
    s["merged_header_bytes"] += reach


@kernel
def count_pull(skb: Record, reach: int, linear: int, s: Record) -> None:
    """Count what reading a packet's headers has copied."""
    if reach == 0:
        s["unread_packets"] += 1
    elif skb["linear"] >= min(reach, skb["frame"]):
        s["headers_linear_packets"] += 1
    if linear > skb["linear"]:
        s["pulled_bytes"] += linear - skb["linear"]
        s["pulled_packets"] += 1


@kernel
def count_skb(p: Record, s: Record) -> None:
    """Count an skb that reaches its protocol."""
    s["skbs"] += 1
    s["truesize_bytes"] += p["truesize"]
    s["linear_bytes"] += p["linear"]
    s["nonlinear_bytes"] += p["frame"] - p["linear"]
    s["linear_skbs"] += p["linear"] == p["frame"]
    s["frag_list_skbs"] += p["frag_list"] > 0
    s["nr_frags"][min(p["nr_frags"], MAX_SKB_FRAGS)] += 1


@kernel
def gro(skbs: Records, packets: Int64s, aggregates: Records, most: int, s: Record) -> None:
    """Take the skbs of whole polls in order; `aggregates` has room for as many, all zero.

    Source: net/core/gro.c, dev_gro_receive(), napi_gro_flush().
    """
    for i in range(skbs.size):
        into, reach = packets[INTO, i], packets[REACH, i]
        linear = linear_after(skbs[i], reach, packets[NEEDS, i], into != i)
        count_pull(skbs[i], reach, linear, s)
        if into == i:
            begin(aggregates[i], skbs[i], linear)
        else:
            skb_gro_receive(aggregates[into], skbs[i], linear, reach, most, s)
    for i in range(skbs.size):
        if packets[INTO, i] == i:
            count_skb(aggregates[i], s)
