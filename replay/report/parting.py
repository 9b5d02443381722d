"""Tables that are parted where they are too wide: no figure is ever cut."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from rich.cells import cell_len
from rich.table import Table

MOST_OF_WORDS: Final = 32  # characters of the first column before its words are folded
GAP: Final = 2  # between columns


def parted(
    title: str, heads: Sequence[str], rows: Sequence[Sequence[str]], width: int, *, words: int = 1
) -> Iterator[Table]:
    """Give a table as one, or as several that repeat its columns of words.

    Parameters
    ----------
    title : str
        Above the first.
    heads : sequence of str
        Of all columns.
    rows : sequence of sequences of str
        A cell for each column.
    width : int
        Characters of a line.
    words : int
        So many columns at the left are words; only those of the first are folded.

    Examples
    --------
    >>> rows = [["a ring", "1,234", "5,678"]]
    >>> [table.row_count for table in parted("Rings", ["", "a VM", "a host"], rows, 21)]
    [1]
    >>> [len(table.columns) for table in parted("Rings", ["", "a VM", "a host"], rows, 20)]
    [2, 2]
    """
    cells = [heads, *rows]
    widths = [max(cell_len(row[column]) for row in cells) for column in range(len(heads))]
    if sum(widths) + GAP * (len(heads) - 1) > width:
        longest = max(cell_len(word) for row in cells for word in ["", *row[0].split()])
        room = width - sum(GAP + each for each in [*widths[1:words], max(widths[words:])])
        widths[0] = min(widths[0], max(longest, min(room, MOST_OF_WORDS)))
    for start, stop in pairwise(ends(widths, words, width)):
        chosen = [*range(words), *range(start, stop)]
        table = Table(box=None, pad_edge=False, show_edge=False, header_style="bold")
        table.title, table.title_justify = (title if start == words else ""), "left"
        for column in chosen:
            table.add_column(
                heads[column],
                justify="right" if column else "left",
                no_wrap=column > 0,
                min_width=widths[column],
            )
        for row in rows:
            table.add_row(*(row[column] for column in chosen))
        yield table


def ends(widths: Sequence[int], words: int, width: int) -> list[int]:
    """Give where tables begin and end, each with as many columns as fit, and with one at least.

    Examples
    --------
    >>> ends([10, 4, 4, 4], 1, 28), ends([10, 4, 4, 4], 1, 27), ends([10, 4, 4, 4], 1, 2)
    ([1, 4], [1, 3, 4], [1, 2, 3, 4])
    """
    of_words = sum(widths[:words]) + GAP * (words - 1)
    found, used = [words], of_words
    for column in range(words, len(widths)):
        used += GAP + widths[column]
        if used > width and column > found[-1]:
            found.append(column)
            used = of_words + GAP + widths[column]
    return [*found, len(widths)]
