import numpy as np
import pytest
from rxreplay.sources import PART, LengthsTrace
from rxreplay.traces import Digest


@pytest.mark.parametrize("packets", [0, 1, PART, PART + 1])
def test_lengths_in_memory_are_given_in_parts(packets):
    given, digest = np.arange(packets) % 9000, Digest()
    parts = list(LengthsTrace(given).portions(digest, lambda: False))
    assert np.concatenate([np.zeros(0, np.int64), *parts]).tolist() == given.tolist()
    assert all(part.size == PART for part in parts[:-1])
    assert (digest.summary.packets, digest.summary.wire_bytes) == (packets, given.sum())
