"""Who keeps skbs, by the clock: an event loop around the models of the driver, with lists.

It imports nothing of what it checks. Every moment's memory is added up anew from what is alive.
"""

from collections import deque
from fractions import Fraction

BUDGET = 64


class Delay:
    """Each skb is freed so long after it was handed up."""

    def __init__(self, span):
        self.span, self.kept = span, []

    def take(self, skb, now):
        self.kept.append((now + self.span, skb))
        return True

    def next_due(self):
        return self.kept[0][0] if self.kept else None

    def free_next(self):
        return self.kept.pop(0)[1]

    def alive(self):
        return [skb for _, skb in self.kept]


class Sockets:
    """One for each flow, each read once in `interval` while it is not empty; None: never."""

    def __init__(self, interval, rcvbuf, strict):
        self.interval, self.rcvbuf, self.strict = interval, rcvbuf, strict
        self.queues, self.reads, self.peak = {}, [], 0
        self.stack, self.received, self.dropped, self.highest = 0, {}, {}, {}

    def take(self, skb, now):
        if skb.flow == 0:
            self.stack += 1
            return False
        self.received[skb.flow] = self.received.get(skb.flow, 0) + 1
        queue = self.queues.setdefault(skb.flow, [])
        rmem = sum(each.truesize for each in queue)
        if not self.accepts(skb, rmem):
            self.dropped[skb.flow] = self.dropped.get(skb.flow, 0) + 1
            return False
        if not queue and self.interval is not None:
            self.reads.append((now + self.interval, skb.flow))
        queue.append(skb)
        self.highest[skb.flow] = max(self.highest.get(skb.flow, 0), rmem + skb.truesize)
        self.peak = max(self.peak, rmem + skb.truesize)
        return True

    def accepts(self, skb, rmem):
        protocol = skb.flow % 4
        if protocol == 3:  # TCP
            return rmem <= self.rcvbuf
        if protocol == 1:  # neither
            return rmem < self.rcvbuf
        if self.strict:
            return rmem == 0 or rmem + skb.truesize <= self.rcvbuf
        return rmem <= self.rcvbuf

    def next_due(self):
        return min((due for due, _ in self.reads), default=None)

    def free_next(self):
        due, flow = self.reads.pop(0)
        skb = self.queues[flow].pop(0)
        if self.queues[flow]:
            self.reads.append((due + self.interval, flow))
        return skb

    def alive(self):
        return [skb for queue in self.queues.values() for skb in queue]

    def drops(self):
        return sum(self.dropped.values())


class Machine:
    """A driver's model, a device that writes, a guest that polls, and a consumer."""

    def __init__(self, driver, consumer, irq_delay, service, backend):
        self.driver, self.consumer = driver, consumer
        self.irq_delay, self.service, self.backend = irq_delay, service, backend
        self.written, self.waiting, self.wake, self.refills = deque(), deque(), None, False
        self.work = self.freed = self.backend_full = 0
        self.now = self.since = None
        self.over_time = {}  # level: byte-nanoseconds
        self.ratios = []  # (span, pinned, payload)
        self.peak = (0, 0, 0, 0, 0, 0)  # of what lasted: pinned, payload, truesize, skbs, survivors
        driver.deliver = self.hand_up
        account = driver.account

        def tag(skb):
            skb.flow = self.flow
            skb.pieces = self.pieces(skb)
            account(skb)

        driver.account = tag

    # -- memory -------------------------------------------------------------------------------
    def pieces(self, skb):
        """Give the parts of chunks that an skb keeps: of buffers, then of a head."""
        bufs = self.before[: len(self.before) - len(self.driver.ring)]
        kept = [(b.pages[0], b.size) for b in bufs if b.pages and b.pages[0] in skb.chunks()]
        own = [c for c in skb.head_chunks if c not in {p for p, _ in kept}]
        return kept + [(c, self.driver.head_size()) for c in own]

    def survivors(self):
        """Give the chunks that one buffer of one skb keeps alive, no more than half of each."""
        driver = self.driver
        others = {c for b in driver.ring for c in b.pages}
        others |= {driver.page_frag.chunk, driver.head_cache.chunk, driver.pool.page}
        others |= {driver.slices.chunk if driver.slices.offset else None}
        found = {}
        for skb in driver.alive:
            for chunk, size in skb.pieces:
                found.setdefault(chunk, []).append(size)
        return [
            chunk.size
            for chunk, sizes in found.items()
            if chunk not in others and len(sizes) == 1 and 2 * sizes[0] <= chunk.size
        ]

    def lasts_until(self, moment):
        span, now = moment - self.since, self.driver.now()
        self.since = moment
        if span <= 0:
            return
        pinned, payload = now.pop("held"), now["payload_bytes_in_flight"]
        for level, value in now.items():
            self.over_time[level] = self.over_time.get(level, 0) + span * value
        if payload:
            self.ratios.append((span, pinned, payload))
            driver = self.driver
            best = driver.amplification or (0, payload)
            if (pinned * best[1], -payload) > (best[0] * payload, -best[1]):
                driver.amplification = (pinned, payload)
            self.note_peak()

    def note_peak(self):
        now = self.driver.now()
        if now["held"] > self.peak[0]:
            left = self.survivors()
            kept = len(self.driver.alive)
            payload, truesize = now["payload_bytes_in_flight"], now["skb_truesize_bytes"]
            self.peak = (now["held"], payload, truesize, kept, len(left), sum(left))

    def mean_amplification(self):
        held = sum(span * held for span, held, _ in self.ratios)
        payload = sum(span * payload for span, _, payload in self.ratios)
        return held / payload if payload else None

    def exceeded_never(self, percent):
        """Give the amplification, in steps of 1/64, that so much of the time is not above."""
        steps = sorted(
            (min(64 * held // payload, 65535), span) for span, held, payload in self.ratios
        )
        whole, upto = sum(span for _, span in steps), 0
        for step, span in steps:
            upto += span
            if Fraction(upto, whole) >= Fraction(percent, 100):
                return step / 64
        return None

    # -- skbs ---------------------------------------------------------------------------------
    def free(self, skb):
        skb.free()
        self.driver.memory.kfree(skb.slab_bytes())
        self.driver.alive.remove(skb)
        self.freed += 1

    def hand_up(self):
        """The driver calls it as it hands up; the consumer takes after the guest's step."""
        self.handed += self.driver.pending
        self.driver.pending = []

    def take_up(self, now):
        for skb in self.handed:
            if not self.consumer.take(skb, now):
                self.free(skb)
        self.handed = []

    def free_what_is_due(self, until):
        due = self.consumer.next_due()
        while due is not None and due <= until:
            self.lasts_until(due)
            self.free(self.consumer.free_next())
            due = self.consumer.next_due()

    # -- the ring -----------------------------------------------------------------------------
    def untouched(self):
        """Give the buffers that are left when the frames written have taken theirs."""
        left = deque(self.driver.ring)
        for frame, _ in self.written:
            rest = frame + self.driver.hdr_len
            while rest > 0:
                buf = left.popleft()
                rest = 0 if self.driver.capacity else rest - buf.posted
        return left

    def fits(self, frame):
        left = self.untouched()
        if self.driver.capacity:
            return None if frame > self.driver.capacity else bool(left)
        if sum(buf.posted for buf in left) >= frame + self.driver.hdr_len:
            return True
        whole = not self.written and len(self.driver.ring) == self.driver.ring_size
        return None if whole else False

    def arrive(self, frame, flow, now):
        how = False if self.waiting else self.fits(frame)
        if how:
            self.write(frame, flow, now)
        elif how is None:
            self.driver.drops["device_too_long"] += 1
        elif len(self.waiting) < self.backend:
            self.waiting.append((frame, flow))
        else:
            self.backend_full += 1
        if how is False and self.wake is None:
            self.wake, self.refills = now, True

    def write(self, frame, flow, now):
        self.written.append((frame, flow))
        if self.wake is None:
            self.wake = now + self.irq_delay

    def act(self):
        now, self.wake, self.handed = self.wake, None, []
        self.free_what_is_due(now)
        self.lasts_until(now)
        self.step(now)
        self.take_up(now)

    def step(self, now):
        driver = self.driver
        if self.written and self.work < BUDGET:
            frame, self.flow = self.written.popleft()
            self.before = list(driver.ring)
            driver.receive_one(frame)
            self.work += 1
            self.wake = now + self.service
            return
        if self.refills or driver.ring_size - len(driver.ring) > driver.refill_above():
            driver.fill()
        self.refills = False
        if self.work:
            driver.deliver()
            self.work = 0
        while self.waiting and self.fits(self.waiting[0][0]) is not False:
            frame, flow = self.waiting.popleft()
            if self.fits(frame) is None:
                driver.drops["device_too_long"] += 1
            else:
                self.write(frame, flow, now)
        if self.written:
            self.wake = now
        elif self.waiting:
            self.wake, self.refills = now, True
        else:
            self.wake = None


def run(machine, frames, times, flows):
    """Let frames arrive, and then the guest take all that waits."""
    machine.since = times[0] if times else 0
    for frame, time, flow in zip(frames, times, flows, strict=True):
        while machine.wake is not None and machine.wake < time:
            machine.act()
        machine.arrive(frame, flow, time)
    while machine.wake is not None:
        machine.act()
    last = times[-1] if times else 0  # it may wake nobody
    machine.free_what_is_due(last)
    machine.lasts_until(max(last, machine.since))
    machine.note_peak()
    return machine
