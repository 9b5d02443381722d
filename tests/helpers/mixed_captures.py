"""Captures of any format, byte order and mix of link types, drawn for hypothesis."""

from hypothesis import strategies as st
from oracles import capture_writer as w

LINK_TYPES = (1, 0, 9, 12, 50, 101, 104, 108, 113, 228, 276)
HEADS = st.sampled_from([b"", b"\xff", b"\xff\x03", b"\xff\x03\x21", b"\x21", b"\x00\x21", b"\x45"])
FRAMES = st.builds(
    lambda head, length: (head + bytes(range(256)) * 8)[:length],
    HEADS,
    st.sampled_from([0, 1, 2, 3, 4, 13, 14, 16, 20, 60, 1514]),
)
WIRE = st.none() | st.sampled_from([0, 3, 15, 16, 1514, 65_586, 65_600, 2**32 - 1])
ORDERS = st.sampled_from("<>")
FCS = st.sampled_from([None, None, None, 4, 0xF7])
FLAGS = st.sampled_from([None, 0, 1, 2, 0x81, 2**32 - 1])
QUEUES = st.sampled_from([None, 0, 3, 2**32 - 1])


@st.composite
def pcaps(draw, link_types=LINK_TYPES):
    """Draw a classic capture."""
    version = draw(st.sampled_from([(2, 4), (2, 3), (2, 2)]))
    how = {"order": draw(ORDERS), "kind": draw(st.sampled_from(["us", "ns", "modified"]))}
    network = draw(st.sampled_from(link_types))
    wire = st.none() if version == (2, 3) else WIRE  # there, the longer one is the wire's
    packets = draw(st.lists(st.tuples(FRAMES, wire, st.integers(0, 9)), max_size=9))
    records = [
        w.pcap_record(frame, size, (time, 0), turned=version < (2, 3), **how)
        for frame, size, time in packets
    ]
    return w.pcap_header(version=version, network=network, **how) + b"".join(records)


@st.composite
def notes(draw, order):
    """Draw options of a packet: a comment, flags, a queue, one too short and one that is cut."""
    parts = [w.notes(order, draw(FLAGS), draw(QUEUES))]
    for extra in (w.option(1, b"why", order), w.option(2, b"\1", order)):
        parts.insert(draw(st.integers(0, 1)), extra if draw(st.booleans()) else b"")
    end = draw(st.sampled_from([b"", w.option(0, b"", order), w.option(2, bytes(4), order)[:4]]))
    return b"".join(parts) + end


@st.composite
def sections(draw, link_types=LINK_TYPES):
    """Draw a section of pcapng; interfaces come at any moment."""
    order = draw(ORDERS)
    blocks, known = [w.section(order)], 0
    for _ in range(draw(st.integers(0, 9))):
        kind = draw(st.sampled_from(["interface", "enhanced", "old", "simple", "other"]))
        if kind == "interface" or not known:
            link_type = draw(st.sampled_from(link_types))
            snaplen, fcs_len = draw(st.sampled_from([0, 16])), draw(FCS)
            blocks.append(w.interface(link_type, snaplen, fcs_len=fcs_len, order=order))
            known += 1
        elif kind == "simple":
            blocks.append(w.simple(draw(FRAMES), order=order))
        elif kind == "other":
            blocks.append(w.block(0xBAD, bytes(5), order))
        else:
            make = w.enhanced if kind == "enhanced" else w.old_packet
            number, ticks = draw(st.integers(0, known - 1)), draw(st.sampled_from([0, 7, 2**63]))
            options = draw(notes(order))
            made = make(draw(FRAMES), draw(WIRE), ticks, number, order=order, options=options)
            blocks.append(made)
    return b"".join(blocks)


def captures(link_types=LINK_TYPES):
    """Draw a classic capture or a pcapng of some sections."""
    pcapngs = st.lists(sections(link_types), min_size=1, max_size=3).map(b"".join)
    return pcaps(link_types) | pcapngs
