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
    shown = " ".join(result.stdout.split())
    assert "min_avg=128 least average frame length that sizes a buffer (from 64 to" in shown
    assert "guest_gso=1 whether the guest takes GSO packets (0 or 1) [mergeable and big]" in shown
    assert "page_size=4096 bytes of a page: 65,536 on some arm64, computed and" in shown
    assert "(0 or 1) [small and mergeable; 6.6 to 6.10]" in shown


def test_the_catalogue_as_json_is_the_library_functions(rxreplay):
    import rxreplay as package

    known = json.loads(rxreplay("strategies", "--format", "json").stdout)
    assert known == json.loads(json.dumps(package.strategies()))
    assert [each["name"] for each in known] == [strategy.name for strategy in STRATEGIES]
    knobs = {knob["name"]: knob for each in known for knob in each["knobs"]}
    assert set(knobs["min_avg"]) == {"name", "default", "values", "summary"}


def test_a_guests_strategies_come_with_the_ways_to_choose(rxreplay):
    result = rxreplay("strategies", "--for", "6.8.0-45-generic")
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert lines[0] == "6.8.0-45-generic: 6.8, which receives like 6.11"
    assert [line.split()[0] for line in lines[1:4]] == [
        "6.8/mergeable,max_header=176",
        "6.8/big,max_header=176",
        "6.8/small",
    ]
    assert "  mergeable   'cut -c16 /sys/class/net/IF/device/features' prints 1" in lines


def test_white_space_around_a_release_does_not_count(rxreplay):
    plain = rxreplay("strategies", "--for", "6.1.0-50-amd64").stdout
    for before, behind in [("", " "), ("", "\r"), ("", "\n"), ("\t", "\r\n")]:
        result = rxreplay("strategies", "--for", f"{before}6.1.0-50-amd64{behind}")
        assert (result.exit_code, result.stdout, result.stderr) == (0, plain, "")


def test_doubts_about_a_guest_are_warnings(rxreplay):
    result = rxreplay("strategies", "--for", "5.14.0-480.el9.x86_64")
    assert result.exit_code == 0
    assert result.stderr.splitlines() == [
        "warning: 5.14.0-480.el9.x86_64: taken as rhel9.4",
        "warning: rhel9.4 (kernel 5.14.0-427): that it receives like 6.11 is assumed",
    ]


def test_a_guests_strategies_as_json(rxreplay):
    result = rxreplay("strategies", "--for", "6.1.0-50-cloud-amd64", "--format", "json")
    found = json.loads(result.stdout)
    assert (found["kernel"], found["like"], found["warnings"]) == ("debian12-cloud", "6.1", [])
    assert found["strategies"][2]["name"] == "debian12-cloud/small"
    assert {way["of"] for way in found["ways"]} > {"mergeable", "big", "small"}


def test_what_is_no_release_is_wrong_usage(rxreplay):
    result = rxreplay("strategies", "--for", "Linux")
    assert result.exit_code == 2
    assert result.stderr == (
        "rxreplay: no kernel's release in 'Linux': give what 'uname -r' prints in the guest, "
        "such as 6.1.0-50-cloud-amd64\n"
    )
