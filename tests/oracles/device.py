"""How long a frame of any link type would have been for an Ethernet device; plain Python."""

HEADERS = {0: 4, 1: 14, 12: 0, 14: 0, 50: 4, 101: 0, 104: 4, 108: 4, 113: 16, 228: 0, 229: 0}
HEADERS[276] = 20


class StrangeError(Exception):
    """No guest receives such a frame."""


def header_len(link_type, frame):
    if link_type != 9:
        if link_type not in HEADERS:
            raise StrangeError(link_type)
        return HEADERS[link_type]
    rest = frame[2:] if frame[:2] == b"\xff\x03" else frame
    return len(frame) - len(rest) + (1 if rest and rest[0] % 2 == 1 else 2)


def device_len(wire_len, link_type, frame):
    if link_type == 1:
        return wire_len
    return min(max(0, wire_len - header_len(link_type, frame)) + 14, 2**32 - 1)
