"""Numbers out of bytes, each with one load: numba would load byte by byte."""

from typing import Any

import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]
from numba.core import config as numba_config
from numba.core import types
from numba.extending import intrinsic, overload
from rxreplay._jit import kernel

from .packets import Bytes, Word

Opaque = Any  # numba and llvmlite have no types for these

ONE = np.uint64(1)  # unsigned, so that numba does not test for an index from the end

config: Opaque = numba_config  # its names are made at run time


def load32(data: Bytes, at: Word) -> np.int64:
    """Read 32 bits at byte `at`, little-endian; in plain Python, and where bounds are checked."""
    low = np.int64(data[at]) | np.int64(data[at + 1]) << 8
    return low | np.int64(data[at + 2]) << 16 | np.int64(data[at + 3]) << 24


def load64(data: Bytes, at: Word) -> np.int64:
    """Read 64 bits at byte `at`, little-endian."""
    return load32(data, at) | load32(data, at + 4) << 32


def emit_load(bits: int) -> Opaque:
    """Give what writes an unaligned load of so many bits out of an array."""

    def emit(context: Opaque, builder: Opaque, signature: Opaque, arguments: Opaque) -> Opaque:
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        place = builder.gep(array.data, [arguments[1]])
        pointer = builder.bitcast(place, ir.IntType(bits).as_pointer())
        return builder.zext(builder.load(pointer, align=1), ir.IntType(64))

    return emit


def typed_load32(_typing_context: Opaque, data: Opaque, at: Opaque) -> Opaque:  # noqa: ARG001
    """Give signature and code of `load32`."""
    return types.int64(data, types.int64), emit_load(32)


def typed_load64(_typing_context: Opaque, data: Opaque, at: Opaque) -> Opaque:  # noqa: ARG001
    """Give signature and code of `load64`."""
    return types.int64(data, types.int64), emit_load(64)


_load32: Opaque = intrinsic(typed_load32)
_load64: Opaque = intrinsic(typed_load64)


@overload(load32, strict=False)  # not strict: annotations may differ
def compiled_load32(data: Opaque, at: Opaque) -> Opaque:  # noqa: ARG001
    """Give what a kernel calls in place of `load32`."""
    return load32 if config.BOUNDSCHECK else lambda data, at: _load32(data, at)


@overload(load64, strict=False)
def compiled_load64(data: Opaque, at: Opaque) -> Opaque:  # noqa: ARG001
    """Give what a kernel calls in place of `load64`."""
    return load64 if config.BOUNDSCHECK else lambda data, at: _load64(data, at)


@kernel
def swap32(word: np.int64) -> np.int64:
    """Turn the four bytes of a word round; LLVM knows this as one instruction."""
    outer = (word & 0xFF) << 24 | word >> 24
    return outer | (word & 0xFF00) << 8 | (word >> 8) & 0xFF00


@kernel
def u32(data: Bytes, at: Word, swapped: Word) -> np.int64:
    """Read 32 bits at byte `at`; `swapped` says big-endian."""
    word = load32(data, at)
    return swap32(word) if swapped else word


@kernel
def u48(data: Bytes, at: Word) -> np.int64:
    """Read an Ethernet address at byte `at`."""
    return (u32(data, at, 1) << 16) | (u32(data, at + 2, 1) & 0xFFFF)
