"""A replay that stops at some frames and tells their stories."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from rxreplay.emulator import Strategy
from rxreplay.emulator.state import Queue, Record, Records

from ..options import Options
from ..sources import Lengths
from .holding import Held, Watch, Watched, alive, chunks_of, ring_entries
from .reasons import reasons
from .stepping import Posted, SteppingReceiver
from .story import Story
from .telling import Finished, buffer_stories, copied, outcome, parts, skb_numbers, terms

BLOCK_FRAMES = 65_536


class UnseenError(LookupError):
    """A buffer was posted before the frames that were watched."""


def tell(
    lengths: Lengths, numbers: Lengths, wanted: Sequence[int], strategy: Strategy, options: Options
) -> list[Story]:
    """Tell the stories of some frames of a replay.

    Parameters
    ----------
    lengths, numbers : int array, shape (n,)
        Bytes of each frame, and its packet's number in the capture.
    wanted : sequence of int
        Frames, from 0, in ascending order.
    strategy : Strategy
        What receives.
    options : Options
        The ring and the polls.

    Examples
    --------
    >>> import numpy as np
    >>> from rxreplay.emulator import strategy
    >>> numbers = np.arange(1, 4)
    >>> stories = tell(np.array([60, 60, 2000]), numbers, [2], strategy("5.10/small"), Options())
    >>> stories[0].outcome, stories[0].because[0]
    ('device_too_long', 'the device drops it: 2,000 bytes are more than the 1,518 that ...')
    """
    for reach in (4 * options.ring, 64 * options.ring):
        try:
            return Telling(lengths, numbers, strategy, options).run(wanted, reach)
        except UnseenError:  # frames that use no buffer: begin earlier
            continue
    return Telling(lengths, numbers, strategy, options).run(wanted, len(lengths))


class Telling:
    """One replay: in blocks up to `reach` before a frame that is wanted, then frame by frame."""

    def __init__(
        self, lengths: Lengths, numbers: Lengths, strategy: Strategy, options: Options
    ) -> None:
        """Make the queue."""
        self._lengths, self._numbers = lengths, numbers
        self._stepper = SteppingReceiver(strategy, ring=options.ring, polls=options.polls)
        self._watch = Watch(self._stepper.queue)
        self._stepper.look = lambda: self._watch.look(self._stepper.packet - 1)
        self._drafts: list[tuple[Story, list[Watched]]] = []

    def run(self, wanted: Sequence[int], reach: int) -> list[Story]:
        """Tell of the frames that are wanted.

        Raises
        ------
        UnseenError
            The replay in blocks was too long.
        """
        stepper = self._stepper
        for frame in wanted:
            self._advance(frame, reach)
            stepper.step(int(self._lengths[frame]), self._finished(frame))
        while self._watch and stepper.packet < len(self._lengths):
            stepper.step(int(self._lengths[stepper.packet]))
        stepper.end_poll()
        return [
            replace(story, chunks=tuple(each.story(self._packet) for each in watched))
            for story, watched in self._drafts
        ]

    def _packet(self, frame: int) -> int:
        return int(self._numbers[frame])

    def _advance(self, frame: int, reach: int) -> None:
        """Receive the frames before one."""
        stepper = self._stepper
        while stepper.packet < frame:
            at, stop = stepper.packet, frame - reach
            if self._watch or at >= stop:
                stepper.step(int(self._lengths[at]))
            else:
                stepper.receive(self._lengths[at : min(stop, at + BLOCK_FRAMES)])

    def _finished(self, frame: int) -> Callable[[Queue], None]:
        """Give what draws up the story of a frame when its skb is finished."""
        stepper = self._stepper
        queue = stepper.queue
        number = int(queue.state["skb"])

        def draw_up(before: Queue) -> None:
            """Look at the frame's buffers as they were `before`, and at its skb as it is now."""
            skb, bufs, watched = None, before.ring[:0], list[Watched]()
            if queue.state["skb"] > number:
                skb = queue.skbs[number & (queue.skbs.size - 1)]
                bufs = ring_entries(before.ring, int(skb["first_buf"]), int(skb["bufs"]))
                skbs = [self._held(*each) for each in alive(queue)]
                watched = chunks_of(queue, before, skb, skbs)
            done = self._done(int(self._lengths[frame]), skb, bufs)
            self._watch.add(watched)
            self._drafts.append((self._draft(frame, done), watched))

        return draw_up

    def _done(self, length: int, skb: Record | None, bufs: Records) -> Finished:
        stepper = self._stepper
        return Finished(stepper.queue, stepper.kernels, stepper.strategy, length, skb, bufs)

    def _held(self, skb: Record, bufs: Records) -> Held:
        """Give the references of an skb that nobody has got yet."""
        joined = np.zeros(bufs.size, np.bool_)
        if skb["coalesced"]:
            told = parts(self._done(int(skb["frame"]), skb, bufs))
            joined[:] = [part.fate == "coalesced" for part in told]
        chunks = bufs["chunk"]
        held = np.append(chunks[~joined], skb["head_chunk"])
        return Held(int(skb["packet"]), held, chunks[joined])

    def _draft(self, frame: int, done: Finished) -> Story:
        told = parts(done)
        first = 0 if done.skb is None else int(done.skb["first_buf"])
        return Story(
            packet=self._packet(frame),
            length=done.frame,
            flow=None,
            outcome=outcome(done),
            because=reasons(done, told),
            copied=copied(done),
            terms=terms(done, told),
            buffers=tuple(buffer_stories(done, first, self._posted, self._packet)),
            **skb_numbers(done),
        )

    def _posted(self, number: int) -> Posted:
        found = self._stepper.posted(number)
        if found is None:
            raise UnseenError
        return found
