"""Names, knobs, and what is said about those that are not there."""

import pytest
from rxreplay.emulator import STRATEGIES, strategy
from rxreplay.errors import StrategyError

LISTS = "'rxreplay strategies' lists all"
KNOBBED = "mst-2016/mergeable"


def test_every_strategy_is_found_by_its_name():
    names = [known.name for known in STRATEGIES]
    assert len(set(names)) == len(names)
    assert tuple(strategy(name) for name in names) == STRATEGIES


def test_every_strategy_has_kernels():
    for known in STRATEGIES:
        module = known.load()
        assert all(hasattr(module, kernel) for kernel in ("fill", "receive", "end"))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("5.10/smal", f"no strategy '5.10/smal': did you mean 5.10/small? {LISTS}"),
        ("6.8/smal", f"no strategy '6.8/smal': did you mean 6.8/small? {LISTS}"),
        ("6.8/%%%%%%", f"no strategy '6.8/%%%%%%': {LISTS}"),
        ("5.10", "no strategy '5.10': write 5.10/mergeable, 5.10/small or 5.10/big"),
        ("6.8/", "no strategy '6.8/': write 6.8/mergeable, 6.8/small or 6.8/big"),
        ("mst-2016", "no strategy 'mst-2016': write mst-2016/mergeable"),
        ("%", f"no strategy '%': {LISTS}"),
        ("", f"no strategy '': {LISTS}"),
        (
            "4.11/small,ring=4",
            "4.11/small has no knob 'ring'; its knobs: hdr_len, device_mtu, order3, "
            "headroom, tailroom",
        ),
        (
            f"{KNOBBED},avg=4",
            f"{KNOBBED} has no knob 'avg'; its knobs: min_avg, order3, headroom, tailroom",
        ),
        (f"{KNOBBED},min_avg", "'min_avg' is not NAME=VALUE with a whole number"),
        (f"{KNOBBED},min_avg=", "'min_avg=' is not NAME=VALUE with a whole number"),
        (f"{KNOBBED},min_avg=1.5", "'min_avg=1.5' is not NAME=VALUE with a whole number"),
        (f"{KNOBBED},min_avg=63", f"{KNOBBED}: min_avg is from 64 to 3,584, not 63"),
        (f"{KNOBBED},min_avg=3585", f"{KNOBBED}: min_avg is from 64 to 3,584, not 3585"),
    ],
)
def test_a_name_that_is_not_there(name, said):
    with pytest.raises(StrategyError) as error:
        strategy(name)
    assert str(error.value) == said


@pytest.mark.parametrize("min_avg", [64, 3584])
def test_the_ends_of_a_knobs_range(min_avg):
    known = strategy(f"mst-2016/mergeable,min_avg={min_avg}")
    assert known.layout(256).avg_min == min_avg
    assert known.name == f"mst-2016/mergeable,min_avg={min_avg}"


def test_a_knob_at_its_default_is_not_in_the_name():
    known = strategy("mst-2016/mergeable,min_avg=128")
    assert known == strategy("mst-2016/mergeable")
    assert known.name == "mst-2016/mergeable"


def test_settings_add_up_and_the_last_counts():
    known = strategy("mst-2016/mergeable,min_avg=1518").with_settings({"min_avg": 200})
    assert known.settings == (("min_avg", 200),)
    assert known.with_settings({}).settings == (("min_avg", 200),)
    assert known.with_settings({"min_avg": 128}).settings == ()
