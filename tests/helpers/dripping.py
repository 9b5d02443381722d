"""A stream that gives few bytes at a time."""

import io


class Dripping(io.RawIOBase):
    """A stream that cannot seek, and gives a few bytes at a time."""

    def __init__(self, data, size):
        self.data, self.size = io.BytesIO(data), size

    def read(self, size=-1):
        return self.data.read(min(self.size, size))
