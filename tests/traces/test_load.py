"""The code of the loads is written by hand; the slow ones in plain Python say what they give."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from llvmlite import ir
from numba.core import types
from rxreplay._jit import kernel
from rxreplay.traces import load

BYTES = st.binary(min_size=12, max_size=12)


def words(data, at):
    return load.load32(data, at), load.load64(data, at)


compiled_words = kernel(words)


@given(BYTES, st.integers(0, 4))
def test_words_are_read_from_any_byte(data, at):
    array = np.frombuffer(data, np.uint8)
    expected = (
        int.from_bytes(data[at : at + 4], "little"),
        int.from_bytes(data[at : at + 8], "little", signed=True),
    )
    assert words(array, at) == expected
    assert compiled_words(array, at) == expected


@given(BYTES, st.integers(0, 6))
def test_numbers_are_read_in_either_byte_order(data, at):
    array = np.frombuffer(data, np.uint8)
    assert load.u32(array, at, 0) == int.from_bytes(data[at : at + 4], "little")
    assert load.u32(array, at, 1) == int.from_bytes(data[at : at + 4], "big")
    assert load.u48(array, at) == int.from_bytes(data[at : at + 6], "big")


@pytest.mark.parametrize("size", [32, 64])
def test_where_bounds_are_checked_each_byte_is_looked_up(monkeypatch, size):
    plain, choose = getattr(load, f"load{size}"), getattr(load, f"compiled_load{size}")
    monkeypatch.setattr(load.config, "BOUNDSCHECK", 1)
    assert choose(None, None) is plain
    monkeypatch.setattr(load.config, "BOUNDSCHECK", None)
    assert choose(None, None) is not plain


class Context:
    """What numba hands over, as far as the code asks: an array that is its data."""

    def make_array(self, _type):
        return lambda _context, _builder, data: SimpleNamespace(data=data)


@pytest.mark.parametrize("size", [32, 64])
def test_the_code_is_one_unaligned_load(size):
    array = types.Array(types.uint8, 1, "C", readonly=True)
    signature, emit = getattr(load, f"typed_load{size}")(None, array, types.int64)
    assert signature == types.int64(array, types.int64)
    word = ir.IntType(64)
    module = ir.Module()
    function = ir.Function(module, ir.FunctionType(word, [ir.IntType(8).as_pointer(), word]), "f")
    builder = ir.IRBuilder(function.append_basic_block())
    builder.ret(emit(Context(), builder, signature, function.args))
    assert str(module).count(f"load i{size}") == 1
    assert "align 1" in str(module)
