"""What became of a packet's buffers, and what each byte of its truesize is for."""

from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from rxreplay.emulator import Strategy
from rxreplay.emulator.abi import SIZEOF_SK_BUFF
from rxreplay.emulator.state import (
    FIRST_BUF,
    RX_LENGTH_ERRORS,
    XDP_DROPS,
    XDP_PASS,
    Queue,
    Record,
    Records,
)

from .sizing import big_sizing, mergeable_sizing, small_sizing
from .stepping import Posted
from .story import BufferStory, Term

TOO_LONG: Final = "device_too_long"
BUILT, COPIED, COPIED_PART, MADE_BEFORE, COPIED_TO_PAGE = (
    "build_skb",
    "copy",
    "copy and frags",
    "posted skb",
    "copy to a page",
)
DROPS: Final = {RX_LENGTH_ERRORS: "rx_length_errors", XDP_DROPS: "xdp_drops"}


class Finished(NamedTuple):
    """A frame that the driver is done with, its skb (None: the device dropped it) and buffers."""

    queue: Queue
    kernels: Any
    strategy: Strategy
    frame: int
    skb: Record | None
    bufs: Records

    @property
    def mode(self) -> str:
        """How the driver receives."""
        return self.strategy.mode.name

    @property
    def small_skb(self) -> bool:
        """Whether the skb was made when its buffer was posted."""
        return self.mode == "small" and self.strategy.era.small == "skb"


class Part(NamedTuple):
    """What a frame used of a buffer, what that is charged, and what became of the buffer."""

    room: int
    used: int
    charged: int
    fate: str


def outcome(done: Finished) -> str:
    """Say how the skb was made, or why there is none."""
    skb = done.skb
    if skb is None:
        return TOO_LONG
    if skb["drop"]:
        return DROPS[int(skb["drop"])]
    if done.small_skb:
        return MADE_BEFORE
    if skb["head_chunk"] == FIRST_BUF:
        return BUILT
    if skb["linear"] == done.frame:
        return COPIED
    to_page = done.queue.layout.xdp == XDP_PASS and done.bufs.size > 1
    return COPIED_TO_PAGE if to_page else COPIED_PART


def parts(done: Finished) -> list[Part]:
    """Say what became of each of a packet's buffers."""
    if done.mode == "mergeable":
        return list(mergeable_parts(done))
    return [fixed_part(done)] if done.skb is not None else []


def fixed_part(done: Finished) -> Part:
    """Do so for the buffer of fixed size that a packet is in."""
    layout, skb = done.queue.layout, done.skb
    assert skb is not None
    room, used = layout.hdr_len + layout.capacity, layout.hdr_len + done.frame
    if skb["drop"]:
        return Part(room, used, 0, "dropped")
    if done.mode == "big":
        fate = {BUILT: "head", COPIED: "copied"}.get(outcome(done), "frag")
        return Part(room, used, int(skb["pages"]) * layout.page_size, fate)
    return Part(room, used, int(skb["truesize"]) - SIZEOF_SK_BUFF, "head")


def mergeable_parts(done: Finished) -> Iterator[Part]:
    """Do so for mergeable buffers, which the device fills one after the other."""
    how, before = outcome(done), done.queue.layout.hdr_len
    left = done.frame + before
    for buf, fate in zip(done.bufs, frag_fates(done), strict=True):
        room = int(done.kernels.room(done.queue, buf))
        used = min(left, room)
        left -= used
        if how in DROPS.values():
            yield Part(room, used, 0, "dropped")
        elif how in (COPIED, COPIED_TO_PAGE):
            yield Part(room, used, 0, "copied")
        else:
            charged = int(done.kernels.charge(done.queue, buf, used))
            yield Part(room, used, charged, fate)


def frag_fates(done: Finished) -> Iterator[str]:
    """Say for buffer after buffer whether it is the head, a frag of its own or part of one.

    Source: drivers/net/virtio_net.c, receive_mergeable().
    """
    if not done.bufs.size:
        return
    built = outcome(done) == BUILT
    yield "head" if built else "frag"
    frags, most, listed = int(not built), done.queue.layout.max_skb_frags, False
    for last, buf in zip(done.bufs, done.bufs[1:], strict=False):
        full = frags == most
        listed = listed or full
        frags = 0 if full else frags
        if frags and done.kernels.adjacent(done.queue, last, buf):
            yield "coalesced"
        else:
            frags += 1
            yield "frag_list" if listed else "frag"


def copied(done: Finished) -> int:
    """Give the bytes that the driver copied."""
    how, skb = outcome(done), done.skb
    if skb is None or how not in (COPIED, COPIED_PART, COPIED_TO_PAGE):
        return 0
    to_page = done.frame + done.queue.layout.hdr_len if how == COPIED_TO_PAGE else 0
    return int(skb["linear"]) + to_page


def skb_numbers(done: Finished) -> dict[str, Any]:
    """Give what the skb's record says of it, zeros where there is none."""
    names = ("linear", "nr_frags", "frag_list", "coalesced", "truesize")
    if done.skb is None or done.skb["drop"]:
        return dict.fromkeys(names, 0)
    return {name: int(done.skb[name]) for name in names}


def terms(done: Finished, told: list[Part]) -> tuple[Term, ...]:
    """Part the truesize."""
    skb, layout, how = done.skb, done.queue.layout, outcome(done)
    if skb is None or skb["drop"]:
        return ()
    if how == COPIED_TO_PAGE:
        found = [Term("page of the program", layout.page_size)]
    elif done.mode == "big":
        found = [Term("page", layout.page_size)] * int(skb["pages"])
    else:
        found = [Term("buffer", part.charged) for part in told if part.charged]
    if how in (COPIED, COPIED_PART, COPIED_TO_PAGE):
        found.insert(0, Term("fresh head", layout.head_truesize - SIZEOF_SK_BUFF))
    found.insert(1, Term("struct sk_buff", SIZEOF_SK_BUFF))  # behind the head
    return (*found, *[Term("skb on the frag_list", layout.empty_truesize)] * int(skb["frag_list"]))


def buffer_stories(
    done: Finished, first: int, posted: Callable[[int], Posted], packet: Callable[[int], int]
) -> Iterator[BufferStory]:
    """Tell of each buffer: `first` is its number, `posted` says when, `packet` names frames."""
    layout, by_average = done.queue.layout, done.mode == "mergeable" and done.queue.layout.avg_max
    for number, (buf, part) in enumerate(zip(done.bufs, parts(done), strict=True), first):
        when = posted(number)
        nowhere = buf["chunk"] < 0
        size = int(buf["size"]) or layout.head_slab  # up to 4.10, at open: from the slab
        yield BufferStory(
            number=number + 1,
            size=size,
            sizing=sizing_of(done, buf, size, when.average),
            posted_after=None if when.after is None else packet(when.after),
            average=when.average if by_average else None,
            chunk=None if nowhere else int(buf["chunk"]),
            offset=None if nowhere or done.small_skb else int(buf["offset"]),
            **part._asdict(),
        )


def sizing_of(done: Finished, buf: Record, size: int, average: int) -> tuple[Term, ...]:
    """Part the size of a buffer."""
    layout = done.queue.layout
    if done.mode == "big":
        return big_sizing(layout)
    if done.mode == "small":
        return small_sizing(layout, size)
    return mergeable_sizing(layout, int(buf["asked"]), size, average)
