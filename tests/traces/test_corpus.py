"""Real captures against their manifest, which capinfos and tcpdump have counted."""

import csv
import os
from pathlib import Path

import pytest
from oracles.summaries import nearest_rank
from rxreplay.errors import TraceError
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

# packets, then: part of the error (and of the warning, with keep_damaged), or code of a warning
MALFORMED = {
    "brimcap_bad-caplen.pcap": (1, None),
    "dpkt_truncated_dns_2.pcap": (1, "cut inside record 1 at byte 240"),
    "fpcap_RICS2021-truncated-end.pcap": (6718, "cut inside record 6,718 at byte 536,552"),
    "lfs-pointer_big_endian.pcap": (None, "a git-lfs pointer"),
    "lightpcapng_blocks.merged-bad-section.pcapng": (493, "block length 469,762,048 is not"),
    "ndpi_fuzz-2021-06-07-len-4g.pcap": (1, None),
    "nfstream_results-csv-text.pcap": (None, "it is text"),
    "ns3_newreno0-reserved-linktype.pcap": (203, None),
    "pcapdroid_crash-593ec6ea.pcap": (1, "captured length 6,553,600"),
    "pcapng-gen_le-test901-bad-section-version.pcapng": (1, "pcapng version 2.0"),
    "pcapplusplus_clusterfuzz-4683685084594176-version.pcap": (1, None),
    "pcapplusplus_clusterfuzz-5188876846235648.pcap": (1, "captured length 640,034,342"),
    "pcapplusplus_clusterfuzz-5204104585674752.pcap": (1, "captured length 1,862,299,503"),
    "pcapplusplus_clusterfuzz-5631583764873216-linktype.pcap": (1, None),
    "pcapplusplus_clusterfuzz-5814090897948672.pcap": (1, None),
    "pcapplusplus_crash-epb-unbounded-length.pcapng": (0, "65,536 does not fit its block of 32"),
    "python-pcapng_test006-bad-block-length.ntar": (1, None),
    "suricata_bug-1450-04-absurd-caplen.pcap": (6, "captured length 4,325,376"),
    "suricata_bug-6875-01-fuzz.pcap": (1, "captured length 1,409,179,648"),
    "suricata_pgsql-5000-truncated-end-gro.pcap": (785, "cut inside record 785"),
    "tcpdump_babel_update_oobr.pcap": (107, None),
    "tcpdump_esis_snpa_asan-frelay.pcap": (3, None),
    "tcpdump_hoobr_juniper3-fcs-linktype.pcap": (1, None),
    "tcpdump_pcap-invalid-version-1.pcap": (None, "pcap version 1.4 is not known"),
    "tcpdump_pcapng-invalid-vers-1.pcapng": (None, "pcapng version 0.1"),
    "tcpdump_pim_header_asan-2-zero-len.pcap": (3, None),
    "tcpdump_timestamp_invalid_micro.pcap": (3, None),
    "tcpreplay_test2.replay_unique_ip-bad-usec.pcap": (355, None),
}


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


def test_every_malformed_capture_has_its_outcome_here():
    assert {path.name for path in (CORPUS / "malformed").iterdir()} == set(MALFORMED)


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_capture_ends_as_it_should(name):
    packets, text = MALFORMED[name]
    path = CORPUS / "malformed" / name
    if packets is None:
        with pytest.raises(TraceError, match=text):
            open_trace(path, keep_damaged=True)
        return
    if SLOW and packets > 1000:
        pytest.skip("walked in plain Python: the small captures are enough")
    with open_trace(path, keep_damaged=True) as trace:
        assert sum(block.ts_ns.size for block in trace.blocks()) == packets
    fatal = [w for w in trace.warnings if w.code == "damaged"]
    ends = [w.text for w in trace.warnings if w.code in ("damaged", "cut")]
    assert [text in end for end in ends] == ([True] if text else [])
    if fatal:
        with pytest.raises(TraceError, match="The file is damaged there"):
            list(open_trace(path).blocks())
