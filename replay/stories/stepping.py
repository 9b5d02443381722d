"""A receiver that stops after each packet, before anything is freed, so that one can look."""

from bisect import bisect_right
from collections.abc import Callable
from typing import Any, Final, NamedTuple

import numpy as np
from rxreplay.emulator import Receiver
from rxreplay.emulator.residency import gro_normal_list
from rxreplay.emulator.state import Queue

NEVER: Final = 1 << 30


class Posted(NamedTuple):
    """Buffers that were posted together: their numbers, and when."""

    first: int
    stop: int
    after: int | None  # the packet after which; None: when the queue was opened
    average: int  # frame length, as the driver had it then


class SteppingReceiver(Receiver):
    """A receive queue that is fed packet by packet where somebody looks, in blocks elsewhere.

    `step` does what `receive` does with one frame, in the same order, but lets one look in between:
    when the packet's skb is finished, and after all that frees chunks (then `look` is called).

    Examples
    --------
    >>> from rxreplay.emulator import strategy
    >>> queue = SteppingReceiver(strategy("5.10/mergeable"))
    >>> queue.step(1514, lambda _: print(int(queue.queue.skbs[0]["truesize"])))
    2304
    """

    def __init__(self, *given: Any, **options: Any) -> None:  # noqa: ANN401 - as for Receiver
        """Make the queue and fill its ring."""
        super().__init__(*given, **options)
        self._posts = [Posted(0, int(self.queue.state["tail"]), None, 0)]
        self.look: Callable[[], None] = lambda: None

    @property
    def queue(self) -> Queue:
        """The records of the queue."""
        return self._queue

    @property
    def packet(self) -> int:
        """Frames received so far."""
        return int(self.queue.state["packet"])

    @property
    def kernels(self) -> Any:  # noqa: ANN401 - a module
        """The module that receives."""
        return self._kernels

    def posted(self, number: int) -> Posted | None:
        """Say when a buffer was posted; None where that was in a block."""
        found = self._posts[bisect_right(self._posts, number, key=lambda post: post.first) - 1]
        return found if found.first <= number < found.stop else None

    def step(self, frame: int, finished: Callable[[Queue], None] | None = None) -> None:
        """Receive one frame; `finished` is called when its skb is, before anybody has it.

        It gets the ring and the chunks as they were before the frame: released buffers forget
        where they were, and chunks that have been freed are taken again.
        """
        self.catch_up(frame)
        before = self.queue
        if finished:
            before = before._replace(ring=before.ring.copy(), chunks=before.chunks.copy())
        self._hold_back(frame)
        if finished:
            finished(before)
        state = self.queue.state
        if state["pending"] >= self.queue.layout.gro_batch:  # napi_gro_receive()
            gro_normal_list(self.queue)
        self.look()
        if state["work"] >= state["budget"]:
            self.end_poll()

    def catch_up(self, frame: int) -> None:
        """Refill the ring and end the poll, where the ring lacks buffers for a frame."""
        state, layout = self.queue.state, self.queue.layout
        posted = int(state["tail"] - state["head"])
        if hasattr(self._kernels, "holds"):
            lacks = not self._kernels.holds(self.queue, frame) and posted < layout.ring_size
        else:
            lacks = frame <= layout.capacity and posted == 0
        if lacks:
            tail = int(state["tail"])
            self._kernels.fill(self.queue)
            self._note_posts(tail)
            self.end_poll()

    def _hold_back(self, frame: int) -> None:
        """Receive a frame without handing it up and without ending the poll."""
        state = self.queue.state
        budget = int(state["budget"])
        state["budget"] = NEVER
        layout = self.queue.layout._replace(gro_batch=NEVER)
        self._kernels.receive(self.queue._replace(layout=layout), np.array([frame]), self._polls)
        state["budget"] = budget
        self._packets += 1
        self._frame_bytes += frame

    def end_poll(self) -> None:
        """End a poll that is still open: refill where few buffers are left, hand up, free."""
        tail = int(self.queue.state["tail"])
        self._kernels.end(self.queue, self._polls)
        self._note_posts(tail)
        self.look()

    def _note_posts(self, tail: int) -> None:
        state = self.queue.state
        if state["tail"] > tail:
            average, after = int(state["avg_pkt_len"]), self.packet - 1
            self._posts.append(Posted(tail, int(state["tail"]), after, average))
