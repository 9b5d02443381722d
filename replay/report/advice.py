"""What to do about a socket that drops, in sentences."""

from collections.abc import Iterator
from typing import Final

from rxreplay.emulator.socket_figures import Fit, Need, Socket

from ..socket_result import SocketResult, SocketResults
from ..units import bytes_text, duration_text, many, number_text

MOST_SO_RCVBUF: Final = (2**31 - 1) // 2  # net/core/sock.c, __sock_set_rcvbuf(): doubled, an int
ALL_TRAFFIC: Final = "this traffic"


def advice(results: SocketResults) -> Iterator[str]:
    """Say what a socket takes under the first strategy, why, and what to set.

    It is about a flow where flows can be told, as a socket holds one: the busiest of UDP, or else
    the busiest of all.
    """
    first = results.results[0]
    name, socket = subject(first)
    if not socket.packets:
        yield "No packet comes to a socket."
        return
    yield f"{first.strategy}: {taken(name, socket, socket.fits[0])}"
    for need in socket.needs:
        yield needed(need, socket.fits[0].rcvbuf, tcp=name.startswith("TCP "))
    if len(results.results) > 1 and socket.needs:
        yield from spread(results, name)


def subject(result: SocketResult) -> tuple[str, Socket]:
    """Give the socket that is spoken about, and its name."""
    datagrams = [flow for flow in result.flows if flow[0].startswith("UDP")]
    return next(iter(datagrams + result.flows), (ALL_TRAFFIC, result.figures.all_traffic))


def taken(name: str, socket: Socket, fit: Fit) -> str:
    """Say what a socket takes, and why it is not more.

    Examples
    --------
    >>> fit = Fit(212_992, 92, 139_288, 92, 139_288)
    >>> taken("UDP", Socket(1000, 1_514_000, 2_304_000, 0, [fit], []), fit)
    'a socket of 212,992 B takes 92 packets of UDP before it drops: each is charged 2,304 B of ...'
    """
    frame, truesize = (
        number_text(total / socket.packets, " B")
        for total in (socket.frame_bytes, socket.truesize_bytes)
    )
    count = f"{many(fit.fit_packets, 'packet')} of {name}"
    if fit.fit_packets < socket.packets:
        count += " before it drops"
    elif fit.fit_packets > 1:
        count = f"all {count}"
    return (
        f"a socket of {fit.rcvbuf:,} B takes {count}: each is charged {truesize} of truesize for "
        f"{frame} of frame, in the mean."
    )


def needed(need: Need, default: int, *, tcp: bool = False) -> str:
    """Say what to set so that a socket does without its reader for some time.

    Examples
    --------
    >>> needed(Need(10**7, 7_424, 3_712, None), 212_992)
    'To do without its reader for 10.0 ms it needs 7,424 B: the default of 212,992 B is enough.'
    >>> needed(Need(10**7, 400_001, 200_001, None), 212_992)
    'To do without its reader for 10.0 ms it needs 400,001 B (391 KiB): set net.core.rmem_max ...'
    >>> needed(Need(10**7, 400_001, 200_001, None), 212_992, tcp=True)
    'To do without its reader for 10.0 ms it needs 400,001 B (391 KiB): let the third number of ...'
    >>> needed(Need(10**7, 2**32, 2**31, None), 212_992)
    'To do without its reader for 10.0 ms it needs 4,294,967,296 B (4.00 GiB): more than a ...'
    >>> needed(Need(10**7, None, None, "lengths have no times"), 212_992)
    'What it needs for 10.0 ms cannot be told: lengths have no times.'
    """
    span = duration_text(need.hold_ns)
    if need.rcvbuf is None or need.so_rcvbuf is None:
        return f"What it needs for {span} cannot be told: {need.reason}."
    begin = f"To do without its reader for {span} it needs {need.rcvbuf:,} B"
    if need.rcvbuf <= default and not tcp:
        return f"{begin}: the default of {default:,} B is enough."
    begin += f" ({bytes_text(need.rcvbuf)})"
    if need.so_rcvbuf > MOST_SO_RCVBUF:
        return f"{begin}: more than a socket can have; read it sooner, or spread it over sockets."
    if tcp:
        return (
            f"{begin}: let the third number of net.ipv4.tcp_rmem be {need.rcvbuf} or more, and "
            "leave SO_RCVBUF alone."
        )
    return (
        f"{begin}: set net.core.rmem_max to {need.so_rcvbuf} or more, and SO_RCVBUF to "
        f"{need.so_rcvbuf}, which the kernel doubles."
    )


def spread(results: SocketResults, name: str) -> Iterator[str]:
    """Say how far apart the strategies are, for the longest time."""
    sockets = [
        (dict(result.flows).get(name, result.figures.all_traffic), result.strategy)
        for result in results.results
        if name == ALL_TRAFFIC or name in dict(result.flows)
    ]
    needs = ((socket.needs[-1].rcvbuf, strategy) for socket, strategy in sockets)
    known = [(rcvbuf, strategy) for rcvbuf, strategy in needs if rcvbuf is not None]
    if known:
        (least, best), (most, worst) = min(known), max(known)
        yield (
            f"Under the strategies shown it needs from {least:,} B ({best}) to {most:,} B "
            f"({worst}) for {duration_text(results.config['hold_ns'][-1])}."
        )
