"""The shortest stall that loses a packet while it lasts, found in a run without one.

A guest that stands still posts no buffers, so a stall is at its worst where it begins just as the
guest would refill: the host then has the least room, and the longest to wait for more. What of the
packets that follow finds no room is known as they come, since the device writes to the same
buffers whether or not the guest runs: the first packet that needs a buffer of that refill waits in
the host, and the one that comes `backend` later is lost. From the refill to that one is the stall.
"""

from rxreplay._jit import kernel

from .clock import NUMBER, Clocked
from .state import Queue

AT, POINT = range(2)  # rows of what is noted of a refill: when, and a buffer or a packet


@kernel
def note_refill(q: Queue, x: Clocked, at: int) -> None:
    """Note that the guest is about to post buffers; without them packets wait from now on."""
    c = x.clock
    if c["left"] < c["waited"]:
        put_at_risk(x, at, x.waiting[NUMBER, c["left"] & (x.waiting.shape[1] - 1)])
        return
    slot = c["refills"] & (x.refills.shape[1] - 1)
    x.refills[AT, slot], x.refills[POINT, slot] = at, q.state["tail"]
    c["refills"] += 1


@kernel
def put_at_risk(x: Clocked, at: int, waits: int) -> None:
    """Note which packet is lost without the refill at `at`: `waits` is the first that waits."""
    c, lost = x.clock, waits + x.service.backend
    newest = (c["risks"] - 1) & (x.risks.shape[1] - 1)
    if c["risks"] > c["survived"] and x.risks[POINT, newest] == lost:
        x.risks[AT, newest] = at  # the later refill makes the shorter stall
        return
    slot = c["risks"] & (x.risks.shape[1] - 1)
    x.risks[AT, slot], x.risks[POINT, slot] = at, lost
    c["risks"] += 1


@kernel
def note_arrival(x: Clocked, number: int, taken: int) -> None:
    """Note that a packet has come, and which buffers the device would have taken up to now."""
    c = x.clock
    while c["outgrown"] < c["refills"]:
        slot = c["outgrown"] & (x.refills.shape[1] - 1)
        if x.refills[POINT, slot] >= taken:
            break
        put_at_risk(x, x.refills[AT, slot], number)
        c["outgrown"] += 1
    slot = c["survived"] & (x.risks.shape[1] - 1)
    if c["survived"] < c["risks"] and x.risks[POINT, slot] == number:
        c["survived"] += 1
        stall = c["now"] - x.risks[AT, slot]
        if c["least_stall"] == 0 or stall < c["least_stall"]:
            c["least_stall"], c["least_stall_at"] = stall, x.risks[AT, slot]
