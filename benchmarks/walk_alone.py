"""The walk and nothing else: `walk_alone.py FILE`."""

import sys

from rxreplay import open_trace
from rxreplay.cli import start_quickly

if __name__ == "__main__":
    start_quickly()
    with open_trace(sys.argv[1]) as trace:
        print(sum(block.wire_len.size for block in trace.blocks(addresses=False)))
