"""A chunk lives while anybody refers to it, and its number comes back."""

import pytest
from helpers.replaying import kinds, opened
from rxreplay.emulator.chunks import alloc_chunk, put_page, skb_holds, skb_unref


@pytest.fixture
def queue():
    return opened("4.10/big", ring=2)._queue  # no chunk has been taken yet


def test_the_last_reference_frees(queue):
    before = int(queue.state["chunk_bytes"])
    number = alloc_chunk(queue, 32768, True)
    queue.chunks[number]["refs"] += 1
    put_page(queue, number)
    assert queue.state["chunk_bytes"] == before + 32768
    put_page(queue, number)
    assert queue.state["chunk_bytes"] == before


def test_numbers_come_back_newest_first(queue):
    first, second = (alloc_chunk(queue, 32768, True) for _ in range(2))
    put_page(queue, first)
    put_page(queue, second)
    assert [alloc_chunk(queue, 4096, False) for _ in range(3)] == [second, first, 2]


def test_skbs_hold_a_chunk_once_however_many_they_are(queue):
    number = alloc_chunk(queue, 32768, True)
    queue.chunks[number]["refs"] += 2
    held = []
    for step in (skb_holds, skb_holds, skb_unref, skb_unref):
        step(queue, number)
        held.append(int(queue.state["held_bytes"]))
    assert held == [32768, 32768, 32768, 0]
    assert queue.chunks[number]["refs"] == 1


@pytest.mark.parametrize(("page_frag", "logged"), [(True, 2), (False, 0)])
def test_only_page_frag_chunks_are_events(page_frag, logged):
    receiver = opened("4.10/big", ring=2)
    put_page(receiver._queue, alloc_chunk(receiver._queue, 32768, page_frag))
    assert len(kinds(receiver, "chunk")) == logged
