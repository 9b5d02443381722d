"""From an era, a mode and the knobs to the sizes that the kernels work with."""

from collections.abc import Mapping

from rxreplay.errors import StrategyError

from .abi import (
    ETH_DATA_LEN,
    ETH_HLEN,
    GOOD_COPY_LEN,
    GOOD_PACKET_LEN,
    IP_MAX_MTU,
    MAX_SKB_FRAGS,
    NAPI_POLL_WEIGHT,
    NET_SKB_PAD,
    PAGE_FRAG_CACHE_MAX_SIZE,
    PAGE_SIZE,
    SIZEOF_SK_BUFF,
    SIZEOF_SKB_SHARED_INFO,
    SIZEOF_VIRTIO_NET_HDR_MRG_RXBUF,
    SZ_1K,
    VIRTNET_RX_PAD,
    VLAN_HLEN,
    XDP_PACKET_HEADROOM,
    align,
    kmalloc_size,
    skb_data_align,
)
from .eras import Era
from .state import (
    BUILD_ALWAYS,
    BUILD_IF_IT_FITS,
    BUILD_NEVER,
    HOLE_COUNTED,
    HOLE_DROPS,
    HOLE_NOT_COUNTED,
    HOLE_SKIPPED,
    Layout,
)

SI = SIZEOF_SKB_SHARED_INFO
HDR_LEN = SIZEOF_VIRTIO_NET_HDR_MRG_RXBUF

# The prototype's own; docs/model.md says what of them is assumed.
VNET_SKB_PAD = NET_SKB_PAD
VNET_SKB_OFF = VNET_SKB_PAD - HDR_LEN


# fresh heads by where they come from: the head's size, and of the block it is cut from
PAGE_FRAG_HEADS = {"page_frag_cache": PAGE_FRAG_CACHE_MAX_SIZE, "1k slice": PAGE_SIZE}
BUILD = {"never": BUILD_NEVER, "if it fits": BUILD_IF_IT_FITS, "always": BUILD_ALWAYS}
HOLE = {"not counted": HOLE_NOT_COUNTED, "drops": HOLE_DROPS, "counted": HOLE_COUNTED}
XDP_ROOM = skb_data_align(XDP_PACKET_HEADROOM + SIZEOF_SKB_SHARED_INFO)


def head_size(era: Era) -> int:
    """Give the bytes of a fresh head.  Source: net/core/skbuff.c, napi_alloc_skb()."""
    if era.heads == "small head":
        return era.small_head
    return SZ_1K if era.heads == "1k slice" else skb_data_align(GOOD_COPY_LEN + NET_SKB_PAD) + SI


def _common(era: Era, ring: int) -> Layout:
    """What every mode of an era shares; the rest is as by default."""
    head = head_size(era)
    cut = era.heads in PAGE_FRAG_HEADS
    empty = era.small_head or kmalloc_size(SI)
    return Layout(
        ring_size=ring,
        refill_above=(ring if era.refill == "ring/2" else min(NAPI_POLL_WEIGHT, ring)) // 2,
        gro_batch=era.gro_batch,
        hdr_len=HDR_LEN,
        copy_room=head - NET_SKB_PAD - SI,
        copy_else=era.copy_else,
        head_truesize=head + SIZEOF_SK_BUFF,
        head_slice=head if cut else 0,
        head_slab=0 if cut else kmalloc_size(head) if era.heads == "kmalloc" else head,
        empty_truesize=empty + SIZEOF_SK_BUFF,
        head_block=PAGE_FRAG_HEADS.get(era.heads, 0),
        pool=int(era.small == "page_pool"),
        dma_record=era.dma_record,
        udp_strict=int(era.udp == "fits"),
    )


def small(era: Era, ring: int, knobs: Mapping[str, int]) -> Layout:
    """Lay out small buffers.  Source: drivers/net/virtio_net.c, add_recvbuf_small()."""
    hdr_len = 0 if era.small == "skb" else HDR_LEN  # the skb has it in its cb
    headroom = VIRTNET_RX_PAD + (XDP_PACKET_HEADROOM if knobs.get("xdp") else 0)
    used = headroom + hdr_len + GOOD_PACKET_LEN
    buf_len = skb_data_align(used) + SI
    common = _common(era, ring)
    return common._replace(
        capacity=GOOD_PACKET_LEN,
        hdr_len=hdr_len,
        headroom=headroom,
        shared_info=SI,
        buf_len=buf_len,
        alignment=buf_len - used - SI,
        head_slab=kmalloc_size(buf_len) if era.small == "skb" else common.head_slab,
    )


def min_buf_len(era: Era, ring: int) -> int:
    """Give the lower bound of the average.  Source: virtio_net.c, mergeable_min_buf_len()."""
    if era.hole == "not counted":  # up to 4.11
        return GOOD_PACKET_LEN
    packet = HDR_LEN + ETH_HLEN + VLAN_HLEN + IP_MAX_MTU
    return max(-(-packet // ring) - HDR_LEN, GOOD_PACKET_LEN)


def mergeable(era: Era, ring: int, knobs: Mapping[str, int]) -> Layout:
    """Lay out mergeable buffers.  Source: virtio_net.c, get_mergeable_buf_len()."""
    if knobs.get("xdp"):
        return mergeable_xdp(era, ring, knobs)
    return _common(era, ring)._replace(
        len_term=HDR_LEN,
        avg_min=min_buf_len(era, ring),
        avg_max=PAGE_SIZE - HDR_LEN,
        granularity=era.granularity,
        hole=HOLE[era.hole],
        build_skb=BUILD[era.build_skb],
    )


def mergeable_xdp(era: Era, ring: int, knobs: Mapping[str, int]) -> Layout:
    """Lay out mergeable buffers with a program attached: a page each, room at both ends.

    Source: drivers/net/virtio_net.c, add_recvbuf_mergeable(), receive_mergeable_xdp().
    """
    whole = era.xdp == "xdp_buff"
    uncharged = XDP_ROOM if era.build_skb == "never" else 0
    return _common(era, ring)._replace(
        headroom=XDP_PACKET_HEADROOM,
        shared_info=XDP_ROOM - XDP_PACKET_HEADROOM,
        len_term=PAGE_SIZE,
        hole=HOLE_SKIPPED if whole else HOLE_COUNTED,
        uncharged=uncharged,
        build_skb=BUILD_ALWAYS if whole else BUILD[era.build_skb],
        xdp=knobs["xdp"],
    )


def prototype(era: Era, ring: int, knobs: Mapping[str, int]) -> Layout:
    """Lay out the buffers of 2016: each with headroom and room for the shared info."""
    len_term = align(VNET_SKB_PAD + SI, era.granularity)
    return _common(era, ring)._replace(
        headroom=VNET_SKB_OFF,
        shared_info=SI,
        len_term=len_term,
        avg_min=knobs["min_avg"],
        avg_max=PAGE_SIZE - len_term,
        granularity=era.granularity,
        build_skb=BUILD[era.build_skb],
    )


def big_packets_num_skbfrags(era: Era, knobs: Mapping[str, int]) -> int:
    """Give the pages behind the first one.  Source: virtio_net.c, virtnet_set_big_packets().

    Raises
    ------
    StrategyError
        The driver would not choose this mode.
    """
    if knobs["guest_gso"]:
        return MAX_SKB_FRAGS
    if knobs["device_mtu"] <= ETH_DATA_LEN:
        raise StrategyError(
            "without guest GSO (guest_gso=0) big mode needs a device_mtu above 1,500: "
            "such a device gets small buffers"
        )
    return -(-knobs["device_mtu"] // PAGE_SIZE) if era.big == "MTU" else MAX_SKB_FRAGS


def big(era: Era, ring: int, knobs: Mapping[str, int]) -> Layout:
    """Lay out chains of pages.  Source: virtio_net.c, add_recvbuf_big()."""
    pages = 1 + big_packets_num_skbfrags(era, knobs)
    return _common(era, ring)._replace(
        capacity=pages * PAGE_SIZE - era.big_pad,
        alignment=era.big_pad - HDR_LEN,
        buf_len=pages * PAGE_SIZE,
        build_skb=BUILD[era.build_skb],
        pages=pages,
    )
