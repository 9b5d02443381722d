"""Limits are read exactly, and crossed on the far side of their bounds alone."""

from fractions import Fraction

import pytest
from helpers.shared_data import CHECKOUT
from hypothesis import given
from hypothesis import strategies as st
from rxreplay import compare, replay
from rxreplay.errors import OptionError
from rxreplay.limits import SIGNS, crossings, figure_names, parse_limit, parsed, value_of
from rxreplay.settings import resolve

UDP = CHECKOUT / "traces" / "samples" / "udp-stream.pcap"
RESULTS = compare([[64, 1514, 9014]], ["5.10/small", "5.10/mergeable"])


@pytest.mark.parametrize(
    ("unit", "factor"),
    [
        ("", 1),
        ("B", 1),
        ("%", Fraction(1, 100)),
        ("KiB", 1024),
        ("MiB", 1024**2),
        ("GiB", 1024**3),
        ("TiB", 1024**4),
        ("kB", 10**3),
        ("MB", 10**6),
        ("GB", 10**9),
        ("TB", 10**12),
    ],
)
def test_units(unit, factor):
    assert parse_limit(f"packets > 1.5{unit}").bound == Fraction(3, 2) * factor


@pytest.mark.parametrize(
    ("sign", "crossed"),
    [
        (">", [False, False, True]),
        (">=", [False, True, True]),
        ("<", [True, False, False]),
        ("<=", [True, True, False]),
        ("==", [False, True, False]),
        ("!=", [True, False, True]),
    ],
)
def test_each_sign_on_both_sides(sign, crossed):
    limit = parse_limit(f"truesize_bytes {sign} 8_192")
    figures = [{"truesize_bytes": value} for value in (8191, 8192, 8193)]
    assert [bool(limit.crossing(each)) for each in figures] == crossed


@given(
    st.sampled_from(["", "5.10/small:", "6.8/small,order3=fail:1/2:"]),
    st.sampled_from(["packets", "resident_bytes.peak", "drops.total", "nr_frags.17"]),
    st.sampled_from(sorted(SIGNS)),
    st.integers(-(2**70), 2**70),
    st.sampled_from(["", " "]),
)
def test_what_is_written_is_what_is_read(strategy, figure, sign, bound, space):
    limit = parse_limit(f"{strategy}{space}{figure}{space}{sign}{space}{bound}")
    assert (limit.figure, limit.sign, limit.bound) == (figure, sign, bound)
    assert limit.strategy == strategy.removesuffix(":")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "write"),
        ("packets", "write"),
        ("packets > many", "write"),
        ("packets > 1 MiBs", "write"),
        ("packets => 1", "write"),
        ("resident_bytes > 1", "there is no figure resident_bytes: resident_bytes.peak"),
        ("packet > 1", "there is no figure packet: packets"),
        ("zzz > 1", "there is no figure zzz; --format csv names all"),
        ("lifetime > 1", "there is no figure lifetime"),
        ("nr_frags.18 > 1", "there is no figure nr_frags.18"),
    ],
)
def test_what_is_no_limit_is_one_line(text, says):
    with pytest.raises(OptionError) as refused:
        parse_limit(text)
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


def test_every_figure_that_is_named_is_a_number_or_null():
    figures = RESULTS.results[0].figures.as_dict()
    for name in figure_names():
        assert value_of(figures, name) is None or value_of(figures, name) >= 0
    assert value_of(figures, "nr_frags.0") == 1 + 1
    assert value_of(figures, "drops.total") == 1


@pytest.mark.parametrize("figures", [{}, {"a": None}, {"a": 1}, {"a": []}, {"a": {"1": "x"}}])
def test_a_figure_that_is_not_there_is_none(figures):
    assert value_of(figures, "a.1") is None


def test_a_limit_is_for_each_strategy_or_for_one():
    drops, names = "drops.total > 0", ["5.10/small", "5.10/mergeable"]
    assert len(list(crossings(parsed([drops], resolve(names)), RESULTS))) == 1
    for name, crossed in zip(names, [1, 0], strict=True):
        limit = parse_limit(f"{name}:{drops}")
        assert len(list(crossings([limit], RESULTS))) == crossed


def test_a_strategy_with_knobs_is_meant_by_its_base_and_by_its_whole_name():
    limit = parse_limit("mst-2016/mergeable:packets > 0")
    assert limit.is_for("mst-2016/mergeable,min_avg=1518")
    assert not parse_limit("mst-2016/mergeable,min_avg=1:packets>0").is_for("mst-2016/mergeable")


def test_a_strategy_that_is_not_there_is_refused_before_any_work():
    with pytest.raises(OptionError, match=r"7\.2/small is not among the strategies: 5\.10/big"):
        parsed(["7.2/small:packets > 1"], resolve(["5.10/big"]))


def test_what_was_not_computed_crosses_its_limit():
    results = replay([60], "5.10/small")
    found = list(crossings([parse_limit("drops.backend_full > 1_000_000")], results))
    assert found == [
        "crossed: 5.10/small, lengths: drops.backend_full was not computed: "
        "drops.backend_full > 1_000_000"
    ]


def test_a_queue_of_several_is_no_device():
    results = replay(UDP, "5.10/small", queues=2)
    assert len(list(crossings([parse_limit("packets > 0")], results))) == 1
