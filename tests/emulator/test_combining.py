"""The figures of several queues, added up by hand."""

import numpy as np
from rxreplay.emulator import Receiver, strategy
from rxreplay.emulator.combining import OF_EACH_QUEUE, combined
from rxreplay.emulator.figures import Amplification

LOADS = [[60, 1514, 300] * 20, [65_226, 66], []]


def figures_of(lengths, **how):
    receiver = Receiver(strategy("5.10/mergeable"), ring=64, **how)
    receiver.receive(np.array(lengths, np.int64))
    return receiver.finish()


def test_one_queue_is_the_device():
    figures = figures_of(LOADS[0])
    assert combined([figures]) is figures


def test_counts_levels_and_ledgers_are_sums():
    queues = [figures_of(load) for load in LOADS]
    whole = combined(queues)
    for name in ("packets", "wire_bytes", "truesize_bytes", "copied_bytes", "buffers"):
        assert getattr(whole, name) == sum(getattr(each, name) for each in queues)
    assert whole.resident_bytes.peak == sum(each.resident_bytes.peak for each in queues)
    assert whole.waste.buffers.carved == sum(each.waste.buffers.carved for each in queues)
    busy, idle = [each.resident_bytes for each in queues[:2]], queues[2].resident_bytes
    assert whole.resident_bytes.mean == sum(each.mean for each in busy) + idle.end
    assert whole.copy_small.packets == sum(each.copy_small.packets for each in queues)
    assert whole.nr_frags == tuple(map(sum, zip(*(q.nr_frags for q in queues), strict=True)))
    assert (whole.mean_over, whole.lifetime) == (OF_EACH_QUEUE, "drop")


def test_what_is_no_sum():
    queues = [figures_of(load) for load in LOADS]
    whole = combined(queues)
    worst = max((each.amplification.peak for each in queues[:2]), key=lambda peak: peak.ratio)
    assert whole.amplification.peak == worst
    assert whole.amplification.mean is None  # nothing is in flight when a poll has ended
    assert whole.len_per_truesize == whole.delivered_bytes / whole.truesize_bytes
    assert whole.least_linear == 14
    assert (whole.rcvbuf, whole.fit_packets, whole.fit_bytes) == (queues[0].rcvbuf, None, None)
    assert whole.drops.backend_full is whole.pull_headers is None


def test_what_unread_sockets_hold_is_a_ratio_of_sums():
    queues = [figures_of(load, unread=True) for load in LOADS]
    ends = [each.amplification.end for each in queues if each.amplification.end]
    held, payload = sum(e.held_bytes for e in ends), sum(e.payload_bytes for e in ends)
    assert combined(queues).amplification.end == Amplification(held, payload, held / payload)


def test_queues_that_got_nothing():
    whole = combined([figures_of([]), figures_of([])])
    assert whole.packets == 0
    assert whole.least_linear is whole.len_per_truesize is whole.amplification.peak is None
    assert whole.resident_bytes.mean is None
    assert whole.resident_bytes.peak > 0
