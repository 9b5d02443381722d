"""Who gets a packet and when: a ring of equal buffers, a device and a guest, as a plain event loop.

It imports nothing of what it checks. A packet takes one buffer, as with small buffers.
"""

from collections import deque
from dataclasses import dataclass, field

BUDGET = 64


@dataclass
class Guest:
    """A guest with a ring of `ring` buffers that refills above `refill_above` free ones."""

    ring: int
    refill_above: int
    irq_delay: int
    service: int
    backend: int
    stall: int = 0
    period: int = 0
    longest: int = 1518
    free: int = 0  # buffers that the driver has taken and not posted again
    written: deque = field(default_factory=deque)
    waiting: deque = field(default_factory=deque)
    wake: int | None = None
    refills: bool = False
    start: int = 0
    work: int = 0
    delivered: list = field(default_factory=list)
    polls: list = field(default_factory=list)
    backend_full: list = field(default_factory=list)
    too_long: list = field(default_factory=list)
    refilled: list = field(default_factory=list)  # after how many polls

    def empty(self):
        """Give the buffers that the device can write to."""
        return self.ring - self.free - len(self.written)

    def runs(self, at):
        into = (at - self.start) % self.period if self.stall else 0
        return at + self.stall - into if self.stall and into < self.stall else at

    def write(self, packet, now):
        self.written.append(packet)
        if self.wake is None:
            self.wake = self.runs(now + self.irq_delay)

    def arrive(self, packet, length, now):
        if not self.waiting and length > self.longest:
            self.too_long.append(packet)
            return
        if not self.waiting and self.empty():
            self.write(packet, now)
            return
        if len(self.waiting) < self.backend:
            self.waiting.append((packet, length))
        else:
            self.backend_full.append(packet)
        if self.wake is None:
            self.wake, self.refills = self.runs(now), True

    def act(self):
        now, self.wake = self.wake, None
        if self.written and self.work < BUDGET:
            self.delivered.append(self.written.popleft())
            self.free += 1
            self.work += 1
            self.wake = self.runs(now + self.service)
            return
        if self.refills or self.free > self.refill_above:
            self.free, self.refills = 0, False
            self.refilled.append(len(self.polls))
        if self.work:
            self.polls.append(self.work)
            self.work = 0
        while self.waiting:
            packet, length = self.waiting[0]
            if length > self.longest:
                self.too_long.append(packet)
            elif self.empty():
                self.written.append(packet)
            else:
                break
            self.waiting.popleft()
        if self.written:
            self.wake = now
        elif self.waiting:
            self.wake, self.refills = now, True


def run(guest, lengths, times):
    """Let packets arrive, and then the guest take all that waits."""
    guest.start = times[0] if times else 0
    for packet, (length, time) in enumerate(zip(lengths, times, strict=True)):
        while guest.wake is not None and guest.wake < time:
            guest.act()
        guest.arrive(packet, length, time)
    while guest.wake is not None:
        guest.act()
    return guest
