"""A chunk lives while anybody refers to it, and its number comes back."""

import pytest
from helpers.replaying import kinds, opened
from rxreplay.emulator.chunks import put_page, skb_holds, skb_unref
from rxreplay.emulator.pages import alloc_pages
from rxreplay.emulator.state import HEAD_BLOCK, PAGE_FRAG


@pytest.fixture
def queue():
    return opened("4.10/big", ring=2)._queue  # no chunk has been taken yet


def test_the_last_reference_frees(queue):
    before = int(queue.state["chunk_bytes"])
    number = alloc_pages(queue, 32768, PAGE_FRAG)
    queue.chunks[number]["refs"] += 1
    put_page(queue, number)
    assert queue.state["chunk_bytes"] == before + 32768
    put_page(queue, number)
    assert queue.state["chunk_bytes"] == before


def test_numbers_come_back_newest_first(queue):
    first, second = (alloc_pages(queue, 32768, PAGE_FRAG) for _ in range(2))
    put_page(queue, first)
    put_page(queue, second)
    assert [alloc_pages(queue, 4096, HEAD_BLOCK) for _ in range(3)] == [second, first, 2]


def test_skbs_hold_a_chunk_once_however_many_they_are(queue):
    number = alloc_pages(queue, 32768, PAGE_FRAG)
    queue.chunks[number]["refs"] += 2
    held = []
    for step in (skb_holds, skb_holds, skb_unref, skb_unref):
        step(queue, number, 1920)
        held.append(int(queue.state["held_bytes"]))
    assert held == [32768, 32768, 32768, 0]
    assert queue.chunks[number]["refs"] == 1


@pytest.mark.parametrize(("kind", "logged"), [(PAGE_FRAG, 2), (HEAD_BLOCK, 0)])
def test_blocks_of_heads_are_no_events(kind, logged):
    receiver = opened("4.10/big", ring=2)
    put_page(receiver._queue, alloc_pages(receiver._queue, 32768, kind))
    assert len(kinds(receiver, "chunk")) == logged
