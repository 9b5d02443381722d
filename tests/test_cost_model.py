"""The page of costs is what its script makes of what was measured."""

import json

import cost_model
import pytest
from rxreplay.remote.read_ahead import BLOCK, IN_FLIGHT

RESULT = json.loads(cost_model.MEASURED.read_text())


def test_the_page_is_what_the_script_says():
    page = cost_model.PAGE.read_text()
    assert cost_model.refreshed(page, RESULT) == page
    assert all(f"<!-- cost: {name} -->" in page for name in cost_model.PARTS)


def test_the_model_reads_as_the_tool_does():
    assert cost_model.BLOCK == BLOCK
    assert cost_model.ASSUMED["connections"] == 1 + IN_FLIGHT


@pytest.mark.parametrize(
    ("part", "cores", "ratio"),
    [
        ("cores", (1, 2), 2),
        ("cores", (32, 1000), 31.25),
        ("links", (1, 32), 1),  # one node
        ("links", (32, 1000), 32),
        ("requests", (1, 1000), 1),
        ("scheduler", (1, 1000), 1),
    ],
)
def test_each_part_goes_with_what_there_is_more_of(part, cores, ratio):
    few, many = (cost_model.limits(RESULT, count, "one")[part] for count in cores)
    assert few / many == pytest.approx(ratio)


def test_a_petabyte_by_hand():
    found = cost_model.limits(RESULT, 32, "eleven")
    assert found["links"] == pytest.approx(320_000)  # 8e15 bits by 25e9
    assert found["requests"] == pytest.approx((10**15 / 2**23 + 3e6) / 88_000)
    assert found["scheduler"] == pytest.approx(1e6 / RESULT["tasks"])
    seconds = 1e15 / (found["cores"] * 32)
    slower = min(RESULT["eleven"]["bytes_2"] / 2, RESULT["fetch_bytes"])
    assert slower / 2 < seconds < slower


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.51, "0.51 s"),
        (119.9, "120 s"),
        (120, "2.0 min"),
        (7199, "120 min"),
        (7200, "2.0 h"),
        (172_799, "48 h"),
        (172_800, "2.0 days"),
        (86400 * 1234, "1,234 days"),
    ],
)
def test_times_are_short(seconds, text):
    assert cost_model.duration(seconds) == text


@pytest.mark.parametrize(
    ("fetch_bytes", "waits_for"),
    [(4e8, ["cores", "cores", "links", "links"]), (1e12, ["connections"] * 2 + ["links"] * 2)],
)
def test_the_parts_say_what_waits_for_what(fetch_bytes, waits_for):
    table = cost_model.steps_table({**RESULT, "fetch_bytes": fetch_bytes})
    of_one = [line for line in table.splitlines() if line.startswith("| one |")]
    assert [line.rsplit("| ", 1)[1].removesuffix(" |") for line in of_one] == waits_for
