from contextlib import suppress

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from oracles import bpf_machine
from rxreplay.errors import OptionError
from rxreplay.traces.bpf import lower_program
from rxreplay.traces.run_bpf import match

LD_W, LD_H, LD_B, LD_IND_W, LD_IND_H, LD_IND_B = 0x20, 0x28, 0x30, 0x40, 0x48, 0x50
LD_IMM, LD_MEM, LD_LEN, LDX_IMM, LDX_MEM, LDX_LEN, LDX_MSH = 0, 0x60, 0x80, 1, 0x61, 0x81, 0xB1
ST, STX, TAX, TXA, RET, RET_A, NEG = 0x02, 0x03, 0x07, 0x87, 0x06, 0x16, 0x84
ADD, SUB, MUL, DIV, OR, AND, LSH, RSH, MOD, XOR = (0x04 | op << 4 for op in (*range(8), 9, 10))
JA, JEQ, JGT, JGE, JSET = (0x05 | op << 4 for op in range(5))
WITH_X = 0x08
ABSOLUTE, INDIRECT = [LD_W, LD_H, LD_B, LDX_MSH], [LD_IND_W, LD_IND_H, LD_IND_B]
PLAIN = [LD_LEN, LDX_LEN, TAX, TXA, NEG, LD_IMM, LDX_IMM]
MEMORY = [LD_MEM, LDX_MEM, ST, STX]
BINARY = [ADD, SUB, MUL, DIV, OR, AND, LSH, RSH, MOD, XOR]
TESTS = [JEQ, JGT, JGE, JSET]
LARGEST = 2**32 - 1

WORDS = st.sampled_from(
    [0, 1, 2, 3, 4, 31, 32, 0x7FFF, 0xFFFF, 0x10000, 2**31 - 1, 2**31, LARGEST - 3, LARGEST]
) | st.integers(0, LARGEST)
OFFSETS = st.integers(0, 24) | st.sampled_from([2**31, LARGEST - 4, LARGEST - 1, LARGEST])
PACKETS = st.binary(max_size=24) | st.sampled_from([b"\xff" * 20, b"\x45" + bytes(19)])


def instructions(after):
    """Draw an instruction that `after` others follow."""
    numbers = st.integers(0, after - 1)
    row = st.tuples
    none = st.just(0)
    return st.one_of(
        row(st.sampled_from(ABSOLUTE + INDIRECT), none, none, OFFSETS),
        row(st.sampled_from(PLAIN), none, none, WORDS),
        row(st.sampled_from(MEMORY), none, none, st.sampled_from([0, 1, 15])),
        row(st.sampled_from([op | WITH_X for op in BINARY]), none, none, WORDS),
        row(st.sampled_from([ADD, SUB, MUL, OR, AND, XOR]), none, none, WORDS),
        row(st.sampled_from([DIV, MOD]), none, none, WORDS.filter(bool)),
        row(st.sampled_from([LSH, RSH]), none, none, st.integers(0, 31)),
        row(st.sampled_from(TESTS + [op | WITH_X for op in TESTS]), numbers, numbers, WORDS),
        row(st.just(JA), none, none, numbers | st.sampled_from([LARGEST, LARGEST - 1])),
        row(st.sampled_from([RET, RET_A]), none, none, WORDS),
    )


@st.composite
def programs(draw):
    length = draw(st.integers(0, 14))
    rows = [draw(instructions(length - at)) for at in range(length)]
    return [*rows, draw(st.tuples(st.sampled_from([RET, RET_A]), st.just(0), st.just(0), WORDS))]


def back_too_far(rows):
    return any(
        code == JA and k > 2**31 and at + 1 + k - 2**32 < 0
        for at, (code, _, _, k) in enumerate(rows)
    )


def matched(rows, packets, wire_len, gap=b""):
    """Run a program over packets that lie `gap` apart; give what it says of each."""
    data = np.frombuffer(gap + b"".join(packet + gap for packet in packets), np.uint8)
    cap_len = np.array([len(packet) for packet in packets], np.int64)
    at = np.cumsum(cap_len + len(gap)) - cap_len
    mask = np.zeros(len(packets), np.bool_)
    lengths = np.full(len(packets), wire_len, np.int64)
    match(data, at, cap_len, lengths, lower_program(np.array(rows, np.int64)), mask)
    return mask.tolist()


@given(programs(), st.lists(PACKETS, min_size=1, max_size=5), WORDS, st.binary(max_size=5))
def test_programs_say_what_the_model_says(rows, packets, wire_len, gap):
    assume(not back_too_far(rows))
    expected = [bpf_machine.run(rows, packet, wire_len) != 0 for packet in packets]
    assert matched(rows, packets, wire_len, gap) == expected


def returned(rows, packet=b"", wire_len=0):
    """Give the number that a program ends with, by asking the machine about each bit."""
    bits = [
        matched([*rows, (AND, 0, 0, 1 << bit), (RET_A, 0, 0, 0)], [packet], wire_len)[0]
        for bit in range(32)
    ]
    return sum(1 << bit for bit, is_set in enumerate(bits) if is_set)


@given(st.sampled_from(BINARY), WORDS, WORDS, st.booleans())
def test_numbers_are_unsigned_and_of_32_bits(op, a, b, with_x):
    assume(with_x or not (op in (DIV, MOD) and b == 0))
    assume(with_x or not (op in (LSH, RSH) and b > 31))
    step = (op | WITH_X, 0, 0, 7) if with_x else (op, 0, 0, b)
    rows = [(LD_IMM, 0, 0, a), (LDX_IMM, 0, 0, b), step]
    assert returned(rows) == bpf_machine.run([*rows, (RET_A, 0, 0, 0)], b"", 0)


@pytest.mark.all_variants
@pytest.mark.parametrize("op", BINARY)
@pytest.mark.parametrize(("a", "b"), [(LARGEST, LARGEST), (2**31, 31), (0x10001, 32), (7, 0)])
def test_numbers_at_the_edges_are_reckoned_as_in_the_model(op, a, b):
    rows = [(LD_IMM, 0, 0, a), (LDX_IMM, 0, 0, b), (op | WITH_X, 0, 0, 0)]
    expected = bpf_machine.run([*rows, (RET_A, 0, 0, 0)], b"", 0)
    assert matched([*rows, (JEQ, 0, 1, expected), (RET, 0, 0, 1), (RET, 0, 0, 0)], [b""], 0) == [
        op not in (DIV, MOD) or b != 0
    ]


@pytest.mark.parametrize(
    ("op", "held"),
    [
        (JEQ, [False, True, False]),
        (JGT, [False, False, True]),
        (JGE, [False, True, True]),
        (JSET, [False, True, True]),
    ],
)
def test_a_test_holds_on_its_side_of_a_number_above_2_to_the_31(op, held):
    packets = [number.to_bytes(4, "big") for number in (2**31 - 1, 2**31, 2**31 + 1)]
    rows = [(LD_W, 0, 0, 0), (op, 0, 1, 2**31), (RET, 0, 0, 1), (RET, 0, 0, 0)]
    assert matched(rows, packets, 4) == held


@given(st.sampled_from(TESTS), WORDS, WORDS, st.booleans())
def test_comparisons_are_unsigned(op, a, b, with_x):
    jump = (op | WITH_X, 0, 1, 7) if with_x else (op, 0, 1, b)
    rows = [(LD_IMM, 0, 0, a), (LDX_IMM, 0, 0, b), jump, (RET, 0, 0, 1), (RET, 0, 0, 0)]
    assert matched(rows, [b""], 0) == [bpf_machine.run(rows, b"", 0) != 0]


@pytest.mark.parametrize(
    ("code", "size"),
    [(LD_W, 4), (LD_H, 2), (LD_B, 1), (LDX_MSH, 1), *zip(INDIRECT, (4, 2, 1), strict=True)],
)
@pytest.mark.parametrize("offset", [0, 5])
def test_a_load_may_reach_the_last_captured_byte_and_no_further(code, size, offset):
    rows = [
        (LDX_IMM, 0, 0, offset),
        (code, 0, 0, 0 if code in INDIRECT else offset),
        (RET, 0, 0, 1),
    ]
    enough = bytes(offset + size)
    assert matched(rows, [enough, enough[1:]], 1500, gap=bytes(8)) == [True, False]


@pytest.mark.parametrize("code", INDIRECT)
def test_an_offset_from_x_does_not_wrap(code):
    rows = [(LDX_IMM, 0, 0, LARGEST), (code, 0, 0, 1), (RET, 0, 0, 1)]
    assert matched(rows, [bytes(20)], 20) == [False]


@pytest.mark.parametrize(("number", "negated"), [(0, 0), (1, LARGEST), (LARGEST, 1)])
def test_the_negative_of_a_number_has_32_bits(number, negated):
    rows = [(LD_IMM, 0, 0, number), (NEG, 0, 0, 0), (JEQ, 0, 1, negated)]
    assert matched([*rows, (RET, 0, 0, 1), (RET, 0, 0, 0)], [b""], 0) == [True]


def test_memory_is_zero_for_each_packet():
    rows = [(LD_MEM, 0, 0, 3), (ADD, 0, 0, 1), (ST, 0, 0, 3), (JEQ, 0, 1, 1), (RET, 0, 0, 1)]
    assert matched([*rows, (RET, 0, 0, 0)], [b""] * 3, 0) == [True] * 3


def test_lengths_are_those_of_the_wire():
    assert returned([(LD_LEN, 0, 0, 0)], bytes(3), 9014) == 9014
    assert returned([(LDX_LEN, 0, 0, 0), (TXA, 0, 0, 0)], bytes(3), 9014) == 9014


def test_a_jump_forward_is_no_turn():
    assert matched([(JA, 0, 0, 1), (RET, 0, 0, 0), (RET, 0, 0, 1)], [b""], 0) == [True]


def test_a_program_that_turns_for_ever_rejects():
    assert matched([(JA, 0, 0, LARGEST), (RET, 0, 0, 1)], [b"", bytes(60)], 60) == [False, False]


@pytest.mark.parametrize("wanted", [True, False])
def test_a_loop_may_turn_once_for_each_byte(wanted):
    """Counts the bytes of the packet down; libpcap's loops take at least eight bytes a turn."""
    bytes_kept = 9
    count = bytes_kept if wanted else bytes_kept + 1
    back = 2**32 - 3
    rows = [(LD_IMM, 0, 0, count), (JEQ, 2, 0, 0), (SUB, 0, 0, 1), (JA, 0, 0, back), (RET, 0, 0, 1)]
    assert matched(rows, [bytes(bytes_kept)], 60) == [wanted]


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ([], "does not end with a return"),
        ([(LD_LEN, 0, 0, 0)], "does not end with a return"),
        ([(0x0E, 0, 0, 0)], "instruction 0 (14 0 0 0) has an opcode that is not known"),
        ([(0x99, 0, 0, 0), (RET, 0, 0, 0)], "has an opcode that is not known"),
        ([(LD_IMM, 0, 0, 2**32), (RET, 0, 0, 0)], "has numbers that do not fit"),
        ([(LD_IMM, 0, 0, -1), (RET, 0, 0, 0)], "has numbers that do not fit"),
        ([(JEQ, 256, 0, 0), (RET, 0, 0, 0)], "has numbers that do not fit"),
        ([(JEQ, 0, -1, 0), (RET, 0, 0, 0)], "has numbers that do not fit"),
        ([(JEQ, 1, 0, 0), (RET, 0, 0, 0)], "jumps out of the program of 2"),
        ([(JEQ, 0, 1, 0), (RET, 0, 0, 0)], "jumps out of the program of 2"),
        ([(JA, 0, 0, 1), (RET, 0, 0, 0)], "jumps out of the program of 2"),
        ([(JA, 0, 0, LARGEST - 1), (RET, 0, 0, 0)], "jumps out of the program of 2"),
        ([(ST, 0, 0, 16), (RET, 0, 0, 0)], "uses a memory word of which there are 16"),
        ([(LDX_MEM, 0, 0, 16), (RET, 0, 0, 0)], "uses a memory word of which there are 16"),
        ([(DIV, 0, 0, 0), (RET, 0, 0, 0)], "divides by zero"),
        ([(MOD, 0, 0, 0), (RET, 0, 0, 0)], "divides by zero"),
        ([(LSH, 0, 0, 32), (RET, 0, 0, 0)], "shifts by more than 31 bits"),
        ([(RSH, 0, 0, 32), (RET, 0, 0, 0)], "shifts by more than 31 bits"),
    ],
)
def test_an_unsound_program_is_refused(rows, fault):
    with pytest.raises(OptionError, match="filter: ") as refused:
        lower_program(np.array(rows, np.int64).reshape(-1, 4))
    assert fault in str(refused.value)


@pytest.mark.parametrize(
    "row",
    [
        (JEQ, 0, 0, LARGEST),
        (JA, 0, 0, 0),
        (JA, 0, 0, LARGEST),
        (ST, 0, 0, 15),
        (STX, 0, 0, 0),
        (DIV, 0, 0, 1),
        (DIV | WITH_X, 0, 0, 0),
        (LSH, 0, 0, 31),
        (RSH | WITH_X, 0, 0, 32),
    ],
)
def test_what_stands_on_the_other_side_of_a_fault_is_sound(row):
    lower_program(np.array([row, (RET, 0, 0, 0)], np.int64))


NUMBERS = st.sampled_from([0, 1, 2, 3, 255, 256, -1, 2**31, LARGEST, 2**32]) | st.integers(0, 255)


@given(st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS, NUMBERS), max_size=6), PACKETS)
def test_any_numbers_are_refused_or_run_to_an_end(rows, packet):
    with suppress(OptionError):
        matched([*rows, (RET, 0, 0, 1)], [packet], len(packet), gap=bytes(8))
