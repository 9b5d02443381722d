"""From an era, a mode and the knobs to the sizes that the kernels work with."""

from collections.abc import Mapping

from rxreplay.errors import StrategyError

from .abi import (
    ETH_DATA_LEN,
    ETH_HLEN,
    GOOD_PACKET_LEN,
    IP_MAX_MTU,
    NAPI_POLL_WEIGHT,
    PAGE_FRAG_MAX_SIZE,
    SIZEOF_VIRTIO_NET_HDR_MRG_RXBUF,
    SIZEOF_VIRTNET_RQ_DMA,
    VLAN_HLEN,
    align,
    kmalloc_size,
    skb_data_align,
)
from .eras import Era
from .head_sizes import fresh_heads
from .state import (
    BUILD_ALWAYS,
    BUILD_IF_IT_FITS,
    BUILD_NEVER,
    HOLE_COUNTED,
    HOLE_DROPS,
    HOLE_NOT_COUNTED,
    HOLE_SKIPPED,
    XDP_PASS,
    Layout,
)

BUILD = {"never": BUILD_NEVER, "if it fits": BUILD_IF_IT_FITS, "always": BUILD_ALWAYS}
NO_FRESH_HEADS = dict.fromkeys(
    (
        "copy_len",
        "copy_room",
        "copy_else",
        "head_truesize",
        "head_slice",
        "empty_truesize",
        "slices_1k",
    ),
    0,
)
HOLE = {"not counted": HOLE_NOT_COUNTED, "drops": HOLE_DROPS, "counted": HOLE_COUNTED}


def _common(era: Era, ring: int, knobs: Mapping[str, int]) -> Layout:
    """What every mode of an era shares; the rest is as by default."""
    page_size = knobs["page_size"]
    if knobs["order3"] and page_size >= PAGE_FRAG_MAX_SIZE:
        raise StrategyError(f"pages of {page_size:,} bytes are chunks: no order3 is asked for")
    lone_page = knobs["order3"] or page_size >= PAGE_FRAG_MAX_SIZE
    if lone_page and knobs["dma_api"] and not era.shortens:
        raise StrategyError("dma_api=1: such a kernel writes beyond a chunk that is a lone page")
    return Layout(
        ring_size=ring,
        refill_above=(ring if era.refill == "ring/2" else min(NAPI_POLL_WEIGHT, ring)) // 2,
        gro_batch=era.gro_batch,
        hdr_len=knobs["hdr_len"],
        max_skb_frags=knobs["max_skb_frags"],
        page_size=page_size,
        chunk_size=max(page_size, PAGE_FRAG_MAX_SIZE),
        order3=knobs["order3"],
        shortens=era.shortens,
        pool=int(era.small == "page_pool"),
        dma_record=SIZEOF_VIRTNET_RQ_DMA if knobs["dma_api"] else era.dma_record,
        udp_strict=int(era.udp == "fits"),
        **fresh_heads(era, knobs),
    )


def _check_mtu_of_program(era: Era, knobs: Mapping[str, int]) -> None:
    """Refuse what the driver refuses.  Source: drivers/net/virtio_net.c, virtnet_xdp_set().

    Raises
    ------
    StrategyError
        The device's MTU is too large to attach a program.
    """
    most = knobs["page_size"] - era.big_pad
    if era.xdp == "xdp_buff":
        room = skb_data_align(knobs["xdp_headroom"]) + fresh_heads(era, knobs)["sizeof_shared_info"]
        most = knobs["page_size"] - room - ETH_HLEN if knobs["xdp"] == XDP_PASS else IP_MAX_MTU
    if knobs["device_mtu"] > most:
        raise StrategyError(
            f"device_mtu={knobs['device_mtu']}: the driver attaches no such program, MTU too large "
            f"to enable XDP (at most {most:,})"
        )


def small(era: Era, ring: int, knobs: Mapping[str, int]) -> Layout:
    """Lay out small buffers.  Source: drivers/net/virtio_net.c, add_recvbuf_small().

    Raises
    ------
    StrategyError
        The driver would not choose this mode, or not attach the program.
    """
    if knobs["device_mtu"] > ETH_DATA_LEN and era.small != "skb":
        raise StrategyError(
            f"device_mtu={knobs['device_mtu']}: above {ETH_DATA_LEN:,} a device without mergeable "
            "buffers gets big ones"
        )
    if knobs["xdp"]:
        _check_mtu_of_program(era, knobs)
    common = _common(era, ring, knobs)
    in_skb = era.small == "skb"
    hdr_len = 0 if in_skb else knobs["hdr_len"]  # the skb has it in its cb
    headroom = knobs["headroom"]  # VIRTNET_RX_PAD
    if knobs["xdp"] and not in_skb:
        headroom += knobs["xdp_headroom"]
    used = headroom + hdr_len + GOOD_PACKET_LEN
    buf_len = skb_data_align(used) + common.sizeof_shared_info
    return common._replace(
        capacity=GOOD_PACKET_LEN,
        hdr_len=hdr_len,
        headroom=headroom,
        shared_info=common.sizeof_shared_info,
        buf_len=buf_len,
        alignment=skb_data_align(used) - used,
        head_slab=kmalloc_size(buf_len) if in_skb else 0,
        **NO_FRESH_HEADS,
    )


def min_buf_len(era: Era, ring: int, knobs: Mapping[str, int]) -> int:
    """Give the lower bound of the average.  Source: virtio_net.c, mergeable_min_buf_len()."""
    if knobs["min_buf_len"]:
        return knobs["min_buf_len"]
    if era.hole == "not counted":  # up to 4.11
        return GOOD_PACKET_LEN
    hdr_len = knobs["hdr_len"]
    big_packets = knobs["guest_gso"] or knobs["device_mtu"] > ETH_DATA_LEN
    mtu = IP_MAX_MTU if big_packets else knobs["device_mtu"] or IP_MAX_MTU
    packet = hdr_len + ETH_HLEN + VLAN_HLEN + mtu
    return max(-(-packet // ring) - hdr_len, GOOD_PACKET_LEN)


def _check_min_buf_len(layout: Layout) -> None:
    """Refuse a lower bound below what a copied packet needs, or above a page.

    Raises
    ------
    StrategyError
        It is: a long packet's first buffer could be copied whole, or no buffer had its length.
    """
    if not layout.copy_room <= layout.avg_min <= layout.avg_max:
        raise StrategyError(
            f"min_buf_len={layout.avg_min}: here it is from {layout.copy_room:,}, what a copied "
            f"packet's head takes, to {layout.avg_max:,}, what a page has room for"
        )


def mergeable(era: Era, ring: int, knobs: Mapping[str, int]) -> Layout:
    """Lay out mergeable buffers.  Source: virtio_net.c, get_mergeable_buf_len().

    Raises
    ------
    StrategyError
        There is no such header, or the driver would not attach the program.
    """
    hdr_len, page_size = knobs["hdr_len"], knobs["page_size"]
    if hdr_len < SIZEOF_VIRTIO_NET_HDR_MRG_RXBUF:
        raise StrategyError(
            f"hdr_len={hdr_len}: it is of a legacy device without mergeable buffers, whose header "
            f"has {SIZEOF_VIRTIO_NET_HDR_MRG_RXBUF} bytes at least"
        )
    layout = _common(era, ring, knobs)._replace(
        len_term=hdr_len,
        avg_min=min_buf_len(era, ring, knobs),
        avg_max=page_size - hdr_len,
        granularity=era.granularity,
        hole=HOLE[era.hole],
        build_skb=BUILD[era.build_skb],
        xdp=knobs["xdp"],
    )
    if knobs["min_buf_len"]:
        _check_min_buf_len(layout)
    if not knobs["xdp"]:
        return layout
    _check_mtu_of_program(era, knobs)
    if era.xdp in ("page_to_skb", "xdp_buff"):
        return mergeable_xdp(era, layout, knobs["xdp_headroom"])
    return mergeable_xdp_of_ewma(era, layout, knobs["xdp_headroom"])


def mergeable_xdp(era: Era, layout: Layout, headroom: int) -> Layout:
    """Lay out mergeable buffers with a program attached: a page each, room at both ends.

    Source: drivers/net/virtio_net.c, add_recvbuf_mergeable(), receive_mergeable_xdp().
    """
    whole = era.xdp == "xdp_buff"
    room = skb_data_align(headroom + layout.sizeof_shared_info)
    return layout._replace(
        headroom=headroom,
        shared_info=room - headroom,
        len_term=layout.page_size,
        avg_min=0,
        avg_max=0,
        granularity=1,
        hole=HOLE_SKIPPED if whole else HOLE_COUNTED,
        uncharged=room if era.build_skb == "never" else 0,
        build_skb=BUILD_ALWAYS if whole else BUILD[era.build_skb],
    )


def mergeable_xdp_of_ewma(era: Era, layout: Layout, in_front: int) -> Layout:
    """Lay out mergeable buffers with a program attached up to 4.15: sized as without one.

    A frame in several buffers is copied into a page.  Source: drivers/net/virtio_net.c,
    add_recvbuf_mergeable(), xdp_linearize_page().

    Raises
    ------
    StrategyError
        A buffer may be longer than the page that it would get.
    """
    headroom = in_front if era.xdp == "headroom" else 0
    if headroom and layout.order3:
        raise StrategyError("+xdp with order3: such a kernel's buffers can be longer than a page")
    return layout._replace(
        headroom=headroom,
        len_term=layout.len_term + headroom,
        uncharged=headroom,
        xdp_copy_room=layout.page_size - headroom - layout.hdr_len,
    )


def prototype(era: Era, ring: int, knobs: Mapping[str, int]) -> Layout:
    """Lay out the buffers of 2016: each with headroom and room for the shared info.

    What of them is assumed: docs/model.md.
    """
    common = _common(era, ring, knobs)
    shared_info = common.sizeof_shared_info
    len_term = align(common.skb_pad + shared_info, era.granularity)
    return common._replace(
        headroom=common.skb_pad - common.hdr_len,  # VNET_SKB_PAD, VNET_SKB_OFF
        shared_info=shared_info,
        len_term=len_term,
        avg_min=knobs["min_avg"],
        avg_max=common.page_size - len_term,
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
    mtu = knobs["device_mtu"]
    if not knobs["guest_gso"] and era.small == "skb":
        raise StrategyError(
            "without guest GSO (guest_gso=0) a kernel up to 4.10 gives a device small buffers"
        )
    if not knobs["guest_gso"] and mtu <= ETH_DATA_LEN:
        raise StrategyError(
            "without guest GSO (guest_gso=0) big mode needs a device_mtu above 1,500: "
            "such a device gets small buffers"
        )
    if knobs["guest_gso"] or era.big == "18 pages":
        return knobs["max_skb_frags"]
    return -(-mtu // knobs["page_size"])


def big(era: Era, ring: int, knobs: Mapping[str, int]) -> Layout:
    """Lay out chains of pages.  Source: virtio_net.c, add_recvbuf_big().

    Raises
    ------
    StrategyError
        The driver would not choose this mode.
    """
    pages = 1 + big_packets_num_skbfrags(era, knobs)
    page_size = knobs["page_size"]
    return _common(era, ring, knobs)._replace(
        capacity=pages * page_size - era.big_pad,
        alignment=era.big_pad - knobs["hdr_len"],
        buf_len=pages * page_size,
        build_skb=BUILD[era.build_skb],
        pages=pages,
    )
