"""What capinfos reads and refuses of snoop captures; needs it (`make test-peers`)."""

import io
import subprocess

import pytest
from oracles import capture_writer as w
from oracles import pcap_reader
from rxreplay.errors import TraceError
from rxreplay.traces import open_trace

# What there is no link type for, of capinfos' kinds; Shomiti's radio header it reads out of frames.
OURS_ALONE_REFUSE = [(26, False)]
DATALINKS = [*range(18), *range(19, 28), *range(2**31, 2**31 + 9)]
ATM = 18  # capinfos takes 4 bytes off each frame
MOST = 262_144


def capinfos(data, path):
    """Give packets and bytes on the wire; None where it refuses, or stops at a damaged record."""
    path.write_bytes(data)
    command = ["capinfos", "-T", "-r", "-M", "-c", "-d", path]
    out = subprocess.run(command, check=False, capture_output=True, text=True).stdout
    return [int(cell) for cell in out.split("\t")[1:]] or None


@pytest.mark.parametrize("shomiti", [False, True])
def test_datalink_types_are_those_that_capinfos_knows(shomiti, tmp_path):
    for datalink in DATALINKS:
        data = w.snoop_header(datalink=datalink)
        data += w.snoop_record(w.frame(60), padding=16 * shomiti)
        try:
            open_trace(io.BytesIO(data)).close()
        except TraceError:
            known = (datalink, shomiti) in OURS_ALONE_REFUSE
        else:
            known = True
        assert (capinfos(data, tmp_path / "x") == [1, 60]) == known, datalink


@pytest.mark.parametrize(
    "record",
    [
        {"cap_len": MOST},
        {"cap_len": MOST, "length": MOST + 24},
        {"cap_len": MOST + 1, "length": MOST + 25},
        {"wire_len": MOST},
        {"wire_len": MOST + 1},
        {"length": 23},
        {"length": 24},
        {"length": 25},
        {"cap_len": 1, "length": 24},
        {"length": 16 * 2**20},
    ],
    ids=str,
)
def test_lengths_are_possible_where_capinfos_finds_them_so(record, tmp_path):
    data = w.snoop([60, 0]) + w.snoop_record(**record)
    reading = pcap_reader.read(data)
    counts = [len(reading.packets), sum(packet.wire_len for packet in reading.packets)]
    assert capinfos(data, tmp_path / "x") == (None if reading.end == "damaged" else counts)
