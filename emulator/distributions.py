"""The kernels of distributions, as data: which release each receives like, and who looked."""

from dataclasses import dataclass
from typing import Final

from .eras import Release

ASSUMED: Final = "assumed"
READ: Final = "source read"
RECORDED: Final = "source read, recorded"
REBASED: Final = ("rhel", "sles")  # these take whole subsystems of later releases


@dataclass(frozen=True, slots=True)
class Distribution:
    """A distribution's kernel.

    Attributes
    ----------
    name : str
        The name in `KERNEL/MODE`; of the `-cloud` kernels where there are such.
    like : str
        The release, or the row of the era table, that it receives like.
    max_header : int
        `MAX_HEADER` of its configuration.
    package : str
        The version of the kernel package that was looked at, the last one of that release.
    evidence : str
        How the behaviour was established: its source read, recorded; or `assumed`.
    """

    name: str
    like: str
    max_header: int
    package: str
    evidence: str

    @property
    def release(self) -> Release:
        """Give the mainline release whose options it has.

        Examples
        --------
        >>> DISTRIBUTIONS["ubuntu24.04"].release, DISTRIBUTIONS["rhel9.7"].release
        ((6, 8), (6, 12))
        """
        text = self.like if self.name.startswith(REBASED) else self.package
        major, minor = text.split(".")[:2]
        return int(major), int(minor)


# LL_MAX_HEADER of include/linux/netdevice.h, 48 more with any tunnel
CLOUD: Final = 32 + 48  # no wireless
WIRELESS: Final = 96 + 48  # WLAN without MAC80211_MESH
MESH: Final = 128 + 48  # WLAN and MAC80211_MESH

# RHEL takes changes of later releases within a release. Its 4.18.0-348.2.1 and one 5.14.0 were
# read, and the configuration of 5.14.0-284; which minor release took what is assumed.
# fmt: off
ROWS: Final = (
    #            name                like        max_header package          evidence
    Distribution("debian9",          "4.9.320",  MESH,     "4.9.320-2",      ASSUMED),
    Distribution("debian10",         "4.19.316", MESH,     "4.19.316-1",     ASSUMED),
    Distribution("debian10-cloud",   "4.19.316", CLOUD,    "4.19.316-1",     ASSUMED),
    Distribution("debian11",         "5.10.262", MESH,     "5.10.262-1",     READ),
    Distribution("debian11-cloud",   "5.10.262", CLOUD,    "5.10.262-1",     RECORDED),
    Distribution("debian12",         "6.1.192",  MESH,     "6.1.192-2",      READ),
    Distribution("debian12-cloud",   "6.1.192",  CLOUD,    "6.1.192-2",      RECORDED),
    Distribution("debian13",         "6.12.117", MESH,     "6.12.117-1",     READ),
    Distribution("debian13-cloud",   "6.12.117", CLOUD,    "6.12.117-1",     RECORDED),
    Distribution("ubuntu16.04",      "4.4.262",  MESH,     "4.4.0-210.242",  READ),
    Distribution("ubuntu16.04-hwe",  "4.14",     MESH,     "4.15.0-213.224", READ),
    Distribution("ubuntu18.04",      "4.14",     MESH,     "4.15.0-213.224", READ),
    Distribution("ubuntu18.04-hwe",  "5.4.291",  MESH,     "5.4.0-216.236",  READ),
    Distribution("ubuntu20.04",      "5.4.291",  MESH,     "5.4.0-216.236",  READ),
    Distribution("ubuntu20.04-hwe",  "5.15.224", MESH,     "5.15.0-204.214", READ),
    Distribution("ubuntu22.04",      "5.15.224", MESH,     "5.15.0-204.214", READ),
    Distribution("ubuntu22.04-hwe",  "6.12",     MESH,     "6.8.0-151.151",  READ),
    Distribution("ubuntu24.04",      "6.12",     MESH,     "6.8.0-151.151",  READ),
    Distribution("ubuntu24.04-hwe",  "7.0.14",   MESH,     "7.0.0-44.44",    READ),
    Distribution("ubuntu25.04",      "6.14.11",  MESH,     "6.14.0-37.37",   READ),
    Distribution("ubuntu25.10",      "6.17.13",  MESH,     "6.17.0-41.41",   READ),
    Distribution("ubuntu26.04",      "7.0.14",   MESH,     "7.0.0-44.44",    READ),
    Distribution("rhel8.4",          "4.18",     WIRELESS, "4.18.0-305",     ASSUMED),
    Distribution("rhel8.5",          "4.18",     WIRELESS, "4.18.0-348.2.1", READ),
    Distribution("rhel8.6",          "4.18",     WIRELESS, "4.18.0-372",     ASSUMED),
    Distribution("rhel8.7",          "4.18",     WIRELESS, "4.18.0-425",     ASSUMED),
    Distribution("rhel8.8",          "4.18",     WIRELESS, "4.18.0-477",     ASSUMED),
    Distribution("rhel8.9",          "4.18",     WIRELESS, "4.18.0-513",     ASSUMED),
    Distribution("rhel8.10",         "4.18",     WIRELESS, "4.18.0-553",     ASSUMED),
    Distribution("rhel9.0",          "5.15",     WIRELESS, "5.14.0-70",      ASSUMED),
    Distribution("rhel9.1",          "5.15",     WIRELESS, "5.14.0-162",     ASSUMED),
    Distribution("rhel9.2",          "6.1",      WIRELESS, "5.14.0-284",     ASSUMED),
    Distribution("rhel9.3",          "6.1",      WIRELESS, "5.14.0-362",     ASSUMED),
    Distribution("rhel9.4",          "6.11",     WIRELESS, "5.14.0-427",     ASSUMED),
    Distribution("rhel9.5",          "6.11",     WIRELESS, "5.14.0-503",     ASSUMED),
    Distribution("rhel9.6",          "6.11",     WIRELESS, "5.14.0-570",     ASSUMED),
    Distribution("rhel9.7",          "6.12",     WIRELESS, "5.14.0-611",     ASSUMED),
    Distribution("rhel10.0",         "6.12.5",   WIRELESS, "6.12.0-55",      ASSUMED),
    Distribution("rhel10.1",         "6.12",     WIRELESS, "6.12.0-124",     ASSUMED),
    Distribution("amazon2",          "5.10",     CLOUD,    "5.10",           ASSUMED),
    Distribution("amazon2023",       "6.1",      CLOUD,    "6.1",            ASSUMED),
    Distribution("sles15.4",         "5.15",     MESH,     "5.14.21-150400", ASSUMED),
    Distribution("sles15.5",         "5.15",     MESH,     "5.14.21-150500", ASSUMED),
    Distribution("sles15.6",         "6.11",     MESH,     "6.4.0-150600",   ASSUMED),
    Distribution("sles15.7",         "6.11",     MESH,     "6.4.0-150700",   ASSUMED),
)
# fmt: on
DISTRIBUTIONS: Final = {row.name: row for row in ROWS}

# Ubuntu's series, the name of the last package of each, and for earlier ones what the generic
# kernels below a number are like, by their changelogs.
UBUNTU: Final[dict[str, tuple[str, tuple[tuple[int, str], ...]]]] = {
    "4.4": ("ubuntu16.04", ((88, "4.8"), (204, "4.4.76"))),
    "4.15": ("ubuntu18.04", ((137, "4.15"), (159, "4.14.217"))),
    "5.4": ("ubuntu20.04", ((67, "5.10.0"), (78, "5.11"))),
    "5.15": ("ubuntu22.04", ()),
    "6.8": ("ubuntu24.04", ((58, "6.8"), (72, "6.12.5"))),
    "6.14": ("ubuntu25.04", ()),
    "6.17": ("ubuntu25.10", ()),
    "7.0": ("ubuntu26.04", ()),
}
DEBIAN: Final = {"4.9": "debian9", "4.19": "debian10", "5.10": "debian11", "6.1": "debian12"}
