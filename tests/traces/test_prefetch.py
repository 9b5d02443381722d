"""The code of the prefetch is written by hand, so it is read here as text."""

import pytest
from llvmlite import ir
from numba.core import types
from rxreplay.traces import prefetch


def test_the_hint_is_one_call_of_llvm_prefetch():
    module = ir.Module()
    function = ir.Function(module, ir.FunctionType(ir.VoidType(), [ir.IntType(64)]), "hint")
    builder = ir.IRBuilder(function.append_basic_block())
    nothing = prefetch.emit_prefetch(None, builder, None, function.args)
    builder.ret_void()
    assert str(module).count('call void @"llvm.prefetch') == 1
    assert "i32 0, i32 3, i32 1" in str(module)
    assert nothing.type == ir.IntType(8).as_pointer()


def test_its_signature_takes_an_address_and_gives_nothing():
    signature, code = prefetch.typed_prefetch(None, types.int64)
    assert (signature, code) == (types.void(types.int64), prefetch.emit_prefetch)
    assert callable(prefetch.compiled_prefetch(types.int64))
    prefetch.prefetch(0)


@pytest.mark.parametrize(
    ("lengths", "reach"),
    [
        ([80] * 5, 0),  # alike
        ([1530] * 5, 0),
        ([80, 1530], prefetch.REACH),
        ([1530, 80], prefetch.REACH),
        ([prefetch.REACH - 2, prefetch.REACH + 1], prefetch.REACH),  # the mean is just short
        ([prefetch.REACH - 1, prefetch.REACH + 1], 0),
        ([80, 65_536], 0),
        ([], 0),
    ],
)
def test_every_line_is_asked_for_where_records_are_short_and_mixed(lengths, reach):
    last = lengths[-1] if lengths else 16
    assert prefetch.reach_after(sum(lengths), len(lengths), last) == reach


@pytest.mark.parametrize(
    ("asked", "reach", "then"),
    [
        (0, 0, 0),
        (0, 128, 180 + 128),  # what lies in the record itself is left out
        (300, 128, 364),
        (308, 128, 308),
    ],
)
def test_what_is_asked_for_is_asked_once(asked, reach, then):
    assert prefetch.ask_ahead(0, 100, 80, asked, reach) == then
