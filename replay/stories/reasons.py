"""The rules behind a packet's skb, or its drop, in words and numbers."""

from collections.abc import Iterator, Sequence

from rxreplay.emulator.abi import ETH_HLEN
from rxreplay.emulator.state import BUILD_ALWAYS, BUILD_NEVER, XDP_PASS

from .telling import (
    COPIED,
    COPIED_PART,
    COPIED_TO_PAGE,
    MADE_BEFORE,
    TOO_LONG,
    Finished,
    Part,
    outcome,
)


def reasons(done: Finished, told: Sequence[Part]) -> tuple[str, ...]:
    """Say which rules decided, each in a sentence.

    Parameters
    ----------
    done : Finished
        The frame.
    told : sequence of Part
        Its buffers.
    """
    how = outcome(done)
    if how == TOO_LONG:
        return (too_long(done),)
    if how == "rx_length_errors":
        return (length_error(done, told),)
    if how == "xdp_drops":
        return (xdp_drop(done, told),)
    if how == MADE_BEFORE:
        return ("its buffer is the head of an skb that was made when it was posted: no copy",)
    return (*head_rules(done, told, how), *frag_rules(done, told))


def too_long(done: Finished) -> str:
    """Say why the device has no buffer for a frame."""
    layout = done.queue.layout
    if done.mode != "mergeable":
        return (
            f"the device drops it: {done.frame:,} bytes are more than the {layout.capacity:,} "
            "that a buffer holds"
        )
    return (
        f"the device drops it: {layout.hdr_len} bytes of virtio header and {done.frame:,} of frame "
        f"are more than the {int(done.queue.state['posted_room']):,} of the whole ring"
    )


def length_error(done: Finished, told: Sequence[Part]) -> str:
    """Say what length the driver does not believe."""
    if done.frame < ETH_HLEN:
        return f"the driver drops it: {done.frame} bytes are no Ethernet header ({ETH_HLEN})"
    counted = [int(buf["asked"]) - done.queue.layout.uncharged for buf in done.bufs]
    used, most = next((p.used, n) for p, n in zip(told, counted, strict=True) if p.used > n)
    return (
        f"the driver drops it: {used:,} bytes are in a buffer that it takes for {most:,} long; the "
        "others are in the hole at the end of a chunk"
    )


def xdp_drop(done: Finished, told: Sequence[Part]) -> str:
    """Say what no XDP program can be given."""
    layout = done.queue.layout
    if layout.xdp == XDP_PASS:
        most = layout.xdp_copy_room or told[0].room - layout.hdr_len
        return (
            f"the driver drops it: the program wants a frame in one piece, at most {most:,} bytes, "
            f"not {done.frame:,}"
        )
    return (
        f"the driver drops it: {len(told)} buffers, and a frame for a program with frags has at "
        f"most {layout.max_skb_frags + 1}"
    )


def head_rules(done: Finished, told: Sequence[Part], how: str) -> Iterator[str]:
    """Say where the head is from, and what is copied to it."""
    layout, first = done.queue.layout, told[0]
    part = first.used - layout.hdr_len
    if done.mode == "small":
        yield "build_skb(): every small buffer becomes the head of its skb, nothing is copied"
        return
    if how == COPIED_TO_PAGE:
        part = done.frame
        yield (
            f"the program wants a frame in one piece: all {part + layout.hdr_len:,} bytes of its "
            f"{len(told)} buffers are copied to a page"
        )
    elif layout.build_skb == BUILD_ALWAYS:
        yield "build_skb(): the first buffer always becomes the head, whatever the length"
    elif layout.build_skb != BUILD_NEVER:
        yield build_rule(done, part, behind(done, first))
    if how == COPIED:
        yield (
            f"a fresh head takes up to {layout.copy_room:,} bytes: all {part:,} are copied, and "
            "the buffer is free at once"
        )
    elif how in (COPIED_PART, COPIED_TO_PAGE):
        yield (
            f"{part:,} bytes are more than the {layout.copy_room:,} that a fresh head takes: "
            f"{layout.copy_else} are copied there, the others stay where they are, as frags"
        )


def behind(done: Finished, first: Part) -> int:
    """Give the bytes of the first buffer behind the frame, as build_skb() counts them."""
    layout = done.queue.layout
    if done.mode == "big":
        return layout.page_size - layout.alignment - first.used
    charged = int(done.kernels.charge(done.queue, done.bufs[0], first.used))
    return charged - layout.headroom - first.used


def build_rule(done: Finished, part: int, room: int) -> str:
    """Say whether a buffer can be the head.  Source: virtio_net.c, page_to_skb()."""
    shared_info, copy_len = done.queue.layout.sizeof_shared_info, done.queue.layout.copy_len
    if part <= copy_len:
        return f"no build_skb(): {part} bytes are not above {copy_len}"
    if room < shared_info:
        left = f"{room:,} bytes" if room >= 0 else "no bytes"
        return (
            f"no build_skb(): {left} are left behind {part:,}, less than the {shared_info} of the "
            "shared info"
        )
    return (
        f"build_skb(): {part:,} bytes are above {copy_len}, and the {room:,} behind them take "
        f"the {shared_info} of the shared info; nothing is copied"
    )


def frag_rules(done: Finished, told: Sequence[Part]) -> Iterator[str]:
    """Say what further buffers, or pages, became."""
    skb, layout = done.skb, done.queue.layout
    assert skb is not None
    if done.mode == "big":
        pages = int(skb["pages"])
        leave = "leaves with it and is" if pages == 1 else "leave with it and are"
        yield (
            f"{pages} of the {layout.pages} pages {leave} freed with it, "
            "the others go back to the queue's own list"
        )
    elif len(told) > 1 and layout.xdp != XDP_PASS:
        further = len(told) - 1
        joined = int(skb["coalesced"])
        yield (
            f"{further} further buffers, {joined} of them part of the frag before, which they "
            "continue in its chunk"
        )
        if skb["frag_list"]:
            yield (
                f"an skb has at most {layout.max_skb_frags} frags: the others are on the "
                f"frag_list, in {int(skb['frag_list'])} empty skbs more"
            )
