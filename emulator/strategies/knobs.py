"""What a user may set of a strategy, and which kernels have it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from rxreplay.errors import StrategyError

from ..abi import (
    ETH_HLEN,
    GOOD_COPY_LEN,
    IP_MAX_MTU,
    MAX_SKB_FRAGS,
    MIN_MTU,
    NET_SKB_PAD,
    PAGE_SIZE,
    PAGE_SIZE_64K,
    SIZEOF_VIRTIO_NET_HDR_MRG_RXBUF,
    SMP_CACHE_BYTES,
    XDP_PACKET_HEADROOM,
)
from ..eras import Era, Release

ALWAYS: Final = (0, 0)
STILL: Final = (99, 99)
EVERY_MODE: Final = ("small", "mergeable", "big")


@dataclass(frozen=True, slots=True)
class Knob:
    """A number of a strategy that a user may set.

    Attributes
    ----------
    name : str
        As in `NAME=VALUE`.
    default : int
        What it is unless set.
    values : range or tuple of int
        What it can be.
    summary : str
        What it is.
    first, last : (int, int)
        The releases that have it.
    since : mapping of int to (int, int)
        The first release that knows a value, where it is not `first`.
    modes : tuple of str
        The modes whose receive path depends on it.
    used : callable or None
        Whether that of an era does, with a program attached or without.
    words : mapping of str to int
        Other ways to write a value.
    what_if : bool
        Whether every kernel has the default, and any other value is none's.
    """

    name: str
    default: int
    values: range | tuple[int, ...]
    summary: str
    first: Release = ALWAYS
    last: Release = STILL
    since: Mapping[int, Release] = field(default_factory=dict)
    modes: tuple[str, ...] = EVERY_MODE
    used: Callable[[Era, str, bool], bool] | None = None
    words: Mapping[str, int] = field(default_factory=dict)
    what_if: bool = False

    @property
    def choices(self) -> str:
        """What it can be, in words.

        Examples
        --------
        >>> HDR_LEN.choices, ORDER3.choices
        ('10, 12, 20 or 24', 'ok, fail or fail:1/N')
        """
        if self.words:
            return "ok, fail or fail:1/N"
        if isinstance(self.values, range):
            by = f" in steps of {self.values.step}" if self.values.step > 1 else ""
            return f"from {self.values[0]:,} to {self.values[-1]:,}{by}"
        listed = [f"{value:,}" for value in self.values]
        return " or ".join(filter(None, [", ".join(listed[:-1]), listed[-1]]))

    def show(self, value: int) -> str:
        """Write a value as it is set.

        Examples
        --------
        >>> ORDER3.show(1), ORDER3.show(7), HDR_LEN.show(20)
        ('fail', 'fail:1/7', '20')
        """
        if not self.words:
            return str(value)
        return {number: word for word, number in self.words.items()}.get(value, f"fail:1/{value}")


def uses_order3(era: Era, mode: str, _program: bool) -> bool:
    """Whether any buffer or head is cut from a block of order 3."""
    cuts_buffers = mode != "big" and era.small != "page_pool"
    return cuts_buffers or era.heads == "page_frag_cache"


def has_heads(era: Era, mode: str, program: bool) -> bool:
    """Whether packets are copied to fresh heads, or frames lie behind headroom in small buffers."""
    return mode == "small" or copies(era, mode, program) or era.build_skb == "always"


def copies(era: Era, _mode: str, program: bool) -> bool:
    """Whether any packet of a mergeable or big strategy is copied to a fresh head."""
    return era.build_skb != "always" and not (program and era.xdp == "xdp_buff")


def has_xdp_headroom(era: Era, mode: str, program: bool) -> bool:
    """Whether buffers have headroom for a program."""
    kept = era.small != "skb" if mode == "small" else era.xdp != "in place"
    return program and kept


def sizes_by_average(era: Era, _mode: str, program: bool) -> bool:
    """Whether the length of buffers follows the average, and not that of a program's page."""
    return not program or era.xdp in ("in place", "headroom")


HDR_LEN: Final = Knob(
    "hdr_len",
    SIZEOF_VIRTIO_NET_HDR_MRG_RXBUF,
    (10, 12, 20, 24),
    "bytes of the virtio header",
    since={20: (5, 18), 24: (6, 17)},
)
DEVICE_MTU: Final = Knob(
    "device_mtu",
    0,
    range(MIN_MTU, IP_MAX_MTU + 1),
    "MTU that the device announces, 0: none",
)
GUEST_GSO: Final = Knob(
    "guest_gso",
    1,
    (0, 1),
    "whether the guest takes GSO packets",
    modes=("mergeable", "big"),
)
MAX_HEADER: Final = Knob(
    "max_header",
    80,
    range(32, 513),
    "MAX_HEADER of the kernel's configuration, 80 or 176 as a rule",
    first=(6, 3),
    modes=("mergeable", "big"),
)
MAX_FRAGS: Final = Knob(
    "max_skb_frags",
    MAX_SKB_FRAGS,
    range(MAX_SKB_FRAGS, 46),
    "MAX_SKB_FRAGS of the kernel's configuration",
    first=(6, 4),
)
PAGE: Final = Knob(
    "page_size",
    PAGE_SIZE,
    (PAGE_SIZE, PAGE_SIZE_64K),
    "bytes of a page: 65,536 on some arm64, computed and not measured",
    first=(4, 17),  # before, arm64 had cache lines of 128 bytes
)
DMA_API: Final = Knob(
    "dma_api",
    0,
    (0, 1),
    "whether the virtqueue uses the DMA API, and chunks have DMA records",
    first=(6, 6),
    last=(6, 10),
    modes=("small", "mergeable"),
)
ORDER3: Final = Knob(
    "order3",
    0,
    range(1 << 20),
    "whether the page allocator has blocks of order 3: always, never, or not at each N-th request",
    used=uses_order3,
    words={"ok": 0, "fail": 1},
)
MIN_AVG: Final = Knob(
    "min_avg", 128, range(64, 3585), "least average frame length that sizes a buffer"
)
COPY_LEN: Final = Knob(
    "copy_len",
    GOOD_COPY_LEN,
    range(ETH_HLEN, 1025),
    "what if: GOOD_COPY_LEN, bytes that the head of a copied packet has room for at least",
    modes=("mergeable", "big"),
    used=copies,
    what_if=True,
)
HEADROOM: Final = Knob(
    "headroom",
    NET_SKB_PAD,
    range(32, 513),
    "what if: NET_SKB_PAD, bytes before the frame in small buffers and in fresh heads",
    used=has_heads,
    what_if=True,
)
XDP_HEADROOM: Final = Knob(
    "xdp_headroom",
    XDP_PACKET_HEADROOM,
    range(SMP_CACHE_BYTES, 1025, SMP_CACHE_BYTES),
    "what if: XDP_PACKET_HEADROOM, bytes in front for a program",
    modes=("small", "mergeable"),
    used=has_xdp_headroom,
    what_if=True,
)
TAILROOM: Final = Knob(
    "tailroom",
    0,
    range(SMP_CACHE_BYTES, 1025, SMP_CACHE_BYTES),
    "what if: bytes of struct skb_shared_info, aligned, 0: as the kernel has it",
    what_if=True,
)
MIN_BUF_LEN: Final = Knob(
    "min_buf_len",
    0,
    range(SMP_CACHE_BYTES, PAGE_SIZE_64K),
    "what if: least average frame length that sizes a buffer, 0: as the kernel has it",
    modes=("mergeable",),
    used=sizes_by_average,
    what_if=True,
)
ALL: Final = (
    *(HDR_LEN, DEVICE_MTU, GUEST_GSO, MAX_HEADER, MAX_FRAGS, PAGE, DMA_API, ORDER3, MIN_AVG),
    *(COPY_LEN, HEADROOM, XDP_HEADROOM, TAILROOM, MIN_BUF_LEN),
)
DEFAULTS: Final = {knob.name: knob.default for knob in ALL}


def knobs_of(
    knobs: tuple[Knob, ...], era: Era, mode: str, release: Release, *, program: bool
) -> tuple[Knob, ...]:
    """Give what a release has of `knobs`, each with the values that it knows."""
    return tuple(
        replace(knob, values=tuple(v for v in knob.values if knob.since.get(v, ALWAYS) <= release))
        if knob.since
        else knob
        for knob in knobs
        if knob.first <= release <= knob.last
        and mode in knob.modes
        and (knob.used is None or knob.used(era, mode, program))
    )


def parse_setting(text: str) -> tuple[str, int]:
    """Read `NAME=VALUE`: a whole number, with KiB behind it or not, or a word of a knob.

    Examples
    --------
    >>> parse_setting("min_avg=1518"), parse_setting("page_size=64KiB")
    (('min_avg', 1518), ('page_size', 65536))
    >>> parse_setting("order3=fail:1/8")
    ('order3', 8)
    """
    name, _, value = text.partition("=")
    words = next((knob.words for knob in ALL if knob.name == name), {})
    if value in words:
        return name, words[value]
    form = r"fail:1/([1-9]\d{0,29})()" if words else r"(-?\d{1,30})(KiB)?"
    number = re.fullmatch(form, value, re.ASCII)
    if number is None:
        wanted = ORDER3.choices if words else "a whole number"
        raise StrategyError(f"{text!r} is not NAME=VALUE with {wanted}")
    return name, int(number[1]) * (1024 if number[2] else 1)
