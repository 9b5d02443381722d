"""A capture that is one record after the other, all of one link type: classic pcap, and snoop."""

from typing import Literal

from .digest import Sums
from .link_types import EN10MB
from .packets import FCS_MASK, FCS_SHIFT, FLAGS, LINK, NO_QUEUE, QUEUE, WIRE_LEN, Int64s
from .scene import Scene
from .walk import new_walk
from .window import Window


class RecordDecoder:
    """What the two formats have in common: the walk, once their heads have set it up."""

    def __init__(self, scene: Scene, link_type: int, *, swapped: bool) -> None:
        """Begin a walk of packets of `link_type`, as the capture has it."""
        self.walk = new_walk(swapped)
        self.link_type = scene.taken_for(link_type)
        self.link_types = {self.link_type}
        self.walk["ethernet"] = self.link_type == EN10MB
        self._fcs_len = 0

    def add_interface(self, scene: Scene, snaplen: int, fcs_len: int) -> None:
        """Note what the head says of all packets."""
        self._fcs_len = min(fcs_len, FCS_MASK)
        scene.add_interface(self.link_type, snaplen, fcs_len)

    @property
    def has_fcs(self) -> bool:
        """Whether the file says that frames have a frame check sequence."""
        return self._fcs_len > 0

    def scan(self, window: Window, columns: Int64s) -> int:
        """Walk records into `columns`; numba is imported here, on the first call."""
        from .scan_pcap import scan_pcap

        return scan_pcap(window.data, self.walk, columns, columns[WIRE_LEN])

    def digest(self, window: Window, lengths: Int64s, columns: Int64s, sums: Sums) -> int:
        """Walk records into `sums`, by way of `columns`, and their lengths into `lengths`."""
        from .digesting import digest_pcap

        return digest_pcap(window.data, self.walk, columns, lengths, sums)

    def locate(self, columns: Int64s, count: int) -> None:
        """Write what the head says of the records that the walk has just passed."""
        columns[LINK, :count] = self.link_type
        columns[FLAGS, :count] = self._fcs_len << FCS_SHIFT
        columns[QUEUE, :count] = NO_QUEUE

    def timeless(self, _ts_ns: Int64s) -> int:
        """Give 0: every record has its time."""
        return 0

    def word(self, window: Window, at: str) -> int:
        """Read what stands in the header of the next record, at the place that the walk names."""
        pos = int(self.walk["pos"] + self.walk[at])
        order: Literal["big", "little"] = "big" if self.walk["swapped"] else "little"
        return int.from_bytes(window.data[pos : pos + 4].tobytes(), order)
