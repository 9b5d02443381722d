"""A slow decoder of packet headers: slices in, a dict out; it imports nothing of what it checks."""

RAW = (12, 14, 101, 228, 229)
TAGS = (0x8100, 0x88A8, 0x9100)
WHOLE, FIRST, LATER = 0, 1, 2
HEADER_LEN = {6: None, 17: 8, 132: 12, 136: 8}


def number(data, at, size):
    """Give a big-endian number, None where not all of it was kept."""
    return int.from_bytes(data[at : at + size], "big") if at + size <= len(data) else None


def link(frame, link_type):
    """Give the ethertype, the bytes of tags, and where the network header is."""
    if link_type in RAW:
        kinds = {4: 0x0800, 6: 0x86DD}
        return kinds.get(frame[0] >> 4) if frame else None, 0, 0
    if link_type in (0, 108):
        if len(frame) < 4:
            return None, 0, 0
        little, big = (int.from_bytes(frame[:4], order) for order in ("little", "big"))
        family = little if little < 2**16 else big
        return {2: 0x0800, **dict.fromkeys((10, 24, 28, 30), 0x86DD)}.get(family), 0, 4
    if link_type in (9, 50):
        at = 2 if frame[:2] == b"\xff\x03" else 0
        if len(frame) <= at:
            return None, 0, 0
        size = 1 if frame[at] % 2 else 2
        kinds = {0x21: 0x0800, 0x57: 0x86DD}
        return kinds.get(number(frame, at, size)), 0, at + size
    places = {1: (12, 14), 113: (14, 16), 276: (0, 20), 104: (2, 4)}
    if link_type not in places:
        return None, 0, 0
    type_at, at = places[link_type]
    ethertype, tags = number(frame, type_at, 2), 0
    while ethertype in TAGS:
        whole = at + tags + 4 <= len(frame)
        ethertype = number(frame, at + tags + 2, 2) if whole else None
        tags += 4 * whole
    return ethertype, tags, at + tags


def ipv4(packet):
    """Give protocol, header length, fragment and total length; None where it is none."""
    if len(packet) < 20 or packet[0] >> 4 != 4 or packet[0] % 16 < 5:
        return None
    word = number(packet, 6, 2)
    fragment = LATER if word % 0x2000 else FIRST if word & 0x2000 else WHOLE
    return packet[9], 4 * (packet[0] % 16), fragment, number(packet, 2, 2)


def ipv6(packet):
    """Give the same; the protocol None where an extension header was cut off."""
    if len(packet) < 40 or packet[0] >> 4 != 6:
        return None
    protocol, length, fragment = packet[6], 40, WHOLE
    total = number(packet, 4, 2)
    total = total + 40 if total else 0
    while protocol in (0, 43, 44, 60) and fragment != LATER:
        extension = packet[length : length + 8]
        if len(extension) < 8:
            return None, length, fragment, total
        if protocol == 44:
            fragment = LATER if number(extension, 2, 2) // 8 else FIRST
            length += 8
        else:
            length += 8 + 8 * extension[1]
        protocol = extension[0]
    return protocol, length, fragment, total


def transport(data, at, protocol, fragment):
    """Give what the header at `at` says, and its length."""
    if fragment == LATER or protocol not in HEADER_LEN:
        return {}, 0
    fields = {}
    if at + 4 <= len(data):
        fields = {"sport": number(data, at, 2), "dport": number(data, at + 2, 2)}
    if protocol != 6:
        return fields, HEADER_LEN[protocol]
    fields["seq"] = number(data, at + 4, 4)
    word = number(data, at + 12, 2)
    if word is None:
        return fields, None
    fields["tcp_flags"] = word % 4096
    words = word // 4096
    return fields, 4 * words if words >= 5 else None


def decode(frame, link_type):
    """Give all that is known of a frame; what is not is None."""
    ethertype, tags, network = link(frame, link_type)
    found = {"ethertype": ethertype, "tag_bytes": tags, "version": 0, "fragment": WHOLE}
    if ethertype is None:
        return found
    found["network"] = network
    packet = frame[network:]
    ip = {0x0800: ipv4, 0x86DD: ipv6}.get(ethertype, lambda _: None)(packet)
    if ip is None:
        return found
    protocol, length, fragment, total = ip
    found |= {"version": packet[0] >> 4, "fragment": fragment, "protocol": protocol}
    if protocol is None:
        return found
    fields, header_len = transport(packet, length, protocol, fragment)
    found |= fields
    found["transport"] = network + length
    if header_len is not None:
        found["payload"] = network + length + header_len
        if total >= length + header_len:
            found["payload_len"] = total - length - header_len
    return found


def addresses(frame, found):
    """Give the bytes of both addresses of an IP packet."""
    place, size = (8, 32) if found["version"] == 6 else (12, 8)
    at = found["network"] + place
    return frame[at : at + size]


def flow_of(frame, found):
    """Give what makes a flow; None where there is none, or its ports were cut off."""
    if not found["version"] or found.get("protocol") is None:
        return None
    key = (found["version"], found["protocol"], addresses(frame, found))
    if found["fragment"] != WHOLE or found["protocol"] not in HEADER_LEN:
        return key
    return (*key, found["sport"], found["dport"]) if found.get("sport") is not None else None
