"""What a file is, told from its first bytes and never from its name."""

import re
from typing import Final

COMPRESSIONS: Final = {
    b"\x1f\x8b": "gz",
    b"\x28\xb5\x2f\xfd": "zst",
    b"\x04\x22\x4d\x18": "lz4",
}
SKIPPABLE: Final = re.compile(rb"[\x50-\x5f]\x2a\x4d\x18", re.DOTALL)  # a frame of zstd or lz4

CAPTURES: Final = {
    b"\xd4\xc3\xb2\xa1": "pcap",
    b"\xa1\xb2\xc3\xd4": "pcap",
    b"\x4d\x3c\xb2\xa1": "pcap",
    b"\xa1\xb2\x3c\x4d": "pcap",
    b"\x34\xcd\xb2\xa1": "pcap-modified",
    b"\xa1\xb2\xcd\x34": "pcap-modified",
    b"\x0a\x0d\x0d\x0a": "pcapng",
    b"snoop\0\0\0": "snoop",
}

CONVERT: Final = "convert it with editcap -F pcap first"
DECOMPRESS: Final = "decompress it first"
FETCH: Final = "fetch the capture itself with git lfs pull"

OTHERS: Final = {
    b"GMBU": ("a Microsoft Network Monitor capture", CONVERT),
    b"RTSS": ("a Network Monitor 1 capture", CONVERT),
    b"XCP\0": ("a NetXRay capture", CONVERT),
    b"TRSNIFF data": ("a Sniffer capture", CONVERT),
    b"\x1c\x00\x01\xac": ("an Ixia capture", CONVERT),
    b"\xac\x01\x00\x1c": ("an Ixia capture", CONVERT),
    b"\x02\x21\x4c\x18": ("lz4-compressed data of the old format", DECOMPRESS),
    b"\xfd7zXZ\0": ("xz-compressed data", DECOMPRESS),
    b"BZh": ("bzip2-compressed data", DECOMPRESS),
    b"PK\x03\x04": ("a zip archive", DECOMPRESS),
    b"version https://git-lfs": ("a git-lfs pointer", FETCH),
}

HEAD: Final = 64  # bytes that are enough for every test here


def compression_of(head: bytes) -> str | None:
    """Name the compression, `gz`, `zst` or `lz4`; None for everything else.

    Skippable frames say nothing: what follows decides, and `zst` where that is further away.

    Examples
    --------
    >>> compression_of(bytes.fromhex("1f8b0800")), compression_of(b"text")
    ('gz', None)
    >>> compression_of(bytes.fromhex("502a4d18 01000000 ff 04224d18"))
    'lz4'
    """
    if SKIPPABLE.match(head):
        return compression_of(head[8 + int.from_bytes(head[4:8], "little") :]) or "zst"
    return next((name for magic, name in COMPRESSIONS.items() if head.startswith(magic)), None)


def capture_of(head: bytes) -> str | None:
    """Name the capture format; None for what is none that is read here.

    Examples
    --------
    >>> capture_of(bytes.fromhex("0a0d0d0a"))
    'pcapng'
    """
    return next((name for magic, name in CAPTURES.items() if head.startswith(magic)), None)


def stranger(head: bytes) -> str:
    """Say what bytes that are no capture look like, and what to do.

    Examples
    --------
    >>> stranger(b"")
    'it is empty; give a pcap or pcapng file'
    """
    if not head:
        return "it is empty; give a pcap or pcapng file"
    for magic, (what, advice) in OTHERS.items():
        if head.startswith(magic):
            return f"it is {what}, which is not read here; {advice}"
    if compression_of(head):
        return "it is compressed twice; decompress it once first"
    if all(32 <= byte < 127 or byte in b"\t\r\n" for byte in head):
        return f"it is text ({head[:24].decode('ascii')!r}...); give a pcap or pcapng file"
    return (
        f"it starts with {head[:4].hex(' ')}, which no pcap, pcapng or snoop capture does; "
        "give one of these"
    )
