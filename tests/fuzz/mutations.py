"""Changes that keep what a byte-wise mutation destroys: block lengths, and what is compressed."""

import gzip
import struct

import lz4.frame
import zstandard

SECTION = 0x0A0D0D0A
MOST_BLOCKS = 400
NUMBERS = [0, 1, 2, 3, 4, 11, 12, 20, 28, 32, 59, 60, 255, 256, 65_535, 65_536, 262_144, 262_145]
NUMBERS += [2**24, 2**31 - 1, 2**31, 2**32 - 2, 2**32 - 1]
KINDS = [1, 2, 3, 4, 5, 6, 10, 0xBAD, SECTION, 0x80000000]
RESOLUTIONS = [0, 3, 6, 9, 10, 18, 19, 20, 127, 128, 138, 159, 160, 170, 190, 191, 254, 255]


def split_blocks(data):
    """Give type, byte order and body of each block, and what is left behind the last."""
    blocks, at, order = [], 0, "<"
    while len(data) - at >= 12 and len(blocks) < MOST_BLOCKS:
        if data[at : at + 4] == b"\n\r\r\n":
            order = ">" if data[at + 8 : at + 12] == b"\x1a\x2b\x3c\x4d" else "<"
        kind, length = struct.unpack_from(order + "II", data, at)
        if length < 12 or length % 4 or at + length > len(data):
            break
        blocks.append((kind, order, data[at + 8 : at + length - 4]))
        at += length
    return blocks, data[at:]


def joined(blocks, rest=b""):
    """Write blocks with the lengths that they have."""
    parts = []
    for kind, order, body in blocks:
        padded = body + bytes(-len(body) % 4)
        length = struct.pack(order + "I", len(padded) + 12)
        parts.append(struct.pack(order + "I", kind) + length + padded + length)
    return b"".join(parts) + rest


def with_number(body, order, random):
    """Write a telling number over a word, or over a half of one."""
    if len(body) < 4:
        return body
    size, form = random.choice([(4, "I"), (2, "H")])
    at = random.randrange(0, min(len(body), 64) - 3, 4)
    number = random.choice(NUMBERS) & (2 ** (8 * size) - 1)
    return body[:at] + struct.pack(order + form, number) + body[at + size :]


def with_option(body, order, random):
    """Put an option of an interface or of a packet behind the contents."""
    code, value = random.choice(
        [
            (9, bytes([random.choice(RESOLUTIONS)])),
            (14, struct.pack(order + "q", random.choice([0, 1, -1, 2**33, -(2**33), 2**62]))),
            (13, bytes([random.choice([0, 4, 255])])),
            (2, b"\x1b[31m\n\xff"),
            (1, bytes(random.choice([0, 1, 3, 200]))),
            (random.choice(NUMBERS) & 0xFFFF, b""),
        ]
    )
    length = random.choice([len(value)] * 6 + [0, 3, 0xFFFF])
    option = struct.pack(order + "HH", code, length) + value + bytes(-len(value) % 4)
    ends = random.choice([b"", struct.pack(order + "HH", 0, 0)])
    at = random.choice([8, 16, len(body)])
    return body[:at] + option + (ends if at == len(body) else body[at:])


def with_bytes(body, _order, random):
    """Cut a body, or make it longer."""
    at = random.randrange(len(body) + 1)
    return body[:at] + random.choice([b"", bytes(random.randrange(64)), body[at + 1 :]])


def turned(block, random):
    """Give a block changed in one way."""
    kind, order, body = block
    if random.random() < 0.15:
        return random.choice(KINDS), order, body
    change = random.choice([with_number, with_number, with_option, with_bytes])
    return kind, order, change(body, order, random)


def section_of(order):
    return SECTION, order, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1)


def interface_of(order, link_type, snaplen):
    return 1, order, struct.pack(order + "HHI", link_type, 0, snaplen)


def mutate_blocks(data, random, limit):
    """Change a pcapng as its blocks: other bodies, fewer, more, in another order."""
    blocks, rest = split_blocks(data)
    blocks = blocks or [section_of("<"), interface_of("<", 1, 0)]
    for _ in range(random.randint(1, 4)):
        at = random.randrange(len(blocks))
        action = random.randrange(7)
        if action <= 2:
            blocks[at] = turned(blocks[at], random)
        elif action == 3:
            blocks.insert(random.randrange(len(blocks) + 1), blocks[at])
        elif action == 4 and len(blocks) > 1:
            del blocks[at]
        elif action == 5:
            blocks.insert(at, section_of(random.choice("<>")))
        else:
            link_type = random.choice([0, 1, 9, 12, 101, 113, 127, 147, 276, 65_535])
            blocks.insert(at, interface_of(blocks[at][1], link_type, random.choice(NUMBERS)))
    return joined(blocks, rest)[:limit]


def compress_gzip(data, random):
    return gzip.compress(data, random.choice([0, 1, 9]), mtime=0)


def compress_zstd(data, random):
    flags = [random.random() < 0.5 for _ in range(2)]
    return zstandard.ZstdCompressor(
        level=random.choice([1, 3, 19]), write_checksum=flags[0], write_content_size=flags[1]
    ).compress(data)


def compress_lz4(data, random):
    flags = [random.random() < 0.5 for _ in range(3)]
    return lz4.frame.compress(
        data,
        block_size=random.choice([4, 5, 6, 7]),
        content_checksum=flags[0],
        block_checksum=flags[1],
        store_size=flags[2],
    )


COMPRESSIONS = (compress_gzip, compress_zstd, compress_lz4)
EXTRAS = (bytes(3), b"\x50\x2a\x4d\x18\x02\0\0\0ab", b"\x5f\x2a\x4d\x18\xff\xff\xff\xff")


def mutate_compressed(data, random, limit, inner):
    """Compress what `inner` makes of a capture, in one or more members, and damage a little."""
    plain = decompressed(data)
    if plain is None or random.random() < 0.3:
        changed = bytearray(data)
        for _ in range(random.randint(1, 3)):
            if changed:
                changed[random.randrange(len(changed))] = random.choice([0, 1, 0x7F, 0x80, 0xFF])
        return bytes(changed[: random.choice([limit, limit, random.randrange(len(changed) + 1)])])
    plain = inner(plain, random, limit)
    compress, cut = random.choice(COMPRESSIONS), random.randrange(len(plain) + 1)
    parts = [plain] if random.random() < 0.6 else [plain[:cut], plain[cut:], b""]
    members = [compress(part, random) for part in parts]
    if random.random() < 0.2:
        members.insert(random.randrange(len(members) + 1), random.choice(EXTRAS))
    return b"".join(members)[:limit]


def decompressed(data):
    """Give the contents of a sound stream of one of the three kinds, else None."""
    try:
        if data.startswith(b"\x1f\x8b"):
            return gzip.decompress(data)
        if data.startswith(b"\x04\x22\x4d\x18"):
            return lz4.frame.decompress(data)
        if data.startswith(b"\x28\xb5\x2f\xfd"):
            return zstandard.ZstdDecompressor().decompressobj().decompress(data)
    except Exception:
        return None
    return None
