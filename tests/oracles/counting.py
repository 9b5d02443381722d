"""Plain-Python counts of frames by phase, span and turn, frame by frame, and a plain average."""


def span_of(frame, bounds):
    """Give the span of a length, None outside of all."""
    return next((at for at in range(len(bounds) - 1) if bounds[at] <= frame < bounds[at + 1]), None)


class Tally:
    """Counts frames as a stride does, one at a time.

    `takes[phase][span]` are the slices that a frame takes; a length of a span of `stops`, below the
    first bound, or from the last on, where `drops_longer` is not set, ends the count.
    """

    def __init__(self, bounds, takes, turns, *, turn=0, stops=(), drops_longer=False, average=1):
        self.bounds, self.takes, self.turns = bounds, takes, turns
        self.stops, self.drops_longer = stops, drops_longer
        self.phase, self.turn, self.average = 0, turn, average
        self.packets, self.bytes = {}, {}
        self.cycle = []  # frames and places since it has begun
        self.longest = self.too_long = 0

    def count(self, frames):
        """Count frames; give how many before one that ends it."""
        for number, frame in enumerate(frames):
            span = span_of(frame, self.bounds)
            if span is None and frame >= self.bounds[-1] and self.drops_longer:
                self.too_long += 1
            elif span is None or span in self.stops:
                return number
            else:
                self.add(frame, span)
            self.average = (self.average * 64 - self.average + frame) // 64
        return len(frames)

    def add(self, frame, span):
        """Count one that has a place."""
        place = self.phase, span, self.turn
        self.packets[place] = self.packets.get(place, 0) + 1
        self.bytes[place] = self.bytes.get(place, 0) + frame
        self.cycle.append((frame, place))
        self.longest = max(self.longest, frame)
        self.turn = (self.turn + self.takes[self.phase][span]) % self.turns
        self.phase += 1
        if self.phase == len(self.takes):
            self.phase, self.cycle = 0, []
