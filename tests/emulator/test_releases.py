"""From a kernel's name to its era: each boundary from both sides."""

import re

import pytest
from rxreplay.emulator import strategy
from rxreplay.emulator.eras import ERAS
from rxreplay.emulator.releases import BACKPORTS, era_of, kernel_of
from rxreplay.errors import StrategyError

BOUNDARIES = """
3.14 4.8    4.9 4.9     4.10 4.10   4.11 4.11   4.12 4.12   4.13 4.13   4.15 4.13   4.16 4.16
5.2 4.16    5.3 5.3     5.5 5.10.0  5.9 5.10.0  5.11 5.11   5.12 5.11   5.13 5.15   5.17 5.15
5.18 6.0    6.0 6.0     6.1 6.1     6.2 6.1     6.3 6.11    6.11 6.11   6.13 6.13   6.14 6.16
6.17 6.16   6.18 6.18   6.19 6.18   7.0 6.18    7.1 7.2     7.2 7.2     7.3 7.2
3.16 4.8    3.16.85 4.8 3.18.140 4.8    4.1.52 4.8  4.9.0 4.8   5.10.223 5.10
5.15.7 5.15     5.15.224 5.15   6.1.192 6.1     6.8.12 6.11     6.18.15 6.18    7.0.14 6.18
"""
LONG_TERM = """
4.4.0 4.8       4.4.75 4.8       4.4.76 4.4.76      4.4.252 4.4.76     4.4.253 4.9    4.4 4.9
4.9.253 4.9     4.9.337 4.9      4.9 4.9
4.14.0 4.13     4.14.216 4.13    4.14.217 4.14.217  4.14.241 4.14.217  4.14.242 4.14  4.14 4.14
4.19.0 4.16     4.19.169 4.16    4.19.170 4.19.170  4.19.200 4.19.170  4.19.201 4.19  4.19 4.19
5.4.0 5.10.0    5.4.91 5.10.0    5.4.92 5.11        5.4.120 5.11       5.4.121 5.10   5.4 5.10
5.10.0 5.10.0   5.10.9 5.10.0    5.10.10 5.11       5.10.38 5.11       5.10.39 5.10   5.10 5.10
6.6.0 6.11      6.6.65 6.11      6.6.66 6.12.5      6.6.116 6.12.5     6.6.117 6.12   6.6 6.12
6.12.0 6.11     6.12.4 6.11      6.12.5 6.12.5      6.12.16 6.12.5     6.12.17 6.12   6.12 6.12
"""
ASSUMED = "4.9.1 4.8  4.9.35 4.8  4.9.36 4.4.76  4.9.252 4.4.76"
PAIR = re.compile(r"(\S+) (\S+)")
PAIRS = PAIR.findall(BOUNDARIES + LONG_TERM)
ASSUMED_PAIRS = PAIR.findall(ASSUMED)


@pytest.mark.parametrize(("release", "kernel"), PAIRS)
def test_a_release_behaves_like_its_era(release, kernel):
    era, doubt = era_of(release)
    assert (era.kernel, doubt) == (kernel, "")


def test_every_era_but_those_of_other_names_has_its_first_release():
    for row in ERAS:
        if row.first > (0, 0):
            assert era_of("{}.{}.0".format(*row.first))[0] is row


def test_both_sides_of_every_backport_are_among_them():
    named = {name for name, _ in PAIRS + ASSUMED_PAIRS}
    for row in BACKPORTS:
        x, y = row.series
        assert {f"{x}.{y}.{row.since - 1}", f"{x}.{y}.{row.since}", f"{x}.{y}"} <= named


@pytest.mark.parametrize(("release", "kernel"), ASSUMED_PAIRS)
def test_where_the_release_of_a_backport_is_assumed_the_name_says_so(release, kernel):
    era, doubt = era_of(release)
    assert era.kernel == kernel
    assert doubt == f"{release}: that 4.9.36 was the first with d0fa28f00052 is assumed"
    assert strategy(f"{release}/mergeable").doubt == doubt


def test_the_table_is_in_order_and_cites_commits():
    places = [(row.series, row.since) for row in BACKPORTS]
    assert places == sorted(set(places))
    for row in BACKPORTS:
        assert re.fullmatch("[0-9a-f]{12}", row.mainline)
        assert re.fullmatch("([0-9a-f]{12})?", row.commit)
        assert row.evidence


def test_a_kernel_knows_its_release_whatever_it_is_like():
    assert kernel_of("5.4.121").release == (5, 4)
    assert kernel_of("5.10.0").release == (5, 10)
    assert kernel_of("mst-2016").release == (0, 0)
    assert kernel_of("6.1").max_header is None


def test_a_newer_release_is_taken_as_the_newest_known_and_says_so():
    era, doubt = era_of("7.4")
    assert era.kernel == "7.2"
    assert doubt == "7.4 is newer than 7.3, the newest known: taken as 7.3"
    assert strategy("7.4/small").doubt == doubt


@pytest.mark.parametrize(
    ("kernel", "text"),
    [
        ("3.13", "3.13 is older than 3.14, the first that is modelled"),
        ("2.6.32", "2.6.32 is older than 3.14"),
        ("five", "no kernel 'five': name a release"),
        ("6", "no kernel '6': name a release"),
        ("debian8", "no kernel 'debian8': of these there are debian9, debian10,"),
        ("Debian8", "no kernel 'Debian8': of these there are debian9, debian10,"),
        ("Debian12", r"no kernel 'Debian12': did you mean debian12\?"),
        ("UBUNTU22.04-HWE", r"no kernel 'UBUNTU22.04-HWE': did you mean ubuntu22.04-hwe\?"),
        ("\uff16.\uff18", "no kernel '\uff16.\uff18': name a release"),  # digits, but not ASCII
        ("6.\u0668", "no kernel '6.\u0668': name a release"),
    ],
)
def test_what_is_not_established_is_refused(kernel, text):
    with pytest.raises(StrategyError, match=text):
        strategy(f"{kernel}/mergeable")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("6.12/big+xdp", "6.12/big\\+xdp: the big receive path never runs a program"),
        ("6.1/mergeable+xdp-frags", "programs with frags are for 6.3 and later"),
        ("4.9/small+xdp", "programs are for 4.10 and later"),
        ("6.1/smal", "no strategy '6.1/smal': did you mean 6.1/small"),
        ("6.1", "no strategy '6.1'"),
        ("6.1/big,guest_gso=0", "big mode needs a device_mtu above 1,500"),
        ("6.1/big,guest_gso=0,device_mtu=1500", "big mode needs a device_mtu above 1,500"),
    ],
)
def test_what_a_driver_cannot_be_is_refused_with_the_reason(name, text):
    with pytest.raises(StrategyError, match=text):
        strategy(name)


def test_the_name_keeps_the_release():
    assert strategy("6.8/small+xdp").name == "6.8/small+xdp"
    assert strategy("6.8/big,device_mtu=9000,guest_gso=0").name == (
        "6.8/big,guest_gso=0,device_mtu=9000"
    )
