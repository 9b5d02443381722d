"""GRO as the kernel's sources tell it, and its undoing; it imports nothing of ours."""

from dataclasses import dataclass, field

FIN, SYN, RST, PSH, ACK, URG, CWR = 1, 2, 4, 8, 16, 32, 128


@dataclass
class Segment:
    """One packet as it comes in."""

    ts_ns: int
    flow: int
    seq: int
    payload: int
    flags: int = ACK
    header_len: int = 52  # of IP and TCP
    alike: int = 0
    extra: int = 0  # bytes behind the IP packet; less than 0: IP claims more than there are
    link_len: int = 14
    tcp: bool = True
    carried: int = 0

    @property
    def frame_len(self):
        return self.link_len + self.header_len + self.payload + self.extra


@dataclass
class Merge:
    """What is held of a flow."""

    parts: list = field(default_factory=list)

    def ip_len(self):
        return self.parts[0].header_len + sum(part.payload for part in self.parts)

    def end(self):
        return (self.parts[-1].seq + self.parts[-1].payload) % 2**32

    def fits(self, new, is_flush):
        first, *_ = self.parts
        seen = {flag for part in self.parts for flag in (FIN, PSH) if part.flags & flag}
        unlike = (new.flags ^ first.flags) & ~(CWR | FIN | PSH)
        return not (
            is_flush
            or new.flags & CWR
            or unlike
            or seen  # a FIN or PSH has ended the merge before
            or new.alike != first.alike
            or new.payload == 0
            or new.payload > first.payload
            or new.seq != self.end()
            or self.ip_len() + new.payload > 65535
        )


class Gro:
    """One NAPI context with its eight lists."""

    def __init__(self, timeout_ns=50_000, budget=64, mtu=1500):
        self.timeout_ns, self.budget, self.mtu = timeout_ns, budget, mtu
        self.lists = [[] for _ in range(8)]
        self.poll = []
        self.now = None
        self.record = -1
        self.out = []
        self.groups = []  # what each frame was made of

    def give(self, parts):
        length = parts[0].frame_len + sum(part.payload for part in parts[1:])
        self.groups.append(list(parts))
        self.out.append((self.now, length, parts[0].carried, self.record, len(parts)))

    def flush(self):
        for merges in self.lists:
            for merge in merges:
                self.give(merge.parts)
            merges.clear()
        self.poll = []

    def take(self, new):
        if self.poll:
            first = self.poll[0].ts_ns
            timed = new.ts_ns != -(2**63)
            late = timed and not 0 <= new.ts_ns - first <= self.timeout_ns
            if late or len(self.poll) >= self.budget:
                self.flush()
        self.poll.append(new)
        self.record += 1
        self.now = new.ts_ns
        if new.tcp:
            self.receive(new)
        else:
            self.give([new])

    def receive(self, new):
        merges = self.lists[new.flow % 8]
        ends = bool(new.flags & (FIN | SYN | RST | PSH | URG))
        is_flush = new.extra != 0 or new.header_len + new.payload > self.mtu
        for merge in merges:
            if merge.parts[0].flow == new.flow:
                if merge.fits(new, is_flush):
                    size = merge.parts[0].payload
                    merge.parts.append(new)
                    if ends or new.payload < size:
                        merges.remove(merge)
                        self.give(merge.parts)
                    return
                merges.remove(merge)
                self.give(merge.parts)
                break
        if is_flush or ends or new.payload == 0:
            self.give([new])
            return
        if len(merges) == 8:
            self.give(merges.pop(0).parts)
        merges.append(Merge([new]))


def segments(frames, mtu=1500):
    """Give frame lengths and the packet of each; the flows number fewer than any table holds."""
    known, out = {}, []
    for i, new in enumerate(frames):
        if new.extra < 0:
            out.append((new.frame_len, i))
            continue
        if not new.tcp or not new.payload or new.header_len + new.payload <= mtu:
            out.append((new.frame_len, i))
            if new.tcp and new.payload >= 536 and not new.flags & PSH and new.flow:
                known[new.flow] = max(known.get(new.flow, 0), new.payload)
            continue
        mss = min(max(mtu - new.header_len, 1), known.get(new.flow, 2**60))
        left = new.payload
        while left:
            now = min(mss, left)
            left -= now
            out.append((new.frame_len - new.payload + now, i))
    return out
