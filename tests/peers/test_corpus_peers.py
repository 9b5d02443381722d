"""What capinfos counts in each capture of the corpus, beside `rxreplay.info`; needs both."""

import csv
import subprocess

import pytest
import rxreplay
from helpers.shared_data import SHARED
from rxreplay.errors import TraceError

CORPUS = SHARED / "corpus"
CAPTURES = sorted(path for path in CORPUS.glob("*/*") if path.is_file())
# Capinfos compares seconds before microseconds, of which these have more than a million.
ODD_TIMES = (
    "tcpdump_pim_header_asan-2-zero-len.pcap",
    "tcpdump_timestamp_invalid_micro.pcap",
    "tcpreplay_test2.replay_unique_ip-bad-usec.pcap",
)

pytestmark = pytest.mark.skipif(not CAPTURES, reason="no corpus of captures beside this checkout")


def capinfos(path):
    """Give packets, bytes on the wire and seconds; None where it refuses the file."""
    command = ["capinfos", "-T", "-M", "-c", "-d", "-u", path]
    out = subprocess.run(command, check=False, capture_output=True, text=True).stdout
    rows = list(csv.reader(out.splitlines()[1:], delimiter="\t"))
    return rows[0][1:] if rows else None


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.name)
def test_what_capinfos_counts_is_what_info_gives(path):
    theirs = capinfos(path)
    try:
        results = rxreplay.info([path])
    except TraceError as error:
        assert theirs is None, error  # noqa: PT017
        return
    codes = {warning.code for warning in results.warnings}
    if theirs is None:
        assert "link_type" in codes  # of a kind that capinfos does not know
        return
    [trace] = results.traces
    assert [trace.packets, trace.wire_bytes] == [int(cell) for cell in theirs[:2]]
    if trace.packets and "no_time" not in codes and path.name not in ODD_TIMES:
        assert trace.duration_ns == pytest.approx(float(theirs[2]) * 1e9, abs=1000)
