"""The decompression and nothing else, by the tool's library in one thread: `decompress.py FILE`."""

import sys

from zlib_ng import zlib_ng

INPUT, OUTPUT = 256 * 1024, 1024 * 1024  # the fastest of those that were tried
KEPT = 16 * OUTPUT  # once freed, malloc() keeps the outputs' memory: no page faults in anew

if __name__ == "__main__":
    decompressor, size = zlib_ng.decompressobj(wbits=31), len(bytes(KEPT)) - KEPT
    with open(sys.argv[1], "rb") as stream:
        while piece := stream.read(INPUT):
            while piece:
                size += len(decompressor.decompress(piece, OUTPUT))
                piece = decompressor.unconsumed_tail
    print(size)
