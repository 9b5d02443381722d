"""The NAPI poll: its budget, the refill test, and what happens when it ends."""

from rxreplay._jit import kernel

from .log import log_poll
from .meters import sample, trace
from .residency import gro_normal_list
from .state import Int64s, Queue


@kernel
def posted(q: Queue) -> int:
    """Give the number of buffers in the ring."""
    return int(q.state["tail"] - q.state["head"])


@kernel
def wants_refill(q: Queue) -> bool:
    """Test the free descriptors.  Source: drivers/net/virtio_net.c, virtnet_receive()."""
    return bool(q.layout.ring_size - posted(q) > q.layout.refill_above)


@kernel
def end_poll(q: Queue, polls: Int64s) -> None:
    """Hand up what is pending, take the samples and begin the next poll; the last budget repeats.

    Source: net/core/dev.c, napi_complete_done(); the driver has refilled the ring before.
    """
    s = q.state
    gro_normal_list(q)
    log_poll(q)
    sample(q)
    trace(q)
    s["work"] = 0
    s["polls"] += 1
    s["budget"] = polls[min(s["polls"], polls.size - 1)]
