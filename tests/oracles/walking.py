"""Collects what a walk gives into plain Python, to set beside `pcap_reader`."""

from oracles.pcap_reader import Packet

NO_TIME = -(2**63)


def packets_of(blocks):
    rows = []
    for block in blocks:
        columns = [block.ts_ns, block.wire_len, block.cap_len, block.dst, block.src]
        rows += zip(*(column.tolist() for column in columns), strict=True)
    return [Packet(None if ts == NO_TIME else ts, *rest) for ts, *rest in rows]


def walk(trace, error):
    """Give the packets of a trace, and how the walk ended: whole, cut or damaged."""
    packets = []
    try:
        for block in trace.blocks():
            packets += packets_of([block])
    except error:
        return packets, "damaged"
    codes = {warning.code for warning in trace.warnings}
    return packets, "cut" if "cut" in codes else "damaged" if "damaged" in codes else "whole"
