"""Captures of any bytes through the library functions, with options that leave packets out."""

import io

from fuzz.choices import Choices
from fuzz.law import or_our_error
from rxreplay import compare, explain, info
from rxreplay.report import FORMATS, reporter
from rxreplay.timing import Timing

STRATEGIES = ["4.10/small", "5.10/mergeable", "6.8/mergeable+xdp", "6.11/big", "mst-2016/mergeable"]
RANGES = ["", "", "", "2:", ":3", "2:9"]
TIMES = ["", "", "", "+0.001s", "0", "1", "2024-05-01"]
FILTERS = ["", "", "", "tcp", "len > 100", "ip6 protochain 17", "vlan and udp"]
LINK_TYPES = [None, None, None, "RAW", "EN10MB"]
MOST_BYTES = 4096


def asked(choices):
    """Draw options."""
    return {
        "ring": choices.of([256, 4, 1024]),
        "polls": choices.of([1, 64]),
        "packet_range": choices.of(RANGES),
        "start": choices.of(TIMES),
        "end": choices.of(TIMES),
        "filter": choices.of(FILTERS),
        "link_type": choices.of(LINK_TYPES),
        "guest_macs": choices.of([(), (), ("52:54:00:00:00:01",)]),
        "direction": choices.of(["auto", "in", "out", "both", "both"]),
        "guest_ips": choices.of([(), (), ("10.0.0.1",)]),
        "vantage": choices.of(["auto", "device", "wire", "guest"]),
        "decap": choices.of([(), (), (), ("vxlan", "vlan")]),
        "fcs": choices.of(["auto", 0, 4]),
        "vlan": choices.of(["keep", "strip"]),
        "queues": choices.of([1, 1, 2]),
        "steering": choices.of([None, "rss", "recorded"]),
        "timing": choices.of([None, None, Timing(backend_queue=1)]),
        "keep_damaged": bool(choices.below(2)),
        "threads": 1,
    }


def replays(data):
    """Run a command on bytes; the balance of memory is checked by the emulator itself."""
    choices = Choices(data[-12:])
    options, strategy = asked(choices), choices.of(STRATEGIES)
    form, command = choices.of(FORMATS), choices.of(["info", "compare", "explain"])
    source = io.BytesIO(data[:MOST_BYTES])
    with or_our_error():
        if command == "info":
            results = info([source], **options)
        elif command == "compare":
            results = compare([source], [strategy, "5.10/small"], **options)
        else:
            results = explain(source, [1], strategy, flow=not choices.below(3), **options)
        out = io.StringIO()
        reporter(form, command)(results, out)
        assert out.getvalue().replace("\n", "").isprintable()
