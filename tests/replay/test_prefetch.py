"""The code of the prefetch is written by hand, so it is read here as text."""

from llvmlite import ir
from numba.core import types
from rxreplay import _prefetch


def test_the_hint_is_one_call_of_llvm_prefetch():
    module = ir.Module()
    function = ir.Function(module, ir.FunctionType(ir.VoidType(), [ir.IntType(64)]), "hint")
    builder = ir.IRBuilder(function.append_basic_block())
    nothing = _prefetch.emit_prefetch(None, builder, None, function.args)
    builder.ret_void()
    assert str(module).count('call void @"llvm.prefetch') == 1
    assert "i32 0, i32 3, i32 1" in str(module)
    assert nothing.type == ir.IntType(8).as_pointer()


def test_its_signature_takes_an_address_and_gives_nothing():
    signature, code = _prefetch.typed_prefetch(None, types.int64)
    assert (signature, code) == (types.void(types.int64), _prefetch.emit_prefetch)
    assert callable(_prefetch.compiled_prefetch(types.int64))
    _prefetch.prefetch(0)
