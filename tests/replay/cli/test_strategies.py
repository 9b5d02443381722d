import json

from rxreplay.emulator import STRATEGIES


def test_the_catalogue_has_a_line_a_strategy_and_one_a_knob(rxreplay):
    result = rxreplay("strategies")
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert len(lines) == sum(1 + len(known.knobs) for known in STRATEGIES)
    for known in STRATEGIES:
        mark = "*" if known.by_default else " "
        assert any(line.startswith(f"{mark} {known.name} ") for line in lines)
    assert "--set min_avg=128" in result.stdout


def test_the_catalogue_as_json_is_the_library_functions(rxreplay):
    import rxreplay as package

    known = json.loads(rxreplay("strategies", "--format", "json").stdout)
    assert known == json.loads(json.dumps(package.strategies()))
    assert [each["name"] for each in known] == [strategy.name for strategy in STRATEGIES]
    knobs = {knob["name"]: knob for each in known for knob in each["knobs"]}
    assert set(knobs["min_avg"]) == {"name", "default", "least", "most", "summary"}
