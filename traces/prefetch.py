"""Hints to the processor, which does not guess by itself where the next record headers lie.

Records of one length: the 16th from here starts 16 lengths on, so ask for that. Short records of
mixed lengths: ask for every line of the 2 KiB ahead, for some of them hold headers. Long ones of
mixed lengths: nobody can know, and to ask for all that lies between would cost more than it saves;
the guess of one length stands.

The last piece of a walk decides for the next one. A wrong guess, even beyond the file, is harmless:
a prefetch never faults. Measured in docs/decisions/0005-walk.md.
"""

from typing import Final

from rxreplay._jit import kernel
from rxreplay._prefetch import LINE, prefetch

from .packets import Word

AHEAD_SHIFT: Final = 6  # 2^4 records
REACH: Final = 2048  # bytes


@kernel
def ask_ahead(memory: Word, pos: Word, length: Word, asked: Word, reach: Word) -> Word:
    """Ask for what follows the record at `pos`; give the byte before which all is asked for.

    `memory` is the address of byte 0; with a `reach` of 0, go by the length of this record.
    """
    if reach == 0:
        prefetch(memory + pos + (length << AHEAD_SHIFT))
        return asked
    asked = max(asked, pos + length)
    while asked < pos + length + reach:
        prefetch(memory + asked)
        asked += LINE
    return asked


@kernel
def reach_after(span: Word, records: Word, length: Word) -> Word:
    """Say how far to ask for every line, after `records` in `span` bytes, the last of `length`."""
    alike = length * records == span and length > 0
    return 0 if alike or span >= REACH * records else REACH
