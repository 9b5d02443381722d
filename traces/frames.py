"""The bytes of chosen records; the walk passes the others without looking."""

from collections.abc import Iterator, Sequence
from itertools import tee

from .packets import AT, CAP_LEN, Int64s
from .reading import Decoder, new_columns, read_strides
from .walk import BLOCK_RECORDS
from .window import Window


def strides(numbers: Sequence[int]) -> Iterator[Int64s]:
    """Give columns that end at each of the records, which has the last ones to itself.

    Examples
    --------
    >>> [columns.shape[1] for columns in strides([3, 4])]
    [3, 1, 1]
    """
    done = 0
    for number in numbers:
        while done < number:
            records = min(number - done, BLOCK_RECORDS)
            yield new_columns(addresses=False, records=records)
            done += records
        yield new_columns(addresses=False, records=1, places=True)
        done += 1


def read_frames(
    window: Window, decoder: Decoder, numbers: Sequence[int]
) -> Iterator[tuple[int, bytes]]:
    """Give the number and the captured bytes of each record asked for, as far as there are some.

    Raises
    ------
    Damage
        The bytes cannot be a capture, or end too early.
    """
    walked, seen = tee(strides(numbers))
    wanted, done = set(numbers), 0
    for count, columns in zip(read_strides(window, decoder, walked), seen, strict=False):
        done += count
        if done - 1 in wanted:
            at, cap_len = int(columns[AT, 0]), int(columns[CAP_LEN, 0])
            yield done - 1, window.data[at : at + cap_len].tobytes()
