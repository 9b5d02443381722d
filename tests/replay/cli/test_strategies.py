import json

from rxreplay.comparing import SHOWN
from rxreplay.emulator import STRATEGIES


def test_the_catalogue_has_a_line_a_strategy_and_one_a_knob(rxreplay):
    result = rxreplay("strategies")
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    for known in STRATEGIES:
        mark = "*" if known.name in SHOWN else " "
        assert sum(line.startswith(f"{mark} {known.name} ") for line in lines) == 1
    assert "  mst-2016/mergeable: min_avg=128: least average frame length" in result.stdout
    assert "  big: guest_gso=1: whether" in result.stdout


def test_the_catalogue_as_json_is_the_library_functions(rxreplay):
    import rxreplay as package

    known = json.loads(rxreplay("strategies", "--format", "json").stdout)
    assert known == json.loads(json.dumps(package.strategies()))
    assert [each["name"] for each in known] == [strategy.name for strategy in STRATEGIES]
    knobs = {knob["name"]: knob for each in known for knob in each["knobs"]}
    assert set(knobs["min_avg"]) == {"name", "default", "least", "most", "summary"}
