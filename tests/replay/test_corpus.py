"""Captures of others: the counts that capinfos has made, and what is said of malformed ones."""

import csv
import os

import pytest
import rxreplay
from helpers.shared_data import CHECKOUT, SHARED
from rxreplay import RxReplayError
from rxreplay.errors import TraceError

CORPUS = SHARED / "corpus"
MANIFEST = CORPUS / "MANIFEST.tsv"
OUTCOMES = CHECKOUT / "tests" / "data" / "malformed.tsv"
SLOW = os.environ.get("NUMBA_DISABLE_JIT") == "1"
MOST_IF_SLOW = 1000
NAMES = ["5.10/mergeable", "4.11/small"]

# The manifest lists the packets of all but these two: one is lz4, and there as zstd as well; of the
# other 100 packets are of the year 586,000, which no int64 of nanoseconds holds.
AS_ANOTHER = {"formats/dnscap_dns.pcap.lz4": "formats/dnsjit_dns.pcap.zst"}
FAR_FUTURE = "formats/fpcap_pcapng-example-eth-sll.pcapng.zst"

pytestmark = pytest.mark.skipif(
    not MANIFEST.exists(), reason="no corpus of captures beside this checkout"
)


def table(path):
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


ROWS = {row["file"]: row for row in table(MANIFEST)}
COUNTED = [row for row in ROWS.values() if row["capinfos_packets"]]
REAL = [row for row in COUNTED if row["file"].startswith("real-traffic/")]


def skip_if_slow(count):
    if SLOW and int(count or 0) > MOST_IF_SLOW:
        pytest.skip("in plain Python: the small captures are enough")


@pytest.mark.parametrize("row", COUNTED, ids=lambda row: row["file"])
def test_info_gives_count_bytes_and_span_of_all_that_capinfos_counts(row):
    skip_if_slow(row["capinfos_packets"])
    results = rxreplay.info([CORPUS / row["file"]])
    [trace] = results.traces
    row = ROWS[AS_ANOTHER.get(row["file"], row["file"])] | {"file": row["file"]}
    assert trace.packets == int(row["capinfos_packets"])
    assert trace.wire_bytes == int(row["wire_bytes"])
    assert trace.truncated_packets == int(row["truncated_packets"])
    if row["file"] == FAR_FUTURE:
        assert any("100 packets have no time before 2262" in w.text for w in results.warnings)
    elif row["duration_s"]:
        assert trace.duration_ns == pytest.approx(float(row["duration_s"]) * 1e9, abs=1000)
    else:
        assert (trace.packets, trace.duration_ns) == (0, None)


def test_nothing_of_the_corpus_is_left_out():
    """What capinfos does not count is malformed, and has its outcome."""
    uncounted = [name for name, row in ROWS.items() if not row["capinfos_packets"]]
    assert [name for name in uncounted if not name.startswith("malformed/")] == []
    files = {path.name for path in (CORPUS / "malformed").iterdir()}
    assert {row["file"] for row in table(OUTCOMES)} == files
    assert [row["file"] for row in table(OUTCOMES) if not row["why so"]] == []


def outcome(path, **options):
    """Give packets and codes of warnings, or the text of the error."""
    try:
        results = rxreplay.info([path], **options)
    except TraceError as error:
        return str(error)
    [trace] = results.traces
    return trace.packets, [warning.code for warning in results.warnings]


@pytest.mark.parametrize("row", table(OUTCOMES), ids=lambda row: row["file"])
def test_a_malformed_capture_ends_as_it_should(row):
    skip_if_slow(row["packets"])
    path = CORPUS / "malformed" / row["file"]
    kept, strict = outcome(path, keep_damaged=True), outcome(path)
    if row["error"]:
        assert row["error"] in strict
        assert strict.startswith(f"{path}: ")
        assert "\n" not in strict
    if row["packets"]:
        assert kept == (int(row["packets"]), row["warnings"].split())
    assert strict == kept or "damaged" in row["warnings"]


@pytest.mark.parametrize("row", table(OUTCOMES), ids=lambda row: row["file"])
def test_a_malformed_capture_is_replayed_or_refused(row):
    skip_if_slow(row["packets"])
    path = CORPUS / "malformed" / row["file"]
    try:
        results = rxreplay.compare([path], NAMES, keep_damaged=True, direction="both")
    except RxReplayError as error:
        refused = not row["packets"] or "cannot be what a guest receives" in str(error)
        assert refused, error  # noqa: PT017
        return
    for figures in results.of(0).values():
        assert figures.packets == int(row["packets"])


@pytest.mark.parametrize("row", REAL, ids=lambda row: row["file"].split("/")[1])
def test_a_comparison_counts_what_capinfos_counts(row):
    count = int(row["capinfos_packets"])
    skip_if_slow(count)
    names = [] if count < 20_000 else NAMES
    results = rxreplay.compare([CORPUS / row["file"]], names, direction="both")
    [trace] = results.traces
    assert (trace.packets, trace.wire_bytes) == (count, int(row["wire_bytes"]))
    assert trace.above_mtu_packets == int(row["packets_gt_1514"])
    for figures in results.of(0).values():
        assert (figures.packets, figures.wire_bytes) == (trace.packets, trace.wire_bytes)
        assert figures.delivered_packets + figures.drops.total() == figures.packets
        assert figures.linear_bytes + figures.nonlinear_bytes == figures.delivered_bytes
