"""Captures with record headers of long ago are named; with any others they are not."""

import io

import pytest
from oracles import capture_writer as w
from rxreplay.errors import TraceError
from rxreplay.traces import open_trace

SECONDS = 945_000_000  # 1999
LONGER = {("us", 8): "Red Hat 6.1's", ("us", 4): "Nokia's IPSO", ("modified", 4): "SuSE 6.3's"}


def record(extra, size=60, order="<", kind="us", time=(SECONDS, 999), wire_len=None):
    """Give a record with so many more bytes in its header than the magic number promises."""
    whole = w.pcap_record(w.frame(size), wire_len, time, order, kind)
    return whole[: len(whole) - size] + bytes(extra) + whole[len(whole) - size :]


def capture(*records, order="<", kind="us"):
    return w.pcap_header(order, kind) + b"".join(records)


def packets(data):
    with open_trace(io.BytesIO(data), keep_damaged=True) as trace:
        return sum(block.wire_len.size for block in trace.blocks())


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize(("kind", "extra"), LONGER)
@pytest.mark.parametrize("sizes", [(60, 60, 60), (60, 1514, 74, 60), (0, 0, 0)])
def test_they_are_named_with_what_to_do(sizes, kind, extra, order):
    data = capture(*(record(extra, n, order, kind) for n in sizes), order=order, kind=kind)
    who = LONGER[kind, extra]
    with pytest.raises(TraceError, match=f"its record headers are those of {who}.*editcap"):
        open_trace(io.BytesIO(data))


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize(("kind", "extra"), LONGER)
def test_fewer_than_three_records_name_nobody(kind, extra, count):
    assert packets(capture(*[record(extra, kind=kind)] * count, kind=kind)) == 1


@pytest.mark.parametrize(
    ("seconds", "ticks", "wire_len", "named"),
    [
        (315_532_800, 999_999, 60, True),
        (315_532_799, 999_999, 60, False),
        (315_532_800, 1_000_000, 60, False),
        (315_532_800, 999_999, 59, False),
    ],
)
def test_a_third_record_has_to_be_sound(seconds, ticks, wire_len, named):
    last = record(4, time=(seconds, ticks), wire_len=wire_len)
    data = capture(record(4), record(4), last)
    if named:
        with pytest.raises(TraceError, match="Nokia"):
            packets(data)
    else:
        assert packets(data) == 1


@pytest.mark.parametrize(
    "odd",
    [
        {"time": (SECONDS, 1_000_000)},
        {"time": (SECONDS, 999_999_999)},  # nanoseconds under the wrong magic number
        {"time": (SECONDS, 999_999_999), "wire_len": 59},
        {"wire_len": 0},
        {"time": (0, 0)},
    ],
)
def test_what_is_odd_alone_is_read(odd):
    assert packets(capture(*[record(0, **odd)] * 5)) == 5


def test_a_damaged_record_among_good_ones_keeps_those_before_it():
    damaged = w.pcap_record(w.frame(60), time=(SECONDS, 5), cap_len=262_145)
    assert packets(capture(record(0), damaged, record(0), record(0))) == 1
