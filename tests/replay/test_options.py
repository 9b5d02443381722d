import pytest
from rxreplay.errors import StrategyError
from rxreplay.options import Options, no_progress
from rxreplay.settings import apply_settings, resolve

BOTH = ["mst-2016/mergeable", "mst-2016/mergeable,min_avg=1518"]


def names(strategies):
    return [strategy.name for strategy in strategies]


def test_a_setting_without_a_strategy_is_for_all_that_have_it():
    chosen = apply_settings(["4.11/small", "mst-2016/mergeable"], ["min_avg=640"])
    assert names(chosen) == ["4.11/small", "mst-2016/mergeable,min_avg=640"]


def test_a_setting_with_a_strategy_is_for_that_one():
    assert names(apply_settings(BOTH, [f"{BOTH[1]}:min_avg=640"])) == [
        "mst-2016/mergeable",
        "mst-2016/mergeable,min_avg=640",
    ]


def test_strategies_that_become_equal_are_one():
    assert names(apply_settings(BOTH, ["min_avg=128"])) == ["mst-2016/mergeable"]


def test_the_last_setting_of_a_knob_holds():
    assert names(apply_settings(BOTH[:1], ["min_avg=640", "min_avg=1518"])) == [BOTH[1]]


@pytest.mark.parametrize(("value", "good"), [(63, False), (64, True), (3584, True), (3585, False)])
def test_a_knob_has_ends(value, good):
    if good:
        assert names(apply_settings(BOTH[:1], [f"min_avg={value}"]))
    else:
        with pytest.raises(StrategyError, match="min_avg is from 64 to 3,584, not"):
            apply_settings(BOTH[:1], [f"min_avg={value}"])


@pytest.mark.parametrize(
    ("strategies", "known"),
    [
        (["4.11/small"], "device_mtu, hdr_len, headroom, order3, tailroom"),
        (BOTH, "headroom, min_avg, order3, tailroom"),
    ],
)
def test_an_unknown_knob_is_refused_with_the_list(strategies, known):
    with pytest.raises(StrategyError, match=f"--set ewma=3: .* known: {known}$"):
        apply_settings(strategies, ["ewma=3"])


@pytest.mark.parametrize(
    ("setting", "first"),
    [
        ("order3=fail:1/3", "4.11/small,order3=fail:1/3"),
        ("4.11/small:order3=fail:1/3", "4.11/small,order3=fail:1/3"),
        ("5.10/small:order3=fail:1/3", "4.11/small"),
    ],
)
def test_a_value_may_have_a_colon(setting, first):
    assert names(apply_settings(["4.11/small", "5.10/small"], [setting]))[0] == first


def test_strategies_are_resolved_once_each():
    assert names(resolve(["5.10/small", resolve(["5.10/small"])[0], "5.10/big"])) == [
        "5.10/small",
        "5.10/big",
    ]


def test_config_leaves_out_where_the_bytes_came_from():
    one = Options(join="given", keep_damaged=True).as_config([], "5.10/small")
    assert one == Options().as_config([], "5.10/small")


def test_no_progress_shows_nothing(capsys):
    no_progress(1, None)
    assert capsys.readouterr() == ("", "")
