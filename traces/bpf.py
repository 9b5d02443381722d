"""Classic BPF programs: which of them are sound, and the form in which they are run.

Sources: libpcap, pcap/bpf.h and bpf_filter.c; Linux, net/core/filter.c, bpf_check_classic().
"""

from typing import Final, NamedTuple

import numpy as np
from rxreplay.errors import OptionError

from .packets import Int64s

BPF_MEMWORDS: Final = 16
MAX_SHIFT: Final = 31
WORD: Final = 2**32

# What a program is made of once it is lowered, in the order in which the machine asks. A load takes
# 1 << number bytes.
LOAD_1, LOAD_2, LOAD_4 = range(3)
JEQ, JGT, JGE, JSET = range(3, 7)
ADD, SUB, MUL, OR, AND, LSH, RSH, NEG, XOR, MOD, DIV = range(7, 18)
LOAD, LOAD_MEM, LDX, LDX_MEM, LDX_MSH, TAX, ST, STX, JA, RET, RET_A = range(18, 29)
LOAD_LEN, LDX_LEN = range(29, 31)  # the machine knows them as loads from memory

# A lowered instruction is STEP numbers in a row: what to do, a constant, which bits of X are added
# to it (all or none), and where a jump goes on: if its test fails, and if it holds.
OP, K, X_BITS, JF, JT = range(5)
STEP: Final = 5


class Opcode(NamedTuple):
    """What an opcode stands for; `with_x` says that its operand is, or is counted from, X."""

    op: int
    with_x: bool


ALU: Final = (ADD, SUB, MUL, DIV, OR, AND, LSH, RSH, NEG, MOD, XOR)  # in the order of their bits
JUMPS: Final = (JA, JEQ, JGT, JGE, JSET)
OPCODES: Final = {
    0x00: Opcode(LOAD, False),
    0x20: Opcode(LOAD_4, False),
    0x28: Opcode(LOAD_2, False),
    0x30: Opcode(LOAD_1, False),
    0x40: Opcode(LOAD_4, True),
    0x48: Opcode(LOAD_2, True),
    0x50: Opcode(LOAD_1, True),
    0x60: Opcode(LOAD_MEM, False),
    0x80: Opcode(LOAD_LEN, False),
    0x01: Opcode(LDX, False),
    0x61: Opcode(LDX_MEM, False),
    0x81: Opcode(LDX_LEN, False),
    0xB1: Opcode(LDX_MSH, False),
    0x02: Opcode(ST, False),
    0x03: Opcode(STX, False),
    0x06: Opcode(RET, False),
    0x16: Opcode(RET_A, False),
    0x07: Opcode(TAX, False),
    0x87: Opcode(LOAD, True),  # TXA
    **{0x04 | i << 4: Opcode(op, False) for i, op in enumerate(ALU)},
    **{0x0C | i << 4: Opcode(op, True) for i, op in enumerate(ALU) if op != NEG},
    **{0x05 | i << 4: Opcode(op, False) for i, op in enumerate(JUMPS)},
    **{0x0D | i << 4: Opcode(op, True) for i, op in enumerate(JUMPS) if op != JA},
}
FROM_X: Final = (LOAD_1, LOAD_2, LOAD_4)  # X and a constant: the others take X alone
MEMORY: Final = (LOAD_MEM, LDX_MEM, ST, STX)
LENGTHS: Final = {LOAD_LEN: LOAD_MEM, LDX_LEN: LDX_MEM}


def lower_program(program: Int64s) -> Int64s:
    """Check a program, and give it as `match` runs it.

    Memory words stand behind the instructions, and are set to 0 by the first of them; the last
    word is for the packet's length. So each thread that runs a program lowers one for itself.

    Parameters
    ----------
    program : int64 array, shape (n, 4)
        Opcode, jt, jf and k of each instruction, as `compile_filter` and `tcpdump -ddd` have them.

    Returns
    -------
    int64 array, shape (m,)
        For `match` only.

    Raises
    ------
    OptionError
        The program may end nowhere, or use memory words that do not exist, or divide by a constant
        zero, or has an opcode that is not known.

    Examples
    --------
    >>> lower_program(np.array([[6, 0, 0, 96]])).tolist()  # ret #96
    [27, 96, 0, 0, 0, 0]
    >>> lower_program(np.array([[21, 0, 9, 2048], [6, 0, 0, 0]]))
    Traceback (most recent call last):
    rxreplay.errors.OptionError: filter: instruction 0 (21 0 9 2048) jumps out of the program of 2
    """
    rows = [[int(number) for number in row] for row in program]
    if not rows or rows[-1][0] & 7 != 6:
        raise OptionError("filter: the program does not end with a return; compile it again")
    for at, row in enumerate(rows):
        if fault := _fault(at, row, len(rows)):
            text = " ".join(map(str, row))
            raise OptionError(f"filter: instruction {at} ({text}) {fault}")
    slots = max((k + 1 for code, _, _, k in rows if OPCODES[code].op in MEMORY), default=0)
    lowered = [_lowered(at, row, slots, len(rows)) for at, row in enumerate(rows)]
    memory = (slots + len(rows)) * STEP
    zeros = [[ST, memory + slot, 0, 0, 0] for slot in range(slots)]  # A is 0 at first
    words = [0] * (slots + 1)
    return np.array([number for row in zeros + lowered for number in row] + words, np.int64)


def _fault(at: int, row: list[int], length: int) -> str | None:
    """Say what makes an instruction unsound.  Source: libpcap, pcap_validate_filter()."""
    code, jt, jf, k = row
    if code not in OPCODES:
        return "has an opcode that is not known"
    if not (0 <= jt < 256 and 0 <= jf < 256 and 0 <= k < WORD):
        return "has numbers that do not fit"
    op, with_x = OPCODES[code]
    if not all(0 <= target < length for target in _targets(at, op, row)):
        return f"jumps out of the program of {length}"
    if op in MEMORY and k >= BPF_MEMWORDS:
        return f"uses a memory word of which there are {BPF_MEMWORDS}"
    if op in (DIV, MOD) and not with_x and k == 0:
        return "divides by zero"
    if op in (LSH, RSH) and not with_x and k > MAX_SHIFT:
        return f"shifts by more than {MAX_SHIFT} bits"
    return None


def _targets(at: int, op: int, row: list[int]) -> list[int]:
    """Give where a jump may go on: if its test fails, and if it holds."""
    _, jt, jf, k = row
    if op == JA:  # libpcap's loops over chains of headers jump back
        return [at + 1 + (k if k < WORD // 2 else k - WORD)] * 2
    return [at + 1 + jf, at + 1 + jt] if op in JUMPS else []


def _lowered(at: int, row: list[int], slots: int, length: int) -> list[int]:
    """Lower one of `length` instructions, which `slots` others come before."""
    op, with_x = OPCODES[row[0]]
    k = row[3]
    memory = (slots + length) * STEP
    targets = _targets(at, op, row) or [0, 0]
    if op in MEMORY:
        k += memory
    elif op in LENGTHS:
        op, k = LENGTHS[op], memory + slots
    elif op == JA:
        k = (targets[0] - at - 1) * STEP
    elif with_x and op not in FROM_X:
        k = 0
    return [op, k, WORD - 1 if with_x else 0, *((slots + target) * STEP for target in targets)]
