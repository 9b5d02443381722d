"""Plain-Python model of virtio_net's receive path, slow and obvious on purpose.

It imports nothing of the package under test. One class per receive mode; what differs between
kernels is asked by its name where it differs, with the number written out.
"""

from collections import Counter, deque
from dataclasses import dataclass

from oracles.memory import Chunk, Memory, PageFrag, PageFragCache, PagePool, Pages, Slices

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
    "copy_xdp.bytes",
    "copy_xdp.packets",
    "fit_packets",
    "fit_bytes",
)


CAUSES = ("device_too_long", "rx_length_errors", "xdp_drops")
IN_FLIGHT = "payload_bytes_in_flight"


@dataclass(frozen=True)
class Facts:
    """What a kernel does differently from others, in plain words and numbers."""

    small: str = "build_skb"  # or "skb": allocated when posted
    step: int = 64  # buffer lengths are multiples of it
    hole: str = "counted"  # "not counted", "drop"
    heads: str = "kmalloc"  # "page_frag_cache", "1k slices", "small head cache"
    all_or_mac: bool = True
    build: bool = True
    half_budget: bool = True
    batch: int = 8
    big_pad: int = 32
    big_by_mtu: bool = True
    cache: str = ""  # of small heads, behind alloc_skb(0): "for TCP", "for TCP and GRO"
    shortens: bool = False  # a request that the DMA record leaves no room for in a fresh chunk
    xdp: str = "ctx 3520"  # "in place", "256 in front", "page_to_skb 4096", "xdp_buff"
    dma_record: int = 0
    strict_udp: bool = False  # accepts only what still fits
    pool: bool = False


OLD = {"all_or_mac": False, "build": False, "half_budget": False, "batch": 1, "big_pad": 16}
OLD |= {"heads": "page_frag_cache", "big_by_mtu": False}
MIDDLE = {"big_pad": 16, "big_by_mtu": False}
NEW = {"heads": "1k slices", "cache": "for TCP", "xdp": "xdp_buff"}
NEWER = {"heads": "small head cache", "cache": "for TCP and GRO", "xdp": "xdp_buff"}
SHORT = {"shortens": True}

FACTS = {
    "mst-2016": Facts(**OLD, small="skb", step=256),
    "4.8": Facts(**OLD, small="skb", step=256, hole="not counted"),
    "4.4.76": Facts(**OLD, small="skb", hole="not counted"),
    "4.9": Facts(**OLD | {"heads": "kmalloc"}, small="skb", hole="not counted"),
    "4.10": Facts(**OLD, small="skb", hole="not counted", xdp="in place"),
    "4.11": Facts(**OLD, hole="not counted", xdp="256 in front"),
    "4.12": Facts(**OLD, hole="drop", xdp="256 in front"),
    "4.13": Facts(**OLD, xdp="256 in front"),
    "4.14.217": Facts(**OLD | {"heads": "kmalloc"}, xdp="256 in front"),
    "4.14": Facts(**OLD | {"heads": "kmalloc", "all_or_mac": True}, xdp="256 in front"),
    "4.16": Facts(**OLD),
    "4.19.170": Facts(**OLD | {"heads": "kmalloc"}),
    "4.19": Facts(**OLD | {"heads": "kmalloc", "all_or_mac": True}),
    "5.3": Facts(**OLD | {"half_budget": True}),
    "5.10.0": Facts(**OLD | {"half_budget": True, "batch": 8}),
    "5.11": Facts(**OLD | {"half_budget": True, "batch": 8, "heads": "kmalloc"}),
    "5.10": Facts(**MIDDLE, build=False),
    "5.15": Facts(**MIDDLE, xdp="page_to_skb 4096"),
    "6.0": Facts(big_by_mtu=False, xdp="page_to_skb 4096"),
    "6.1": Facts(heads="1k slices", xdp="page_to_skb 4096"),
    "6.11": Facts(**NEW),
    "6.12.5": Facts(**NEW | SHORT),
    "6.12": Facts(**NEW | SHORT | {"cache": "for TCP and GRO"}),
    "6.13": Facts(**NEW | SHORT, dma_record=16),
    "6.16": Facts(**NEWER | SHORT, dma_record=16),
    "6.18": Facts(**NEWER | SHORT, dma_record=16, strict_udp=True),
    "7.2": Facts(**NEWER, strict_udp=True, pool=True),
}


def up(number, step):
    return -(-number // step) * step


def slab_object(size):
    """kmalloc(): the next power of two, or one of the two sizes between small ones."""
    between = {96, 192} if size <= 192 else set()
    return min(each for each in {2**n for n in range(3, 14)} | between if each >= size)


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

    def __init__(
        self,
        kernel,
        ring=256,
        hdr_len=12,
        rcvbuf=None,
        fit_rcvbuf=212992,
        min_avg=128,
        xdp=None,
        guest_gso=1,
        device_mtu=0,
        max_header=80,
        max_skb_frags=17,
        page_size=4096,
        dma_api=0,
        order3=0,
        copy_len=128,
        headroom=64,
        xdp_headroom=256,
        tailroom=None,
        min_buf_len=None,
    ):
        self.kernel, self.ring_size, self.hdr_len = kernel, ring, hdr_len
        self.facts, self.xdp = FACTS[kernel], xdp
        self.guest_gso, self.device_mtu = guest_gso, device_mtu
        self.max_header, self.most_frags, self.page = max_header, max_skb_frags, page_size
        self.si = tailroom or up(48 + 16 * max_skb_frags, 64)  # struct skb_shared_info
        self.copy_len, self.pad, self.front = copy_len, headroom, xdp_headroom
        self.min_buf_len = min_buf_len
        self.min_avg, self.rcvbuf, self.fit_rcvbuf = min_avg, rcvbuf, fit_rcvbuf
        self.memory = Memory(page_size, order3)
        self.events = self.memory.events
        self.page_frag = PageFrag(self.memory, 16 if dma_api else self.facts.dma_record)
        self.pool = PagePool(self.memory, ring)
        self.slices = Slices(self.memory)
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
        return (min(64, self.ring_size) if self.facts.half_budget else self.ring_size) // 2

    def batch(self):
        return self.facts.batch

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
        if isinstance(skb, str):  # the cause of a drop
            self.drops[skb] += 1
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
        if self.rmem > self.rcvbuf // 2:
            self.condense(skb)
        full = self.rmem > self.rcvbuf
        if self.facts.strict_udp:
            full = self.rmem + skb.truesize > self.rcvbuf and self.rmem > 0
        if full:
            self.drops["rcvbuf"] += 1
            return False
        self.rmem += skb.truesize
        return True

    def condense(self, skb):
        if skb.list_members or (skb.frags and skb.length() - skb.linear > skb.tailroom):
            return
        assert not skb.frags  # no kernel modelled here leaves a frag that would fit the head

    def fit(self, skb):
        if not self.fit_open:
            return
        full = self.fit_rmem > self.fit_rcvbuf
        if self.facts.strict_udp:
            full = self.fit_rmem + skb.truesize > self.fit_rcvbuf and self.fit_rmem > 0
        if full:
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
            best = self.amplification or (0, payload)
            if (held * best[1], -payload) > (best[0] * payload, -best[1]):
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
        self.owners["dma_record"] = memory.dma_records
        cursors = (self.page_frag, self.head_cache, self.slices, self.pool)
        left = sum(cursor.left() for cursor in cursors)
        carved = memory.carved_buffers + memory.carved_heads
        assert memory.carved_buffers == self.ring_bytes() + sum(self.owners.values())
        assert memory.chunk_bytes == sum(chunk.size for chunk in memory.chunks)
        assert memory.filled_bytes == carved + memory.chunk_tail + left
        return {
            **{name: self.count[name] for name in COUNTS},
            "drops": {c: self.drops[c] for c in CAUSES},
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
    def small_head(self):
        """The objects of the small-head cache: no power of two, so that kfree() can tell them."""
        room = up(128 + self.max_header, 64)
        if self.facts.cache == "for TCP and GRO":
            room = max(room, self.max_header + 128 + self.pad)
        size = up(room, 64) + self.si
        return size + 64 if size in (256, 512, 1024, 2048) else size

    def asked_head(self):
        return up(self.copy_len + self.pad, 64) + self.si

    def head_kind(self):
        """Where napi_alloc_skb() goes: what is too long for the usual is cut from a block."""
        kind = self.facts.heads
        if kind == "1k slices" and self.page != 4096:
            kind = "small head cache" if self.facts.cache else "kmalloc"
        if kind == "small head cache" and self.asked_head() > self.small_head():
            return "page_frag_cache"
        if kind in ("1k slices", "kmalloc") and self.asked_head() > 1024:
            return "page_frag_cache"
        return kind

    def head_size(self):
        kind = self.head_kind()
        if kind == "kmalloc":
            return slab_object(self.asked_head())
        sizes = {"1k slices": 1024, "small head cache": self.small_head()}
        return sizes.get(kind, self.asked_head())

    def empty_head(self):
        """alloc_skb(0): the shared info alone, from kmalloc() where there is no cache."""
        return self.small_head() if self.facts.cache else slab_object(self.si)

    def copy_head(self):
        """napi_alloc_skb(): a head with a pad before the frame and the shared info behind."""
        size = self.head_size()
        if self.head_kind() in ("kmalloc", "small head cache"):
            return Skb(size + 256, self.memory.kmalloc(256 + size))
        self.memory.carved_heads += size
        cache = self.slices if self.head_kind() == "1k slices" else self.head_cache
        chunk = cache.alloc(size)
        return Skb(size + 256, self.memory.kmalloc(256), [chunk])

    def copy_into_head(self, f):
        """Make a head with the first bytes of a buffer that holds `f` of the frame."""
        size = self.head_size()
        room = size - self.pad - self.si
        skb = self.copy_head()
        copied = f if f <= room else 14 if self.facts.all_or_mac else room
        skb.linear, skb.tailroom = copied, room - copied
        self.heads.update(bytes=size, payload=copied, headroom=self.pad, shared_info=self.si)
        self.heads["unused"] += room - copied
        return skb, copied

    def note_copy(self, length, copied):
        cause = "copy_small" if copied == length else "copy_header"
        self.count[cause + ".bytes"] += copied
        self.count[cause + ".packets"] += 1


class SmallSkb(Driver):
    """4.10 and before: the skb is allocated when the buffer is posted."""

    capacity = 1518

    def size(self):
        return up(self.pad + 1518, 64) + self.si

    def post(self):
        size = self.size()
        if self.first_fill:  # GFP_KERNEL: kmalloc-2048
            slab = slab_object(size)
            self.memory.kmalloc(256 + slab)
            return Buffer([], 0, size, 0, 1530, Head(slab, slab=slab))
        chunk = self.head_cache.alloc(size)
        self.memory.kmalloc(256)
        self.memory.carved_buffers += size
        return Buffer([chunk], 0, size, size, 1530, Head(size, chunk))

    def receive(self, length):
        buf = self.ring.popleft()
        self.count["buffers"] += 1
        taken = {"headroom": self.pad, "shared_info": self.si}
        room = buf.head.size - self.pad - self.si
        if length < 14:
            for chunk in buf.pages:
                chunk.put()
            self.owners["dropped"] += buf.size
            self.memory.kfree(256 + buf.head.slab)
            if buf.head.slab:
                self.heads.update(bytes=buf.head.slab, unused=room, **taken)
            return "rx_length_errors"
        skb = Skb(buf.head.size + 256, 256 + buf.head.slab, buf.pages)
        skb.linear, skb.tailroom = length, room - length
        if buf.head.slab:
            self.heads.update(bytes=buf.head.slab, payload=length, unused=room - length, **taken)
        else:
            self.owners.update(payload=length, alignment=room - 1518, **taken)
            self.owners["unused"] += 1518 - length
        return skb


class Small(Driver):
    """4.11 and later: build_skb() around a page_frag, or a piece of a page_pool's page."""

    capacity = 1518

    def post(self):
        headroom = self.pad + (self.front if self.xdp else 0)
        size = up(self.hdr_len + headroom + 1518, 64) + self.si
        if self.facts.pool:
            page, start, size = self.pool.alloc(size)
            return Buffer([page], start, size, size, self.hdr_len + 1518)
        self.page_frag.refill(size)
        chunk, start = self.page_frag.cut(size)
        return Buffer([chunk], start, size, size, self.hdr_len + 1518)

    def receive(self, length):
        buf = self.ring.popleft()
        self.count["buffers"] += 1
        if length < 14:
            buf.pages[0].put()
            self.owners["dropped"] += buf.size
            return "rx_length_errors"
        headroom = self.pad + (self.front if self.xdp else 0)
        skb = Skb(buf.size + 256, self.memory.kmalloc(256), buf.pages)
        skb.linear = length
        self.owners.update(payload=length, vnet_hdr=self.hdr_len, headroom=headroom)
        self.owners["shared_info"] += self.si
        self.owners["alignment"] += -(self.hdr_len + headroom + 1518) % 64
        asked = up(self.hdr_len + headroom + 1518, 64) + self.si
        self.owners["hole"] += buf.size - asked
        self.owners["unused"] += 1518 - length
        return skb


class Mergeable(Driver):
    """Page frags, or pieces of a page_pool's pages, sized by the EWMA of frame lengths."""

    before, behind = 0, 0  # bytes of a buffer that are not posted

    def program(self):
        """What a program needs of each buffer: None, or how the kernel makes room for it."""
        return self.facts.xdp if self.xdp else None

    def buf_len(self):
        low = 1518
        if self.facts.hole != "not counted":
            longest = 65535
            if not self.guest_gso and 0 < self.device_mtu <= 1500:
                longest = self.device_mtu
            low = max(-(-(self.hdr_len + 14 + 4 + longest) // self.ring_size) - self.hdr_len, 1518)
        low = self.min_buf_len or low
        wanted = self.hdr_len + min(max(self.avg, low), self.page - self.hdr_len)
        return up(wanted, self.facts.step)

    def asked(self):
        """Bytes of the next buffer; a page, or headroom more, where a program sees it."""
        if self.program() in (None, "in place"):
            return self.buf_len()
        return self.buf_len() + self.front if self.program() == "256 in front" else self.page

    def unposted(self):
        """Bytes of a buffer that the device may not write."""
        if self.program() in (None, "in place"):
            return self.before + self.behind
        return self.front if self.program() == "256 in front" else up(self.front + self.si, 64)

    def post(self):
        asked = self.asked()
        if self.facts.pool:
            page, start, size = self.pool.alloc(asked)
            return Buffer([page], start, asked, size, size - self.unposted())
        self.page_frag.refill(asked)
        fresh = self.page_frag.offset == 0
        if self.facts.shortens and fresh and asked + 16 > self.page_frag.chunk.size:
            asked -= 16
        chunk, start = self.page_frag.cut(asked)
        hole = self.page_frag.left()
        size = asked
        if hole < asked:
            if self.program() == "xdp_buff":  # skipped
                self.memory.chunk_tail += hole
                self.page_frag.offset += hole
            else:
                self.page_frag.cut(hole)
                chunk.put()  # one buffer, one reference
                size += hole
        return Buffer([chunk], start, asked, size, size - self.unposted())

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

    def cause(self, length, filled):
        """Why the driver drops a frame, if it does."""
        if length < 14:
            return "rx_length_errors"
        if self.xdp == "pass" and len(filled) > 1:
            in_front = {"in place": 0, "256 in front": self.front}
            kept = in_front.get(self.facts.xdp)
            copied = kept is not None and kept + self.hdr_len + length <= self.page
            return None if copied else "xdp_drops"
        if self.xdp == "frags" and len(filled) > self.most_frags + 1:
            return "xdp_drops"
        used = [part + (0 if i else self.hdr_len) for i, (_, part) in enumerate(filled)]
        front = self.front if self.program() == "256 in front" else 0
        over = any(u > buf.asked - front for u, (buf, _) in zip(used, filled, strict=True))
        return "rx_length_errors" if over and self.facts.hole == "drop" else None

    def receive(self, length):
        filled = self.take(length)
        cause = self.cause(length, filled)
        if cause:
            for buf, _ in filled:
                buf.pages[0].put()
                self.owners["dropped"] += buf.size
            return cause
        if self.program() in ("ctx 3520", "page_to_skb 4096", "xdp_buff"):
            return self.receive_xdp(length, filled)
        if self.xdp and len(filled) > 1:
            return self.linearize(length, filled)
        skb = self.first(length, *filled[0])
        last = skb
        for buf, part in filled[1:]:
            last = self.further(skb, last, buf, part)
        self.sample(length)
        return skb

    def sample(self, length):
        self.avg = (self.avg * 63 + length) >> 6 if self.avg else length

    def linearize(self, length, filled):
        """Copy a frame and its virtio header from several buffers into a page of their own."""
        front = self.front if self.program() == "256 in front" else 0
        for i, (buf, part) in enumerate(filled):
            used = part + (0 if i else self.hdr_len)
            self.owners.update(headroom=front, freed_copy=used)
            self.rest(buf, front + used)
            buf.pages[0].put()
        page = Chunk(self.memory, self.page, "page")
        self.memory.carved_buffers += self.page
        self.count["copy_xdp.bytes"] += self.hdr_len + length
        self.count["copy_xdp.packets"] += 1
        skb, copied = self.copy_into_head(length)
        self.note_copy(length, copied)
        skb.add_frag(page, front + self.hdr_len + copied, length - copied, self.page)
        self.owners.update(headroom=front, vnet_hdr=self.hdr_len, freed_copy=copied)
        self.owners["payload"] += length - copied
        self.owners["unused"] += self.page - front - self.hdr_len - length
        self.sample(self.hdr_len + length)
        return skb

    def receive_xdp(self, length, filled):
        (buf, part), further = filled[0], filled[1:]
        posted = buf.posted
        old = self.facts.xdp != "xdp_buff"
        behind = up(self.front + self.si, 64) - self.front
        self.owners.update(
            vnet_hdr=self.hdr_len, headroom=self.front, shared_info=behind, payload=part
        )
        self.owners["unused"] += posted - self.hdr_len - part
        builds = self.facts.build and length > self.copy_len
        builds = builds and buf.size - self.front - self.hdr_len - length >= self.si
        if old and not builds:
            self.owners["payload"] -= part
            skb, copied = self.copy_into_head(part)
            self.note_copy(length, copied)
            self.owners.update(payload=part - copied, freed_copy=copied)
            charged = posted if self.facts.xdp == "ctx 3520" else self.page
            if part > copied:
                start = buf.start + self.front + self.hdr_len + copied
                skb.add_frag(buf.pages[0], start, part - copied, charged)
            else:
                buf.pages[0].put()
            return skb
        skb = Skb(buf.size + 256, self.memory.kmalloc(256), buf.pages)
        skb.linear = part
        for buf, part in further:
            skb.add_frag(buf.pages[0], buf.start + self.front, part, buf.size)
            self.owners.update(headroom=self.front, shared_info=behind, payload=part)
            self.owners["unused"] += buf.posted - part
        return skb

    def charge(self, buf, used):
        """The truesize of a buffer: up to 4.11 the hole is charged only where it was used."""
        front = self.front if self.program() == "256 in front" else 0
        if self.facts.hole == "not counted":
            return max(used, buf.asked - front)
        return (buf.asked if self.facts.hole == "drop" else buf.size) - front

    def first(self, length, buf, part):
        truesize = self.charge(buf, part + self.hdr_len)
        if self.facts.build and part > self.copy_len and truesize - self.hdr_len - part >= self.si:
            skb = Skb(truesize + 256, self.memory.kmalloc(256), buf.pages)
            skb.linear = part
            self.owners.update(vnet_hdr=self.hdr_len, payload=part, shared_info=self.si)
            self.rest(buf, self.hdr_len + part + self.si)
            return skb
        skb, copied = self.copy_into_head(part)
        self.note_copy(length, copied)
        front = self.front if self.program() == "256 in front" else 0
        if part > copied:
            start = buf.start + front + self.hdr_len + copied
            skb.add_frag(buf.pages[0], start, part - copied, truesize)
        else:
            buf.pages[0].put()
        self.owners.update(vnet_hdr=self.hdr_len, payload=part - copied, freed_copy=copied)
        self.owners["headroom"] += front
        self.rest(buf, front + self.hdr_len + part)
        return skb

    def further(self, skb, last, buf, part):
        if len(last.frags) == self.most_frags:
            size = self.empty_head()
            last = Skb(size + 256, self.memory.kmalloc(256 + size))
            self.heads.update(bytes=size, shared_info=self.si, unused=size - self.si)
            skb.list_members.append(last)
            skb.truesize += size + 256
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

    def __init__(self, kernel, headroom=64, tailroom=None, **options):
        self.before, self.behind = headroom - 12, tailroom or 320
        super().__init__(kernel, headroom=headroom, tailroom=tailroom, **options)

    def buf_len(self):
        kept = up(12 + self.before + self.behind, 256)
        wanted = kept + min(max(self.avg, self.min_avg), 4096 - kept)
        return -(-wanted // 256) * 256

    def charge(self, buf, _used):
        return buf.size

    def first(self, _length, buf, part):
        skb = Skb(buf.size + 256, self.memory.kmalloc(256), buf.pages)
        skb.linear = part
        self.owners.update(vnet_hdr=12, payload=part)
        self.owners.update(headroom=self.before, shared_info=self.behind)
        self.rest(buf, self.before + 12 + part + self.behind)
        return skb


class Big(Driver):
    """Chains of pages: one, and as many more as a 64 KiB packet or the device's MTU takes."""

    def __init__(self, kernel, **options):
        super().__init__(kernel, **options)
        self.capacity = self.chain() * self.page - self.facts.big_pad

    def chain(self):
        if self.guest_gso or not self.facts.big_by_mtu:
            return self.most_frags + 1
        return 1 + -(-self.device_mtu // self.page)

    def post(self):
        size = self.chain() * self.page
        return Buffer([self.pages.take() for _ in range(self.chain())], 0, size, size, None)

    def receive(self, length):
        buf = self.ring.popleft()
        pad = self.facts.big_pad
        self.count["buffers"] += 1
        if length < 14:
            for page in reversed(buf.pages):
                self.pages.give(page)
            self.owners["dropped"] += buf.size
            return "rx_length_errors"
        self.owners.update(vnet_hdr=self.hdr_len, alignment=pad - self.hdr_len)
        pages = list(buf.pages)
        if self.facts.build and length > self.copy_len and self.page - pad - length >= self.si:
            skb = Skb(self.page + 256, self.memory.kmalloc(256), [pages.pop(0)])
            skb.linear = length
            self.owners.update(payload=length, shared_info=self.si)
            self.owners["unused"] += buf.size - pad - length - self.si
        else:
            skb, copied = self.copy_into_head(length)
            self.note_copy(length, copied)
            left, offset = length - copied, pad + copied
            while left:
                part = min(self.page - offset, left)
                skb.add_frag(pages.pop(0), offset, part, self.page)
                left, offset = left - part, 0
            self.owners.update(payload=length - copied, freed_copy=copied)
            self.owners["unused"] += buf.size - pad - length
        for page in reversed(pages):
            self.pages.give(page)
        return skb


def model(kernel, mode):
    """Find the class of a mode."""
    if kernel == "mst-2016":
        return Prototype
    if mode == "small":
        return SmallSkb if FACTS[kernel].small == "skb" else Small
    return {"mergeable": Mergeable, "big": Big}[mode]


def oracle(strategy, **options):
    """Make the model of a strategy by its name, `KERNEL/MODE[+xdp|+xdp-frags][,KNOB=VALUE]...`."""
    name, *settings = strategy.split(",")
    kernel, mode = name.split("/")
    mode, _, xdp = mode.partition("+xdp")
    if "+xdp" in name:
        options["xdp"] = "frags" if xdp == "-frags" else "pass"
    for setting in settings:
        knob, value = setting.split("=")
        options[knob] = 1 if value == "fail" else int(value.removeprefix("fail:1/"))
    if options.get("page_size") == 65536 and tuple(map(int, kernel.split(".")[:2])) < (6, 4):
        options["max_skb_frags"] = 16  # before it could be configured
    return model(kernel, mode)(kernel, **options)
