"""Sizes that are rounded: on the multiple, and one byte beyond it."""

import pytest
from rxreplay.emulator.abi import align, kmalloc_size, skb_data_align


@pytest.mark.parametrize(("size", "aligned"), [(0, 0), (1, 256), (256, 256), (257, 512)])
def test_align(size, aligned):
    assert align(size, 256) == aligned


@pytest.mark.parametrize(("size", "aligned"), [(192, 192), (193, 256), (1582, 1600), (1594, 1600)])
def test_skb_data_align(size, aligned):
    assert skb_data_align(size) == aligned


@pytest.mark.parametrize(("size", "slab"), [(320, 512), (512, 512), (513, 1024), (1920, 2048)])
def test_kmalloc_size(size, slab):
    assert kmalloc_size(size) == slab
