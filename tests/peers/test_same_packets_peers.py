"""The bundled captures, rewritten by editcap and mergecap: no figure changes; needs both.

tests/replay/test_same_packets.py does the same to generated captures without them.
"""

import io
import subprocess
from itertools import pairwise

import pytest
import rxreplay
from helpers.dripping import Dripping
from helpers.same_packets import PACKINGS
from helpers.samples import SAMPLES

STRATEGIES = ["5.10/mergeable", "4.10/small", "7.2/mergeable", "4.11/big"]
KEPT = ("packets", "wire_bytes", "wire_len", "above_mtu_packets", "ts_backwards")
FORMATS = ["pcap", "nsecpcap", "modpcap", "pcapng", "snoop"]
CUTS = [0, 1, 2, 700, 1000, 4097]  # packets where a new file begins

every_sample = pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)


def run(*command):
    return subprocess.run([*map(str, command)], check=True, capture_output=True).stdout


def compared(given):
    results = rxreplay.compare(given, STRATEGIES, join="given").as_dict()
    [trace] = results["traces"]
    return results["config"], results["results"], {name: trace[name] for name in KEPT}


@pytest.fixture(scope="module")
def plain():
    """Give what each bundled capture comes to."""
    return {sample: compared([sample]) for sample in SAMPLES}


def parts(sample, folder):
    """Split a capture; give the files in order."""
    files = []
    for first, end in pairwise([*CUTS, 10**6]):
        files.append(folder / f"part-{first}")
        kind = FORMATS[len(files) % len(FORMATS)]
        run("editcap", "-F", kind, "-s", 64, "-r", sample, files[-1], f"{first + 1}-{end}")
    return files


@every_sample
@pytest.mark.parametrize("kind", FORMATS)
def test_another_format_cut_to_64_bytes(sample, kind, plain, tmp_path):
    run("editcap", "-F", kind, "-s", 64, sample, tmp_path / "cut")
    assert compared([tmp_path / "cut"]) == plain[sample]
    [trace] = rxreplay.info([tmp_path / "cut"]).traces
    assert trace.truncated_packets > 0
    assert trace.format == {"nsecpcap": "pcap", "modpcap": "pcap-modified"}.get(kind, kind)


@every_sample
def test_rotated_files_of_all_formats(sample, plain, tmp_path):
    assert compared(parts(sample, tmp_path)) == plain[sample]


@every_sample
@pytest.mark.parametrize("how", [["-a"], ["-a", "-F", "pcap"], ["-a", "-I", "none"]])
def test_rotated_files_put_together_again(sample, how, plain, tmp_path):
    run("mergecap", *how, "-w", tmp_path / "whole", *parts(sample, tmp_path))
    assert compared([tmp_path / "whole"]) == plain[sample]


@every_sample
@pytest.mark.parametrize("packing", PACKINGS)
def test_compressed_and_through_a_pipe(sample, packing, plain):
    data = PACKINGS[packing](run("editcap", "-F", "pcapng", sample, "-"))
    assert compared([io.BytesIO(data)]) == plain[sample]
    assert compared([Dripping(data, 100_000)]) == plain[sample]
