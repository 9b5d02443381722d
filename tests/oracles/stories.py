"""What the plain model knows of single packets: it is watched while it runs.

Imports nothing of the package.
"""

from types import SimpleNamespace

from oracles.virtio_net import oracle


class Watched:
    """A model whose packets leave a story each in `stories`, by their number from 1."""

    def __init__(self, strategy, **options):
        self.driver = driver = oracle(strategy, **options)
        self.poll = None  # that ends: "usual", or "forced" as the guest catches up
        self.taken = 0
        self.stories = {}
        self.posted = {id(buf): (None, 0, buf) for buf in driver.ring}
        self.fill, self.receive, self.end_poll = driver.fill, driver.receive, driver.end_poll
        driver.fill, driver.receive, driver.end_poll = self._fill, self._receive, self._end_poll

    def run(self, lengths, polls):
        self.driver.run(lengths, polls)
        for number, length in enumerate(lengths, 1):
            self.stories.setdefault(number, story(length, cause="device_too_long"))
        return self.stories

    def now(self):
        """The packet after which something happens; the guest catches up before the next one."""
        return self.driver.count["packets"] - (self.poll == "forced")

    def _fill(self):
        before = len(self.driver.ring)
        self.fill()
        after = self.driver.count["packets"] - (self.poll != "usual")
        for buf in list(self.driver.ring)[before:]:
            self.posted[id(buf)] = (after, self.driver.avg, buf)

    def _end_poll(self, work, forced=False):
        self.poll = "forced" if forced else "usual"
        self.end_poll(work, forced)
        self.poll = None

    def _receive(self, length):
        before, copied = list(self.driver.ring), self.copied()
        skb = self.receive(length)
        used = before[: len(before) - len(self.driver.ring)]
        made = None if isinstance(skb, str) else skb
        chunks = [page for buf in used for page in buf.pages] + (made.chunks() if made else [])
        self.stories[self.now()] = told = story(
            length,
            cause=None if made else skb,
            first=self.taken + 1,
            bufs=[(buf, *self.posted.pop(id(buf))[:2]) for buf in used],
            copied=self.copied() - copied,
            chunks=[self._chunk(chunk, made) for chunk in dict.fromkeys(chunks)],
        )
        if made:
            told.linear, told.truesize, told.frags = made.linear, made.truesize, len(made.frags)
            told.coalesced, told.frag_list = made.coalesced, len(made.list_members)
        self.taken += len(used)
        return skb

    def copied(self):
        return sum(self.driver.count[f"copy_{why}.bytes"] for why in ("small", "header", "xdp"))

    def _chunk(self, chunk, made):
        told = SimpleNamespace(
            kind=chunk.kind,
            size=chunk.size,
            refs=chunk.refs,
            own=made.chunks().count(chunk) if made else 0,
            posted=sum(buf.pages.count(chunk) for buf in self.driver.ring),
            others=sum(other.chunks().count(chunk) for other in self.driver.pending),
            freed_by=None if chunk.refs else self.now(),
        )
        if not hasattr(chunk, "watchers"):
            self._watch(chunk)
        chunk.watchers.append(told)
        return told

    def _watch(self, chunk):
        """Note when nobody holds it any more; a page of a pool is then taken again."""
        chunk.watchers, put = [], chunk.put

        def noted():
            put()
            if chunk.refs == 0:
                for told in chunk.watchers:
                    told.freed_by = told.freed_by or self.now()
                chunk.watchers.clear()

        chunk.put = noted


def story(length, cause, first=0, bufs=(), copied=0, chunks=()):
    """One packet's: its cause where it is dropped, its buffers with when they were posted."""
    return SimpleNamespace(
        length=length,
        cause=cause,
        first=first,
        bufs=bufs,
        copied=copied,
        chunks=chunks,
        **dict.fromkeys(("linear", "truesize", "frags", "coalesced", "frag_list"), 0),
    )
