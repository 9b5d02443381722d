"""Options that several commands share, and how they report."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


class CaptureCommand(click.Command):
    """A command on captures, whose bare --join does not swallow the capture behind it."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Write a bare --join in full before click reads it."""
        stop = args.index("--") if "--" in args else len(args)
        for index, argument in enumerate(args[:stop]):
            if argument == "--join" and args[index + 1 : index + 2] not in (["time"], ["given"]):
                args[index] = "--join=time"
        return super().parse_args(ctx, args)


CAPTURES = click.argument("captures", metavar="CAPTURE...", nargs=-1, required=True)


def options(*decorators: Callable[[F], F]) -> Callable[[F], F]:
    """Put several options on a command, in the order of its help."""

    def decorate(function: F) -> F:
        for decorator in reversed(decorators):
            function = decorator(function)
        return function

    return decorate


READING = options(
    click.option(
        "--guest-mac",
        "guest_macs",
        metavar="MAC",
        multiple=True,
        help="Keep what reaches this Ethernet address of the guest: its own packets, and "
        "broadcast and multicast from others.  Repeatable.",
    ),
    click.option(
        "--filter",
        "-f",
        "filter",
        metavar="EXPR",
        default="",
        help="Keep packets that match, as tcpdump understands it (pcap-filter(7)).",
    ),
    click.option(
        "--packets",
        "packet_range",
        metavar="A:B",
        default="",
        help="Keep packets A to B, counted from 1 as Wireshark's frame.number; A:, :B or N.",
    ),
    click.option(
        "--start",
        metavar="TIME",
        default="",
        help="Keep packets from TIME on: 2024-05-01T12:00:00 (UTC unless a zone follows), seconds "
        "since 1970, or +10s, +500ms from the first packet.",
    ),
    click.option("--end", metavar="TIME", default="", help="Keep packets before TIME."),
    click.option(
        "--linktype",
        "link_type",
        metavar="NAME",
        help="Take all packets for this link type, by name or number, whatever the capture says.",
    ),
    click.option(
        "--join",
        type=click.Choice(["time", "given"]),
        flag_value="time",
        is_flag=False,
        help="Make all captures one trace: files by their first time, or as given (--join=given).",
    ),
    click.option("--keep-damaged", is_flag=True, help="Use the packets before a damaged record."),
)

EMULATING = options(
    click.option(
        "--ring", type=int, default=256, show_default=True, help="Buffers in the receive ring."
    ),
    click.option(
        "--poll",
        "polls",
        type=int,
        default=1,
        show_default=True,
        help="Packets of each NAPI poll, at most 64.",
    ),
    click.option(
        "--rcvbuf",
        type=click.IntRange(min=1),
        default=212_992,
        show_default=True,
        help="Bytes of the socket that is filled with this traffic.",
    ),
    click.option(
        "--threads",
        type=click.IntRange(min=0),
        default=0,
        help="Threads that emulate; as many as there are cores unless given.",
    ),
    click.option(
        "--set",
        "settings",
        metavar="[STRATEGY:]NAME=VALUE",
        multiple=True,
        help="Set a knob of a strategy, or of all that have it.  Repeatable.",
    ),
)

REPORTING = options(
    click.option(
        "--format",
        "form",
        type=click.Choice(["table", "json", "csv"]),
        default="table",
        show_default=True,
        help="Form of the output.",
    ),
    click.option("-o", "--output", metavar="FILE", help="Write to FILE, whole or not at all."),
    click.option("--force", is_flag=True, help="Write over FILE."),
    click.option("--quiet", "-q", is_flag=True, help="No progress, no warnings."),
)
