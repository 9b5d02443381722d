"""Which receive queue of a virtio-net device a packet goes to; docs/steering.md has the facts."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from rxreplay.errors import OptionError

from .packets import Bytes, Int64s, Records

# include/uapi/linux/virtio_net.h, VIRTIO_NET_RSS_HASH_TYPE_*
IPV4: Final = 1 << 0
TCPV4: Final = 1 << 1
UDPV4: Final = 1 << 2
IPV6: Final = 1 << 3
TCPV6: Final = 1 << 4
UDPV6: Final = 1 << 5
HASH_TYPES: Final = IPV4 | TCPV4 | UDPV4 | IPV6 | TCPV6 | UDPV6  # what Linux asks QEMU for

# What Microsoft publishes with its table of hashes to verify against.
MICROSOFT_KEY: Final = bytes.fromhex(
    "6d5a56da255b0ec24167253d43a38fb0d0ca2bcbae7b30b477cb2da38030f20c6a42b73bbeac01fa"
)

SINGLE, RSS, AUTOMQ, RECORDED = MODES = ("single", "rss", "automq", "recorded")
TABLE_LEN: Final = 128  # QEMU, VIRTIO_NET_RSS_MAX_TABLE_LEN
MAX_QUEUES: Final = 0x8000  # include/uapi/linux/virtio_net.h, VIRTIO_NET_CTRL_MQ_VQ_PAIRS_MAX


@dataclass(frozen=True, slots=True)
class Steering:
    """How a device chooses the receive queue.

    Parameters
    ----------
    mode : str
        `single`: queue 0 takes all. `rss`: the device hashes as the driver has told it,
        VIRTIO_NET_F_RSS. `automq`: the host's tun chooses, as it does where a device has several
        queues and nothing else was asked for. `recorded`: the capture says, packet by packet.
    n_queues : int
        Receive queues in use, as `ethtool -l` in the guest gives them.
    key : bytes
        Of 40 bytes, for `rss`. A Linux guest draws it at random when it boots (`ethtool -x` prints
        it); this is Microsoft's, so that runs can be repeated.
    hash_types : int
        Sum of the types that `rss` hashes; others go to queue 0, the driver's `unclassified_queue`.
    seed : int
        32 bits for `automq`: the host draws its own when it boots.

    Raises
    ------
    OptionError
        A mode that is not known, a number of queues that cannot be, a key of another length, or
        hash types that are not modelled.

    Examples
    --------
    >>> Steering("rss", 4).table[:6].tolist()
    [0, 1, 2, 3, 0, 1]
    """

    mode: str = SINGLE
    n_queues: int = 1
    key: bytes = field(default=MICROSOFT_KEY, repr=False)
    hash_types: int = HASH_TYPES
    seed: int = 0

    def __post_init__(self) -> None:
        """Check what a user can have written."""
        if self.mode not in MODES:
            raise OptionError(f"no way of steering is called {self.mode!r}: {', '.join(MODES)}")
        if not 1 <= self.n_queues <= MAX_QUEUES:
            raise OptionError(f"{self.n_queues:,} queues; a device has 1 to {MAX_QUEUES:,}")
        if len(self.key) != len(MICROSOFT_KEY):
            raise OptionError(f"an RSS key of {len(self.key)} bytes; write {len(MICROSOFT_KEY)}")
        if self.hash_types & ~HASH_TYPES:
            raise OptionError(f"hash types {self.hash_types:#x}; only {HASH_TYPES:#x} are modelled")
        if not 0 <= self.seed < 2**32:
            raise OptionError(f"seed {self.seed}; write one from 0 to {2**32 - 1:,}")

    @property
    def table(self) -> Int64s:
        """The indirection table of `rss`, as Linux fills it: queue i modulo the number of queues.

        Source: include/linux/ethtool.h, ethtool_rxfh_indir_default().
        """
        return np.arange(TABLE_LEN, dtype=np.int64) % self.n_queues


def steer(steering: Steering, data: Bytes, at: Int64s, headers: Records) -> Int64s:
    """Give the receive queue of each packet.

    Parameters
    ----------
    steering : Steering
        How.
    data : uint8 array
        Where the frames lie.
    at : int64 array, shape (n,)
        First byte of each.
    headers : record array, shape (n,), dtype HEADERS
        What `decode` has found there.

    Returns
    -------
    int64 array, shape (n,)
        Queues from 0. Of `automq` only the statistics are the host's: its hash has a random key,
        and a flow that the guest answers moves to the queue that the guest sends it on.

    Examples
    --------
    >>> from .decode import decode
    >>> from .headers import new_headers
    >>> head = bytes.fromhex("450000140000000040060000")
    >>> packets = [head + bytes([0, 0, 0, 0, 10, 0, 0, n]) for n in (1, 2)]
    >>> data, at = np.frombuffer(b"".join(packets), np.uint8), np.array([0, 20])
    >>> headers = new_headers(2)
    >>> decode(data, at, np.array([20, 20]), np.array([101]), headers)
    >>> steer(Steering("rss", 2), data, at, headers).tolist()
    [0, 1]
    """
    queues = np.zeros(at.size, np.int64)
    if steering.mode == RSS:
        _steer_rss(steering, data, at, headers, queues)
    elif steering.mode == AUTOMQ:
        from .queues import automq_queues  # numba is imported with the first use

        automq_queues(data, at, headers, steering.seed, steering.n_queues, queues)
    return queues


def _steer_rss(
    steering: Steering, data: Bytes, at: Int64s, headers: Records, queues: Int64s
) -> None:
    from .queues import hash_rss
    from .toeplitz import toeplitz_table

    hash_rss(data, at, headers, toeplitz_table(steering.key), steering.hash_types, queues)
    hashed = queues >= 0
    queues[hashed] = steering.table[queues[hashed] & (TABLE_LEN - 1)]
    queues[~hashed] = 0
