"""Fleets that differ in one knob: what a device that offers something else makes of a kernel."""

import pytest
from rxreplay.alternatives import as_device, changes, mode_of, strategy_like
from rxreplay.emulator import STRATEGIES, strategy
from rxreplay.errors import StrategyError
from rxreplay.fleets import fleet


def modes(*, mergeable, gso, mtu):
    """By kernel-facts 1.1, for a kernel up to 4.10 and for a later one."""
    if mergeable:
        return ["mergeable", "mergeable"]
    return ["big" if gso else "small", "big" if gso or mtu > 1500 else "small"]


@pytest.mark.parametrize("mergeable", [True, False])
@pytest.mark.parametrize("gso", [True, False])
@pytest.mark.parametrize("mtu", [0, 1500, 1501, 9000])
def test_how_a_driver_chooses_its_mode(mergeable, gso, mtu):
    offers = {"mergeable": mergeable, "guest_gso": gso, "device_mtu": mtu}
    kernels = [strategy(f"{kernel}/mergeable") for kernel in ("4.10", "4.11")]
    expected = modes(mergeable=mergeable, gso=gso, mtu=mtu)
    assert [mode_of(kernel, **offers) for kernel in kernels] == expected


@pytest.mark.parametrize(
    ("name", "features", "expected"),
    [
        ("5.10/mergeable", {"mergeable": 0}, "5.10/big"),
        ("5.10/mergeable,guest_gso=0", {"mergeable": 0}, "5.10/small"),
        ("5.10/mergeable", {"mergeable": 0, "guest_gso": 0}, "5.10/small"),
        ("5.10/small", {"mergeable": 1}, "5.10/mergeable,guest_gso=0"),
        ("5.10/small", {"guest_gso": 1}, "5.10/big"),
        ("6.1/big,device_mtu=9000", {"guest_gso": 0}, "6.1/big,guest_gso=0,device_mtu=9000"),
        ("6.1/big,guest_gso=0,device_mtu=9000", {"device_mtu": 1500}, "6.1/small,device_mtu=1500"),
        ("4.10/small,device_mtu=9000", {"guest_gso": 1}, "4.10/big,device_mtu=9000"),
        ("6.12/mergeable+xdp", {"mergeable": 0, "guest_gso": 0}, "6.12/small+xdp"),
        ("debian12/big", {"mergeable": 1}, "debian12/mergeable"),
        ("6.12/small,hdr_len=20", {"guest_gso": 1}, "6.12/big,hdr_len=20"),
        ("mst-2016/mergeable,min_avg=64", {"mergeable": 1}, "mst-2016/mergeable,min_avg=64"),
    ],
)
def test_a_device_that_offers_something_else(name, features, expected):
    assert as_device(strategy(name), **features).name == expected


@pytest.mark.parametrize(
    ("name", "features"),
    [("6.12/mergeable+xdp", {"mergeable": 0}), ("mst-2016/mergeable", {"mergeable": 0})],
)
def test_what_no_kernel_makes_of_it(name, features):
    with pytest.raises(StrategyError):
        as_device(strategy(name), **features)


def test_a_setting_that_a_kernel_does_not_know_is_left_out():
    like = strategy("6.18/mergeable,max_header=176")
    assert strategy_like(like, "5.10", "mergeable", dict(like.settings)).name == "5.10/mergeable"


def texts(planned):
    return [change.text for change in changes(planned)]


def test_each_change_is_there_once_and_none_changes_nothing():
    assert texts(fleet("5.10/mergeable")) == [
        "half the ring",
        "no guest GSO",
        "neither mergeable buffers nor guest GSO",
        "kernel 6.1",
        "kernel 6.12",
        "kernel 7.2",
    ]
    assert texts(fleet("5.10/small", vcpus=8, ring=2)) == [
        "at most 4 queues a NIC",  # which is half of them
        "mergeable buffers",
        "kernel 6.1",
        "kernel 6.12",
        "kernel 7.2",
    ]
    assert texts(fleet("6.1/big,guest_gso=0,device_mtu=9000", vcpus=12))[:5] == [
        "at most 4 queues a NIC",
        "half the queues",
        "half the ring",
        "mergeable buffers",
        "device MTU of 1,500",
    ]
    assert "kernel 5.10" not in texts(fleet("debian11/small"))  # it is one


@pytest.mark.parametrize("name", [each.name for each in STRATEGIES])
def test_every_strategy_has_changes_that_can_be_laid_out(name):
    planned = fleet(name, vcpus=3)
    found = changes(planned)
    assert len(found) >= 2
    for change in found:
        assert change.fleet != planned
        for nic in change.fleet.nics:
            assert nic.strategy.layout(nic.ring).ring_size == nic.ring
