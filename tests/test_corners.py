"""The captures that benchmarks/corners.py reads are what they are called."""

import io
import zlib

import corners
import lz4.frame
import pytest
import zstandard
from rxreplay.traces import open_trace

SIZE = 20_000
FEWEST = {  # packets of a capture of that size; None: there is none
    "tiny_blocks": None,
    "sections": None,
    "interfaces": None,
    "link_types": None,
    "options_of_one_byte": None,
    "name_resolution": None,
    "gzip_empty_members": None,
    "skippable_frames": None,
    "comments": 1,
}


def made(monkeypatch, name):
    monkeypatch.setattr(corners, "MIB", 4096)
    monkeypatch.setattr(corners, "LARGEST_BLOCK", 200_000)
    return b"".join((corners.CAPTURES | corners.BOMBS)[name](SIZE))


@pytest.mark.parametrize("name", [*corners.CAPTURES, *corners.BOMBS])
def test_a_capture_is_sound_and_has_its_packets(monkeypatch, name):
    with open_trace(io.BytesIO(made(monkeypatch, name))) as trace:
        packets = sum(block.ts_ns.size for block in trace.blocks())
        assert {warning.code for warning in trace.warnings} <= {"cut", "link_type"}
    fewest = FEWEST.get(name, 100)
    assert packets == 0 if fewest is None else packets >= fewest


def test_a_bomb_is_small(monkeypatch):
    zeros = b"".join(corners.zeros(SIZE))
    for name, unpack in (
        ("gzip_bomb", lambda data: zlib.decompress(data, wbits=31)),
        ("zstd_bomb", lambda data: zstandard.ZstdDecompressor().decompressobj().decompress(data)),
        ("zstd_wide_bomb", lambda data: zstandard.ZstdDecompressor().stream_reader(data).read()),
        ("lz4_bomb", lz4.frame.decompress),
    ):
        data = made(monkeypatch, name)
        assert len(data) < 2000
        assert unpack(data)[:SIZE] == zeros[:SIZE]


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        ((1.5, 4.5), (4.0, 2000.0, 4.0)),
        ((0.6, 4.5), (4.0, 2000.0, None)),
        ((0.1, 0.2), (0.0, 0.0, None)),
    ],
)
def test_a_row_tells_growth_where_there_is_enough_to_tell(seconds, told):
    pair = [
        {"seconds": s, "bytes": n * 10**6, "RssAnon": 50}
        for s, n in zip(seconds, (1, 2), strict=True)
    ]
    row = corners.row("x", "info", 0.5, pair)
    assert (row["seconds"], row["ns a byte"], row["growth"]) == told
    assert row["RssAnon, MiB"] == "50 and 50"
