"""The thresholds of the receive path through a whole replay, one byte or buffer on each side."""

import pytest
from helpers.replaying import finished, kinds, opened, run, skbs
from rxreplay.emulator.state import BUF
from rxreplay.emulator.strategies.mergeable import add_rx_frags


def warm(name, frame):
    """Give what becomes of `frame` after 50 packets of 60 bytes, two chunks into a replay."""
    return skbs(name, *[60] * 50, frame)[-1]


@pytest.mark.parametrize(
    ("name", "most", "fits", "over"),
    [
        # copied whole
        ("4.10/mergeable", 128, (768, 128, 0), (2304, 128, 1)),
        ("5.10/mergeable", 128, (768, 128, 0), (2304, 14, 1)),
        ("5.15/mergeable", 128, (768, 128, 0), (1792, 129, 0)),
        ("6.1/mergeable", 128, (1280, 128, 0), (1792, 129, 0)),
        ("6.18/mergeable", 128, (896, 128, 0), (1792, 129, 0)),
        ("4.19/mergeable+xdp", 128, (768, 128, 0), (4288, 14, 1)),
        ("6.1/mergeable+xdp", 128, (1280, 128, 0), (4352, 129, 0)),
        # build_skb() with the shared info behind the frame
        ("5.15/mergeable", 1204, (1792, 1204, 0), (2304, 14, 1)),
        ("6.12/mergeable", 1204, (1792, 1204, 0), (2816, 14, 1)),
        ("6.18/mergeable", 1204, (1792, 1204, 0), (2432, 14, 1)),
        ("6.18/mergeable,hdr_len=20", 1260, (1856, 1260, 0), (2496, 14, 1)),
        ("5.15/big", 3760, (4352, 3760, 0), (4864, 14, 1)),
        ("6.12/big", 3744, (4352, 3744, 0), (5376, 14, 1)),
        ("6.12/mergeable+xdp-frags", 3508, (4352, 3508, 0), (8448, 3508, 1)),
        # one buffer, or two
        ("5.10/mergeable", 1524, (2304, 14, 1), (3840, 14, 1)),
        ("4.16/mergeable+xdp", 3508, (4288, 128, 1), (0, 0, 0)),
        ("6.12/mergeable+xdp", 3508, (4352, 3508, 0), (0, 0, 0)),
        ("6.12/mergeable+xdp-frags", 63348, (73984, 3508, 17), (0, 0, 0)),
        # up to 4.15 a page for a program
        ("4.10/mergeable+xdp", 1524, (2304, 128, 1), (4864, 128, 1)),
        ("4.10/mergeable+xdp", 4084, (4864, 128, 1), (0, 0, 0)),
        ("4.13/mergeable+xdp", 3828, (4864, 128, 1), (0, 0, 0)),
        # what no buffer holds
        ("4.10/small", 1518, (2304, 1518, 0), (0, 0, 0)),
        ("5.10/small", 1518, (2176, 1518, 0), (0, 0, 0)),
        ("6.12/small+xdp", 1518, (2432, 1518, 0), (0, 0, 0)),
        ("4.10/big", 73712, (74496, 128, 18), (0, 0, 0)),
    ],
)
def test_on_both_sides(name, most, fits, over):
    assert (warm(name, most), warm(name, most + 1)) == (fits, over)


@pytest.mark.parametrize(
    ("name", "buffers", "last"),
    [
        ("4.11/small", 17, 1920),
        ("6.18/small", 17, 1920),
        ("6.12/small+xdp", 15, 2176),
        ("5.10/mergeable", 21, 2048),
        ("6.18/mergeable", 21, 2032),
        ("6.12/mergeable+xdp", 8, 4096),
        ("6.18/mergeable+xdp", 7, 4096),
        ("6.12/mergeable,hdr_len=20", 20, 2368),
        ("7.2/mergeable", 2, 2560),
        ("7.2/small", 2, 2176),
        ("7.2/small+xdp", 1, 4096),
    ],
)
def test_the_last_buffer_of_a_chunk_and_the_first_of_the_next(name, buffers, last):
    ring = opened(name, ring=256)._queue.ring
    assert ring["size"][buffers - 1] == last
    assert len(set(ring["chunk"][:buffers].tolist())) == 1
    assert ring["chunk"][buffers] != ring["chunk"][0]


@pytest.mark.parametrize("name", ["4.10/small", "5.10/mergeable", "7.2/mergeable", "6.12/big"])
def test_a_ring_is_empty_after_as_many_packets_as_it_has_buffers(name):
    full = run(name, [60] * 16, ring=16, polls=64)
    assert kinds(full, "poll") == []
    one_more = run(name, [60] * 17, ring=16, polls=64)
    assert kinds(one_more, "poll") == [("poll", 16)]


def apart(queue):
    """Post buffers of which none continues the one before."""
    queue.ring["chunk"] = range(queue.ring.size)
    queue.ring["size"] = queue.ring["asked"] = 1536


@pytest.mark.parametrize(
    ("frags", "bufs", "expected"),
    [
        (16, 1, (17, 0, 1536)),
        (17, 1, (17, 1, 896 + 1536)),
        (0, 17, (17, 0, 17 * 1536)),
        (0, 18, (17, 1, 18 * 1536 + 896)),
        (0, 34, (17, 1, 34 * 1536 + 896)),
        (0, 35, (17, 2, 35 * 1536 + 2 * 896)),
    ],
)
def test_after_17_frags_an_skb_on_the_frag_list_goes_on(frags, bufs, expected):
    """Ordinary traffic has 17 at most: each further buffer begins where the last one ends."""
    queue = opened("6.18/mergeable", ring=64)._queue
    apart(queue)
    skb = queue.skbs[0]
    skb["nr_frags"] = frags
    skb["truesize"] = skb["frag_list"] = skb["bufs"] = 0
    last = queue.ring[queue.ring.size - 1 :].astype(BUF)[0]
    add_rx_frags(queue, skb, last, bufs * 1536)
    assert (skb["nr_frags"], skb["frag_list"], skb["truesize"]) == expected


def test_a_page_for_a_program_is_a_copy_of_header_and_frame():
    figures = finished("4.13/mergeable+xdp", [1524, 1525, 3829])
    assert (figures.copy_xdp.bytes, figures.copy_xdp.packets) == (12 + 1525, 1)
    assert figures.copied_bytes == 2 * 128 + 12 + 1525
    assert figures.drops.xdp_drops == 1


def test_a_program_of_410_sees_the_skb_of_a_small_buffer():
    assert skbs("4.10/small+xdp", 60, 1518) == skbs("4.10/small", 60, 1518)
