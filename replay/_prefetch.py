"""The hint to the processor that a cache line will be needed, for kernels."""

from typing import Any, Final, SupportsInt

from llvmlite import ir  # type: ignore[import-untyped]
from numba.core import types
from numba.extending import intrinsic, overload

LINE: Final = 64  # bytes

Opaque = Any  # numba and llvmlite have no types for these

READ, CLOSE_BY, DATA = 0, 3, 1  # arguments of llvm.prefetch


def prefetch(address: SupportsInt) -> None:
    """Ask for the cache line at a machine address; in plain Python, nothing happens."""


def emit_prefetch(_context: Opaque, builder: Opaque, _types: Opaque, arguments: Opaque) -> Opaque:
    """Write the call of llvm.prefetch; give the None of numba."""
    pointer, flag = ir.IntType(8).as_pointer(), ir.IntType(32)
    signature = ir.FunctionType(ir.VoidType(), [pointer, flag, flag, flag])
    function = builder.module.declare_intrinsic("llvm.prefetch", [pointer], signature)
    address = builder.inttoptr(arguments[0], pointer)
    builder.call(function, [address, flag(READ), flag(CLOSE_BY), flag(DATA)])
    return ir.Constant(pointer, None)


def typed_prefetch(_typing_context: Opaque, address: Opaque) -> Opaque:
    """Give signature and code for any integer address."""
    return types.void(address), emit_prefetch


_compiled: Opaque = intrinsic(typed_prefetch)


@overload(prefetch, strict=False)  # not strict: annotations may differ
def compiled_prefetch(address: Opaque) -> Opaque:  # noqa: ARG001
    """Give what a kernel calls in place of `prefetch`."""
    return lambda address: _compiled(address)
