"""Plain-Python model of virtio_net's receive path, slow and obvious on purpose.

It imports nothing of the package under test. One class per receive mode; what differs between
kernels is asked by its name where it differs, with the number written out.
"""

from collections import Counter, deque

from oracles.memory import Memory, PageFrag, PageFragCache, Pages

OWNERS = (
    "payload",
    "vnet_hdr",
    "headroom",
    "shared_info",
    "alignment",
    "hole",
    "unused",
    "freed_copy",
    "dropped",
    "dma_record",
)
HEAD_OWNERS = ("bytes", "payload", "headroom", "shared_info", "unused")
COUNTS = (
    "packets",
    "frame_bytes",
    "delivered_packets",
    "delivered_bytes",
    "truesize_bytes",
    "buffers",
    "linear_bytes",
    "nonlinear_bytes",
    "linear_packets",
    "frag_list_packets",
    "coalesced_frags",
    "copy_small.bytes",
    "copy_small.packets",
    "copy_header.bytes",
    "copy_header.packets",
    "fit_packets",
    "fit_bytes",
)


IN_FLIGHT = "payload_bytes_in_flight"


class Head:
    """The memory behind the linear part of an skb."""

    def __init__(self, size, chunk=None, slab=0):
        self.size, self.chunk, self.slab = size, chunk, slab


class Buffer:
    """One ring entry's memory."""

    def __init__(self, pages, start, asked, size, posted, head=None):
        self.pages, self.start, self.asked, self.size = pages, start, asked, size
        self.posted, self.head = posted, head


class Skb:
    """An sk_buff with its frags and its references: of the head, and of the frags."""

    def __init__(self, truesize, slab, head_chunks=()):
        self.truesize, self.slab = truesize, slab
        self.head_chunks, self.frag_chunks = list(head_chunks), []
        self.linear, self.frags, self.coalesced = 0, [], 0
        self.list_members, self.tailroom, self.frame = [], 0, 0

    def add_frag(self, chunk, offset, size, truesize):
        self.frags.append([chunk, offset, size])
        self.frag_chunks.append(chunk)
        self.truesize += truesize

    def length(self):
        return self.linear + sum(f[2] for s in [self, *self.list_members] for f in s.frags)

    def chunks(self):
        members = [c for member in self.list_members for c in member.chunks()]
        return self.head_chunks + self.frag_chunks + members

    def free(self):
        """skb_release_data(): the frags go first, then the frag_list, then the head."""
        for chunk in self.frag_chunks:
            chunk.put()
        for member in self.list_members:
            member.free()
        for chunk in self.head_chunks:
            chunk.put()

    def slab_bytes(self):
        return self.slab + sum(s.slab for s in self.list_members)


class Driver:
    """The poll loop, the deliveries and the figures; a mode adds post() and receive()."""

    capacity = None  # frame bytes that the largest chain of buffers can hold; None: the ring's

    def __init__(self, kernel, ring=256, hdr_len=12, rcvbuf=None, fit_rcvbuf=212992, min_avg=128):
        self.kernel, self.ring_size, self.hdr_len = kernel, ring, hdr_len
        self.min_avg, self.rcvbuf, self.fit_rcvbuf = min_avg, rcvbuf, fit_rcvbuf
        self.memory = Memory()
        self.events = self.memory.events
        self.page_frag = PageFrag(self.memory)
        self.head_cache = PageFragCache(self.memory)
        self.pages = Pages(self.memory)
        self.ring, self.pending, self.alive, self.socket = deque(), [], [], []
        self.count, self.owners, self.heads = Counter(), Counter(), Counter()
        self.drops, self.nr_frags = Counter(), [0] * 18
        self.samples = []  # (weight, values) after each poll
        self.peaks = Counter()
        self.amplification = self.least_linear = None
        self.rmem = self.fit_rmem = 0
        self.fit_open = True
        self.avg = 0
        self.first_fill = True
        self.fill()
        self.first_fill = False

    # -- what differs between kernels ---------------------------------------------------------
    def refill_above(self):
        since_53 = self.kernel.startswith("5.10")
        return (min(64, self.ring_size) if since_53 else self.ring_size) // 2

    def batch(self):
        return 8 if self.kernel.startswith("5.10") else 1

    def slab_heads(self):
        return self.kernel == "5.10"

    def copies_all_or_mac(self):
        return self.kernel == "5.10"

    # -- the ring -----------------------------------------------------------------------------
    def fill(self):
        while len(self.ring) < self.ring_size:
            self.ring.append(self.post())
        self.note_peaks()  # nothing but memory, which notes itself, falls within a fill

    def fits(self, _length):
        return bool(self.ring)

    def ever_fits(self, length):
        return length <= self.capacity

    # -- polls --------------------------------------------------------------------------------
    def run(self, lengths, polls):
        """Receive all of `lengths`; `polls` are the packets of each NAPI poll, the last repeats."""
        budgets = iter(polls)
        budget, work = next(budgets), 0
        for length in lengths:
            self.count["packets"] += 1
            self.count["frame_bytes"] += length
            if not self.ever_fits(length):
                self.drops["device_too_long"] += 1
                continue
            if not self.fits(length):  # the guest catches up
                if work:
                    self.end_poll(work, forced=True)
                    budget, work = next(budgets, budget), 0
                self.fill()
            if not self.fits(length):
                self.drops["device_too_long"] += 1
                continue
            self.receive_one(length)
            work += 1
            if work == budget:
                self.end_poll(work)
                budget, work = next(budgets, budget), 0
        if work:
            self.end_poll(work)

    def receive_one(self, length):
        skb = self.receive(length)
        if skb is None:
            self.drops["rx_length_errors"] += 1
            return
        skb.frame = length
        self.account(skb)
        self.alive.append(skb)
        self.pending.append(skb)
        self.note_peaks()
        seq = self.count["packets"] - 1
        fields = (seq, length, length - 14, length - skb.linear, skb.truesize, len(skb.frags))
        self.events.append(("packet", *fields))
        if len(self.pending) == self.batch():
            self.deliver()

    def end_poll(self, work, forced=False):
        if forced or self.ring_size - len(self.ring) > self.refill_above():
            self.fill()
        self.deliver()
        self.events.append(("poll", work))
        self.samples.append((work, self.now()))

    def deliver(self):
        for skb in self.pending:
            if self.rcvbuf is not None and self.socket_takes(skb):
                self.socket.append(skb)
            else:
                skb.free()
                self.memory.kfree(skb.slab_bytes())
                self.alive.remove(skb)
        self.pending = []

    # -- UDP ----------------------------------------------------------------------------------
    def socket_takes(self, skb):
        if self.rmem > self.rcvbuf:
            self.drops["rcvbuf"] += 1
            return False
        if self.rmem > self.rcvbuf // 2:
            self.condense(skb)
        self.rmem += skb.truesize
        return True

    def condense(self, skb):
        if skb.list_members or (skb.frags and skb.length() - skb.linear > skb.tailroom):
            return
        assert not skb.frags  # no kernel modelled here leaves a frag that would fit the head

    def fit(self, skb):
        if not self.fit_open:
            return
        if self.fit_rmem > self.fit_rcvbuf:
            self.fit_open = False
            return
        self.fit_rmem += skb.truesize
        self.count["fit_packets"] += 1
        self.count["fit_bytes"] += skb.frame

    # -- figures ------------------------------------------------------------------------------
    def account(self, skb):
        self.fit(skb)
        self.count["delivered_packets"] += 1
        self.count["delivered_bytes"] += skb.frame
        self.count["truesize_bytes"] += skb.truesize
        self.count["linear_bytes"] += skb.linear
        self.count["nonlinear_bytes"] += skb.frame - skb.linear
        self.count["linear_packets"] += skb.linear == skb.frame
        if skb.linear < skb.frame:
            self.least_linear = min(self.least_linear or skb.linear, skb.linear)
        self.count["frag_list_packets"] += bool(skb.list_members)
        self.count["coalesced_frags"] += skb.coalesced
        self.nr_frags[min(17, len(skb.frags))] += 1

    def ring_bytes(self):
        return sum(b.size for b in self.ring if not (b.head and b.head.slab))

    def now(self):
        held = {chunk for skb in self.alive for chunk in skb.chunks()}
        slab = sum(skb.slab_bytes() for skb in self.alive)
        now = {
            "ring_bytes": self.ring_bytes(),
            "skb_truesize_bytes": sum(skb.truesize for skb in self.alive),
            "payload_bytes_in_flight": sum(skb.frame for skb in self.alive),
            **self.memory.levels(),
        }
        now["held"] = slab + sum(chunk.size for chunk in held)
        return now

    def note_peaks(self):
        now = self.now()
        held, payload = now.pop("held"), now["payload_bytes_in_flight"]
        for name, value in now.items():
            self.peaks[name] = max(self.peaks[name], value)
        for name, value in self.memory.peaks.items():
            self.peaks[name] = value
        if payload:
            best = self.amplification
            if best is None or held * best[1] > best[0] * payload:
                self.amplification = (held, payload)

    def figures(self):
        """Give every figure that the model knows, by the names of the figures."""
        end = self.now()
        held = end.pop("held")
        sums = [sum(w * v[n] for w, v in self.samples) for n in ("held", IN_FLIGHT)]
        amplification = [self.amplification, tuple(sums), (held, end[IN_FLIGHT])]
        weight = sum(w for w, _ in self.samples)
        sums = {n: sum(w * v[n] for w, v in self.samples) for n in end}
        means = {n: sums[n] / weight if weight else None for n in end}
        memory = self.memory
        left = self.page_frag.left() + self.head_cache.left()
        carved = memory.carved_buffers + memory.carved_heads
        assert memory.carved_buffers == self.ring_bytes() + sum(self.owners.values())
        assert memory.chunk_bytes == sum(chunk.size for chunk in memory.chunks)
        assert memory.filled_bytes == carved + memory.chunk_tail + left
        return {
            **{name: self.count[name] for name in COUNTS},
            "drops": {c: self.drops[c] for c in ("device_too_long", "rx_length_errors")},
            "nr_frags": self.nr_frags,
            "least_linear": self.least_linear,
            **{n: (self.peaks[n], means[n], end[n]) for n in end},
            "amplification": [level if level and level[1] else None for level in amplification],
            "buffer_ledger": {
                "carved": memory.carved_buffers,
                "posted": self.ring_bytes(),
                **{owner: self.owners[owner] for owner in OWNERS},
            },
            "chunk_ledger": {
                "filled": memory.filled_bytes,
                "carved_buffers": memory.carved_buffers,
                "carved_heads": memory.carved_heads,
                "chunk_tail": memory.chunk_tail,
                "cursor_left": left,
            },
            "head_ledger": {owner: self.heads[owner] for owner in HEAD_OWNERS},
            "socket": {
                "accepted": len(self.socket),
                "drops": self.drops["rcvbuf"],
                "rmem_alloc": self.rmem,
            },
        }

    # -- heads --------------------------------------------------------------------------------
    def copy_head(self):
        """napi_alloc_skb(128): room for 64 + 128 bytes and the shared info, 512 in all."""
        if self.slab_heads():
            return Skb(768, self.memory.kmalloc(256 + 512))
        self.memory.carved_heads += 512
        chunk = self.head_cache.alloc(512)
        return Skb(768, self.memory.kmalloc(256), [chunk])

    def copy_into_head(self, f):
        """Make a head with the first bytes of a buffer that holds `f` of the frame."""
        skb = self.copy_head()
        copied = min(f, 128) if f <= 128 or not self.copies_all_or_mac() else 14
        skb.linear, skb.tailroom = copied, 128 - copied
        self.heads.update(bytes=512, payload=copied, headroom=64, shared_info=320)
        self.heads["unused"] += 128 - copied
        return skb, copied

    def note_copy(self, length, copied):
        cause = "copy_small" if copied == length else "copy_header"
        self.count[cause + ".bytes"] += copied
        self.count[cause + ".packets"] += 1


class SmallSkb(Driver):
    """4.10 and before: the skb is allocated when the buffer is posted."""

    capacity = 1518

    def post(self):
        if self.first_fill:  # GFP_KERNEL: kmalloc-2048
            self.memory.kmalloc(256 + 2048)
            return Buffer([], 0, 1582, 0, 1530, Head(2048, slab=2048))
        chunk = self.head_cache.alloc(1920)
        self.memory.kmalloc(256)
        self.memory.carved_buffers += 1920
        return Buffer([chunk], 0, 1920, 1920, 1530, Head(1920, chunk))

    def receive(self, length):
        buf = self.ring.popleft()
        self.count["buffers"] += 1
        if length < 14:
            for chunk in buf.pages:
                chunk.put()
            self.owners["dropped"] += buf.size
            self.memory.kfree(256 + buf.head.slab)
            if buf.head.slab:
                self.heads.update(bytes=2048, headroom=64, shared_info=320, unused=1664)
            return None
        skb = Skb(buf.head.size + 256, 256 + buf.head.slab, buf.pages)
        skb.linear, skb.tailroom = length, buf.head.size - 384 - length
        if buf.head.slab:
            self.heads.update(bytes=2048, payload=length, headroom=64, shared_info=320)
            self.heads["unused"] += 1664 - length
        else:
            self.owners.update(payload=length, headroom=64, shared_info=320, alignment=18)
            self.owners["unused"] += 1518 - length
        return skb


class Small(Driver):
    """4.11 to 7.0: page_frag and build_skb()."""

    capacity = 1518

    def post(self):
        size = -(-(self.hdr_len + 64 + 1518) // 64) * 64 + 320
        self.page_frag.refill(size)
        chunk, start = self.page_frag.cut(size)
        return Buffer([chunk], start, size, size, self.hdr_len + 1518)

    def receive(self, length):
        buf = self.ring.popleft()
        self.count["buffers"] += 1
        if length < 14:
            buf.pages[0].put()
            self.owners["dropped"] += buf.size
            return None
        skb = Skb(buf.size + 256, self.memory.kmalloc(256), buf.pages)
        skb.linear = length
        self.owners.update(payload=length, vnet_hdr=self.hdr_len, headroom=64, shared_info=320)
        self.owners["alignment"] += buf.size - 320 - 64 - self.hdr_len - 1518
        self.owners["unused"] += 1518 - length
        return skb


class Mergeable(Driver):
    """Page frags sized by the EWMA of frame lengths."""

    before, behind = 0, 0  # bytes of a buffer that are not posted

    def buf_len(self):
        low = 1518
        if self.kernel.startswith("5.10"):
            low = max(-(-(12 + 14 + 4 + 65535) // self.ring_size) - 12, 1518)
        wanted = self.hdr_len + min(max(self.avg, low), 4096 - self.hdr_len)
        return -(-wanted // 64) * 64

    def post(self):
        asked = self.buf_len()
        self.page_frag.refill(asked)
        chunk, start = self.page_frag.cut(asked)
        hole = self.page_frag.left()
        size = asked
        if hole < asked:
            self.page_frag.cut(hole)
            chunk.put()  # one buffer, one reference
            size += hole
        return Buffer([chunk], start, asked, size, size - self.before - self.behind)

    def fits(self, length):
        return sum(b.posted for b in self.ring) >= length + self.hdr_len

    def ever_fits(self, _length):
        return True  # the ring decides, once it is full

    def take(self, length):
        """Fill buffers in ring order; give [(buffer, frame bytes in it)]."""
        filled, left, room_used = [], length, self.hdr_len
        while not filled or left:
            buf = self.ring.popleft()
            part = min(left, buf.posted - room_used)
            filled.append((buf, part))
            left, room_used = left - part, 0
        self.count["buffers"] += len(filled)
        return filled

    def receive(self, length):
        filled = self.take(length)
        if length < 14:
            for buf, _ in filled:
                buf.pages[0].put()
                self.owners["dropped"] += buf.size
            return None
        skb = self.first(length, *filled[0])
        last = skb
        for buf, part in filled[1:]:
            last = self.further(skb, last, buf, part)
        self.avg = (self.avg * 63 + length) >> 6 if self.avg else length
        return skb

    def charge(self, buf, used):
        """The truesize of a buffer: up to 4.11 the hole is charged only where it was used."""
        return buf.size if self.kernel.startswith("5.10") else max(used, buf.asked)

    def first(self, length, buf, part):
        skb, copied = self.copy_into_head(part)
        self.note_copy(length, copied)
        if part > copied:
            start = buf.start + self.hdr_len + copied
            truesize = self.charge(buf, part + self.hdr_len)
            skb.add_frag(buf.pages[0], start, part - copied, truesize)
        else:
            buf.pages[0].put()
        self.owners.update(vnet_hdr=self.hdr_len, payload=part - copied, freed_copy=copied)
        self.rest(buf, self.hdr_len + part)
        return skb

    def further(self, skb, last, buf, part):
        if len(last.frags) == 17:
            last = Skb(768, self.memory.kmalloc(256 + 512))
            self.heads.update(bytes=512, shared_info=320, unused=192)
            skb.list_members.append(last)
            skb.truesize += 768
        truesize = self.charge(buf, part)
        start = buf.start + self.before
        frag = last.frags[-1] if last.frags else None
        if frag and frag[0] is buf.pages[0] and frag[1] + frag[2] == start:
            frag[2] += part
            last.truesize += truesize
            skb.coalesced += 1
            buf.pages[0].put()
        else:
            last.add_frag(buf.pages[0], start, part, truesize)
        if last is not skb:
            skb.truesize += truesize
        self.owners.update(payload=part, headroom=self.before, shared_info=self.behind)
        self.rest(buf, self.before + part + self.behind)
        return last

    def rest(self, buf, used):
        hole = min(buf.size - buf.asked, buf.size - used)
        self.owners["hole"] += hole
        self.owners["unused"] += buf.size - used - hole


class Prototype(Mergeable):
    """The prototype of 2016: build_skb() for every mergeable buffer, never merged."""

    before, behind = 52, 320

    def buf_len(self):
        wanted = 512 + min(max(self.avg, self.min_avg), 4096 - 512)
        return -(-wanted // 256) * 256

    def charge(self, buf, _used):
        return buf.size

    def first(self, _length, buf, part):
        skb = Skb(buf.size + 256, self.memory.kmalloc(256), buf.pages)
        skb.linear = part
        self.owners.update(vnet_hdr=12, payload=part, headroom=52, shared_info=320)
        self.rest(buf, 64 + part + 320)
        return skb


class Big(Driver):
    """Chains of 18 pages."""

    capacity = 4096 - 16 + 17 * 4096

    def post(self):
        return Buffer([self.pages.take() for _ in range(18)], 0, 18 * 4096, 18 * 4096, None)

    def receive(self, length):
        buf = self.ring.popleft()
        self.count["buffers"] += 1
        if length < 14:
            for page in reversed(buf.pages):
                self.pages.give(page)
            self.owners["dropped"] += buf.size
            return None
        skb, copied = self.copy_into_head(length)
        self.note_copy(length, copied)
        left, offset, pages = length - copied, 16 + copied, list(buf.pages)
        while left:
            part = min(4096 - offset, left)
            skb.add_frag(pages.pop(0), offset, part, 4096)
            left, offset = left - part, 0
        for page in reversed(pages):
            self.pages.give(page)
        self.owners.update(vnet_hdr=self.hdr_len, alignment=16 - self.hdr_len)
        self.owners.update(payload=length - copied, freed_copy=copied)
        self.owners["unused"] += buf.size - 16 - length
        return skb


MODES = {
    ("4.10", "small"): SmallSkb,
    ("4.10", "mergeable"): Mergeable,
    ("4.10", "big"): Big,
    ("4.11", "small"): Small,
    ("4.11", "mergeable"): Mergeable,
    ("4.11", "big"): Big,
    ("5.10", "small"): Small,
    ("5.10", "mergeable"): Mergeable,
    ("5.10", "big"): Big,
    ("5.10.0", "small"): Small,
    ("5.10.0", "mergeable"): Mergeable,
    ("5.10.0", "big"): Big,
    ("mst-2016", "mergeable"): Prototype,
}


def oracle(strategy, **options):
    """Make the model of a strategy by its name, `KERNEL/MODE`."""
    kernel, mode = strategy.split("/")
    return MODES[kernel, mode](kernel, **options)
