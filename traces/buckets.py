"""Lengths in buckets of bounded relative width, so that those of many captures can be added.

Below 2,048 bytes, where all frames of an MTU of 1,500 are, each length has a bucket of its own;
from there on 128 of them go to a doubling. A bucket is named by its least length.
"""

from typing import Final

import numpy as np

from .packets import Int64s

EXACT_BELOW: Final = 2048  # bytes
TO_A_DOUBLING: Final = 128  # a bucket is narrower than this part of its least length


def least_of(length: int) -> int:
    """Give the least length of the bucket that a length is in.

    Examples
    --------
    >>> [least_of(length) for length in (0, 1514, 2047, 2048, 2063, 2064, 65_226)]
    [0, 1514, 2047, 2048, 2048, 2064, 65024]
    """
    shift = shift_of(length)
    return length >> shift << shift


def most_of(length: int) -> int:
    """Give the greatest length of the bucket that a length is in.

    Examples
    --------
    >>> [most_of(length) for length in (0, 1514, 2047, 2048, 2063, 2064, 65_226)]
    [0, 1514, 2047, 2063, 2063, 2079, 65279]
    """
    return least_of(length) + (1 << shift_of(length)) - 1


def shift_of(length: int) -> int:
    """Give the bits of a length that its bucket does not know."""
    if length < EXACT_BELOW:
        return 0
    return length.bit_length() - TO_A_DOUBLING.bit_length()


def leasts(end: int) -> Int64s:
    """Give the least length of each bucket that begins below `end`.

    Examples
    --------
    >>> leasts(2100)[-3:].tolist()
    [2064, 2080, 2096]
    """
    found, length = [], 0
    while length < end:
        found.append(length)
        length = most_of(length) + 1
    return np.array(found, np.int64)
