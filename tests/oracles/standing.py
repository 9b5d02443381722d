"""What a queue's future depends on, chunks named in the order in which they are met."""

CURSORS = ("frag_chunk", "pool_page", "cache_chunk")
COUNTS = ("frag_offset", "pool_offset", "cache_offset", "spare_pages")
BUF = ("offset", "asked", "size", "slab")
CHUNK = ("refs", "skb_refs", "size", "kind")


def listed(chunks, number, count):
    """Follow a list of chunks from its first one."""
    found = []
    for _ in range(count):
        found.append(number)
        number = int(chunks[number]["next"])
    return found


def outline(queue, order3=1):
    """Put down all that matters of a queue, as plain Python; of chunks in what order they come."""
    state, ring, chunks = queue.state, queue.ring, queue.chunks
    posted = [ring[at % len(ring)] for at in range(int(state["head"]), int(state["tail"]))]
    pools = [
        listed(chunks, int(state["pool_cache"]), int(state["pool_cached"])),
        listed(chunks, int(state["pool_oldest"]), int(state["pool_returned"])),
    ]
    met = [int(state[name]) for name in CURSORS] + pools[0] + pools[1]
    met += [int(buf["chunk"]) for buf in posted]
    names, described = {-1: -1}, []
    for number in met:
        if number not in names:
            names[number] = len(names)
            described.append([int(chunks[number][name]) for name in CHUNK])
    counts = [int(state[name]) for name in COUNTS] + [len(each) for each in pools]
    counts.append(int(state["order3_tries"]) % order3)
    bufs = [[int(buf[name]) for name in BUF] for buf in posted]
    return [names[number] for number in met], described, counts, bufs
