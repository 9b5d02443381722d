"""Decisions out of bytes, so that whatever changes the bytes changes what a target does."""


class Choices:
    """Reads decisions from the front of `data`, and nothing but zeros behind its end."""

    def __init__(self, data):
        self._data, self._at = data, 0

    def bytes(self, size):
        piece = self._data[self._at : self._at + size]
        self._at += size
        return piece

    def number(self, size):
        """Give a number of `size` bytes."""
        return int.from_bytes(self.bytes(size), "little")

    def signed(self, size):
        return int.from_bytes(self.bytes(size), "little", signed=True)

    def below(self, limit):
        return self.number(1 if limit <= 256 else 4) % limit

    def of(self, items):
        return items[self.below(len(items))]

    @property
    def left(self):
        return max(len(self._data) - self._at, 0)

    def rest(self):
        """Give all that is left."""
        return self.bytes(self.left)

    def text(self, size):
        return self.bytes(size).decode("utf-8", "surrogateescape")
