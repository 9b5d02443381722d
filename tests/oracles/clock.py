"""Who gets a packet and when: a ring, a device and a guest, as a plain event loop.

It imports nothing of what it checks. The ring and what the driver makes of a packet are those of
`oracles.virtio_net`; the device keeps a list of the buffers that it has not written to.
"""

from collections import deque

BUDGET = 64


class Guest:
    """A guest with a driver of `oracles.virtio_net`, and the host before it."""

    def __init__(self, driver, irq_delay=0, service=0, backend=0, stall=0, period=0, stalls=()):
        self.driver, self.backend = driver, backend
        self.irq_delay, self.service = irq_delay, service
        self.stall, self.period, self.stalls = stall, period, stalls  # stalls: [(start, length)]
        self.unwritten = list(driver.ring)
        self.written, self.waiting = deque(), deque()  # [(packet, length, buffers)], without them
        self.wake, self.refills, self.start, self.work = None, False, 0, 0
        self.delivered, self.polls, self.refilled = [], [], []  # refilled: [(when, buffers)]
        self.backend_full, self.too_long, self.peak_waiting = [], [], 0
        self.lost_at, self.acted = [], []
        self.level_at, self.over_time = 0, {}

    def runs(self, at):
        """Give the first moment from `at` on that lies in no stall."""
        while True:
            ends = [start + length for start, length in self.stalls if start <= at < start + length]
            into = (at - self.start) % self.period if self.stall else 0
            if self.stall and into < self.stall:
                ends.append(at + self.stall - into)
            if not ends:
                return at
            at = max(ends)

    def chain(self, length):
        """Give how many of the unwritten buffers a packet fills; None where they cannot hold it."""
        if not self.by_bytes():
            return 1 if self.unwritten else None
        left = length + self.driver.hdr_len
        for count, buf in enumerate(self.unwritten, 1):
            left -= buf.posted
            if left <= 0:
                return count
        return None

    def by_bytes(self):
        """Say whether a packet takes as many buffers as its bytes fill."""
        return self.driver.capacity is None

    def never_fits(self, length):
        """Say whether no refill would help."""
        if not self.by_bytes():
            return not self.driver.ever_fits(length)
        whole = len(self.unwritten) == len(self.driver.ring) == self.driver.ring_size
        return whole and self.chain(length) is None

    def write(self, packet, length):
        count = self.chain(length)
        self.written.append((packet, length, self.unwritten[:count]))
        del self.unwritten[:count]

    def without_figures(self):
        """Forget what memory is taken, which is what takes time here."""
        self.driver.note_peaks = self.driver.now = dict
        return self

    def arrive(self, packet, length, now):
        if not self.waiting and self.never_fits(length):
            self.too_long.append(packet)
            return
        if not self.waiting and self.chain(length):
            self.write(packet, length)
            if self.wake is None:
                self.wake = self.runs(now + self.irq_delay)
            return
        if len(self.waiting) < self.backend:
            self.waiting.append((packet, length))
            self.peak_waiting = max(self.peak_waiting, len(self.waiting))
        else:
            self.backend_full.append(packet)
            self.lost_at.append(now)
        if self.wake is None:
            self.wake, self.refills = self.runs(now), True

    def act(self):
        now, self.wake = self.wake, None
        self.acted.append(now)
        self.sum_levels(now)
        if self.written and self.work < BUDGET:
            self.take()
            self.work += 1
            self.wake = self.runs(now + self.service)
            return
        self.refill(now)
        if self.work:
            self.driver.end_poll(self.work)
            self.polls.append(self.work)
            self.work = 0
        while self.waiting:
            packet, length = self.waiting[0]
            if self.never_fits(length):
                self.too_long.append(packet)
            elif self.chain(length):
                self.write(packet, length)
            else:
                break
            self.waiting.popleft()
        if self.written:
            self.wake = now
        elif self.waiting:
            self.wake, self.refills = now, True

    def take(self):
        """Let the driver receive the oldest packet, and see that it takes the buffers written."""
        packet, length, bufs = self.written.popleft()
        before = list(self.driver.ring)
        self.driver.count["packets"] = packet + 1  # by which events are numbered
        self.driver.receive_one(length)
        assert before[: len(before) - len(self.driver.ring)] == bufs
        self.delivered.append(packet)

    def refill(self, now):
        free = self.driver.ring_size - len(self.driver.ring)
        if free and (self.refills or free > self.driver.refill_above()):
            self.driver.fill()
            self.unwritten += list(self.driver.ring)[-free:]
            self.refilled.append((now, free))
        self.refills = False

    def sum_levels(self, now):
        for name, level in self.driver.now().items():
            self.over_time[name] = self.over_time.get(name, 0) + level * (now - self.level_at)
        self.level_at = now

    def figures(self, lengths):
        """Give every figure, levels with their means over time."""
        self.driver.count.update(packets=len(lengths) - self.driver.count["packets"])
        self.driver.count["frame_bytes"] = sum(lengths)
        self.driver.drops["device_too_long"] = len(self.too_long)
        figures, span = self.driver.figures(), self.level_at - self.start
        for name in set(self.over_time) - {"held"}:
            peak, _, end = figures[name]
            figures[name] = (peak, self.over_time[name] / span if span else None, end)
        return figures


def run(guest, lengths, times):
    """Let packets arrive, and then the guest take all that waits."""
    guest.start = guest.level_at = times[0] if times else 0
    for packet, (length, time) in enumerate(zip(lengths, times, strict=True)):
        while guest.wake is not None and guest.wake < time:
            guest.act()
        guest.arrive(packet, length, time)
        held = len(guest.delivered) + len(guest.written) + len(guest.waiting)
        assert packet + 1 == held + len(guest.backend_full) + len(guest.too_long)
    while guest.wake is not None:
        guest.act()
    if times:
        guest.sum_levels(max(times[-1], guest.level_at))  # what comes last may wake nobody
    return guest
