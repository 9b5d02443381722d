"""Who takes skbs from the driver, in a user's words."""

import re
from typing import Final

from rxreplay.emulator.holding import DELAY, LONGEST_SPAN, READER, UNREAD, Consumer
from rxreplay.errors import OptionError

from .moments import NS_PER_S, parse_span

DROP_TEXT: Final = "drop"
RATE: Final = re.compile(r"\d{1,10}(?:\.\d{1,9})?", re.ASCII)
FORMS: Final = "drop, delay:SPAN (as delay:5ms), reader:RATE (packets a second), unread"


def parse_consumer(text: str, rcvbuf: int) -> Consumer:
    """Read `drop`, `delay:SPAN`, `reader:RATE` or `unread`; sockets have `rcvbuf` bytes.

    Raises
    ------
    OptionError
        It is none of them.

    Examples
    --------
    >>> parse_consumer("reader:2000", 212_992).span_ns, parse_consumer("delay:5ms", 1).span_ns
    (500000, 5000000)
    """
    kind, colon, value = text.partition(":")
    if text == DROP_TEXT:
        return Consumer()
    if text == "unread":
        return Consumer(UNREAD, 0, rcvbuf)
    if kind == "delay" and colon:
        span = parse_span(value, "--consumer")
        if span <= LONGEST_SPAN:
            return Consumer(DELAY, span)
    rate = float(value) if kind == "reader" and RATE.fullmatch(value) else 0
    if 10 / NS_PER_S <= rate <= NS_PER_S:
        return Consumer(READER, round(NS_PER_S / rate), rcvbuf)
    raise OptionError(f"--consumer {text}: there are {FORMS}")


def has_sockets(consumer: Consumer) -> bool:
    """Say whether each flow has a socket."""
    return consumer.kind in (READER, UNREAD)
