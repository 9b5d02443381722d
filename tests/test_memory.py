"""Memory does not grow with the capture, however it comes; benchmarks/memory.py has 10 GB."""

import os

import memory
import pytest


@pytest.mark.skipif(
    os.environ.get("NUMBA_DISABLE_JIT") == "1", reason="100 MB would take hours in plain Python"
)
def test_a_capture_of_100_megabytes_stays_far_below_the_limit():
    for row in memory.measure(list(memory.WAYS), "imix", [0.1]):
        assert 0 < row["RssAnon"] < row["VmHWM"] < memory.LIMIT_MIB, row["way"]


def test_the_table_marks_what_is_above_the_limit():
    rows = [
        {"way": "piped", "gigabytes": 0.1, "RssAnon": 140, "VmHWM": 399, "seconds": 1.5},
        {"way": "gzip", "gigabytes": 10, "RssAnon": 140, "VmHWM": 400, "seconds": 9},
    ]
    *_, kept, missed = memory.table(rows).split("\n")
    assert kept == "| piped | 0.1 | 140 MiB | 399 MiB | yes | 1.5 |"
    assert missed == "| gzip | 10 | 140 MiB | 400 MiB | NO | 9 |"
