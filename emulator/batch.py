"""Frames in order of arrival, looked at once for all who receive them."""

from typing import Final, NamedTuple

import numpy as np

from .state import Int64s

MAX_FRAME: Final = 2**32 - 1  # what a record of a capture can claim


class Batch(NamedTuple):
    """Frames that have been checked.

    Attributes
    ----------
    frames : int64 array, shape (n,)
        Bytes of each, without FCS, in order of arrival.
    total : int
        Bytes of all.
    """

    frames: Int64s
    total: int


def batch_of(frames: Int64s, before: int) -> Batch:
    """Check frame lengths; `before` is the number of the first.

    Raises
    ------
    ValueError
        They are not a row of whole numbers, or one cannot be; the message names the packet.

    Examples
    --------
    >>> batch_of(np.array([60, 1514]), before=0).total
    1574
    """
    frames = np.asarray(frames)
    if frames.ndim != 1 or (frames.size and frames.dtype.kind not in "iu"):
        raise ValueError("frame lengths are a row of whole numbers, the bytes of each frame")
    lengths = np.ascontiguousarray(frames, np.int64)
    if lengths.size and lengths.view(np.uint64).max() > MAX_FRAME:  # negative ones are greater
        first = int(np.argmax((frames < 0) | (frames > MAX_FRAME)))
        raise ValueError(f"packet {before + first:,}: a frame of {frames[first]:,} bytes cannot be")
    return Batch(lengths, int(lengths.sum()))
