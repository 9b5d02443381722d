"""Options of the clock: how time passes, who takes packets, what is kept over time."""

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any, Final

import click

from .shared import F, options

WHOLE_BUDGET: Final = 64  # packets of a NAPI poll at most


def timing(default: str, choices: str) -> Callable[[F], F]:
    """Give the options of a clock; without a default there is none."""
    return options(
        click.option(
            "--time",
            default=default,
            show_default=bool(default),
            metavar="HOW",
            help=f"By which clock packets arrive: {choices}.",
        ),
        click.option(
            "--irq-delay",
            default="20us",
            show_default=True,
            metavar="TIME",
            help="From the device's write to the poll that it wakes.",
        ),
        click.option(
            "--service",
            default="500ns",
            show_default=True,
            metavar="TIME",
            help="What the guest takes for a packet.",
        ),
        click.option(
            "--backend-queue",
            type=click.IntRange(min=0),
            default=1000,
            show_default=True,
            help="Packets that wait in the host where the ring has no room.",
        ),
        click.option(
            "--stall",
            multiple=True,
            metavar="HOW",
            help="Let the vCPU stand still: 2ms/100ms at the start of each period, 2ms@+1.5s at a "
            "time of the capture, file:NAME at those of a file.  Repeatable.",
        ),
    )


TIMING = timing("recorded", "recorded, scale:K (K times as fast) or rate:PPS (packets a second)")


def consumer(default: str) -> Callable[[F], F]:
    """Give the option that says who takes skbs."""
    return click.option(
        "--consumer",
        default=default,
        show_default=True,
        metavar="WHO",
        help="Who takes packets from the driver, by a clock: drop (at once), delay:SPAN (each so "
        "much later), or a socket of --rcvbuf bytes for each flow: reader:RATE (each is read so "
        "many times a second), unread.",
    )


MAYBE_TIMING = options(
    timing(
        "",
        "recorded, scale:K (K times as fast), rate:PPS (packets a second), or asap (all at once, "
        "as --poll 64).  Without one, polls come every --poll packets, and a ring never runs empty",
    ),
    consumer("drop"),
)


SERIES = options(
    click.option(
        "--series",
        "series",
        metavar="FILE",
        help="By a clock, write memory and traffic over trace time to FILE: .csv or .jsonl (a row "
        "for each point and strategy), or .json (columns).",
    ),
    click.option(
        "--points",
        type=click.IntRange(min=2),
        default=512,
        show_default=True,
        help="Points over trace time, a power of two, of which more than half are used.",
    ),
)


def timed(how: dict[str, Any]) -> dict[str, Any]:
    """Take the clock's options out of what Options takes, and put the clock in.

    Raises
    ------
    OptionError
        A clock's option is given, and no clock.
    """
    from rxreplay.errors import OptionError

    from ..timing import RECORDED, Timing

    given = Timing(**{field.name: how.pop(field.name) for field in fields(Timing)})
    if given.time in ("", "asap"):
        if replace(given, time=RECORDED) != Timing():
            raise OptionError(
                "--irq-delay, --service, --backend-queue and --stall need a clock: --time recorded"
            )
        return how | ({"polls": WHOLE_BUDGET} if given.time else {})
    return how | {"timing": given}
