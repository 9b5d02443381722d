"""Plain-Python model of unread UDP sockets and of windows of time, slow and obvious on purpose."""

from fractions import Fraction
from math import ceil, floor


class Socket:
    """One that nobody reads, of `rcvbuf` bytes."""

    def __init__(self, rcvbuf, strict):
        self.rcvbuf, self.strict = rcvbuf, strict
        self.charges, self.accepted, self.fit, self.dropped = [], [], [], False

    def take(self, frame, truesize):
        used = sum(self.charges)
        full = used > self.rcvbuf
        if self.strict:
            full = used > 0 and used + truesize > self.rcvbuf
        if full:
            self.dropped = True
            return
        self.charges.append(truesize)
        self.accepted.append(frame)
        if not self.dropped:
            self.fit.append(frame)

    def result(self):
        return (
            *(self.rcvbuf, len(self.fit), sum(self.fit)),
            *(len(self.accepted), sum(self.accepted)),
        )


class Receiver:
    """All packets that came for one socket, tried in sockets of several sizes."""

    def __init__(self, rcvbufs, strict, missed=0):
        self.sockets = [Socket(rcvbuf, strict) for rcvbuf in rcvbufs]
        self.arrivals, self.missed = [], missed  # (time, frame, truesize)

    def take(self, time, frame, truesize):
        self.arrivals.append((time, frame, truesize))
        for socket in self.sockets:
            socket.take(frame, truesize)

    def truesize(self):
        return sum(truesize for _, _, truesize in self.arrivals)

    def most_within(self, hold):
        """Give the most truesize in [t, t + hold), where t may be the time of any arrival."""
        return max(
            (
                sum(size for time, _, size in self.arrivals if begin <= time < begin + hold)
                for begin, _, _ in self.arrivals
            ),
            default=0,
        )

    def most_packets(self, hold):
        """Give the most packets that are in a window right after one of them has come."""
        times = [time for time, _, _ in self.arrivals]
        return max(
            (sum(now - hold < t <= now for t in times[: i + 1]) for i, now in enumerate(times)),
            default=0,
        )

    def result(self, holds):
        return (
            len(self.arrivals),
            sum(frame for _, frame, _ in self.arrivals),
            self.truesize(),
            self.missed,
            [socket.result() for socket in self.sockets],
            [self.most_within(hold) for hold in holds],
        )


class Model:
    """The socket that gets everything, and those of flows, of which only some can be followed."""

    def __init__(self, rcvbufs, strict, most_flows):
        self.make = lambda missed=0: Receiver(rcvbufs, strict, missed)
        self.whole, self.flows, self.most_flows = self.make(), {}, most_flows
        self.missed = self.forgotten = 0

    def take(self, time, frame, truesize, flow):
        if flow:
            if flow not in self.flows:
                if len(self.flows) == self.most_flows:
                    self.forget()
                self.flows[flow] = self.make(self.missed)
            self.flows[flow].take(time, frame, truesize)
        self.whole.take(time, frame, truesize)

    def busiest(self):
        return sorted(self.flows, key=lambda flow: -self.flows[flow].truesize())

    def forget(self):
        for flow in self.busiest()[self.most_flows // 2 :]:
            gone = self.flows.pop(flow)
            self.missed = max(self.missed, gone.truesize() + gone.missed)
            self.forgotten += 1


def ratios(arrivals):
    """Give the percentiles by nearest rank, in steps of 1/16,384 below 4, and those below half."""
    steps = sorted(min(floor(Fraction(frame * 16384, size)), 65535) for _, frame, size in arrivals)
    found = {
        f"p{p}": steps[max(1, ceil(Fraction(p * len(steps), 100))) - 1] / 16384 if steps else None
        for p in (0, 1, 10, 50, 90, 99, 100)
    }
    return found, sum(Fraction(frame, size) < Fraction(1, 2) for _, frame, size in arrivals)
