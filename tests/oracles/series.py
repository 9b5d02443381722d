"""Memory over time from a list of what changed when, and who makes that list: plain and slow.

It imports nothing of what it checks. A guest (oracles.clock) says when its driver does something,
and a driver (oracles.virtio_net) what that does to memory.
"""

from oracles.clock import Guest, run

LEVELS = ("ring_bytes", "skb_truesize_bytes", "chunk_bytes", "slab_bytes", "resident_bytes")
LEVELS += ("payload_bytes_in_flight", "held")
CLASSES = ((0, 64), (65, 127), (128, 255), (256, 511), (512, 1023), (1024, 1518), (1519, 10**9))


def width_of(end, count):
    """The least power of two of nanoseconds of which `count` reach beyond the end."""
    width = 1
    while end // width >= count:
        width *= 2
    return width


def bins_of(changes, name, end, count):
    """Give [highest in each bin], [level times nanoseconds in each bin] of one level."""
    width = width_of(end, count)
    highest, areas = [], []
    for b in range(end // width + 1):
        start, stop = b * width, min(end, (b + 1) * width)
        before = [values[name] for at, values in changes if at < start and name in values]
        level = before[-1] if before else 0
        most, area, since = level, 0, start
        for at, values in changes:
            if name in values and start <= at < (b + 1) * width:
                area += level * (at - since)
                level, since = values[name], at
                most = max(most, level)
        highest.append(most)
        areas.append(area + level * (max(stop, since) - since))
    return highest, areas


def counts_of(times, end, count):
    """Give how many of the times fall into each bin."""
    width = width_of(end, count)
    bins = [0] * (end // width + 1)
    for at in times:
        bins[at // width] += 1
    return bins


class Watched(Guest):
    """A guest that notes what changes in its driver's memory, and what is held at the peak."""

    def watch(self):
        """Begin to look; the ring is filled."""
        self.now, self.peak = 0, {"resident_bytes": 0}
        self.changes, self.delivered_at, self.full_at, self.long_at = [], [], [], []
        for name, value in self.driver.memory.peaks.items():  # of the fill that is over
            self.changes.append((0, {name: value}))
        self.driver.memory.note = self.note_memory
        deliver = self.driver.deliver
        self.driver.deliver = lambda: (self.note(), deliver())  # what goes up has its peak first
        self.note()
        return self

    def note_memory(self):
        levels = self.driver.memory.levels()
        self.changes.append((self.now, levels))
        if levels["resident_bytes"] > self.peak["resident_bytes"]:
            self.peak = levels | self.driver.now() | levels | self.holding()

    def holding(self):
        chunks = [(chunk.kind, chunk.size) for chunk in self.driver.memory.chunks]
        kinds = {kind for kind, _ in chunks}
        received = self.driver.count["packets"]
        return {
            "at": self.now,
            "packet": received or None,
            "buffers": len(self.driver.ring),
            "skbs": len(self.driver.alive),
            "chunks": {k: [size for kind, size in chunks if kind == k] for k in kinds},
        }

    def note(self):
        driver = self.driver
        self.changes.append((self.now, driver.now() | {"waiting": len(self.waiting)}))

    def arrive(self, packet, length, now):
        self.now = now
        super().arrive(packet, length, now)
        self.date()
        self.note()

    def date(self):
        """Give what was lost since the last time its moment."""
        self.full_at += [self.now] * (len(self.backend_full) - len(self.full_at))
        self.long_at += [self.now] * (len(self.too_long) - len(self.long_at))

    def act(self):
        self.now = self.wake
        super().act()
        self.date()
        self.note()

    def take(self):
        super().take()
        self.delivered_at.append(self.now)

    def refill(self, now):
        super().refill(now)
        self.note()


def watched(guest, lengths, times):
    """Let packets arrive at a guest; give it, with all that it has noted, from time 0."""
    guest.watch()
    run(guest, lengths, times)
    return guest, max([*times[-1:], guest.now, 0])
