"""Plain-Python model of the memory that the receive path takes: chunks, cursors, slabs.

Imports nothing of the package; numbers are written out, so that a wrong constant there shows here.
"""


class Chunk:
    """A block taken from the page allocator: it lives while anybody refers to it."""

    def __init__(self, memory, size, kind):
        self.memory, self.size, self.kind = memory, size, kind
        self.refs, self.times_filled = 1, 1
        self.number = memory.taken
        memory.taken += 1
        memory.chunks.add(self)
        memory.chunk_bytes += size
        memory.filled_bytes += size
        memory.note()
        if kind == "page_frag":
            memory.events.append(("chunk", "+", self))

    def fill_again(self):
        self.times_filled += 1
        self.memory.filled_bytes += self.size

    def get(self):
        assert self.refs > 0
        self.refs += 1

    def put(self):
        self.refs -= 1
        assert self.refs >= 0
        if self.refs == 0:
            self.memory.chunks.remove(self)
            self.memory.chunk_bytes -= self.size
            if self.kind == "page_frag":
                self.memory.events.append(("chunk", "-", self))


class Memory:
    """Everything alive, and the ledger of chunks."""

    def __init__(self, page_size=4096, fails_each=0):
        self.page_size, self.fails_each, self.requests = page_size, fails_each, 0
        self.chunks, self.events = set(), []
        self.taken = self.chunk_bytes = self.filled_bytes = self.chunk_tail = 0
        self.carved_buffers = self.carved_heads = self.dma_records = 0
        self.slab = 0
        self.peaks = {"chunk_bytes": 0, "slab_bytes": 0, "resident_bytes": 0}

    def block(self, kind):
        """Take eight small pages in one piece, one large page, or where that fails one page."""
        self.requests += 1
        if self.fails_each and self.requests % self.fails_each == 0:
            return Chunk(self, self.page_size, kind)
        return Chunk(self, max(32768, self.page_size), kind)

    def levels(self):
        levels = {"chunk_bytes": self.chunk_bytes, "slab_bytes": self.slab}
        return {**levels, "resident_bytes": self.chunk_bytes + self.slab}

    def note(self):
        """Keep the peaks; memory is the most right after something was taken."""
        for name, value in self.levels().items():
            self.peaks[name] = max(self.peaks[name], value)

    def kmalloc(self, size):
        self.slab += size
        self.note()
        return size

    def kfree(self, size):
        self.slab -= size


class PageFrag:
    """`skb_page_frag_refill()` with the queue's own `struct page_frag`."""

    def __init__(self, memory, dma_record=0):
        self.memory, self.chunk, self.offset, self.dma_record = memory, None, 0, dma_record

    def refill(self, need):
        state = (self.chunk, self.offset, self.chunk.size if self.chunk else 0)
        self.memory.events.append(("refill", need, *state))
        if self.chunk:
            if self.chunk.refs == 1:
                self.memory.chunk_tail += self.left()
                self.chunk.fill_again()
                self.offset = 0
                return
            if self.offset + need <= self.chunk.size:
                return
            self.memory.chunk_tail += self.left()
            self.chunk.put()
        self.chunk, self.offset = self.memory.block("page_frag"), 0

    def left(self):
        return self.chunk.size - self.offset if self.chunk else 0

    def cut(self, size):
        if self.offset == 0 and self.dma_record:
            self.offset = self.dma_record
            self.memory.carved_buffers += self.dma_record
            self.memory.dma_records += self.dma_record
        self.chunk.get()
        start = self.offset
        self.offset += size
        self.memory.carved_buffers += size
        return self.chunk, start


class PageFragCache:
    """`page_frag_alloc()`: slices from the top of a 32 KiB block downwards."""

    def __init__(self, memory):
        self.memory, self.chunk, self.offset = memory, None, 0

    def alloc(self, size):
        if self.chunk is None or self.offset < size:
            if self.chunk is not None:
                self.memory.chunk_tail += self.offset
                if self.chunk.refs == 1:  # only the cursor's own: every slice is back
                    self.chunk.fill_again()
                else:
                    self.chunk.put()
                    self.chunk = None
            if self.chunk is None:
                self.chunk = self.memory.block("page_frag_cache")
            self.offset = self.chunk.size
        self.offset -= size
        self.chunk.get()
        return self.chunk

    def left(self):
        return self.offset if self.chunk else 0


class Pages:
    """Big mode's pages, with the queue's private list of spare ones (`rq->pages`)."""

    def __init__(self, memory):
        self.memory, self.spare = memory, []

    def take(self):
        if self.spare:
            page = self.spare.pop()
            page.fill_again()
        else:
            page = Chunk(self.memory, self.memory.page_size, "page")
        self.memory.carved_buffers += page.size
        return page

    def give(self, page):
        self.spare.append(page)


class Slices:
    """`page_frag_alloc_1k()`: four heads from the top of a page downwards, then another page."""

    def __init__(self, memory):
        self.memory, self.chunk, self.offset = memory, None, 0

    def alloc(self, size):
        if self.offset == 0:
            self.chunk, self.offset = Chunk(self.memory, 4096, "slices"), 4096
        chunk = self.chunk
        chunk.get()
        self.offset -= size
        if self.offset == 0:  # its references were made when it was taken
            chunk.put()
        return chunk

    def left(self):
        return self.offset


class PoolPage(Chunk):
    """A page of a page_pool: its last reference gives it back to the pool."""

    def __init__(self, memory, pool):
        super().__init__(memory, memory.page_size, "page_pool")
        memory.filled_bytes -= self.size  # it is filled when it is taken from the pool
        self.pool = pool
        memory.events.append(("pool", "+", self))

    def put(self):
        self.refs -= 1
        assert self.refs >= 0
        if self.refs == 0:
            self.pool.back(self)

    def free(self):
        self.memory.chunks.remove(self)
        self.memory.chunk_bytes -= self.size
        self.memory.events.append(("pool", "-", self))


class PagePool:
    """`page_pool_alloc_va()`: pieces of pages, which come back when nobody needs them."""

    def __init__(self, memory, ring):
        self.memory, self.ring_size = memory, ring
        self.cache, self.returned = [], []
        self.page, self.offset = None, 0

    def take(self):
        """From the cache, last in first out; else from those returned; else 64 new ones."""
        if not self.cache and self.returned:
            self.cache, self.returned = self.returned[:64], self.returned[64:]
        if not self.cache:
            for _ in range(64):
                page = PoolPage(self.memory, self)
                page.refs = 0
                self.cache.append(page)
        page = self.cache.pop()
        page.refs = 1
        page.fill_again()
        return page

    def back(self, page):
        if len(self.cache) < 128:
            self.cache.append(page)
        elif len(self.returned) < self.ring_size:
            self.returned.append(page)
        else:
            page.free()

    def alloc(self, size):
        if 2 * size > self.memory.page_size:
            self.memory.carved_buffers += self.memory.page_size
            return self.take(), 0, self.memory.page_size
        self.memory.events.append(("frag", size))
        if self.page and self.offset + size > self.memory.page_size:
            self.memory.chunk_tail += self.left()
            if self.page.refs == 1:
                self.page.fill_again()
                self.offset = 0
            else:
                self.page.put()
                self.page = None
        if not self.page:
            self.page, self.offset = self.take(), 0
        start = self.offset
        self.page.get()
        self.offset += size
        if self.offset + size > self.memory.page_size:
            size, self.offset = self.memory.page_size - start, self.memory.page_size
        self.memory.carved_buffers += size
        return self.page, start, size

    def left(self):
        return self.memory.page_size - self.offset if self.page else 0
