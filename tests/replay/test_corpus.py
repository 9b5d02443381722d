"""Real traffic of others, against the counts that capinfos has made."""

import csv
import os

import pytest
import rxreplay
from helpers.shared_data import SHARED

CORPUS = SHARED / "corpus"
MANIFEST = CORPUS / "MANIFEST.tsv"
SLOW = os.environ.get("NUMBA_DISABLE_JIT") == "1"

pytestmark = pytest.mark.skipif(
    not MANIFEST.exists(), reason="no corpus of captures beside this checkout"
)


def real_traffic():
    if not MANIFEST.exists():
        return []
    with MANIFEST.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [row for row in rows if row["file"].startswith("real-traffic/")]


@pytest.mark.parametrize("row", real_traffic(), ids=lambda row: row["file"].split("/")[1])
def test_a_comparison_counts_what_capinfos_counts(row):
    count = int(row["capinfos_packets"])
    if SLOW and count > 1000:
        pytest.skip("emulated in plain Python: the small captures are enough")
    names = [] if count < 20_000 else ["5.10/mergeable", "4.11/small"]
    results = rxreplay.compare([CORPUS / row["file"]], names, direction="both")
    [trace] = results.traces
    assert (trace.packets, trace.wire_bytes) == (count, int(row["wire_bytes"]))
    assert trace.truncated_packets == int(row["truncated_packets"])
    assert trace.above_mtu_packets == int(row["packets_gt_1514"])
    if row["duration_s"]:
        assert trace.duration_ns / 1e9 == pytest.approx(float(row["duration_s"]), abs=1e-6)
    for figures in results.of(0).values():
        assert (figures.packets, figures.wire_bytes) == (trace.packets, trace.wire_bytes)
        assert figures.delivered_packets + figures.drops.total() == figures.packets
        assert figures.linear_bytes + figures.nonlinear_bytes == figures.delivered_bytes
