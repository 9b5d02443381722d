"""What differs between kernels, as data: one row an era of the receive path."""

from dataclasses import dataclass
from typing import Final, Literal

from .abi import GRO_NORMAL_BATCH


@dataclass(frozen=True, slots=True)
class Era:
    """A span of kernels that receive alike.

    Attributes
    ----------
    kernel : str
        The name in `KERNEL/MODE`.
    covers : str
        The releases that behave so.
    small : {"skb", "page_frag"}
        What a small buffer is: an skb allocated when it is posted, or a page_frag for build_skb().
    granularity : int
        Mergeable buffer lengths are multiples of it, bytes.
    small_rings : bool
        Whether a mergeable buffer is at least the share of one 64 KiB packet in a ring.
    hole_paid : bool
        Whether the truesize of a chunk's last buffer includes the rest of the chunk.
    build_skb : bool
        Whether mergeable buffers become heads, with room for the shared info in each.
    heads : {"page_frag_cache", "kmalloc"}
        Where the head of a copied packet comes from.
    copy_else : int
        Bytes copied to the head when the packet does not fit there.
    refill : {"ring/2", "budget/2"}
        Free descriptors above which a poll refills the ring.
    gro_batch : int
        Skbs that go up together.
    big_pad : int
        Bytes before the frame in the first page of a big buffer.
    evidence : str
        How the behaviour was established.
    """

    kernel: str
    covers: str
    small: Literal["skb", "page_frag"]
    granularity: int
    small_rings: bool
    hole_paid: bool
    build_skb: bool
    heads: Literal["page_frag_cache", "kmalloc"]
    copy_else: int
    refill: Literal["ring/2", "budget/2"]
    gro_batch: int
    big_pad: int
    evidence: str


# fmt: off
ERAS: Final = (
    #   kernel      covers             small        gran  small_rings hole   build  heads              else refill      batch pad evidence
    Era("mst-2016", "never merged",    "skb",       256,  False, False, True,  "page_frag_cache", 128, "ring/2",   1, 16, "mailing list, constants assumed"),
    Era("4.10",     "4.10",            "skb",       64,   False, False, False, "page_frag_cache", 128, "ring/2",   1, 16, "source read, recorded"),
    Era("4.11",     "4.11",            "page_frag", 64,   False, False, False, "page_frag_cache", 128, "ring/2",   1, 16, "source read, recorded"),
    Era("5.10.0",   "5.4 to 5.10",     "page_frag", 64,   True,  True,  False, "page_frag_cache", 128, "budget/2", GRO_NORMAL_BATCH, 16, "source read"),
    Era("5.10",     "late 5.10.y",     "page_frag", 64,   True,  True,  False, "kmalloc",         14,  "budget/2", GRO_NORMAL_BATCH, 16, "source read, recorded (5.10.223)"),
)
# fmt: on


def era(kernel: str) -> Era:
    """Find an era by its kernel's name.

    Examples
    --------
    >>> era("4.11").small
    'page_frag'
    """
    return next(row for row in ERAS if row.kernel == kernel)
