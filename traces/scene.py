"""What a walk has learnt about its capture, apart from packets: link types and warnings."""

from dataclasses import dataclass
from typing import Final

from .link_types import CARRIED, EN10MB, link_type_name

MOST_NAMED: Final = 16


@dataclass(frozen=True, slots=True)
class TraceWarning:
    """Something that the reader of a result should know; `code` is for programs, `text` for people.

    Examples
    --------
    >>> TraceWarning("cut", "x.pcap: cut inside record 3 at byte 84").code
    'cut'
    """

    code: str
    text: str


class Scene:
    """Link types, snaplen and warnings of one capture; refilled by each walk."""

    def __init__(self, name: str, link_type: int | None = None) -> None:
        """Start without knowing anything; `name` begins the text of warnings.

        `link_type` is what all packets are to be taken for, whatever the capture says.
        """
        self.name = name
        self._link_type = link_type
        self._link_types: dict[int, None] = {}  # in the order of their appearance
        self.snaplen = 0
        self.warnings: list[TraceWarning] = []
        self._warned: set[TraceWarning] = set()

    def clear(self) -> None:
        """Forget all, before a walk from the start; the list of warnings stays the same list."""
        self._link_types.clear()
        self.snaplen = 0
        self.warnings.clear()
        self._warned.clear()

    def warn(self, code: str, text: str) -> None:
        """Keep a warning, once however often it is met."""
        warning = TraceWarning(code, f"{self.name}: {text}")
        if warning not in self._warned:
            self._warned.add(warning)
            self.warnings.append(warning)

    def taken_for(self, link_type: int) -> int:
        """Give the link type that packets of an interface are taken for."""
        return link_type if self._link_type is None else self._link_type

    def add_interface(self, link_type: int, snaplen: int, fcs_len: int) -> None:
        """Note an interface; for classic pcap, the file is its own single interface."""
        self.snaplen = max(self.snaplen, snaplen)
        if link_type not in self._link_types:
            self._link_types[link_type] = None
            self._warn_of(link_type)
        if fcs_len:
            self.warn(
                "fcs",
                f"frames carry {fcs_len} bytes of frame check sequence, which no device passes on",
            )

    def _warn_of(self, link_type: int) -> None:
        """Warn of a link type that is no Ethernet; a damaged file can have thousands of them."""
        if link_type == EN10MB:
            return
        if len(self._link_types) > MOST_NAMED:
            text = f"it has more than {MOST_NAMED} link types; of the others no warning names any"
            self.warn("link_type", text)
            return
        what = (
            "a device would have got an Ethernet header of 14 bytes in place of its own"
            if link_type in CARRIED
            else "nothing of it can be a guest's traffic"
        )
        self.warn("link_type", f"link type {link_type_name(link_type)} is not Ethernet: {what}")

    @property
    def link_type(self) -> str:
        """Names of the link types, in the order of their appearance."""
        return "+".join(map(link_type_name, self._link_types))
