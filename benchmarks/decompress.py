"""The decompression and nothing else, by the tool's library in one thread: `decompress.py FILE`."""

import sys

from zlib_ng import zlib_ng

INPUT, OUTPUT = 64 * 1024, 256 * 1024  # the fastest of those that were tried

if __name__ == "__main__":
    decompressor, size = zlib_ng.decompressobj(wbits=31), 0
    with open(sys.argv[1], "rb") as stream:
        while piece := stream.read(INPUT):
            while piece:
                size += len(decompressor.decompress(piece, OUTPUT))
                piece = decompressor.unconsumed_tail
    print(size)
