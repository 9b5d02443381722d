"""What a corpus begins with: the bundled captures' first records, and what the writers write."""

import gzip
from random import Random

from fuzz.mutations import COMPRESSIONS
from helpers.filters import EXPRESSIONS
from helpers.ftrace_text import FORMS
from helpers.ftrace_text import line as ftrace_line
from helpers.samples import SAMPLES
from oracles import capture_writer as w

FIRST_BYTES = 2000
ORDERS = ("<", ">")


def captures():
    """Give captures of both formats, all kinds and both byte orders."""
    for order in ORDERS:
        for kind in ("us", "ns", "modified"):
            yield w.pcap((0, 5, 12, 60, 1514), order, kind)
        for version in ((2, 2), (2, 3), (543, 0)):
            yield w.pcap((5, 60), order, version=version, network=113)
        yield w.pcapng((0, 60, 1514), order)
        yield several(order)
    for path in SAMPLES:
        yield path.read_bytes()[:FIRST_BYTES]


def several(order):
    """Give a pcapng with two sections, several interfaces and every kind of packet block."""
    other = "<" if order == ">" else ">"
    return b"".join(
        [
            w.section(order),
            w.interface(1, 96, order=order),
            w.interface(113, 0, tsresol=9, fcs_len=4, order=order),
            w.enhanced(w.frame(60), ticks=10**15, order=order),
            w.enhanced(w.frame(30), number=1, ticks=10**18, order=order),
            w.simple(w.frame(60), order=order),
            w.block(5, bytes(20), order),
            w.section(other),
            w.interface(276, 0, tsresol=0x8A, tsoffset=-5, order=other),
            w.old_packet(w.frame(40), order=other),
        ]
    )


def compressed_captures():
    """Give captures behind each compression."""
    random = Random(1)
    for compress in COMPRESSIONS:
        for capture in list(captures())[::3]:
            yield compress(capture, random)
        yield compress(w.pcap(), random) + compress(b"", random) + compress(bytes(9), random)


def packets():
    """Give decisions that become packets of each link type."""
    for kind in range(16):
        for path in SAMPLES[:3]:
            yield bytes([1, 3, 7, 0, 0, 0, 2, 2, kind, 1, 1, 96]) + path.read_bytes()[60:400]


def programs():
    """Give decisions that become BPF programs."""
    for seed in range(20):
        yield Random(seed).randbytes(200)


def logs():
    """Give a recording, and a trace in each form."""
    head = '# {"kernel": "5.10", "mode": "small", "ring": 256}\n'
    recording = head + "packet\t0\t60\t46\t0\t2304\t0\npoll\t1\n"
    yield recording.encode()
    yield gzip.compress(recording.encode(), mtime=0)
    for form in FORMS:
        yield traced(form).encode()


def traced(form):
    fields = {"dev": "eth0", "queue": 1, "ip_summed": 0, "len": 46, "data_len": 0}
    fields |= {"truesize": 768, "nr_frags": 0, "gso_size": 0, "gso_type": 0}
    gro = " ".join(f"{name}={value}" for name, value in fields.items())
    poll = "napi poll on napi struct 0 for device eth0 work 1 budget 64"
    lines = [ftrace_line("napi_gro_receive_entry", gro, form), ftrace_line("napi_poll", poll, form)]
    refill = "size=1536 page=0xfffff4b700000000 offset=0 chunk_size=32768"
    lines.insert(0, ftrace_line("refill", refill, form))
    return "\n".join(lines * 4) + "\n"


OPTIONS = (
    "2024-05-01T12:00:00.000000001+02:00",
    "1714557600.5",
    "+1.5ms",
    "3:9",
    "52:54:00:12:34:56",
    "5254.0012.3456",
    "fe80::1%eth0",
    "6.8/mergeable+xdp-frags,order3=fail:1/8",
    "debian12-cloud/big,hdr_len=20,device_mtu=9000",
    "6.8/small:page_size=64KiB",
    "6.1.0-50-cloud-amd64",
    "5.14.0-427.13.1.el9_4.x86_64",
    "5.14.21-150500.55.52-default",
    "LINKTYPE_LINUX_SLL2",
    "hole",
)


def options():
    return (text.encode() for text in OPTIONS)


def expressions():
    return (bytes([0, 0]) + text.encode() for text in EXPRESSIONS)
