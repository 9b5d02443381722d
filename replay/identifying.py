"""From what `uname -r` prints in a guest to its strategies: `identify`."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from rxreplay.emulator import Strategy, strategy
from rxreplay.emulator.distributions import DEBIAN, DISTRIBUTIONS, MESH, ROWS, UBUNTU
from rxreplay.emulator.releases import BACKPORTS, kernel_of
from rxreplay.errors import StrategyError

PAGE_64K: Final = 65536
MODES: Final = ("mergeable", "big", "small")
GENERIC: Final = ("generic", "lowlatency", "virtual")  # Ubuntu's kernels that share numbers
FEATURES: Final = "/sys/class/net/IF/device/features"

WAYS: Final = (
    ("mergeable", f"'cut -c16 {FEATURES}' prints 1"),
    (
        "big",
        f"it prints 0, and 'cut -c8-11,55-56 {FEATURES}' has a 1 among the first four, or ends "
        f"with 11; or the MTU is above 1,500",
    ),
    ("small", "neither"),
    ("guest_gso", "0 where the second command has no such 1, and does not end with 11"),
    (
        "hdr_len",
        f"'cut -c16,33,58,66,68 {FEATURES}': 24 with a 1 behind the third (since 6.17); else 20 "
        f"where the third is 1 (since 5.18), 10 for 000, 12 for others",
    ),
    ("device_mtu", "maxmtu of 'ip -d link show IF', where it is below 65535"),
    ("--ring", "RX of 'ethtool -g IF', under the current settings"),
    ("queues", "Combined of 'ethtool -l IF'"),
    ("+xdp", "'ip link show IF' says xdp: a program is attached"),
    (
        "max_header",
        "80; 144 where 'grep -E \"^CONFIG_(WLAN|AX25)=\" /boot/config-$(uname -r)' finds any, "
        "176 with ^CONFIG_MAC80211_MESH= as well; a distribution's name implies it",
    ),
)


@dataclass(frozen=True, slots=True)
class Guest:
    """What a kernel's release string says.

    Attributes
    ----------
    release : str
        The string.
    kernel : str
        The `KERNEL` of its strategies.
    settings : tuple of (name, value)
        What its configuration sets, where `kernel` does not say it already.
    doubt : str
        What the string leaves open, or "".
    """

    release: str
    kernel: str
    settings: tuple[tuple[str, int], ...] = ()
    doubt: str = ""

    @property
    def strategies(self) -> list[Strategy]:
        """Give its strategies: what its driver can be."""
        return [self.in_mode(mode) for mode in MODES]

    def in_mode(self, mode: str) -> Strategy:
        """Give the strategy of a mode, with those of the settings that it knows."""
        plain = strategy(f"{self.kernel}/{mode}")
        known = {knob.name for knob in plain.knobs}
        return plain.with_settings({name: n for name, n in self.settings if name in known})

    @property
    def doubts(self) -> list[str]:
        """Give all that is uncertain: in the string, and about the kernel."""
        return list(filter(None, [self.doubt, kernel_of(self.kernel).doubt]))


def identify(release: str) -> Guest:
    """Read what `uname -r` prints; white space around it does not count.

    Raises
    ------
    StrategyError
        It is no kernel's release, or one that is too old.

    Examples
    --------
    >>> [each.name for each in identify("6.1.0-50-cloud-amd64").strategies]
    ['debian12-cloud/mergeable', 'debian12-cloud/big', 'debian12-cloud/small']
    >>> identify("5.14.0-427.13.1.el9_4.x86_64").kernel
    'rhel9.4'
    """
    release = release.strip()
    for pattern, read in READERS:
        match = re.fullmatch(pattern, release, re.ASCII)
        guest = read(release, match) if match else None
        if guest:
            break
    else:
        raise StrategyError(
            f"no kernel's release in {release!r}: give what 'uname -r' prints in the guest, "
            f"such as 6.1.0-50-cloud-amd64"
        )
    kernel_of(guest.kernel)  # raises where it is too old
    if re.search(PAGES_64K, release, re.ASCII):
        return replace(guest, settings=(*guest.settings, ("page_size", PAGE_64K)))
    return guest


def packaged(release: str, kernel: str, settings: tuple[tuple[str, int], ...] = ()) -> Guest:
    """Give a guest whose packager's patches nobody looked at, and say so."""
    doubt = f"{release}: taken as {kernel}, assumed: its packager's patches are not known"
    return Guest(release, kernel, settings, doubt)


def last_of(release: str, series: str, where: str) -> str:
    """Say that a string without a point release is taken as the last, where that matters."""
    if all(series != "{}.{}".format(*row.series) for row in BACKPORTS):
        return ""
    return f"{release} does not say its point release, {where} does: taken as the last"


def debian(release: str, match: re.Match[str]) -> Guest:
    """Read Debian's: `6.1.0-50-amd64`, `6.11.10-amd64`, `6.12.48+deb13-cloud-amd64`."""
    series, point, abi, cloud = match["series"], match["point"], match["abi"], match["cloud"]
    settings = () if cloud else (("max_header", MESH),)
    if not abi and point and int(point) == 0:
        return packaged(release, series, settings)
    if not abi:
        return Guest(release, f"{series}.{point or 0}", settings)
    doubt = last_of(release, series, "'uname -v'")
    if series not in DEBIAN:
        return Guest(release, series, settings, doubt)
    name = DEBIAN[series]
    has_cloud = bool(cloud) and f"{name}-cloud" in DISTRIBUTIONS
    return Guest(release, f"{name}-cloud" if has_cloud else name, doubt=doubt)


def ubuntu(release: str, match: re.Match[str]) -> Guest:
    """Read Ubuntu's: `6.8.0-45-generic`, `6.8.0-1018-aws`."""
    series, number = match["series"], int(match["number"])
    settings = (("max_header", MESH),)
    if series not in UBUNTU:
        return packaged(release, series, settings)
    name, earlier = UBUNTU[series]
    if match["flavour"] not in GENERIC:
        where = "/proc/version_signature"
        return Guest(release, name, doubt=last_of_flavour(release, earlier, where))
    like = next((like for below, like in earlier if number < below), "")
    return Guest(release, like, settings) if like else Guest(release, name)


def last_of_flavour(release: str, earlier: tuple[tuple[int, str], ...], where: str) -> str:
    """Say that a kernel with numbers of its own is taken as the last, where that matters."""
    if not earlier:
        return ""
    return f"{release} has a number of its own, {where} says the release: taken as the last"


def rhel(release: str, match: re.Match[str]) -> Guest | None:
    """Read those of RHEL and what is built from it: `5.14.0-427.13.1.el9_4.x86_64`."""
    major, minor, build = match["major"], match["minor"], int(match["build"])
    rows = [row for row in ROWS if row.name.startswith(f"rhel{major}.")]
    if not rows:
        kernel_of(match["series"])  # says so where it is too old
        raise StrategyError(f"{release}: RHEL {major} is not known, only 8, 9 and 10")
    if not rows[0].package.startswith(f"{match['series']}.{match['point']}-"):
        return None  # a kernel of someone else for that RHEL
    builds = {int(re.split("[-.]", row.package)[3]): row.name for row in rows}
    if minor and f"rhel{major}.{minor}" in DISTRIBUTIONS:
        return Guest(release, f"rhel{major}.{minor}")
    known = [number for number in sorted(builds) if number <= build] or [min(builds)]
    return Guest(release, builds[known[-1]], doubt=f"{release}: taken as {builds[known[-1]]}")


def sles(release: str, match: re.Match[str]) -> Guest:
    """Read SUSE's: `5.14.21-150500.55.52-default`."""
    name = f"sles15.{match['pack']}"
    if name in DISTRIBUTIONS:
        return Guest(release, name)
    return packaged(release, match["series"], (("max_header", MESH),))


def other(release: str, match: re.Match[str]) -> Guest:
    """Read any other: Fedora's, Amazon's, Arch's, or one that was built from the tree.

    A point release of 0 counts where the tree was built; a packager's number may stand for any.
    """
    series, point, suffix = match["series"], int(match["point"] or 0), match["suffix"]
    if not suffix:
        return Guest(release, release)
    if point == 0 and not re.fullmatch(OF_A_TREE, suffix, re.ASCII):
        return packaged(release, series)
    kernel = f"{series}.{point}"
    patched = re.search(PATCHED, suffix, re.ASCII)
    return packaged(release, kernel) if patched else Guest(release, kernel)


PAGES_64K: Final = r"\b64kb?\b|\.el8(_\d+)?\.aarch64\b"  # RHEL 8 for arm64 has no others
OF_A_TREE: Final = r"[-~]rc\d.*|\+|(-\d+)?-g[0-9a-f]{7,}.*|-arch.*|.*\.(fc\d|elrepo\.).*"
PATCHED: Final = r"uek|pve|\.(oe|an|al|tl)\d"  # Oracle, Proxmox, openEuler, Anolis, ...
SERIES: Final = r"(?P<series>\d{1,4}\.\d{1,4})\.(?P<point>\d{1,4})"
ARCHS: Final = r"(amd64|arm64|686|686-pae|armmp|armmp-lpae|ppc64el|powerpc64le|s390x|riscv64|i386)"
FLAVOURS: Final = (
    r"(?P<flavour>generic|lowlatency|virtual|kvm|aws|azure|gcp|gke|gkeop|ibm|oem|oracle|nvidia)"
)
SUSE: Final = r"(default|64kb|azure|preempt|rt|vanilla|debug|kvmsmall)"
Reader = Callable[[str, re.Match[str]], Guest | None]
READERS: Final[tuple[tuple[str, Reader], ...]] = (
    (
        r"(?P<series>\d{1,4}\.\d{1,4})(\.(?P<point>\d{1,4}))?"
        r"(-(?P<abi>[\d.]+((deb\w+|bpo)\.\d+)?)|\+\w+)?"
        rf"-(?P<cloud>cloud-)?(rt-)?{ARCHS}(-\w+)?",
        debian,
    ),
    (rf"{SERIES}-(?P<number>\d{{1,6}})-{FLAVOURS}(-\w+)*", ubuntu),
    (
        rf"(?!.*elrepo){SERIES}-(?P<build>\d{{1,6}})[\w.]*"
        r"\.el(?P<major>\d+)(_(?P<minor>\d+))?([.+]\w+)*",
        rhel,
    ),
    (rf"{SERIES}-(150(?P<pack>\d)00|(lp)?\d{{1,6}})\.[\d.]+-{SUSE}", sles),
    (
        r"(?P<series>\d{1,4}\.\d{1,4})(\.(?P<point>\d{1,4}))?(?P<suffix>[-+.~_a-zA-Z][!-~]*)?",
        other,
    ),
)
