"""What the tests of `replay` share: the command, captures made on the spot, the samples."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from oracles import capture_writer as writer
from rxreplay import lengthwise
from rxreplay.cli import main

SAMPLES = Path(__file__).resolve().parents[2] / "traces" / "samples"


@pytest.fixture
def rxreplay():
    """Run the command in this process."""

    def run(*arguments, stdin=None, env=None):
        return CliRunner().invoke(main, [str(a) for a in arguments], input=stdin, env=env)

    return run


@pytest.fixture
def process():
    """Run the command in a process of its own."""

    def run(*arguments, **options):
        command = [sys.executable, "-m", "rxreplay", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, timeout=120, check=False, **options)

    return run


@pytest.fixture
def capture(tmp_path):
    """Write a pcap of frames of these lengths; give its path."""

    def write(name="a.pcap", lengths=(60, 1514, 300), tail=b"", **header):
        path = tmp_path / name
        path.write_bytes(writer.pcap(lengths, **header) + tail)
        return path

    return write


@pytest.fixture
def damaged(capture):
    """Write a pcap whose third record cannot be."""
    record = writer.pcap_record(b"", wire_len=60, cap_len=6_553_600)
    return capture("damaged.pcap", lengths=(60, 1514), tail=record + bytes(100))


@pytest.fixture
def sample():
    return lambda name: SAMPLES / name


@pytest.fixture
def blocks_of():
    """Make an open trace of lengths, in blocks that end where `cuts` say."""
    from rxreplay.sources import LengthsTrace

    class Blocks(LengthsTrace):
        def __init__(self, lengths, cuts):
            super().__init__(lengths)
            self.parts = np.split(np.array(lengths, np.int64), cuts)

        def portions(self, digest, by_packet):
            for part in self.parts:
                yield from LengthsTrace(part).portions(digest, by_packet)

    return Blocks


@pytest.fixture
def few_lengths(monkeypatch):
    """Draw the curves of reports through few points: they have a test of their own."""
    monkeypatch.setattr(lengthwise, "STEP", 40.0)
    monkeypatch.setattr(lengthwise, "FIXED", ())
    monkeypatch.setattr(lengthwise, "LONGEST", 2000)
    monkeypatch.setattr(lengthwise, "SETTLING", lengthwise.MEAN_OVER)
