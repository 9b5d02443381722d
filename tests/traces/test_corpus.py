"""Real captures, column by column, against their manifest; see tests/replay/test_corpus.py, too."""

import csv
import os
from pathlib import Path

import pytest
from oracles.summaries import nearest_rank
from rxreplay.traces import open_trace
from rxreplay.traces.summary import Summary

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus"
MANIFEST = CORPUS / "MANIFEST.tsv"
SLOW = os.environ.get("NUMBA_DISABLE_JIT") == "1"

pytestmark = pytest.mark.skipif(
    not MANIFEST.exists(), reason="no corpus of captures beside this checkout"
)

OUR_NAMES = {"snoop-dl-4": "EN10MB"}  # of what the manifest calls otherwise
LZ4 = "formats/dnscap_dns.pcap.lz4"  # what lists the packets of others does not read it
SIGNED_TIMES = "formats/fpcap_pcapng-example-eth-sll.pcapng.zst"  # 505 s before 1970, as unsigned


def manifest():
    if not MANIFEST.exists():
        return []
    with MANIFEST.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


SOUND = [row for row in manifest() if not row["file"].startswith("malformed/")]
COVERED = [row for row in SOUND if row["file"] != LZ4]


@pytest.mark.parametrize("row", COVERED, ids=lambda row: row["file"])
def test_a_real_capture_reads_as_the_manifest_has_it(row):
    if SLOW and int(row["packets"]) > 1000:
        pytest.skip("walked in plain Python: the small captures are enough")
    summary, lengths = Summary(), []
    with open_trace(CORPUS / row["file"]) as trace:
        for block in trace.blocks():
            summary.add(block)
            lengths += block.wire_len.tolist()
    got = summary.as_dict()
    for column in ("packets", "wire_bytes", "truncated_packets", "ts_backwards"):
        assert got[column] == int(row[column]), column
    assert got["packets"] == int(row["capinfos_packets"])
    assert got["above_mtu_packets"] == int(row["packets_gt_1514"])
    link_type = OUR_NAMES.get(row["linktype"], row["linktype"])
    assert (trace.format, trace.link_type) == (row["format"], link_type)
    assert trace.snaplen == max(map(int, (row["snaplen"] or "0").split("+")))
    assert trace.size_bytes == int(row["size_bytes"])
    assert {warning.code for warning in trace.warnings} <= {"link_type", "no_time"}
    if lengths:
        assert got["wire_len"]["min"] == int(row["wire_len_min"])
        assert sorted(lengths)[len(lengths) // 2] == int(row["wire_len_median"])  # the upper one
        assert got["wire_len"]["median"] == nearest_rank(lengths, 50)
        assert got["wire_len"]["max"] == int(row["wire_len_max"])
    if row["duration_s"] and row["file"] != SIGNED_TIMES:
        assert got["duration_ns"] / 1e9 == pytest.approx(float(row["duration_s"]), abs=1e-6)


def test_a_real_capture_in_lz4_has_the_packets_that_capinfos_counts():
    (row,) = [row for row in SOUND if row["file"] == LZ4]
    with open_trace(CORPUS / LZ4) as trace:
        packets = sum(block.wire_len.size for block in trace.blocks())
    assert (trace.format, packets) == ("pcap.lz4", int(row["capinfos_packets"]))
    assert trace.warnings == []
