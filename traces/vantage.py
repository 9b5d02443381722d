"""Where a capture was taken, seen from the device; docs/vantage.md has the facts."""

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from .packets import Int64s, Records

DEVICE, WIRE, GUEST, AUTO = VANTAGES = ("device", "wire", "guest", "auto")
FCS_LEN: Final = 4
MERGEABLE_SHARE: Final = 0.1  # below it merging would change little
FCS_SHARE: Final = 0.5


@dataclass(frozen=True, slots=True)
class Seen:
    """What tells where a capture was taken.

    Parameters
    ----------
    packets : int
        All of them.
    above_mtu : int
        Longer than 1,514 bytes, tags apart.
    mergeable : int
        TCP segments that go on where the packet before them ended, which had no PSH.
    tagged : int
        With a VLAN tag.
    padded : int
        Of 60 to 64 bytes, and longer than the IP packet in them.
    trailing : int
        Above 64 bytes, with exactly four more than the IP packet in them.
    flows : int
        Whose flow can be told: addresses, protocol, and ports where there are some.
    long_tcp : int
        Whole TCP packets of those above 1,514 bytes: what a GRO can have merged.

    Examples
    --------
    >>> Seen(packets=100, above_mtu=40).mergeable
    0
    """

    packets: int = 0
    above_mtu: int = 0
    mergeable: int = 0
    tagged: int = 0
    padded: int = 0
    trailing: int = 0
    flows: int = 0
    long_tcp: int = 0


class Decision(NamedTuple):
    """A vantage, and why."""

    vantage: str
    reason: str


def told(vantage: str) -> Decision | None:
    """Give the decision that an option makes, None where the capture has to be looked at.

    Examples
    --------
    >>> told("wire"), told("auto")
    (Decision(vantage='wire', reason='--vantage wire'), None)
    """
    return None if vantage == AUTO else Decision(vantage, f"--vantage {vantage}")


def decide(seen: Seen) -> Decision:
    """Say what `auto` takes a capture for: always `device`, with what else it could be.

    Long packets do not tell: a tap with offloads shows them, and so does a guest above its GRO.

    Examples
    --------
    >>> decide(Seen(packets=10, mergeable=8)).reason
    "the device's: none above 1,514 bytes, 80 % are TCP that GRO would merge; if on the wire: \
--vantage wire"
    """
    if not seen.packets:
        return Decision(DEVICE, "the device's: no packets to decide by")
    return Decision(DEVICE, f"the device's: {_evidence(seen)}")


def _evidence(seen: Seen) -> str:
    long = "none"
    if seen.above_mtu:
        long = _percent(seen.above_mtu, seen.packets)
        if seen.long_tcp:
            return f"{long} above 1,514 bytes; if in the guest, above its GRO: --vantage guest"
    long += " above 1,514 bytes" + (", but no TCP" if seen.above_mtu else "")
    if seen.mergeable >= MERGEABLE_SHARE * seen.packets:
        share = _percent(seen.mergeable, seen.packets)
        return f"{long}, {share} are TCP that GRO would merge; if on the wire: --vantage wire"
    return f"{long}, and little that GRO would merge"


def remarks(seen: Seen, *, fcs: int | str = AUTO, vlan: str = "keep") -> list[str]:
    """Tell what packets carry that a device may not get, where no option says what to do with it.

    Examples
    --------
    >>> remarks(Seen(packets=10, tagged=5))
    ['50 % of the packets have a VLAN tag; where the card takes it off, --vlan strip']
    """
    told = []
    if seen.trailing > FCS_SHARE * seen.packets and fcs == AUTO:
        share = _percent(seen.trailing, seen.packets)
        told.append(f"{share} of the packets end in 4 bytes beyond IP, as an FCS does: --fcs 4")
    if seen.tagged and vlan == "keep":
        share = _percent(seen.tagged, seen.packets)
        told.append(
            f"{share} of the packets have a VLAN tag; where the card takes it off, --vlan strip"
        )
    return told


def padding(seen: Seen) -> str:
    """Tell of padded packets; "" where there are none.

    Examples
    --------
    >>> padding(Seen(packets=10))
    ''
    """
    if not seen.padded:
        return ""
    return (
        f"{_percent(seen.padded, seen.packets)} of the packets are padded to 60 bytes, as on a "
        "wire; those that the host sends itself are not, and are shorter by up to 18 bytes."
    )


def _percent(part: int, whole: int) -> str:
    share = 100 * part / whole
    return f"{share:.0f} %" if share >= 1 else "less than 1 %"


def without_fcs(frame_len: Int64s, fcs_len: int | Int64s = FCS_LEN) -> Int64s:
    """Give the lengths without the frame check sequence, which no device passes on.

    Examples
    --------
    >>> without_fcs(np.array([64, 1518, 2])).tolist()
    [60, 1514, 0]
    """
    shorter: Int64s = np.maximum(frame_len - fcs_len, 0)
    return shorter


def without_tags(frame_len: Int64s, headers: Records) -> Int64s:
    """Give the lengths without VLAN tags, which `headers` then count no longer.

    Examples
    --------
    >>> from .headers import new_headers
    >>> headers = new_headers(2)
    >>> headers["tag_bytes"] = [4, 0]
    >>> without_tags(np.array([1518, 60]), headers).tolist(), headers["tag_bytes"].tolist()
    ([1514, 60], [0, 0])
    """
    shorter: Int64s = frame_len - headers["tag_bytes"]
    headers["tag_bytes"] = 0
    return shorter
