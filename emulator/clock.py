"""The clock of a receive queue: how fast the guest is, and what waits where."""

from collections.abc import Iterable
from typing import Final, NamedTuple

import numpy as np
from rxreplay.errors import StrategyError

from .abi import NAPI_POLL_WEIGHT
from .bins import Bins, Floats
from .holding import Consumer, Holding, new_holding
from .state import LEVELS, Int64s, Record, _fields

IDLE: Final = 2**63 - 1  # the guest waits for an interrupt
LONGEST: Final = 2**62  # nanoseconds that a setting may have
MAX_BACKEND: Final = 2**24

FRAME, NUMBER, FLOW = range(3)  # rows of what waits
START, END = range(2)  # rows of stalls

CLOCK = np.dtype(
    _fields(
        "now",  # the latest arrival
        "guest_at",  # when the guest acts next
        "refill",  # 1: the poll that comes next has to fill the ring
        "level_at",  # up to when levels have been summed
        "started",
        "taken",  # ring entries that the device has written to, as `head` counts them
        "room",  # mergeable: bytes of the posted buffers that it has not written to
        "written",  # frames in the ring that the guest has not seen: written in all, and seen
        "seen",
        "waited",  # frames in the backend's queue: put there in all, and gone from there
        "left",
        "arrived",
        "backend_full",
        "peak_waiting",
        "stall",  # the first of the stalls that is not over
        "refills",  # those noted in all, and those whose buffers were needed, for `stalling`
        "outgrown",
        "risks",  # packets that a stall would lose: noted in all, and come
        "survived",
        "least_stall",  # 0: none yet
        "least_stall_at",
    )
)
"""What a queue remembers beside its memory; times in nanoseconds."""


class Service(NamedTuple):
    """How fast the guest receives, and what the host keeps for it.

    Attributes
    ----------
    irq_delay_ns : int
        From the device's write to the poll that it wakes.
    service_ns : int
        For each packet of a poll.
    backend : int
        Packets that wait in the host where the ring has no room.
    stall_ns, stall_period_ns : int
        The vCPU stands still for the first so many nanoseconds of each period; 0: never.
    """

    irq_delay_ns: int = 20_000
    service_ns: int = 500
    backend: int = 1000
    stall_ns: int = 0
    stall_period_ns: int = 0


class Stall(NamedTuple):
    """A time in which the vCPU stands still, in nanoseconds."""

    start_ns: int
    length_ns: int


def checked(service: Service) -> Service:
    """Give the service if it can be.

    Raises
    ------
    StrategyError
        It cannot.

    Examples
    --------
    >>> checked(Service(backend=0)).backend
    0
    """
    for name, value in service._asdict().items():
        most = MAX_BACKEND if name == "backend" else LONGEST
        if not 0 <= value <= most:
            raise StrategyError(f"{name} is from 0 to {most:,}, not {value:,}")
    if service.stall_ns and service.stall_ns >= service.stall_period_ns:
        raise StrategyError(
            f"a stall of {service.stall_ns:,} ns in each {service.stall_period_ns:,}: the guest "
            "would never run"
        )
    return service


class Clocked(NamedTuple):
    """The records of a clock, as the kernels take it.

    Attributes
    ----------
    clock : record of dtype CLOCK
    written, waiting : int64 arrays, shape (3, n), n a power of two
        Frames in the ring, and in the backend's queue: lengths, numbers of the packets, flows.
    stalls : int64 array, shape (2, n)
        When the vCPU stands still, in order: starts, and ends; the last one never comes.
    over_time : float64 array, shape (levels + 1,)
        Byte-nanoseconds of each of `LEVELS`; where there is a consumer, of what skbs pin.
    bins : Bins
        The same over time, where somebody asks for it.
    refills, risks : int64 arrays, shape (2, n), n a power of two
        What is noted of refills, for `stalling`.
    holding : Holding
        What the guest's consumer keeps.
    """

    service: Service
    clock: Record
    written: Int64s
    waiting: Int64s
    stalls: Int64s
    over_time: Floats
    bins: Bins
    refills: Int64s
    risks: Int64s
    holding: Holding


class Arriving(NamedTuple):
    """Frames that arrive.

    Attributes
    ----------
    frames, times : int64 arrays, shape (n,)
        Lengths; nanoseconds.
    flows : int64 array, shape (n,) or (0,)
        Keys, whose lower bits say by which rule the socket takes a packet; 0: the stack does.
    """

    frames: Int64s
    times: Int64s
    flows: Int64s


def merged(stalls: Iterable[Stall]) -> Int64s:
    """Give starts and ends of stalls in order, those that overlap or touch as one.

    Raises
    ------
    StrategyError
        One cannot be.

    Examples
    --------
    >>> merged([Stall(50, 10), Stall(0, 5), Stall(55, 20)])[:, :-1].tolist()
    [[0, 50], [5, 75]]
    """
    found: list[list[int]] = []
    for start, length in sorted(stalls):
        if not (0 <= length <= LONGEST and abs(start) <= LONGEST // 2):
            raise StrategyError(f"a stall of {length:,} ns at {start:,} ns cannot be")
        if found and start <= found[-1][END]:
            found[-1][END] = max(found[-1][END], start + length)
        elif length:
            found.append([start, start + length])
    return np.array([*found, [IDLE, IDLE]], np.int64).T.copy()


def new_clock(service: Service, ring: int, bins: Bins, consumer: Consumer) -> Clocked:
    """Give a clock before the first packet."""
    clock = np.zeros(1, CLOCK)[0]
    clock["guest_at"] = IDLE
    waiting = 1 << max(service.backend, 1).bit_length()
    return Clocked(
        checked(service),
        clock,
        np.zeros((3, 2 * ring), np.int64),
        np.zeros((3, waiting), np.int64),
        merged(()),
        np.zeros(len(LEVELS) + 1, np.float64),
        bins,
        np.zeros((2, 2 * ring), np.int64),
        np.zeros((2, waiting), np.int64),
        new_holding(consumer),
    )


ONE_BUDGET: Final = np.full(1, NAPI_POLL_WEIGHT)
