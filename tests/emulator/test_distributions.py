"""The kernels of distributions: what each is like, its MAX_HEADER, and what is assumed."""

import pytest
from rxreplay.emulator import strategy
from rxreplay.emulator.distributions import ASSUMED, DEBIAN, DISTRIBUTIONS, ROWS, UBUNTU
from rxreplay.emulator.eras import ERAS
from rxreplay.emulator.releases import kernel_of


@pytest.mark.parametrize(
    ("name", "era", "release", "max_header"),
    [
        ("debian9", "4.9", (4, 9), 176),
        ("debian10", "4.19", (4, 19), 176),
        ("debian11", "5.10", (5, 10), 176),
        ("debian11-cloud", "5.10", (5, 10), 80),
        ("debian12", "6.1", (6, 1), 176),
        ("debian12-cloud", "6.1", (6, 1), 80),
        ("debian13", "6.12", (6, 12), 176),
        ("debian13-cloud", "6.12", (6, 12), 80),
        ("ubuntu16.04", "4.9", (4, 4), 176),
        ("ubuntu18.04", "4.14", (4, 15), 176),
        ("ubuntu20.04", "5.10", (5, 4), 176),
        ("ubuntu22.04", "5.15", (5, 15), 176),
        ("ubuntu24.04", "6.12", (6, 8), 176),
        ("ubuntu25.04", "6.16", (6, 14), 176),
        ("ubuntu25.10", "6.16", (6, 17), 176),
        ("ubuntu26.04", "6.18", (7, 0), 176),
        ("rhel8.5", "4.16", (4, 18), 144),
        ("rhel9.7", "6.12", (6, 12), 144),  # 5.14.0 with much of 6.12
        ("sles15.7", "6.11", (6, 11), 176),
        ("amazon2", "5.10", (5, 10), 80),
    ],
)
def test_what_was_looked_at_is_like_its_release_without_doubt(name, era, release, max_header):
    kernel = kernel_of(name)
    assert (kernel.era.kernel, kernel.release) == (era, release)
    assert kernel.max_header == max_header
    assert (kernel.doubt == "") == (DISTRIBUTIONS[name].evidence != ASSUMED)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_what_is_assumed_says_so_and_all_can_be_named(row):
    kernel = kernel_of(row.name)
    assert kernel.era in ERAS
    assert kernel.max_header in (80, 144, 176)
    assert kernel_of(row.like).doubt == ""  # one doubt is enough
    text = f"{row.name} (kernel {row.package}): that it receives like {row.like} is assumed"
    assert kernel.doubt == (text if row.evidence == ASSUMED else "")
    for mode in ("small", "mergeable", "big"):
        named = strategy(f"{row.name}/{mode}")
        assert named.name == f"{row.name}/{mode}"
        assert named.doubt == kernel.doubt


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("ubuntu24.04/mergeable", {"dma_api", "max_skb_frags"}),  # 6.8, though it is like 6.12
        ("ubuntu22.04-hwe/small", {"dma_api", "max_skb_frags"}),
        ("ubuntu22.04/mergeable", set()),
        ("debian13/mergeable", {"max_skb_frags"}),
        ("rhel9.7/mergeable", {"max_skb_frags"}),
    ],
)
def test_what_can_be_set_follows_from_the_kernels_own_release(name, known):
    knobs = {knob.name for knob in strategy(name).knobs}
    assert knobs & {"dma_api", "max_skb_frags"} == known


@pytest.mark.parametrize(
    ("name", "longest"),
    [("ubuntu22.04", 12), ("ubuntu24.04", 20), ("ubuntu25.10", 24), ("ubuntu26.04", 24)],
)
def test_the_longest_header_is_that_of_the_kernels_own_release(name, longest):
    (hdr_len,) = (k for k in strategy(f"{name}/mergeable").knobs if k.name == "hdr_len")
    assert hdr_len.values[-1] == longest


def test_a_knob_of_the_kernels_own_release_can_be_set():
    assert strategy("ubuntu24.04/mergeable,dma_api=1").settings == (("dma_api", 1),)


@pytest.mark.parametrize(
    ("wlan", "mesh", "name"), [(0, 0, "debian12-cloud"), (1, 0, "rhel9.2"), (1, 1, "debian12")]
)
def test_max_header_follows_from_the_configuration(wlan, mesh, name):
    ll_max_header = 128 if wlan and mesh else 96 if wlan else 32
    assert DISTRIBUTIONS[name].max_header == ll_max_header + 48  # all have tunnels


def test_names_stand_once_and_the_tables_agree():
    assert len(DISTRIBUTIONS) == len(ROWS)
    assert set(DEBIAN.values()) <= set(DISTRIBUTIONS)
    for series, (name, earlier) in UBUNTU.items():
        assert DISTRIBUTIONS[name].package.startswith(f"{series}.0-")
        numbers = [below for below, _ in earlier]
        assert numbers == sorted(numbers)
        assert [kernel_of(like).doubt for _, like in earlier] == [""] * len(earlier)
