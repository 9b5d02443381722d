"""What `uname -r` prints in guests of many makes."""

import re
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rxreplay.errors import StrategyError
from rxreplay.identifying import WAYS, identify

MESH, PAGE = ("max_header", 176), ("page_size", 65536)
GUEST_PAGE = Path(__file__).resolve().parents[2] / "docs" / "guest.md"


@pytest.mark.all_variants
@pytest.mark.parametrize(
    ("release", "kernel", "settings"),
    [
        ("6.1.0-50-cloud-amd64", "debian12-cloud", ()),
        ("6.1.0-50-rt-amd64", "debian12", ()),
        ("6.1.0-0.deb11.21-cloud-arm64", "debian12-cloud", ()),
        ("4.9.0-19-amd64", "debian9", ()),
        ("5.10.0-0.bpo.15-amd64", "debian11", ()),
        ("5.10.0-0.bpo.15-cloud-amd64", "debian11-cloud", ()),
        ("4.19.0-0.bpo.19-amd64", "debian10", ()),
        ("4.19.0-0.bpo.19-cloud-amd64", "debian10-cloud", ()),
        ("4.9.0-0.bpo.12-amd64", "debian9", ()),
        ("6.6.9-amd64", "6.6.9", (MESH,)),
        ("6.11.10-amd64", "6.11.10", (MESH,)),
        ("6.11.10-cloud-amd64", "6.11.10", ()),
        ("6.12-amd64", "6.12.0", (MESH,)),
        ("6.12.0-amd64", "6.12", (MESH,)),
        ("6.12.48+deb13-amd64", "6.12.48", (MESH,)),
        ("6.12.48+deb13-cloud-amd64", "6.12.48", ()),
        ("6.12.12+bpo-amd64", "6.12.12", (MESH,)),
        ("5.16.0-6-amd64", "5.16", (MESH,)),
        ("5.15.0-105-generic", "ubuntu22.04", ()),
        ("6.8.0-57-generic", "6.8", (MESH,)),
        ("6.8.0-58-generic", "6.12.5", (MESH,)),
        ("6.8.0-71-lowlatency", "6.12.5", (MESH,)),
        ("6.8.0-72-generic", "ubuntu24.04", ()),
        ("6.8.0-72-generic-64k", "ubuntu24.04", (PAGE,)),
        ("6.5.0-45-generic", "6.5", (MESH,)),
        ("4.15.0-136-generic", "4.15", (MESH,)),
        ("4.15.0-137-generic", "4.14.217", (MESH,)),
        ("4.15.0-159-generic", "ubuntu18.04", ()),
        ("5.4.0-66-generic", "5.10.0", (MESH,)),
        ("5.4.0-67-generic", "5.11", (MESH,)),
        ("5.4.0-78-generic", "ubuntu20.04", ()),
        ("4.4.0-87-generic", "4.8", (MESH,)),
        ("4.4.0-88-generic", "4.4.76", (MESH,)),
        ("4.4.0-204-generic", "ubuntu16.04", ()),
        ("7.0.0-1018-aws", "ubuntu26.04", ()),
        ("5.14.0-427.13.1.el9_4.x86_64", "rhel9.4", ()),
        ("5.14.0-427.13.1.el9_4.aarch64+64k", "rhel9.4", (PAGE,)),
        ("4.18.0-553.el8_10.x86_64", "rhel8.10", ()),
        ("4.18.0-553.el8_10.aarch64", "rhel8.10", (PAGE,)),
        ("4.18.0-553.el8_10.aarch64+debug", "rhel8.10", (PAGE,)),
        ("5.14.0-427.13.1.el9_4.aarch64", "rhel9.4", ()),
        ("6.11.3-1.el9.elrepo.x86_64", "6.11.3", ()),
        ("5.4.278-1.el7.elrepo.x86_64", "5.4.278", ()),
        ("6.6.30-1.el9.x86_64", "6.6.30", ()),
        ("5.15.0-200.131.27.el9uek.x86_64", "5.15", ()),
        ("6.1.119-129.201.amzn2023.x86_64", "6.1.119", ()),
        ("5.14.21-150500.55.52-default", "sles15.5", ()),
        ("5.14.21-150400.24.63-64kb", "sles15.4", (PAGE,)),
        ("6.4.0-150600.21-64kb", "sles15.6", (PAGE,)),
        ("4.12.14-122.120-default", "4.12", (MESH,)),
        ("6.12.0-160000.5-default", "6.12", (MESH,)),
        ("6.11.3-1-default", "6.11.3", ()),
        ("6.11.4-301.fc41.x86_64", "6.11.4", ()),
        ("6.12.1-arch1-1", "6.12.1", ()),
        ("5.15.167.4-microsoft-standard-WSL2", "5.15.167", ()),
        ("6.19.0-rc3+", "6.19.0", ()),
        ("6.12-rc6-amd64", "6.12.0", ()),
        ("5.10.0-60.18.0.50.oe2203.x86_64", "5.10", ()),
        ("5.10.134-16.3.an8.x86_64", "5.10.134", ()),
        (" 6.6.60 \r\n", "6.6.60", ()),
        ("6.6.60", "6.6.60", ()),
        ("6.6", "6.6", ()),
        ("debian", None, ()),
        ("", None, ()),
        ("6", None, ()),
        ("\uff16.\uff18", None, ()),
        ("6.\u0668.0-45-generic", None, ()),
        ("6.1\uff16", None, ()),
        ("6.1.0-50-amd64 #1 SMP", None, ()),
    ],
)
def test_a_release_string_names_its_kernel(release, kernel, settings):
    if kernel is None:
        with pytest.raises(StrategyError, match=r"no kernel's release in .* 'uname -r' prints"):
            identify(release)
        return
    guest = identify(release)
    assert (guest.release, guest.kernel, guest.settings) == (release.strip(), kernel, settings)


@pytest.mark.all_variants
@pytest.mark.parametrize(
    ("release", "doubt"),
    [
        ("6.1.0-50-cloud-amd64", ""),  # 6.1.y took nothing
        ("5.10.0-3-amd64", "does not say its point release, 'uname -v' does: taken as the last"),
        ("6.12.48+deb13-amd64", ""),
        ("6.8.0-72-generic", ""),
        ("6.8.0-1018-aws", "has a number of its own, /proc/version_signature says the release"),
        ("5.15.0-1018-aws", ""),
        ("5.14.0-480.el9.x86_64", ": taken as rhel9.4"),
        ("4.18.0-193.el8.x86_64", ": taken as rhel8.4"),
        ("5.14.0-999.el9_99.x86_64", ": taken as rhel9.7"),
        ("5.10.0-0.bpo.15-amd64", "'uname -v' does: taken as the last"),
        ("5.15.0-200.131.27.el9uek.x86_64", ": taken as 5.15, assumed: its packager's patches"),
        ("5.4.17-2136.338.4.2.el8uek.x86_64", ": taken as 5.4.17, assumed: its packager's"),
        ("5.3.18-150300.59.60-default", ": taken as 5.3, assumed: its packager's patches"),
        ("5.3.18-59.40-default", ": taken as 5.3, assumed: its packager's patches"),
        ("5.3.18-lp152.106.1-default", ": taken as 5.3, assumed: its packager's patches"),
        ("4.12.14-122.120-default", ": taken as 4.12, assumed: its packager's patches"),
        ("6.12.0-160000.5-default", ": taken as 6.12, assumed: its packager's patches"),
        ("6.8.12-4-pve", ": taken as 6.8.12, assumed: its packager's patches"),
        ("5.15.0-1-pve", ": taken as 5.15, assumed: its packager's patches"),
        ("5.15.0-1018-raspi", ": taken as 5.15, assumed: its packager's patches"),
        ("5.15.0-73-fips", ": taken as 5.15, assumed: its packager's patches"),
        ("6.5.0-45-generic", ": taken as 6.5, assumed: its packager's patches"),
        ("5.10.0-60.18.0.50.oe2203.x86_64", ": taken as 5.10, assumed: its packager's patches"),
        ("5.10.134-16.3.an8.x86_64", ": taken as 5.10.134, assumed: its packager's patches"),
        ("6.1.0-mine", ": taken as 6.1, assumed: its packager's patches"),
        ("6.12.0-amd64", ": taken as 6.12, assumed: its packager's patches"),
        ("6.11.10-amd64", ""),
        ("6.12-amd64", ""),
        ("6.12.1-arch1-1", ""),
        ("6.12.0-arch1-1", ""),
        ("6.11.0-63.fc41.x86_64", ""),
        ("6.12.0-1.el9.elrepo.x86_64", ""),
        ("5.15.167.4-microsoft-standard-WSL2", ""),
        ("6.11.3-1-default", ""),
        ("6.19.0-rc3+", ""),
        ("6.6.0-00123-g0123456789ab", ""),
        ("6.1.0+", ""),
        ("6.1.0", ""),
    ],
)
def test_what_the_string_leaves_open_is_said(release, doubt):
    found = identify(release).doubt
    assert (found == "") == (doubt == "")
    assert doubt in found


def test_all_doubts_are_given_the_strings_and_the_kernels():
    guest = identify("5.14.0-480.el9.x86_64")
    assert guest.doubts == [
        "5.14.0-480.el9.x86_64: taken as rhel9.4",
        "rhel9.4 (kernel 5.14.0-427): that it receives like 6.11 is assumed",
    ]
    assert identify("6.1.192").doubts == []


def test_settings_show_where_a_mode_knows_them():
    names = [each.name for each in identify("6.8.0-45-generic").strategies]
    assert names == ["6.8/mergeable,max_header=176", "6.8/big,max_header=176", "6.8/small"]
    names = [each.name for each in identify("5.16.0-6-amd64").strategies]
    assert names == ["5.16/mergeable", "5.16/big", "5.16/small"]


@pytest.mark.parametrize(
    ("release", "text"),
    [
        ("3.10.0-1160.el7.x86_64", "3.10 is older than 3.14"),
        ("2.6.32-754.el6.x86_64", "2.6 is older than 3.14"),
        ("6.19.0-1.el11.x86_64", "RHEL 11 is not known, only 8, 9 and 10"),
        ("3.13.0-24-generic", "3.13 is older than 3.14"),
        ("2.6.32", "2.6.32 is older than 3.14"),
    ],
)
def test_what_is_not_modelled_is_refused(release, text):
    with pytest.raises(StrategyError, match=text):
        identify(release)


PARTS = ["6.1.0", "6.12.48", "5.14.0", "3.9", "-50", "-427.13.1", "+deb13", "-cloud", "-amd64"]
PARTS += [".el9_4", ".el8", "-generic", "-aws", "-64k", "+64k", "-150500.1-default", ".", "x"]
PARTS += ["-0.bpo.3", "-64kb", ".elrepo", ".oe1", "+", "-rc1", " ", "\r", "\uff16"]


@given(st.lists(st.sampled_from(PARTS) | st.text(max_size=3), max_size=5).map("".join))
@example("6.1.0-50-amd64\n")
@example("9" * 5000 + ".1.1")
@example("1." + "9" * 5000)
@example("6.8.0-" + "9" * 5000 + "-generic")
@example("5.14.0-" + "9" * 5000 + ".el9")
def test_any_text_is_a_guest_or_an_error(release):
    try:
        guest = identify(release)
    except StrategyError:
        return
    assert len(guest.strategies) == 3


def test_each_way_to_choose_is_in_the_guide():
    page = GUEST_PAGE.read_text().replace("\\|", "|")
    words = re.findall(r"'(cut -c[-,\d]+|ip -d link|ethtool -g|ethtool -l|ip link)", str(WAYS))
    assert len(words) == 7
    assert [word for word in words if word not in page] == []
