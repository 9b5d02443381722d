"""Who sent a packet to whom, and which a guest gets; it imports nothing of what it checks."""

from ipaddress import ip_address

from oracles import headers


def is_group_mac(mac):
    return mac >= 0 and mac.to_bytes(6, "big")[0] % 2 == 1


def is_group_ip(ip):
    return ip is not None and (ip.is_multicast or ip == ip_address("255.255.255.255"))


def way(frame, link_type):
    """Give the way that the packet type of a cooked frame says: 1 in, 2 out, 0 none."""
    kind = None
    if link_type == 113 and len(frame) >= 2:
        kind = 256 * frame[0] + frame[1]
    if link_type == 276 and len(frame) >= 11:
        kind = frame[10]
    return {0: 1, 1: 1, 2: 1, 3: 1, 4: 2}.get(kind, 0)


def ends(frame, link_type):
    """Give destination and source of IP or ARP; None where there are none."""
    found = headers.decode(frame, link_type)
    if found["version"]:
        pair = headers.addresses(frame, found)
        half = len(pair) // 2
        return ip_address(pair[half:]), ip_address(pair[:half])
    if found["ethertype"] == 0x0806:
        arp = frame[found["network"] :][:28]
        if len(arp) == 28 and arp[2:6] == b"\x08\0\x06\x04":
            return ip_address(arp[24:28]), ip_address(arp[14:18])
    return None, None


def takes(packet, macs, ips, side):
    """Say whether a packet (destination and source MAC, then IP) is received or sent by guests."""
    dst, src, dst_ip, src_ip = packet
    sent = src in macs or src_ip in ips
    known = src >= 0 or (src_ip is not None and int(src_ip) != 0)
    to_all = is_group_mac(dst) or (dst < 0 and is_group_ip(dst_ip))
    received = dst in macs or dst_ip in ips or (to_all and known and not sent)
    return {"in": received, "out": sent, "both": received or sent}[side]
