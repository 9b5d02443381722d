"""From a release to its era: each boundary from both sides."""

import re

import pytest
from rxreplay.emulator import strategy
from rxreplay.emulator.eras import ERAS
from rxreplay.emulator.releases import era_of
from rxreplay.errors import StrategyError

BOUNDARIES = """
3.14 4.8    4.9 4.9     4.10 4.10   4.11 4.11   4.12 4.12   4.13 4.13   4.15 4.13   4.16 4.16
5.2 4.16    5.3 5.3     5.4 5.10.0  5.9 5.10.0  5.11 5.11   5.12 5.11   5.13 5.15   5.17 5.15
5.18 6.0    6.0 6.0     6.1 6.1     6.2 6.1     6.3 6.11    6.12 6.12   6.13 6.13   6.14 6.16
6.17 6.16   6.18 6.18   6.19 6.18   7.0 6.18    7.1 7.2     7.2 7.2     7.3 7.2
5.10 5.10   5.10.0 5.10.0   5.10.223 5.10   6.1.192 6.1     5.15.7 5.15
"""
PAIRS = re.findall(r"(\S+) (\S+)", BOUNDARIES)


@pytest.mark.parametrize(("release", "kernel"), PAIRS)
def test_a_release_behaves_like_its_era(release, kernel):
    era, doubt = era_of(release)
    assert (era.kernel, doubt) == (kernel, "")


def test_every_era_but_those_of_other_names_has_its_first_release():
    for row in ERAS:
        if row.first > (0, 0) and row.kernel != "6.12.0":
            assert era_of("{}.{}".format(*row.first))[0] is row


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
        ("5.10.100", "5.10.100: which of its releases brought the changes of 5.13"),
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
