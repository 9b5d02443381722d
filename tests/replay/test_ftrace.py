"""Raw ftrace text into events; the recorder itself is run by hand (docs/recorder.md)."""

import pytest
from helpers.ftrace_text import FORMS, packet, poll, traced
from oracles.recordings import named
from oracles.virtio_net import oracle
from rxreplay.ftrace import LostEventsError, devices, events, only, queues, records

HEAD = "# entries-in-buffer/entries-written: {}/{}   #P:1"
IP = "              ip-87      [000] .....     3.484520: "
IDLE = "          <idle>-0       [000] ..s1.     5.413152: "
WORKER = " kworker/0:1-ev-20      (-------) [000]     5.413170: "  # record-tgid, no flags
REFILL = "refill: (skb_page_frag_refill+0x0/0x120) size={} page={} offset={} chunk_size={}"
ALLOC = "mm_page_alloc: page=(____ptrval____) pfn={} order=3 migratetype=0 gfp_flags=GFP_ATOMIC"
FREE = "mm_page_free: page=(____ptrval____) pfn={} order=3"
PACKET = (
    "napi_gro_receive_entry: dev=eth0 napi_id=0x2001 queue_mapping=1 skbaddr=(____ptrval____) "
    "vlan_tagged=0 vlan_proto=0x0000 vlan_tci=0x0000 protocol=0x88b5 ip_summed=0 hash=0x00000000 "
    "l4_hash=0 len={} data_len={} truesize={} mac_header_valid=1 mac_header=-14 nr_frags={} "
    "gso_size=0 gso_type=0x0"
)
POLL = "napi_poll: napi poll on napi struct (____ptrval____) for device {} work {} budget 64"
PAGE_0 = 0xFFFFF4B700000000


def page(frame):
    return hex(PAGE_0 + 64 * frame)


def read(*lines):
    return events(records(lines))


def test_the_events_of_a_driver():
    assert read(
        "# tracer: nop",
        HEAD.format(10, 10),
        IP + "netif_rx: dev=eth0 skbaddr=(____ptrval____) len=52",
        IP + ALLOC.format("0x100"),  # before the first refill: somebody else's
        IP + REFILL.format(1536, "0x0", 0, 0),
        IP + ALLOC.format("0x2680"),
        IP + REFILL.format(1536, page(0x2680), 30720, 32768),
        IP + POLL.format("eth0", 0),
        IDLE + PACKET.format(1500, 1500, 2816, 1),
        IDLE + REFILL.format(1536, page(0x2680), 32768, 32768),
        IDLE + ALLOC.format("0x2688"),
        IDLE + FREE.format("0x2680"),
        IDLE + FREE.format("0x100"),
        IDLE + FREE.format("0x100"),
        WORKER + POLL.format("eth0", 1),
        IDLE + FREE.format("0x2688"),  # after the last poll
    ) == [
        ("refill", 1536, "-", 0, 0),
        ("chunk", "+", 0),
        ("refill", 1536, 0, 30720, 32768),
        ("packet", 0, 1514, 1500, 1500, 2816, 1),
        ("refill", 1536, 0, 32768, 32768),
        ("chunk", "+", 1),
        ("chunk", "-", 0),
        ("poll", 1),
    ]


@pytest.mark.parametrize(("offset", "ours"), [(31232, False), (31233, True)])
def test_a_chunk_is_taken_for_a_refill_that_has_no_room(offset, ours):
    found = read(
        IP + REFILL.format(1536, page(8), offset, 32768),
        IP + ALLOC.format("0x10"),
        IDLE + POLL.format("eth0", 1),
    )
    assert (("chunk", "+", 1) in found) == ours


def test_a_chunk_is_taken_right_after_its_refill():
    found = read(
        IP + REFILL.format(1536, "0x0", 0, 0),
        IDLE + PACKET.format(40, 0, 1280, 0),
        IP + ALLOC.format("0x10"),
        IDLE + POLL.format("eth0", 1),
    )
    assert [event[0] for event in found] == ["refill", "packet", "poll"]


def test_a_number_comes_back_with_its_chunk():
    found = read(
        IP + REFILL.format(1536, "0x0", 0, 0),
        IP + ALLOC.format("8"),  # before 5.15 a frame is decimal
        IP + REFILL.format(1536, page(8), 32768, 32768),
        IP + ALLOC.format("16"),
        IP + FREE.format("8"),
        IP + REFILL.format(1536, page(16), 32768, 32768),
        IP + ALLOC.format("8"),
        IDLE + POLL.format("", 1),  # some kernels print no name
    )
    assert [event[1:3] for event in found if event[0] == "chunk"] == [
        ("+", 0),
        ("+", 1),
        ("-", 0),
        ("+", 0),
    ]


def test_page_pool():
    assert read(
        IP + "frag: (page_pool_alloc_frag_netmem+0x0/0x180) size=1536",
        IP
        + "page_pool_state_hold: page_pool=(____ptrval____) page=(____ptrval____) pfn=0x9 hold=1",
        IDLE + "page_pool_state_release: page_pool=0 page=0 pfn=0x9 release=1",
        IDLE + POLL.format("eth0", 1),
    ) == [("frag", 1536), ("pool", "+", 0), ("pool", "-", 0), ("poll", 1)]


@pytest.mark.parametrize("line", ["CPU:0 [LOST 12 EVENTS]", HEAD.format(12, 13)])
def test_lost_events_are_an_error(line):
    with pytest.raises(LostEventsError, match="12"):
        read(line, IDLE + POLL.format("eth0", 1))


@pytest.mark.parametrize("form", FORMS)
def test_each_tool_s_text_gives_the_same_events(form):
    model = oracle("6.1/mergeable", ring=16)
    model.run([60, 1514, 9014, 300] * 20, [1, 3, 8])
    whole = list(named(model.events))
    found = events(records(traced(whole, form).splitlines()))
    assert list(named(without_dash(*event) for event in found)) == whole


def without_dash(kind, *fields):
    return (kind, *(None if kind == "refill" and field == "-" else field for field in fields))


def test_page_pool_of_6_12_and_later_names_a_netmem():
    text = traced([("frag", 1536), ("pool", "+", 0), ("pool", "-", 0), ("poll", 1)])
    assert "netmem=" in text
    assert read(*text.splitlines()) == [
        ("frag", 1536),
        ("pool", "+", 0),
        ("pool", "-", 0),
        ("poll", 1),
    ]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (packet(("packet", 0, 60, 46, 0, 768, 0))[:-60], "has no number 'nr_frags'"),
        (packet(("packet", 0, 60, 46, 0, 768, 0)).replace("=768", "=x"), "no number 'truesize'"),
        (packet(("packet", 0, 60, 46, 0, 768, 0)).replace("gso_type=0x0", "gso_type="), "gso_type"),
        (IP + "napi_poll: napi poll on napi struct 00000000e62d086d for device eth0", "'work'"),
        (IP + "mm_page_alloc: page=0 order=3", "'pfn'"),
    ],
)
def test_an_event_without_its_numbers_is_where_the_trace_ends(text, why):
    with pytest.raises(LostEventsError, match=r"line 2: .*" + why) as error:
        read("# tracer: nop", text)
    assert error.value.line == 2


@pytest.mark.parametrize(
    ("fields", "pulled"),
    [
        ({}, False),
        *(({"ip_summed": value}, value == 3) for value in (1, 2, 3)),
        ({"gso_size": 1448}, True),
        ({"gso_type": "0x1"}, True),
    ],
)
def test_headers_may_be_pulled_with_a_partial_checksum_or_gso(fields, pulled):
    (record,) = records([packet(("packet", 0, 60, 46, 0, 768, 0), **fields)])
    assert record.pulled == pulled


def test_devices_and_queues_are_counted():
    lines = [packet(("packet", 0, 60, 46, 0, 768, 0), dev=d, queue=q) for d, q in DEVS]
    assert devices(records(lines)) == {"eth0": 2, "eth1": 1, "": 1}
    assert queues(records(lines)) == {"1", "2"}


DEVS = [("eth0", 1), ("eth1", 1), ("eth0", 2), ("", 1)]


@pytest.mark.parametrize(
    ("dev", "packets", "polls"),
    [("eth0", ["eth0", "eth0", ""], ["eth0", ""]), ("", [""], ["eth0", "eth1", ""])],
)
def test_what_has_no_name_may_be_any_device_s(dev, packets, polls):
    lines = [packet(("packet", 0, 60, 46, 0, 768, 0), dev=d, queue=q) for d, q in DEVS]
    lines += [poll(1, dev=name) for name in ("eth0", "eth1", "", "(no_device)")]
    kept = only(records([*lines, IP + FREE.format("0x100")]), dev)
    assert [r.dev for r in kept if r.name == "napi_gro_receive_entry"] == packets
    assert [r.dev for r in kept if r.name == "napi_poll"] == polls
    assert kept[-1].name == "mm_page_free"


@pytest.mark.parametrize("field", ["len", "data_len", "truesize", "nr_frags"])
def test_a_number_of_more_than_64_bits_is_none(field):
    fields = {"len": 46, "data_len": 0, "truesize": 768, "nr_frags": 0} | {field: 2**64}
    text = " ".join(f"{name}={value}" for name, value in fields.items())
    with pytest.raises(LostEventsError, match=f"no number '{field}'"):
        read(IDLE + f"napi_gro_receive_entry: dev=eth0 {text}")


def test_a_word_without_end_takes_no_time_to_speak_of():
    """A million letters: looked at from each letter on, they would take days."""
    assert read(IDLE + "napi_poll: " + "a" * 1_000_000 + " work=1") == [("poll", 1)]
