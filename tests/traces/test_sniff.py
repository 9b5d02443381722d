import gzip
import io

import pytest
from rxreplay.errors import TraceError
from rxreplay.traces import open_trace


@pytest.mark.parametrize(
    ("head", "text"),
    [
        (b"", "it is empty; give a pcap or pcapng file"),
        (
            b"GMBU\0\0",
            "a Microsoft Network Monitor capture, which is not read here; convert it",
        ),
        (b"\x02\x21\x4c\x18rest", "lz4-compressed data of the old format, which is not read"),
        (b"\xfd7zXZ\0", "xz-compressed"),
        (b"BZh9", "bzip2-compressed"),
        (b"PK\x03\x04", "a zip archive"),
        (b"version https://git-lfs.github.com/spec/v1\n", "git-lfs pointer.* git lfs pull"),
        (b"time,length\n1,60\n", r"it is text \('time,length"),
        (b"\0\1\2\3\4", "it starts with 00 01 02 03, which no pcap, pcapng or snoop capture does"),
        (b"snoop\0\0\1", "it starts with 73 6e 6f 6f"),
        (gzip.compress(gzip.compress(b"abc", mtime=0), mtime=0), "compressed twice"),
        (gzip.compress(b"", mtime=0), "it is empty"),
        (gzip.compress(b"words and words", mtime=0), "it is text"),
    ],
)
def test_what_is_no_capture_is_named(head, text):
    with pytest.raises(TraceError, match=f"<stream>: not a capture: .*{text}"):
        open_trace(io.BytesIO(head))


def test_damage_in_the_first_bytes_of_a_compressed_stream():
    data = bytearray(gzip.compress(b"words and words", mtime=0))
    data[2] = 0xFF
    with pytest.raises(TraceError, match="before the first packet: the gzip stream is damaged"):
        open_trace(io.BytesIO(bytes(data)))
