"""Percentiles, sums and rings of a plan, in plain words; it imports nothing of the package."""


def percentile(values, percent):
    """The least of the values below or at which at least `percent` of a hundred of them are."""
    fine = [v for v in values if 100 * sum(other <= v for other in values) >= percent * len(values)]
    return min(fine)


def added(*amounts):
    """Trees of numbers, place by place."""
    first = amounts[0]
    if isinstance(first, dict):
        return {key: added(*(amount[key] for amount in amounts)) for key in first}
    return sum(amounts)


def buffers_of_a_ring(ring, asked, chunk=32768, record=0):
    """Sizes of the buffers of a fresh ring, and how many chunks they took.

    A buffer is cut where it fits; the one behind which no other fits gets the rest as well. A fresh
    chunk begins with a record where there is one, and a buffer that would leave none for it is
    16 bytes shorter.
    """
    sizes, chunks, at = [], 0, chunk
    while len(sizes) < ring:
        if at + asked > chunk:
            chunks, at = chunks + 1, record
        rest = chunk - at - asked
        sizes.append(asked + rest if rest < asked else asked)
        at += sizes[-1]
    return sizes, chunks
