"""RSS as it is written down: bit by bit, and virtio's rules; it imports nothing of ours."""


def toeplitz(key, data):
    """Give the hash of `data`: where a bit is set, the 32 bits of the key from there on."""
    key_bits = "".join(f"{byte:08b}" for byte in key)
    hashed = 0
    for place, bit in enumerate("".join(f"{byte:08b}" for byte in data)):
        if bit == "1":
            hashed ^= int(key_bits[place : place + 32], 2)
    return hashed


def hash_input(addresses, found, types):
    """Give the bytes that a device hashes; None where it hashes none."""
    if not found["version"]:
        return None
    enabled = {
        name
        for name, bit in {"ip": 1, "tcp": 2, "udp": 4}.items()
        if types & (bit if found["version"] == 4 else bit << 3)
    }
    whole = found["fragment"] == 0 and found.get("sport") is not None
    kind = {6: "tcp", 17: "udp"}.get(found.get("protocol"))
    if whole and kind in enabled:
        return addresses + b"".join(found[name].to_bytes(2, "big") for name in ("sport", "dport"))
    return addresses if "ip" in enabled else None


def queue(key, data, table):
    """Give the queue of the hashed bytes."""
    return 0 if data is None else table[toeplitz(key, data) % len(table)]
