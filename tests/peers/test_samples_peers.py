"""What capinfos and tcpdump count in the bundled captures; needs both (`make test-peers`).

The same counts are kept in tests/data/samples.tsv, which tests/test_samples.py holds the tool
against without them.
"""

import csv
import subprocess

import pytest
from helpers.samples import SAMPLES, expected_counts


def capinfos(path):
    command = ["capinfos", "-T", "-M", "-S", "-c", "-d", "-u", path]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    [row] = csv.DictReader(out.splitlines(), delimiter="\t")
    return row


def tcpdump_count(path):
    command = ["tcpdump", "--count", "-r", path]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return int(out.split()[0])


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_the_kept_counts_are_those_of_capinfos_and_tcpdump(path):
    kept = expected_counts()[path.name]
    seen = capinfos(path)
    assert kept["packets"] == int(seen["Number of packets"]) == tcpdump_count(path)
    assert kept["wire_bytes"] == int(seen["Data size (bytes)"])
    assert kept["duration_ns"] == round(float(seen["Capture duration (seconds)"]) * 1e9)
