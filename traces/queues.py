"""The choice of a receive queue, packet by packet."""

import numpy as np
from rxreplay._jit import kernel

from .flow_hash import hash_symmetric
from .headers import NOT_KEPT, TCP, UDP, WHOLE
from .packets import Bytes, Int64s, Record, Records, Word
from .toeplitz import Table, toeplitz

NOT_HASHED = -1
IP_TYPE, TCP_TYPE, UDP_TYPE = 1, 2, 4  # of IPv4; those of IPv6 are three bits higher
IPV6_SHIFT = 3


@kernel
def hash_ports_too(headers: Record, types: Word) -> bool:
    """Say whether the ports enter; a packet whose ports were cut off counts as one without."""
    if headers["fragment"] != WHOLE or headers["sport"] == NOT_KEPT:
        return False
    protocol = headers["protocol"]
    if protocol == TCP:
        return (types & TCP_TYPE) != 0
    return protocol == UDP and (types & UDP_TYPE) != 0


@kernel
def rss_hash(data: Bytes, frame: Word, headers: Record, table: Table, types: Word) -> np.int64:
    """Hash a packet as a virtio-net device does; `NOT_HASHED` where no type applies.

    Source: virtio 1.2, Hash calculation for incoming packets.
    """
    if headers["version"] == 0:
        return np.int64(NOT_HASHED)
    size, place = 8, 12
    if headers["version"] == 6:
        size, place, types = 32, 8, types >> IPV6_SHIFT
    ports = hash_ports_too(headers, types)
    if not ports and not types & IP_TYPE:
        return np.int64(NOT_HASHED)
    hashed = toeplitz(table, data, frame + headers["network"] + place, size, 0)
    if ports:
        hashed ^= toeplitz(table, data, frame + headers["transport"], 4, size)
    return hashed


@kernel
def hash_rss(
    data: Bytes, at: Int64s, headers: Records, table: Table, types: Word, hashes: Int64s
) -> None:
    """Write the RSS hash of each packet, `NOT_HASHED` where there is none."""
    for i in range(at.size):
        hashes[i] = rss_hash(data, at[i], headers[i], table, types)


@kernel
def automq_queues(
    data: Bytes, at: Int64s, headers: Records, seed: Word, n_queues: Word, queues: Int64s
) -> None:
    """Write the queue that the host's tun gives to a flow which the guest has not sent on.

    Source: drivers/net/tun.c, tun_automq_select_queue(); reciprocal_scale().
    """
    for i in range(at.size):
        queues[i] = 0
        if headers[i]["version"] != 0:
            hashed = hash_symmetric(data, at[i] + headers[i]["network"], headers[i], seed)
            queues[i] = hashed * n_queues >> 32
