"""Options that several commands share, and how they report."""

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from ..report import CORPUS_FORMATS, DIFF_FORMATS, FORMATS, MORE_FORMATS
from .variables import long_name, variable_of

F = TypeVar("F", bound=Callable[..., Any])


class Command(click.Command):
    """A command that can show what it would run with, in place of running."""

    def __init__(self, name: str, **how: Any) -> None:
        """Have the options named in the environment as on the command line."""
        super().__init__(name, **how)
        for option in self.params:
            if isinstance(option, click.Option):  # click would take the name that Python has
                option.envvar = variable_of(name, long_name(option))

    def invoke(self, ctx: click.Context) -> Any:
        """Run, or show with what."""
        if not ctx.find_root().params.get("print_config"):
            return super().invoke(ctx)
        from .configuring import config_lines
        from .saying import say

        say(*config_lines(ctx))
        return None


class CaptureCommand(Command):
    """A command on captures, whose bare --join does not swallow the capture behind it."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Write a bare --join in full before click reads it."""
        stop = args.index("--") if "--" in args else len(args)
        for index, argument in enumerate(args[:stop]):
            if argument == "--join" and args[index + 1 : index + 2] not in (["time"], ["given"]):
                args[index] = "--join=time"
        return super().parse_args(ctx, args)


def strategy_names(
    _context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[str]:
    """Complete the name of a strategy for a shell."""
    from rxreplay.emulator import STRATEGIES

    return [each.name for each in STRATEGIES if each.name.startswith(incomplete)]


STRATEGIES = click.option(
    "--strategy",
    "-s",
    "strategies",
    metavar="KERNEL/MODE",
    shell_complete=strategy_names,
    multiple=True,
    help="A strategy to show; the first is the reference.  Repeatable.  "
    "[default: all of 'rxreplay strategies' marked with *]",
)


CAPTURES = click.argument("captures", metavar="CAPTURE...", nargs=-1, required=True)


def options(*decorators: Callable[[F], F]) -> Callable[[F], F]:
    """Put several options on a command, in the order of its help."""

    def decorate(function: F) -> F:
        for decorator in reversed(decorators):
            function = decorator(function)
        return function

    return decorate


def whole_or_word(_context: click.Context, _parameter: click.Parameter, text: str) -> int | str:
    """Read a whole number, or leave a word for others to understand."""
    return int(text) if re.fullmatch(r"\d{1,9}", text, re.ASCII) else text


SELECTING = options(
    click.option(
        "--direction",
        type=click.Choice(["auto", "in", "out", "both"]),
        default="auto",
        show_default=True,
        help="Replay what the guest received, what it sent, or all.  auto finds out what it "
        "received, and asks where that is not clear.",
    ),
    click.option(
        "--guest-mac",
        "guest_macs",
        metavar="MAC",
        multiple=True,
        help="An Ethernet address of the guest, which settles what it received: its own packets, "
        "and broadcast and multicast from others.  Repeatable.",
    ),
    click.option(
        "--guest-ip",
        "guest_ips",
        metavar="IP",
        multiple=True,
        help="The same for an IP address of the guest.  Repeatable.",
    ),
    click.option(
        "--decap",
        metavar="KIND",
        multiple=True,
        help="Replay what is inside vxlan, geneve, gre or erspan, or behind vlan tags; vxlan:PORT "
        "for another UDP port.  Repeatable.",
    ),
    click.option(
        "--vantage",
        type=click.Choice(["auto", "device", "wire", "guest"]),
        default="auto",
        show_default=True,
        help="Where the capture was taken: at the device (a tap), on the wire before the host's "
        "GRO, or in the guest behind its own.  auto takes it for the device, and says what it saw.",
    ),
    click.option(
        "--gro-timeout",
        metavar="TIME",
        default="50us",
        show_default=True,
        help="How long a poll of the host's network card waits for packets, for --vantage wire.",
    ),
    click.option(
        "--mtu",
        type=click.IntRange(min=1),
        default=1500,
        show_default=True,
        help="Bytes of an IP packet that was not merged, for --vantage wire and guest.",
    ),
    click.option(
        "--fcs",
        metavar="BYTES",
        default="auto",
        show_default=True,
        callback=whole_or_word,
        help="Take a frame check sequence off; auto where the capture says that there is one.",
    ),
    click.option(
        "--vlan",
        type=click.Choice(["keep", "strip"]),
        default="keep",
        show_default=True,
        help="Whether VLAN tags reach the device.",
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
)

CHECKPOINT = click.option(
    "--checkpoint",
    metavar="FILE",
    help="Go on from FILE, and keep there what captures have come to: those of all runs are one "
    "trace.  Those that it has had are passed over.",
)

JOIN = click.option(
    "--join",
    type=click.Choice(["time", "given"]),
    flag_value="time",
    is_flag=False,
    help="Make all captures one trace: files by their first time, or as given (--join=given).",
)

KEEP_DAMAGED = click.option(
    "--keep-damaged", is_flag=True, help="Use the packets before a damaged record."
)

READING = options(SELECTING, JOIN, KEEP_DAMAGED)
READING_EACH = options(SELECTING, KEEP_DAMAGED)  # each capture is a trace of its own

POLL = click.option(
    "--poll",
    "polls",
    type=int,
    default=1,
    show_default=True,
    help="Packets of each NAPI poll, at most 64.",
)

RING = options(
    click.option(
        "--ring", type=int, default=256, show_default=True, help="Buffers in the receive ring."
    ),
    POLL,
)

THREADS = click.option(
    "--threads",
    type=click.IntRange(min=0),
    default=0,
    help="Threads that emulate; as many as there are cores unless given.",
)

KNOBS = click.option(
    "--set",
    "settings",
    metavar="[STRATEGY:]NAME=VALUE",
    multiple=True,
    help="Set a knob of a strategy, or of all that have it.  Repeatable.",
)

SETTING = options(THREADS, KNOBS)

RCVBUF = click.option(
    "--rcvbuf",
    type=click.IntRange(min=1),
    default=212_992,
    show_default=True,
    help="Bytes of the socket that is filled with this traffic.",
)

RECEIVING = options(RCVBUF, SETTING)

EMULATING = options(RING, RECEIVING)
EMULATING_EACH = options(RING, RCVBUF, KNOBS)  # a worker is one thread

SPREADING = options(
    click.option(
        "--steering",
        type=click.Choice(["single", "automq", "rss", "recorded"]),
        help="Who chooses the queue of a packet: nobody, the host's tun, a Toeplitz hash, or the "
        "capture (epb_queue).  [default: automq where there are several]",
    ),
    click.option(
        "--rss-key",
        metavar="HEX",
        default="",
        help="40 bytes for --steering rss, as ethtool -x prints them.  [default: Microsoft's]",
    ),
    click.option(
        "--seed",
        type=click.IntRange(0, 2**32 - 1),
        default=0,
        show_default=True,
        help="Another spread of flows for --steering automq.",
    ),
)

STEERING = options(
    click.option(
        "--queues",
        type=click.IntRange(min=1),
        default=1,
        show_default=True,
        help="Receive queues of the device, each with a ring of its own.",
    ),
    SPREADING,
)


STACK = options(
    click.option(
        "--gro",
        type=click.Choice(["on", "off"]),
        help="Follow packets through the guest's stack: what GRO merges, and what is copied to "
        "read headers (off: as after 'ethtool -K IF gro off').  Not followed unless given.",
    ),
    click.option(
        "--partial-csum",
        is_flag=True,
        help="For --gro: all packets leave their checksum to the guest, as those of another guest "
        "of the same host do, and the driver pulls their headers.",
    ),
)

FAIL_ON = click.option(
    "--fail-on",
    metavar="[STRATEGY:]LIMIT",
    multiple=True,
    help="Exit with 3 where a figure crosses a limit, as resident_bytes.peak>8MiB or "
    "5.10/big:drops.total>0.  Repeatable.",
)


def form_of(forms: Sequence[str]) -> Callable[[F], F]:
    """Give the option of the output's form."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(forms),
        default="table",
        show_default=True,
        help="Form of the output.",
    )


def reporting(forms: Sequence[str]) -> Callable[[F], F]:
    """Give the options of the output."""
    return options(
        form_of(forms),
        click.option("-o", "--output", metavar="FILE", help="Write to FILE, whole or not at all."),
        click.option("--force", is_flag=True, help="Write over FILE."),
        click.option("--quiet", "-q", is_flag=True, help="No progress, no warnings."),
    )


REPORTING = reporting(FORMATS)
REPORTING_DIFF = reporting(DIFF_FORMATS)
REPORTING_RESULTS = reporting(MORE_FORMATS)
FORM_OF_CORPUS = form_of(CORPUS_FORMATS)  # its folder is no file to write to
