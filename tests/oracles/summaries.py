"""Summaries with lists and dictionaries; they import nothing that they check."""

import itertools
from math import ceil


def nearest_rank(lengths, percent):
    ordered = sorted(lengths)
    return ordered[max(1, ceil(percent * len(ordered) / 100)) - 1] if ordered else None


def quantile(lengths, thousandths):
    ordered = sorted(lengths)
    return next(
        length
        for rank, length in enumerate(ordered, start=1)
        if 1000 * rank >= thousandths * len(ordered)
    )


def summary_of(packets):
    """Give what `Summary.as_dict` gives, for `(ts_ns or None, wire_len, cap_len)`."""
    times = [ts for ts, _, _ in packets if ts is not None]
    lengths = [wire_len for _, wire_len, _ in packets]
    return {
        "packets": len(packets),
        "wire_bytes": sum(lengths),
        "captured_bytes": sum(cap_len for _, _, cap_len in packets),
        "wire_len": {
            "min": nearest_rank(lengths, 0),
            "median": nearest_rank(lengths, 50),
            "p99": nearest_rank(lengths, 99),
            "max": nearest_rank(lengths, 100),
        },
        "first_ns": min(times, default=None),
        "last_ns": max(times, default=None),
        "duration_ns": max(times) - min(times) if times else None,
        "truncated_packets": sum(cap_len < wire_len for _, wire_len, cap_len in packets),
        "above_mtu_packets": sum(length > 1514 for length in lengths),
        "ts_backwards": sum(b < a for a, b in itertools.pairwise(times)),
    }


def bucket_edges():
    """Give the least length of each bucket up to 2^32: single bytes, then 128 to a doubling."""
    edges = list(range(2048))
    for doubling in range(11, 32):
        edges += [2**doubling + part * 2**doubling // 128 for part in range(128)]
    return edges
