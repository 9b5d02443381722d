"""Reports of bundled captures under the default strategies: small, whole, of all that happened."""

import io

import pytest
import rxreplay
from helpers.pages import whole
from helpers.samples import SAMPLES, expected_counts
from numba import config
from rxreplay.report.as_html import write_report

MOST_BYTES = 500 * 1024

pytestmark = pytest.mark.skipif(
    bool(config.DISABLE_JIT), reason="whole captures under all strategies take long in plain Python"
)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_report_of_a_bundled_capture_is_small_and_whole(sample):
    write_report(rxreplay.make_report([str(sample)]), out := io.StringIO())
    assert len(out.getvalue().encode()) < MOST_BYTES
    page, outside = whole(out.getvalue())
    assert outside == set()
    packets = expected_counts()[sample.name]["packets"]
    frames = sum(row[1][1] for row in page.table("Frames by length").rows)
    assert frames == packets
    assert {"owners", "sizes", "truesize", "linear", "front", "ring-memory"} <= set(page.ids)
