"""No figure depends on how a capture keeps its packets: the results of `compare` are the same.

What cannot be the same is no part of `results`: the snaplen, the packets that it has cut, captured
bytes, format and size are facts of the capture, and stand in `traces`. So do times, which a
conversion from nanoseconds to microseconds rounds.
"""

import json

import numpy as np
import pytest
import rxreplay
from helpers.filters import program_of
from helpers.same_packets import FORMATS, PACKINGS, PLAIN, Packet, Shape, sources
from hypothesis import given
from hypothesis import strategies as st
from oracles import capture_writer as w
from rxreplay.emulator import strides
from rxreplay.traces import matching, reading

STRATEGIES = ["5.10/mergeable", "4.10/small", "4.11/big", "mst-2016/mergeable", "7.2/mergeable"]
KEPT = ("packets", "wire_bytes", "wire_len", "above_mtu_packets", "ts_backwards")
TIMES = ("first_ns", "last_ns", "duration_ns", "digest")
GUEST, OTHER = 0x525400000001, 0x525400000002
LINKS = {1: "EN10MB", 113: "LINUX_SLL", 9: "PPP"}
MOST = 400

LENGTHS = st.sampled_from([0, 1, 13, 14, 60, 63, 64, 65, 128, 129, 1514, 1515, 1524, 9014, 65_550])
RUNS = st.lists(
    st.tuples(LENGTHS, st.sampled_from([GUEST, OTHER]), st.integers(1, 60), st.integers(-5, 10**9)),
    min_size=1,
    max_size=6,
)
SHAPES = st.builds(
    Shape,
    st.sampled_from([*FORMATS]),
    st.sampled_from([None, 64]),
    st.sampled_from([*PACKINGS]),
    st.sampled_from(["path", "seekable", "pipe"]),
)
PARTS = st.lists(st.tuples(SHAPES, st.integers(0, MOST)), max_size=4)
OPTIONS = st.sampled_from(
    [
        {"rcvbuf": 2304},
        {"ring": 16, "polls": [3, 1, 64]},
        {"guest_macs": ["52:54:00:00:00:01"], "rcvbuf": 2304},
        {"packet_range": "5:70", "start": "+1ms"},
        {"filter": "less 100"},
        {"vantage": "wire", "fcs": 4},
        {"vantage": "guest", "vlan": "strip"},
        {"queues": 2, "steering": "automq"},
    ]
)


@pytest.fixture(params=["small", "real"], scope="module")
def pieces(request):
    """Arrays of a few packets, and strides as soon as can be; or all of it as it is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matching, "compile_filter", programs)
        if request.param == "small":
            patch.setattr(reading, "LENGTHS", 24)
            patch.setattr(reading, "PIECE_RECORDS", 5)
            patch.setattr(reading, "PACKET_RECORDS", 3)
            patch.setattr(strides, "WARM_PACKETS", 20)
            patch.setattr(strides, "FIRST_WAIT", 1)
        yield


def programs(expression, link_type, *, swapped):  # noqa: ARG001
    return np.array(program_of(LINKS[link_type], expression), np.int64)


def packets_of(runs):
    """Give runs of packets of one length each; times may step back between them."""
    packets, micros = [], 10**15
    for length, dst, count, pause in runs:
        frame = w.frame(length, dst, GUEST + OTHER - dst)
        packets += [Packet(frame, micros + n) for n in range(count)]
        micros = max(micros + pause, 10**15)
    return packets


def compared(given, **options):
    options = options if "guest_macs" in options else {"direction": "both"} | options
    results = rxreplay.compare(given, STRATEGIES, join="given", **options).as_dict()
    [trace] = results["traces"]
    return results["config"], results["results"], [trace[name] for name in (*KEPT, *TIMES)]


def not_snoop(shape):
    """Give a shape that can hold any link type."""
    return shape._replace(format=shape.format.replace("snoop", "pcap > ns"))


@pytest.mark.usefixtures("pieces")
@given(runs=RUNS, parts=PARTS, last=SHAPES, link_type=st.sampled_from([1, 1, 113, 9]), how=OPTIONS)
def test_shapes_of_a_capture_change_no_figure(tmp_path_factory, runs, parts, last, link_type, how):
    folder = tmp_path_factory.mktemp("shapes")
    packets = packets_of(runs)
    ordered = [*sorted(parts, key=lambda part: part[1]), (last, MOST)]
    parts = [(shape if link_type == 1 else not_snoop(shape), end) for shape, end in ordered]
    if "filter" in how and link_type == 9:
        how = {}
    plain = compared(sources(packets, link_type, [(PLAIN, MOST)], folder), **how)
    assert compared(sources(packets, link_type, parts, folder), **how) == plain


@pytest.fixture(scope="module")
def whole():
    """Give packets enough for all that a shape could do wrong, and what they come to."""
    runs = [(60, GUEST, 30, 5), (1514, GUEST, 40, 10**7), (65_550, GUEST, 3, -5), (66, OTHER, 9, 1)]
    packets = packets_of(runs)
    return packets, compared([to_stream(packets, PLAIN)])


def to_stream(packets, shape):
    [stream] = sources(packets, 1, [(shape._replace(way="seekable"), MOST)], None)
    return stream


@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize("snaplen", [None, 64])
@pytest.mark.parametrize("kind", FORMATS)
def test_each_format_cut_or_whole_in_each_compression(whole, kind, snaplen, packing):
    packets, plain = whole
    assert compared([to_stream(packets, Shape(kind, snaplen, packing, ""))]) == plain


def test_the_length_on_the_wire_does_change_figures(whole):
    packets, plain = whole
    cut = [packet._replace(frame=packet.frame[:64]) for packet in packets]
    config, results, _ = compared([to_stream(cut, PLAIN)])
    assert config == plain[0]
    assert results != plain[1]


def test_what_a_shape_does_change_is_said_of_the_capture(whole):
    packets, _ = whole
    streams = [
        to_stream(packets, Shape("pcap < us", snaplen, "plain", "")) for snaplen in (None, 64)
    ]
    whole_trace, cut = rxreplay.compare(streams, ["5.10/small"], direction="both").as_dict()[
        "traces"
    ]
    differing = {name for name in cut if cut[name] != whole_trace[name]}
    assert differing == {"snaplen", "truncated_packets", "captured_bytes"}


@pytest.mark.parametrize("shape", ["pcap < us", "pcapng > ns", "snoop"])
def test_standard_input_changes_no_figure(process, tmp_path, whole, shape):
    packets, _ = whole
    [path] = sources(packets, 1, [(Shape(shape, 64, "gzip", "path"), MOST)], tmp_path)
    command = ["compare", "-s", "5.10/mergeable", "-s", "4.10/small", "--format", "json"]
    command += ["--direction", "both"]
    named = process(*command, path)
    piped = process(*command, "-", input=path.read_bytes())
    assert (named.returncode, piped.returncode) == (0, 0)
    of_path, of_pipe = json.loads(named.stdout), json.loads(piped.stdout)
    for part in ("config", "results"):
        assert of_path[part] == of_pipe[part]
