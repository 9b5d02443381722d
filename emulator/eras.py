"""What differs between kernels, as data: one row an era of the receive path."""

from dataclasses import dataclass
from typing import Final, Literal

from .abi import GRO_NORMAL_BATCH

Release = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Era:
    """A span of kernels that receive alike.

    Attributes
    ----------
    kernel : str
        The name in `KERNEL/MODE`.
    first : (int, int)
        The first mainline release that behaves so; (0, 0) where none is resolved to it.
    covers : str
        The releases that behave so.
    small : {"skb", "page_frag", "page_pool"}
        What a small buffer is: an skb allocated when it is posted, or memory for build_skb().
    granularity : int
        Mergeable buffer lengths are multiples of it, bytes.
    hole : {"not counted", "drops", "counted"}
        What the end of a chunk, given to its last buffer, does: it is charged only where it is
        used; a packet that uses it is dropped; it is charged.
    heads : {"page_frag_cache", "kmalloc", "1k slice", "small head"}
        Where the head of a copied packet comes from.
    copy_else : int
        Bytes copied to the head when the packet does not fit there.
    build_skb : {"never", "if it fits", "always"}
        Whether a mergeable or big buffer becomes the head of its skb.
    refill : {"ring/2", "budget/2"}
        Free descriptors above which a poll refills the ring.
    gro_batch : int
        Skbs that go up together.
    big_pad : int
        Bytes before the frame in the first page of a big buffer.
    big : {"18 pages", "MTU"}
        Whether a big buffer without guest GSO has as many pages, or as the device's MTU takes.
    small_head : {"none", "tcp", "gro"}
        What a head of the small-head cache, behind alloc_skb(0), has room for: the headers of TCP,
        those that GRO looks at as well; none where that head is from kmalloc.
    dma_record : int
        Bytes at the start of a page_frag chunk that no buffer gets.
    shortens : int
        Bytes taken off a request that would leave none for the DMA record in a fresh chunk.
    xdp : {"none", "in place", "headroom", "page_to_skb", "xdp_buff"}
        What a program finds and leaves: mergeable buffers as they are, or with headroom in front,
        and what lies in several copied into a page; a page for every buffer, made an skb as
        without a program, or straight from the xdp_buff.
    udp : {"above", "fits"}
        Whether a full socket takes one skb more, or only what still fits.
    evidence : str
        How the behaviour was established.
    """

    kernel: str
    first: Release
    covers: str
    small: Literal["skb", "page_frag", "page_pool"]
    granularity: int
    hole: Literal["not counted", "drops", "counted"]
    heads: Literal["page_frag_cache", "kmalloc", "1k slice", "small head"]
    copy_else: int
    build_skb: Literal["never", "if it fits", "always"]
    refill: Literal["ring/2", "budget/2"]
    gro_batch: int
    big_pad: int
    big: Literal["18 pages", "MTU"]
    small_head: Literal["none", "tcp", "gro"]
    dma_record: int
    shortens: int
    xdp: Literal["none", "in place", "headroom", "page_to_skb", "xdp_buff"]
    udp: Literal["above", "fits"]
    evidence: str


BATCH: Final = GRO_NORMAL_BATCH

# fmt: off
ERAS: Final = (
    #   kernel      first    covers                                  small        step  hole           heads              else  build         refill      batch  pad  big         head    dma  less  xdp            udp      evidence
    Era("mst-2016", (0, 0),  "never merged",                         "skb",       256,  "counted",     "page_frag_cache", 128,  "always",     "ring/2",   1,     16,  "18 pages", "none", 0,   0,    "none",        "above", "mails, constants assumed"),
    Era("4.8",      (3, 14), "3.14 to 4.9.35",                       "skb",       256,  "not counted", "page_frag_cache", 128,  "never",      "ring/2",   1,     16,  "18 pages", "none", 0,   0,    "none",        "above", "source read (4.9)"),
    Era("4.4.76",   (0, 0),  "4.4.76 to .252, 4.9.36 to .252",       "skb",       64,   "not counted", "page_frag_cache", 128,  "never",      "ring/2",   1,     16,  "18 pages", "none", 0,   0,    "none",        "above", "source read (4.4, 4.9)"),
    Era("4.9",      (0, 0),  "late 4.4.y, 4.9.y",                    "skb",       64,   "not counted", "kmalloc",         128,  "never",      "ring/2",   1,     16,  "18 pages", "none", 0,   0,    "none",        "above", "source read (4.4.262, 4.9)"),
    Era("4.10",     (4, 10), "4.10",                                 "skb",       64,   "not counted", "page_frag_cache", 128,  "never",      "ring/2",   1,     16,  "18 pages", "none", 0,   0,    "in place",    "above", "source read, recorded"),
    Era("4.11",     (4, 11), "4.11",                                 "page_frag", 64,   "not counted", "page_frag_cache", 128,  "never",      "ring/2",   1,     16,  "18 pages", "none", 0,   0,    "headroom",    "above", "source read, recorded"),
    Era("4.12",     (4, 12), "4.12",                                 "page_frag", 64,   "drops",       "page_frag_cache", 128,  "never",      "ring/2",   1,     16,  "18 pages", "none", 0,   0,    "headroom",    "above", "source read, recorded"),
    Era("4.13",     (4, 13), "4.13 to 4.15",                         "page_frag", 64,   "counted",     "page_frag_cache", 128,  "never",      "ring/2",   1,     16,  "18 pages", "none", 0,   0,    "headroom",    "above", "source read"),
    Era("4.14.217", (0, 0),  "4.14.217 to 4.14.241",                 "page_frag", 64,   "counted",     "kmalloc",         128,  "never",      "ring/2",   1,     16,  "18 pages", "none", 0,   0,    "headroom",    "above", "source read"),
    Era("4.14",     (0, 0),  "late 4.14.y",                          "page_frag", 64,   "counted",     "kmalloc",         14,   "never",      "ring/2",   1,     16,  "18 pages", "none", 0,   0,    "headroom",    "above", "source read"),
    Era("4.16",     (4, 16), "4.16 to 5.2",                          "page_frag", 64,   "counted",     "page_frag_cache", 128,  "never",      "ring/2",   1,     16,  "18 pages", "none", 0,   0,    "page_to_skb", "above", "source read (4.16, 4.19)"),
    Era("4.19.170", (0, 0),  "4.19.170 to 4.19.200",                 "page_frag", 64,   "counted",     "kmalloc",         128,  "never",      "ring/2",   1,     16,  "18 pages", "none", 0,   0,    "page_to_skb", "above", "source read"),
    Era("4.19",     (0, 0),  "late 4.19.y",                          "page_frag", 64,   "counted",     "kmalloc",         14,   "never",      "ring/2",   1,     16,  "18 pages", "none", 0,   0,    "page_to_skb", "above", "source read"),
    Era("5.3",      (5, 3),  "5.3",                                  "page_frag", 64,   "counted",     "page_frag_cache", 128,  "never",      "budget/2", 1,     16,  "18 pages", "none", 0,   0,    "page_to_skb", "above", "source read"),
    Era("5.10.0",   (5, 4),  "5.4 to 5.10",                          "page_frag", 64,   "counted",     "page_frag_cache", 128,  "never",      "budget/2", BATCH, 16,  "18 pages", "none", 0,   0,    "page_to_skb", "above", "source read (5.4)"),
    Era("5.11",     (5, 11), "5.11, 5.12",                           "page_frag", 64,   "counted",     "kmalloc",         128,  "never",      "budget/2", BATCH, 16,  "18 pages", "none", 0,   0,    "page_to_skb", "above", "source read (5.11)"),
    Era("5.10",     (0, 0),  "late 5.10.y",                          "page_frag", 64,   "counted",     "kmalloc",         14,   "never",      "budget/2", BATCH, 16,  "18 pages", "none", 0,   0,    "page_to_skb", "above", "source read, recorded (5.10.223)"),
    Era("5.15",     (5, 13), "5.13 to 5.17",                         "page_frag", 64,   "counted",     "kmalloc",         14,   "if it fits", "budget/2", BATCH, 16,  "18 pages", "none", 0,   0,    "page_to_skb", "above", "source read (5.14, 5.17)"),
    Era("6.0",      (5, 18), "5.18 to 6.0",                          "page_frag", 64,   "counted",     "kmalloc",         14,   "if it fits", "budget/2", BATCH, 32,  "18 pages", "none", 0,   0,    "page_to_skb", "above", "source read (5.19)"),
    Era("6.1",      (6, 1),  "6.1, 6.2",                             "page_frag", 64,   "counted",     "1k slice",        14,   "if it fits", "budget/2", BATCH, 32,  "MTU",      "none", 0,   0,    "page_to_skb", "above", "source read, recorded (6.1.192)"),
    Era("6.11",     (6, 3),  "6.3 to 6.12.4",                        "page_frag", 64,   "counted",     "1k slice",        14,   "if it fits", "budget/2", BATCH, 32,  "MTU",      "tcp",  0,   0,    "xdp_buff",    "above", "source read (6.5, 6.6)"),
    Era("6.12.5",   (0, 0),  "6.12.5 to 6.12.16, 6.6.66 to 6.6.116", "page_frag", 64,   "counted",     "1k slice",        14,   "if it fits", "budget/2", BATCH, 32,  "MTU",      "tcp",  0,   16,   "xdp_buff",    "above", "source read"),
    Era("6.12",     (0, 0),  "late 6.12.y, 6.6.y",                   "page_frag", 64,   "counted",     "1k slice",        14,   "if it fits", "budget/2", BATCH, 32,  "MTU",      "gro",  0,   16,   "xdp_buff",    "above", "source read, recorded (6.12.95)"),
    Era("6.13",     (6, 13), "6.13",                                 "page_frag", 64,   "counted",     "1k slice",        14,   "if it fits", "budget/2", BATCH, 32,  "MTU",      "tcp",  16,  16,   "xdp_buff",    "above", "source read"),
    Era("6.16",     (6, 14), "6.14 to 6.17",                         "page_frag", 64,   "counted",     "small head",      14,   "if it fits", "budget/2", BATCH, 32,  "MTU",      "gro",  16,  16,   "xdp_buff",    "above", "measured (6.16, 6.17)"),
    Era("6.18",     (6, 18), "6.18 to 7.0",                          "page_frag", 64,   "counted",     "small head",      14,   "if it fits", "budget/2", BATCH, 32,  "MTU",      "gro",  16,  16,   "xdp_buff",    "fits",  "source read (6.19), measured (6.18)"),
    Era("7.2",      (7, 1),  "7.1 and later",                        "page_pool", 64,   "counted",     "small head",      14,   "if it fits", "budget/2", BATCH, 32,  "MTU",      "gro",  0,   0,    "xdp_buff",    "fits",  "source read, recorded (7.2.13)"),
)
# fmt: on


def era(kernel: str) -> Era:
    """Find an era by its name.

    Examples
    --------
    >>> era("4.11").small
    'page_frag'
    """
    return next(row for row in ERAS if row.kernel == kernel)
