"""From an era, a mode and the knobs to the sizes that the kernels work with."""

from collections.abc import Mapping

from .abi import (
    ETH_HLEN,
    GOOD_COPY_LEN,
    GOOD_PACKET_LEN,
    IP_MAX_MTU,
    MAX_SKB_FRAGS,
    NAPI_POLL_WEIGHT,
    NET_SKB_PAD,
    PAGE_SIZE,
    SIZEOF_SK_BUFF,
    SIZEOF_SKB_SHARED_INFO,
    SIZEOF_VIRTIO_NET_HDR_MRG_RXBUF,
    VIRTNET_RX_PAD,
    VLAN_HLEN,
    align,
    kmalloc_size,
    skb_data_align,
)
from .eras import Era
from .state import Layout

HDR_LEN = SIZEOF_VIRTIO_NET_HDR_MRG_RXBUF

# The prototype's own; docs/model.md says what of them is assumed.
VNET_SKB_PAD = NET_SKB_PAD
VNET_SKB_OFF = VNET_SKB_PAD - HDR_LEN


def _common(era: Era, ring: int) -> Layout:
    """What every mode of an era shares; the rest of it is nought."""
    head = skb_data_align(GOOD_COPY_LEN + NET_SKB_PAD) + SIZEOF_SKB_SHARED_INFO
    cached = era.heads == "page_frag_cache"
    return Layout(
        ring_size=ring,
        refill_above=(ring if era.refill == "ring/2" else min(NAPI_POLL_WEIGHT, ring)) // 2,
        gro_batch=era.gro_batch,
        hdr_len=HDR_LEN,
        copy_room=GOOD_COPY_LEN,
        copy_else=era.copy_else,
        head_truesize=head + SIZEOF_SK_BUFF,
        head_slice=head if cached else 0,
        head_slab=0 if cached else kmalloc_size(head),
        empty_truesize=kmalloc_size(SIZEOF_SKB_SHARED_INFO) + SIZEOF_SK_BUFF,
    )


def small(era: Era, ring: int, _knobs: Mapping[str, int]) -> Layout:
    """Lay out small buffers.  Source: drivers/net/virtio_net.c, add_recvbuf_small()."""
    hdr_len = 0 if era.small == "skb" else HDR_LEN  # the skb has it in its cb
    used = VIRTNET_RX_PAD + hdr_len + GOOD_PACKET_LEN
    buf_len = skb_data_align(used) + SIZEOF_SKB_SHARED_INFO
    return _common(era, ring)._replace(
        capacity=GOOD_PACKET_LEN,
        hdr_len=hdr_len,
        headroom=VIRTNET_RX_PAD,
        shared_info=SIZEOF_SKB_SHARED_INFO,
        buf_len=buf_len,
        alignment=buf_len - used - SIZEOF_SKB_SHARED_INFO,
        head_slab=kmalloc_size(buf_len) if era.small == "skb" else 0,
    )


def min_buf_len(era: Era, ring: int) -> int:
    """Give the lower bound of the average.  Source: virtio_net.c, mergeable_min_buf_len()."""
    if not era.small_rings:
        return GOOD_PACKET_LEN
    packet = HDR_LEN + ETH_HLEN + VLAN_HLEN + IP_MAX_MTU
    return max(-(-packet // ring) - HDR_LEN, GOOD_PACKET_LEN)


def mergeable(era: Era, ring: int, _knobs: Mapping[str, int]) -> Layout:
    """Lay out mergeable buffers.  Source: virtio_net.c, get_mergeable_buf_len()."""
    return _common(era, ring)._replace(
        len_term=HDR_LEN,
        avg_min=min_buf_len(era, ring),
        avg_max=PAGE_SIZE - HDR_LEN,
        granularity=era.granularity,
        hole_paid=int(era.hole_paid),
    )


def prototype(era: Era, ring: int, knobs: Mapping[str, int]) -> Layout:
    """Lay out the buffers of 2016: each with headroom and room for the shared info."""
    len_term = align(VNET_SKB_PAD + SIZEOF_SKB_SHARED_INFO, era.granularity)
    return _common(era, ring)._replace(
        headroom=VNET_SKB_OFF,
        shared_info=SIZEOF_SKB_SHARED_INFO,
        len_term=len_term,
        avg_min=knobs["min_avg"],
        avg_max=PAGE_SIZE - len_term,
        granularity=era.granularity,
        hole_paid=1,
        build_skb=1,
    )


def big(era: Era, ring: int, _knobs: Mapping[str, int]) -> Layout:
    """Lay out chains of pages.  Source: virtio_net.c, add_recvbuf_big()."""
    pages = MAX_SKB_FRAGS + 1
    return _common(era, ring)._replace(
        capacity=pages * PAGE_SIZE - era.big_pad,
        alignment=era.big_pad - HDR_LEN,
        buf_len=pages * PAGE_SIZE,
        pages=pages,
    )
