"""Skbs behind the driver, as objects with pieces of memory; it imports nothing of ours."""

from dataclasses import dataclass, field

SK_BUFF = 256


@dataclass
class Skb:
    """One packet as the driver built it."""

    frame: int
    linear: int
    head: int  # bytes of memory of its head
    pages: list  # bytes of memory behind each frag
    page_head: bool = False
    reach: int = 66
    needs: int = 0
    chain: int = 0  # skbs on its frag_list since the driver
    pulled: int = 0
    freed: int = 0
    parts: list = field(default_factory=list)  # of an aggregate: (how, skb)

    @property
    def truesize(self):
        return SK_BUFF + self.head + sum(self.pages)

    def pull(self, upto):
        more = min(upto, self.frame) - self.linear
        if more > 0:
            self.linear += more
            self.pulled += more
        if self.linear == self.frame and self.pulled:
            self.emptied = True

    emptied = False


class Stack:
    """GRO's memory rules over skbs that are known to merge."""

    def __init__(self, most=17):
        self.most = most
        self.up = []
        self.all = []

    def take(self, skb, into=None):
        self.all.append(skb)
        skb.headers_linear = skb.linear >= min(skb.reach, skb.frame)
        skb.pull(skb.needs)
        empty_head = skb.linear == 14  # behind the Ethernet header there is nothing
        if into is None:
            skb.pull(skb.reach)
            skb.frags = 0 if skb.emptied else len(skb.pages)
            skb.tail = skb
            skb.charged = skb.truesize
            skb.bytes = skb.frame
            skb.lists = skb.chain
            self.up.append(skb)
            return
        if not empty_head:
            skb.pull(skb.reach)
        into.bytes += skb.frame - skb.reach
        payload_in_head = skb.linear - skb.reach > 0
        room = self.most - into.tail.frags - len(skb.pages)
        if not payload_in_head and room >= 0:
            into.tail.frags += len(skb.pages)
            skb.how, skb.freed = "frags", SK_BUFF + skb.head
        elif payload_in_head and skb.page_head and room >= 1:
            into.tail.frags += len(skb.pages) + 1
            skb.how, skb.freed = "head", SK_BUFF
        else:
            into.lists += 1
            into.tail = skb
            skb.frags, skb.how = len(skb.pages), "list"
        into.charged += skb.truesize - skb.freed
        into.parts.append(skb)
