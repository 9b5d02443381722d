"""The machine that runs lowered BPF programs over packets.  Source: libpcap, bpf_filter.c."""

import numpy as np
from rxreplay._jit import kernel

from .bpf import (
    ADD,
    AND,
    DIV,
    JA,
    JEQ,
    JF,
    JGE,
    JGT,
    JSET,
    JT,
    LDX,
    LDX_MEM,
    LDX_MSH,
    LOAD,
    LOAD_1,
    LOAD_2,
    LOAD_4,
    LOAD_MEM,
    LSH,
    MOD,
    MUL,
    NEG,
    OP,
    OR,
    RET_A,
    ST,
    STEP,
    STX,
    SUB,
    TAX,
    X_BITS,
    XOR,
    K,
)
from .load import ONE, u32
from .packets import Bytes, Int64s, Mask, Word

U32 = 0xFFFFFFFF
REJECT = np.int64(0)


@kernel
def holds(op: Word, a: Word, operand: Word) -> bool:
    """Say whether the test of a jump holds."""
    if op == JEQ:
        return bool(a == operand)
    if op == JGT:
        return bool(a > operand)
    if op == JGE:
        return bool(a >= operand)
    return bool(a & operand)


@kernel
def times(a: Word, b: Word) -> Word:
    """Multiply modulo 2**32; no part of it leaves 63 bits."""
    return ((a & 0xFFFF) * b + ((((a >> 16) * b) & 0xFFFF) << 16)) & U32


@kernel
def alu(op: Word, a: Word, operand: Word) -> Word:
    """Reckon with unsigned numbers of 32 bits; a divisor is not 0."""
    if op == AND:
        return a & operand
    if op == ADD:
        return (a + operand) & U32
    if op == SUB:
        return (a - operand) & U32
    if op == MUL:
        return times(a, operand)
    if op == OR:
        return a | operand
    if op == XOR:
        return a ^ operand
    if op == NEG:
        return -a & U32
    if op == DIV:
        return a // operand
    if op == MOD:
        return a % operand
    if operand > 31:
        return np.int64(0)
    return (a << operand) & U32 if op == LSH else a >> operand


@kernel
def load(data: Bytes, at: Word, op: Word) -> np.int64:
    """Read the 1, 2 or 4 bytes of a load."""
    i = np.uint64(at)
    if op == LOAD_1:
        return np.int64(data[i])
    if op == LOAD_2:
        return (np.int64(data[i]) << 8) | np.int64(data[i + ONE])
    return u32(data, at, 1)


@kernel
def run_program(data: Bytes, at: Word, cap_len: Word, wire_len: Word, program: Int64s) -> Word:
    """Give what the program returns for the packet at byte `at`; 0 rejects it.

    A load from beyond the captured bytes rejects, and so does a division by zero.
    """
    a: Word = np.int64(0)
    x: Word = np.int64(0)
    pc = turns = np.int64(0)
    program[np.uint64(program.size - 1)] = wire_len
    while True:
        op, k = program[np.uint64(pc + OP)], program[np.uint64(pc + K)]
        operand = k + (x & program[np.uint64(pc + X_BITS)])
        if op <= LOAD_4:
            if operand + (1 << op) > cap_len:
                return REJECT
            a = load(data, at + operand, op)
        elif op <= JSET:
            pc = program[np.uint64(pc + (JT if holds(op, a, operand) else JF))]
            continue
        elif op <= DIV:
            if op >= MOD and operand == 0:
                return REJECT
            a = alu(op, a, operand)
        elif op == LDX_MSH:
            if k >= cap_len:
                return REJECT
            x = (load(data, at + k, LOAD_1) & 15) << 2
        elif op == JA:
            turns += k < 0
            if turns > cap_len:  # each turn of libpcap's loops passes a header
                return REJECT
            pc += k
        elif op == LOAD:
            a = operand
        elif op == TAX:
            x = a
        elif op == LDX:
            x = k
        elif op == LOAD_MEM:
            a = program[np.uint64(k)]
        elif op == LDX_MEM:
            x = program[np.uint64(k)]
        elif op == ST:
            program[np.uint64(k)] = a
        elif op == STX:
            program[np.uint64(k)] = x
        else:
            return a if op == RET_A else k
        pc += STEP


@kernel
def match(
    data: Bytes, at: Int64s, cap_len: Int64s, wire_len: Int64s, program: Int64s, mask: Mask
) -> None:
    """Say of each packet whether the program takes it.

    Packet `i` has its captured bytes at `data[at[i] : at[i] + cap_len[i]]`; the program is what
    `lower_program` gives, and no other thread may run the same array.
    """
    for i in range(at.size):
        mask[i] = run_program(data, at[i], cap_len[i], wire_len[i], program) != REJECT
