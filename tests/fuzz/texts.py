"""Any text as a log of `verify`, as an option, and as a name in a report."""

import os
from contextlib import suppress

from fuzz.choices import Choices
from fuzz.law import or_our_error
from rxreplay.cataloguing import strategies_for
from rxreplay.emulator.strategies.knobs import parse_setting
from rxreplay.errors import RxReplayError
from rxreplay.moments import parse_moment, parse_packets
from rxreplay.options import Options, ip_numbers, mac_numbers, parse_rss_key
from rxreplay.report.rows import rows_with
from rxreplay.selecting import Selection
from rxreplay.settings import apply_settings, resolve, split_target
from rxreplay.sources import LengthsTrace
from rxreplay.stories.asking import asked_for, checked_packets
from rxreplay.timeline import Timeline
from rxreplay.timing import Timing
from rxreplay.traces.bpf import lower_program
from rxreplay.traces.ends import parse_ip
from rxreplay.traces.filters import compile_filter
from rxreplay.traces.link_types import parse_link_type
from rxreplay.traces.tunnels import parse_kinds
from rxreplay.verifying import verify

MOST_PACKETS = 200
STRATEGIES = [*[None] * 4, *["5.10/mergeable", "4.11/small", "6.8/big"] * 3, "auto"]  # it is slow
LINK_TYPES = [1, 101, 113]


def log(data):
    """Read bytes as a log, and compare it with the emulator."""
    choices = Choices(data[-4:])
    strategy, ring = choices.of(STRATEGIES), choices.of([None, None, 4, 256, 0, 7])
    how = {"dev": choices.of([None, None, "eth0"]), "from_start": not choices.below(4)}
    with open(os.memfd_create("fuzz"), "w+b") as file:
        file.write(data)
        file.flush()
        with or_our_error():
            verdict = verify(f"/proc/self/fd/{file.fileno()}", strategy, ring=ring, **how)
            assert verdict.packets <= verdict.events
            str(verdict.difference)


def told(text):
    """Read one text as each option."""
    for read in READERS:
        with suppress(RxReplayError):  # which quotes the text, newlines and all
            read(text)
    with suppress(ValueError):
        parse_ip(text)


READERS = (
    parse_moment,
    parse_packets,
    parse_link_type,
    parse_setting,
    split_target,
    strategies_for,
    lambda text: mac_numbers([text]),
    lambda text: resolve([text]),
    lambda text: resolve([f"5.10/mergeable,{text}"]),
    lambda text: apply_settings(["6.8/mergeable", "4.11/small"], [text]),
    lambda text: rows_with([text]),
    lambda text: checked_packets(asked_for([], [text]), 1000, "x"),
    lambda text: Selection(LengthsTrace([]), Options(packet_range=text, start=text, end=text)),
    lambda text: ip_numbers([text]),
    lambda text: parse_rss_key(text),
    lambda text: parse_kinds([text]),
    lambda text: Timeline(text),
    lambda text: Timing(irq_delay=text, service=text, stall=text).as_service(),
)


def options(data):
    """Read bytes as options, in the way that Python decodes arguments."""
    told(data.decode("utf-8", "surrogateescape"))


def filters(data):
    """Compile text as a filter."""
    choices = Choices(data)
    link_type, swapped = choices.of(LINK_TYPES), bool(choices.below(2))
    expression = choices.rest().decode("utf-8", "surrogateescape")
    with or_our_error():
        lower_program(compile_filter(expression, link_type, swapped=swapped))
