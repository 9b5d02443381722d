"""Which packets of a trace were replayed, by their lengths: without a further pass."""

from rxreplay.traces.summary import Summary

from .delivering import Delivery
from .result import ReplayedLen


def replayed_len(summary: Summary, delivery: Delivery) -> ReplayedLen:
    """Give the lengths of what a delivery has delivered.

    Where the walk gives lengths alone all that counts is delivered, and only the summary has seen
    it; where packets are chosen, each passes through the delivery.
    """
    everything = delivery.packets == summary.packets
    found = summary.lengths if everything else delivery.lengths
    counts = {str(least): count for least, count in found.buckets().items()}
    return ReplayedLen(found.longest(), counts)
