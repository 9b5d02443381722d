"""A block that heads are cut from and that begins again where all of them are back."""

from dataclasses import dataclass

from .state import Queue


@dataclass(frozen=True, slots=True)
class HeadBlock:
    """The block of a page_frag_cache, of which no skb alive has a part.

    Attributes
    ----------
    size : int
        Its bytes.
    head : int
        Bytes of a head.
    """

    size: int
    head: int

    @classmethod
    def of(cls, queue: Queue) -> "HeadBlock | None":
        """Give the block of a queue's heads; None where there is none, or it does not come back."""
        number = int(queue.state["cache_chunk"])
        if queue.layout.slices_1k or number < 0 or queue.chunks["refs"][number] != 1:
            return None
        return cls(int(queue.chunks["size"][number]), queue.layout.head_slice)

    @property
    def tail(self) -> int:
        """Bytes at its end that are no head's."""
        return self.size % self.head

    def take(self, queue: Queue, heads: int) -> None:
        """Put a queue to where it is after so many heads.  Source: mm/page_alloc.c."""
        in_block = self.size // self.head
        taken = (self.size - int(queue.state["cache_offset"])) // self.head + heads
        ends = max(0, taken - 1) // in_block
        queue.state["cache_offset"] = self.size - (taken - ends * in_block) * self.head
        queue.state["filled_bytes"] += ends * self.size
        queue.state["chunk_tail"] += ends * self.tail
