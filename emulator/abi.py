"""Constants of the kernel's ABI on 64-bit machines, each with its source."""

from typing import Final

PAGE_SIZE: Final = 4096  # arch/x86/include/asm/page_types.h
PAGE_SIZE_64K: Final = 65536  # arch/arm64/include/asm/page-def.h
PAGE_FRAG_MAX_SIZE: Final = (
    32768  # mm_types.h: PAGE_FRAG_CACHE_MAX_SIZE; as much in net/core/sock.c
)

PP_ALLOC_CACHE_SIZE: Final = 128  # include/net/page_pool/types.h
PP_ALLOC_CACHE_REFILL: Final = 64

SMP_CACHE_BYTES: Final = 64  # arch/x86: L1_CACHE_BYTES
NET_SKB_PAD: Final = 64  # include/linux/skbuff.h: max(32, L1_CACHE_BYTES)
SIZEOF_SKB_SHARED_INFO: Final = 48  # struct skb_shared_info without frags; BTF of 5.10 to 7.3
SIZEOF_SKB_FRAG: Final = 16  # skb_frag_t
SIZEOF_SK_BUFF: Final = 256  # struct sk_buff, aligned; 224 in 5.10
MAX_SKB_FRAGS: Final = 17  # include/linux/skbuff.h

ETH_HLEN: Final = 14  # include/uapi/linux/if_ether.h
VLAN_HLEN: Final = 4  # include/linux/if_vlan.h
ETH_DATA_LEN: Final = 1500
GOOD_PACKET_LEN: Final = ETH_HLEN + VLAN_HLEN + ETH_DATA_LEN  # drivers/net/virtio_net.c
GOOD_COPY_LEN: Final = 128  # drivers/net/virtio_net.c
GRO_MAX_HEAD: Final = 128  # include/net/gro.h: of GRO_MAX_HEAD_PAD
MAX_TCP_OPTIONS_HEADER: Final = 128  # include/net/tcp.h: MAX_TCP_HEADER without MAX_HEADER
SZ_1K: Final = 1024  # net/core/skbuff.c: page_frag_alloc_1k()
VIRTNET_RX_PAD: Final = NET_SKB_PAD  # NET_IP_ALIGN is 0 on x86
SIZEOF_VIRTIO_NET_HDR_MRG_RXBUF: Final = 12  # include/uapi/linux/virtio_net.h
SIZEOF_VIRTNET_RQ_DMA: Final = 16  # struct virtnet_rq_dma in drivers/net/virtio_net.c
MIN_MTU: Final = 68  # drivers/net/virtio_net.c: of less, virtnet_validate() takes no notice
IP_MAX_MTU: Final = 65535  # include/net/ip.h; virtio_net's dev->max_mtu without VIRTIO_NET_F_MTU
RX_PKT_WEIGHT_SHIFT: Final = 6  # DECLARE_EWMA(pkt_len, 0, 64)

XDP_PACKET_HEADROOM: Final = 256  # include/uapi/linux/bpf.h; virtio_net's own until 4.15

NAPI_POLL_WEIGHT: Final = 64  # include/linux/netdevice.h
GRO_NORMAL_BATCH: Final = 8  # net/core/dev.c: gro_normal_batch, since 5.4
SK_RMEM_DEFAULT: Final = 212_992  # net/core/sock.c: 256 * SKB_TRUESIZE(256)

KMALLOC_SIZES: Final = (8, 16, 32, 64, 96, 128, 192, 256, 512, 1024, 2048, 4096, 8192)  # mm/slab


def skb_data_align(size: int) -> int:
    """Round `size` up to a cache line.  Source: include/linux/skbuff.h, SKB_DATA_ALIGN().

    Examples
    --------
    >>> skb_data_align(1594)
    1600
    """
    return align(size, SMP_CACHE_BYTES)


def align(size: int, boundary: int) -> int:
    """Round `size` up to a multiple of `boundary`, a power of two.

    Examples
    --------
    >>> align(1530, 256)
    1536
    """
    return (size + boundary - 1) & -boundary


def kmalloc_size(size: int) -> int:
    """Give the slab object that kmalloc() takes for `size` bytes.

    Examples
    --------
    >>> kmalloc_size(1920)
    2048
    """
    return next(slab for slab in KMALLOC_SIZES if slab >= size)
