"""Who takes skbs from the driver, in a user's words."""

import re
from typing import Final

from rxreplay.emulator.holding import DELAY, LONGEST_SPAN, READER, UNREAD, Consumer
from rxreplay.errors import OptionError

from .moments import NS_PER_S, parse_span

DROP_TEXT: Final = "drop"
RATE: Final = re.compile(r"\d{1,10}(?:\.\d{1,9})?", re.ASCII)
FORMS: Final = "drop, delay:SPAN (as delay:5ms), reader:RATE (packets a second), unread"
SLOWEST, FASTEST = 10 / NS_PER_S, NS_PER_S  # packets a second
RATES: Final = f"RATE is from {SLOWEST:.8f} to {FASTEST:,} packets a second, written in digits"
LONGEST: Final = f"SPAN is at most {LONGEST_SPAN // (3600 * NS_PER_S):,} hours"


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
        return Consumer(DELAY, delay_of(text, value))
    if kind == "reader" and colon:
        return Consumer(READER, round(NS_PER_S / rate_of(text, value)), rcvbuf)
    raise OptionError(f"--consumer {text}: there are {FORMS}")


def delay_of(text: str, value: str) -> int:
    """Read how long each skb is kept; `text` is the whole option.

    Raises
    ------
    OptionError
        It is no time span, or too long a one.
    """
    try:
        span = parse_span(value, "")
    except OptionError:
        raise OptionError(
            f"--consumer {text}: write a time span, as delay:50us or delay:2ms"
        ) from None
    if span > LONGEST_SPAN:
        raise OptionError(f"--consumer {text}: {LONGEST}")
    return span


def rate_of(text: str, value: str) -> float:
    """Read how many packets a second are read; `text` is the whole option.

    Raises
    ------
    OptionError
        It is no number, or out of range.
    """
    rate = float(value) if RATE.fullmatch(value) else 0
    if not SLOWEST <= rate <= FASTEST:
        raise OptionError(f"--consumer {text}: {RATES}")
    return rate


def has_sockets(consumer: Consumer) -> bool:
    """Say whether each flow has a socket."""
    return consumer.kind in (READER, UNREAD)
