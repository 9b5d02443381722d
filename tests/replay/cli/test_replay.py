import json

import pytest


def test_all_figures_of_one_strategy(rxreplay, capture):
    result = rxreplay("replay", capture(), "--strategy", "4.11/mergeable", "-q")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "\npackets " in result.stdout
    assert "\nwaste.buffers.hole " in result.stdout
    assert "null" in result.stdout


@pytest.mark.parametrize("name", ["mst-2016/mergeable,min_avg=640", "5.10.0/big"])
def test_any_strategy_can_be_named(rxreplay, capture, name):
    result = rxreplay("replay", capture(), "-s", name, "--format", "json")
    whole = json.loads(result.stdout)
    assert whole["config"]["strategies"] == [name]
    assert [each["strategy"] for each in whole["results"]] == [name]


def test_a_knob_is_set(rxreplay, capture):
    result = rxreplay(
        *("replay", capture(), "-s", "mst-2016/mergeable", "--set", "min_avg=640"),
        *("--format", "json"),
    )
    assert json.loads(result.stdout)["results"][0]["strategy"] == "mst-2016/mergeable,min_avg=640"


def test_an_unknown_strategy_is_status_2(rxreplay, capture):
    result = rxreplay("replay", capture(), "-s", "4.11/smal")
    assert result.exit_code == 2
    assert result.stderr == (
        "rxreplay: no strategy '4.11/smal': did you mean 4.11/small? "
        "'rxreplay strategies' lists all\n"
    )


def test_a_damaged_capture_is_status_1(rxreplay, damaged):
    result = rxreplay("replay", damaged, "-s", "5.10/small", "-q")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.count("\n") == 1
    assert "record 2 at byte" in result.stderr


@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_doubts_stand_in_every_output(rxreplay, capture, form):
    arguments = (capture(), "-s", "rhel9.4/small", "--format", form, "-q")
    for command in ("replay", "compare"):
        shown = " ".join(rxreplay(command, *arguments).stdout.split())
        assert "rhel9.4 (kernel 5.14.0-427): that it receives like 6.11 is assumed" in shown
        plain = rxreplay(command, capture(), "-s", "6.1/small", "--format", form, "-q").stdout
        assert "assumed" not in plain
