"""What a compressed stream gives before it ends or breaks: byte by byte, with other libraries."""

import zlib

import lz4.frame
import zstandard

SKIPPABLE = [bytes([0x50 + n, 0x2A, 0x4D, 0x18]) for n in range(16)]
FRAMES = {
    b"\x28\xb5\x2f\xfd": (zstandard.ZstdDecompressor().decompressobj, {}, zstandard.ZstdError),
    b"\x04\x22\x4d\x18": (lz4.frame.LZ4FrameDecompressor, {"max_length": 2**22}, RuntimeError),
}


def gunzip(data):
    """Give the bytes, and how the stream ended: whole, cut or damaged."""
    given, member, members = b"", None, 0
    for value in data:
        if member is None:
            if members and value == 0:
                continue
            member, members = zlib.decompressobj(wbits=31), members + 1
        try:
            given += member.decompress(bytes([value]))
        except zlib.error:
            return given, "damaged"
        if member.eof:
            member = None
    return given, "cut" if member else "whole"


def unframe(data):
    """Give the same for frames of zstd and lz4."""
    given = b""
    while data:
        magic = data[:4]
        if magic in FRAMES:
            part, size, end = one_frame(data, *FRAMES[magic])
            given += part
        else:
            size, end = no_frame(data)
        if end != "whole":
            return given, end
        data = data[size:]
    return given, "whole"


def no_frame(data):
    if data[:4] in SKIPPABLE:
        size = 8 + int.from_bytes(data[4:8], "little")
        return size, "whole" if 8 <= size <= len(data) else "cut"
    part_of_a_magic = any(magic.startswith(data) for magic in [*FRAMES, *SKIPPABLE])
    return 0, "cut" if part_of_a_magic else "damaged"


def one_frame(data, new, room, error):
    frame, given = new(), b""
    for at, value in enumerate(data):
        try:
            given += frame.decompress(bytes([value]), **room)
        except error:
            return given, at, "damaged"
        if frame.eof:
            return given, at + 1, "whole"
    return given, len(data), "cut"
