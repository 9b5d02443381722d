"""Heads by era and configuration: the table of SKB_SMALL_HEAD_CACHE_SIZE, and large pages."""

import pytest
from rxreplay.emulator import strategy
from rxreplay.emulator.eras import era
from rxreplay.emulator.head_sizes import sizeof_shared_info, small_head_size

# MAX_HEADER, the cache's objects before 6.14 and since
CACHE = [
    *((32, 576, 576), (80, 576, 640), (96, 576, 640)),
    *((128, 576, 640), (144, 640, 704), (176, 640, 704)),
]


@pytest.mark.parametrize(("max_header", "before", "since"), CACHE)
def test_the_small_head_cache_follows_max_header(max_header, before, since):
    assert small_head_size(era("6.13"), max_header, 320, 64) == before
    assert small_head_size(era("6.16"), max_header, 320, 64) == since
    assert small_head_size(era("6.1"), max_header, 320, 64) == 0


@pytest.mark.parametrize(("max_header", "before", "since"), CACHE)
def test_the_bare_skb_and_what_it_takes_follow_the_cache(max_header, before, since):
    new = strategy("6.18/mergeable").with_settings({"max_header": max_header}).layout(256)
    assert (new.head_truesize, new.copy_room) == (since + 256, since - 384)
    old = strategy("6.11/mergeable").with_settings({"max_header": max_header}).layout(256)
    assert (old.head_truesize, old.copy_room, old.empty_truesize) == (1280, 640, before + 256)


@pytest.mark.parametrize(("frags", "size"), [(16, 320), (17, 320), (18, 384), (44, 768), (45, 768)])
def test_the_shared_info_follows_its_frags(frags, size):
    assert sizeof_shared_info(frags) == size


def test_a_cache_of_a_power_of_two_would_be_taken_for_kmalloc():
    assert small_head_size(era("6.13"), 80, 768, 64) == 1024 + 64


@pytest.mark.parametrize(
    ("kernel", "slab", "cut", "takes"),
    [("5.10.0", 0, 512, 128), ("5.15", 512, 0, 128), ("6.1", 512, 0, 128), ("6.12", 640, 0, 256)],
)
def test_pages_of_64_kib_have_no_slices(kernel, slab, cut, takes):
    layout = strategy(f"{kernel}/mergeable,page_size=64KiB").layout(256)
    assert (layout.head_slab, layout.head_slice, layout.copy_room) == (slab, cut, takes)
