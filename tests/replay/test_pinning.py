"""`pinning`: who keeps packets, by flow, and what it says about it."""

import csv
import io
import json

import pytest
import rxreplay as package
from helpers.segment_captures import bulk, capture_of
from rxreplay import socket_keys
from rxreplay.consumers import has_sockets, parse_consumer
from rxreplay.emulator.holding import DELAY, DROP, READER, UNREAD, Consumer
from rxreplay.errors import OptionError
from rxreplay.timing import Timing

STREAM, MIXED = "udp-stream.pcap", "mixed-ns-snap96.pcap"
BUSIEST = "UDP 10.77.0.4:50623 > 10.77.0.2:5202"


@pytest.mark.parametrize(
    ("text", "consumer"),
    [
        ("drop", Consumer(DROP)),
        ("unread", Consumer(UNREAD, 0, 1000)),
        ("delay:0s", Consumer(DELAY, 0)),
        ("delay:5ms", Consumer(DELAY, 5_000_000)),
        ("reader:1000000000", Consumer(READER, 1, 1000)),
        ("reader:3", Consumer(READER, 333_333_333, 1000)),
        ("reader:0.00000001", Consumer(READER, 10**17, 1000)),
    ],
)
def test_who_takes_packets(text, consumer):
    assert parse_consumer(text, 1000) == consumer
    assert has_sockets(consumer) == (consumer.kind in (READER, UNREAD))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "drop:1",
        "unread:5",
        "delay",
        "reader",
        "late",
    ],
)
def test_nobody_who_takes_packets(text):
    with pytest.raises(OptionError, match="there are drop, delay:SPAN"):
        parse_consumer(text, 1000)


def test_a_delay_is_a_time_span():
    assert parse_consumer(f"delay:{2**62}ns", 1000).span_ns == 2**62
    for text in ("delay:soon", "delay:", "delay:-1s"):
        with pytest.raises(OptionError, match=f"--consumer {text}: write a time span, as delay:5"):
            parse_consumer(text, 1000)
    for text in (f"delay:{2**62 + 1}ns", "delay:99999999h"):
        with pytest.raises(OptionError, match=f"--consumer {text}: SPAN is at most 1,281,023 h"):
            parse_consumer(text, 1000)


@pytest.mark.parametrize("text", ["", "0", "1000000001", "-1", "1e9", "0.000000009"])
def test_a_rate_out_of_range_is_told_the_range(text):
    with pytest.raises(OptionError) as error:
        parse_consumer(f"reader:{text}", 1000)
    assert str(error.value) == (
        f"--consumer reader:{text}: RATE is from 0.00000001 to 1,000,000,000 packets a second, "
        "written in digits"
    )


def test_the_ends_of_a_rate():
    assert parse_consumer("reader:0.00000001", 1000).span_ns == 10**17
    assert parse_consumer("reader:1000000000", 1000).span_ns == 1


def test_what_cannot_be():
    with pytest.raises(OptionError, match=r"--consumer unread needs a clock: --time recorded"):
        package.replay([60], "5.10/small", consumer="unread")
    with pytest.raises(OptionError, match="pinning needs a clock"):
        package.pinning([60], consumer="drop")
    with pytest.raises(OptionError, match="pinning needs a clock"):
        package.pinning([60], timing=None, consumer="drop")
    with pytest.raises(OptionError, match="told of one queue"):
        package.pinning([60], queues=2)


def test_a_socket_for_each_flow_takes_what_the_recordings_say(sample):
    found = package.pinning(sample(STREAM), ["5.10/mergeable", "6.18/mergeable"])
    alone = package.sockets(sample(STREAM), ["5.10/mergeable", "6.18/mergeable"])
    for ours, theirs in zip(found.results, alone.results, strict=True):
        fits = {name: socket.fits[0] for name, socket in theirs.flows}
        for flow in ours.flows:
            if flow.flow in fits:
                assert flow.packets == fits[flow.flow].accepted_packets
                assert flow.payload_bytes == fits[flow.flow].accepted_bytes
    assert found.no_flows is None


def test_what_was_read_dropped_and_kept_is_all(sample):
    for consumer in ("unread", "reader:100", "delay:20ms"):
        found = package.pinning(sample(STREAM), ["7.2/mergeable"], consumer=consumer)
        figures = found.results[0].figures
        taken = figures.consumed.read_packets + figures.consumed.held_packets
        assert taken + (figures.drops.rcvbuf or 0) == figures.delivered_packets == 1565
        assert figures.lifetime == found.config["lifetime"] == consumer


def test_segments_without_data_are_the_stacks():
    data = [*bulk(9, 3, 0, 1000), *bulk(9, 5, 100, 1000, 10**6)]
    found = package.pinning(io.BytesIO(capture_of(data)), ["5.10/small"])
    consumed = found.results[0].figures.consumed
    assert (consumed.read_packets, consumed.held_packets) == (3, 5)
    assert found.results[0].flows[0].flow.startswith("TCP ")


def test_without_flows_there_is_one_socket(sample):
    found = package.pinning([1514] * 200, ["5.10/mergeable"])
    assert [flow.flow for flow in found.results[0].flows] == ["all traffic"]
    assert found.results[0].flows[0].packets == 92
    assert found.no_flows == "lengths have no flows"
    wire = package.pinning(sample(STREAM), ["5.10/mergeable"], vantage="wire")
    assert "flows are not followed" in wire.no_flows
    assert package.pinning([60], ["5.10/small"], consumer="delay:1s").no_flows is None


def test_names_are_forgotten_with_their_sockets(monkeypatch):
    monkeypatch.setattr(socket_keys, "MOST_NAMES", 2)
    flows = [s for n in range(40) for s in bulk(40_000 + n, 2, 100, 1000, n * 10**6)]
    kept = package.pinning(io.BytesIO(capture_of(flows)), ["5.10/small"])
    assert kept.results[0].flows_holding == 40
    assert all(flow.flow.startswith("TCP ") for flow in kept.results[0].flows)


def test_a_name_that_was_forgotten_is_a_number(sample):
    from rxreplay.options import Options
    from rxreplay.selecting import Selection

    with package.open_trace(sample(STREAM)) as trace:
        keys = socket_keys.SocketKeys(trace, Options(), Selection(trace, Options()))
    assert keys.name(255) == "flow 00000000000000ff"
    assert socket_keys.nobody().size == 0


def test_names_that_nobody_needs_go(monkeypatch, sample):
    from rxreplay.options import Options
    from rxreplay.selecting import Selection
    from rxreplay.traces import Digest

    monkeypatch.setattr(socket_keys, "MOST_NAMES", 1)
    options = Options(direction="both", vantage="device")
    with package.open_trace(sample(STREAM)) as trace:
        selection = Selection(trace, options, timed=True)
        keys = socket_keys.SocketKeys(trace, options, selection)
        for frames in selection.frames(Digest()):
            of_batch = keys.of(frames)
            if of_batch.any():
                first = int(of_batch[of_batch != 0][0])
        assert keys.name(first).startswith(("TCP ", "UDP ", "ICMP "))


ASKED = ("-s", "5.10/mergeable", "-s", "7.2/mergeable", "-q")


def text_of(result):
    assert result.exit_code == 0, result.stderr
    return " ".join(result.stdout.split())


def test_the_table_ends_with_a_verdict(rxreplay, sample):
    text = text_of(rxreplay("pinning", sample(STREAM), *ASKED))
    assert "a socket a flow, rcvbuf 212,992 B, unread" in text
    assert "The highest of 9 flows, 5.10/mergeable" in text
    assert "5.10/mergeable: 230 KiB of unread packets keep 1.99 MiB, 8.86 times as much" in text
    assert "1.6 % is in 1 chunk kept by one buffer" in text
    assert text.endswith("For a byte of payload 7.2/mergeable pins the least.")


def test_a_delay_has_no_flows(rxreplay, sample):
    asked = ("-s", "6.12/small,page_size=64KiB", "--consumer", "delay:50ms", "-q")
    text = text_of(rxreplay("pinning", sample(STREAM), *asked))
    assert "each skb is kept for so long: delay:50ms" in text
    assert "The highest" not in text
    assert "not established: 6.12/small" in text


def test_where_sockets_pay_for_everything(rxreplay, sample):
    text = text_of(rxreplay("pinning", sample(STREAM), "-s", "5.10/big", "-q"))
    assert "sockets are charged all of it" in text


def test_one_socket_for_all(rxreplay, sample):
    text = text_of(rxreplay("pinning", sample(STREAM), *ASKED, "--vantage", "wire"))
    assert "one socket for all: the host's GRO merges packets" in text
    assert "The one flow, 5.10/mergeable" in text


def test_nothing_is_kept_of_nothing(rxreplay, sample):
    text = text_of(rxreplay("pinning", sample(STREAM), *ASKED, "--packets", "99999"))
    assert "5.10/mergeable: nothing was kept." in text


def test_json_and_csv_have_the_same(rxreplay, sample):
    asked = ("pinning", sample(STREAM), *ASKED, "--consumer", "reader:100", "--format")
    whole = json.loads(rxreplay(*asked, "json").stdout)
    assert whole["schema"] == "rxreplay-pinning/1.2"
    assert whole["config"]["lifetime"] == "reader:100"
    assert whole["results"][0]["flows"][0]["flow"] == BUSIEST
    rows = list(csv.DictReader(io.StringIO(rxreplay(*asked, "csv").stdout)))
    assert [row["strategy"] for row in rows] == ["5.10/mergeable", "7.2/mergeable"]
    for row, result in zip(rows, whole["results"], strict=True):
        assert int(row["figures.consumed.pinned.bytes"]) > 0
        assert int(row["figures.drops.rcvbuf"]) == result["figures"]["drops"]["rcvbuf"]
        assert row["flows.0.flow"] == BUSIEST


def test_a_replay_and_a_comparison_have_consumers_too(rxreplay, sample):
    how = ("--time", "recorded", "--consumer", "reader:100", "--format", "json", "-q")
    pinned = json.loads(rxreplay("pinning", sample(STREAM), *ASKED, *how[2:]).stdout)
    for command in ("replay", "compare"):
        found = rxreplay(command, sample(STREAM), "-s", "5.10/mergeable", *how)
        figures = json.loads(found.stdout)["results"][0]["figures"]
        assert figures == pinned["results"][0]["figures"]
    refused = rxreplay("replay", sample(STREAM), "-s", "5.10/small", "--consumer", "unread")
    assert refused.exit_code == 2
    assert "--consumer unread needs a clock" in refused.stderr


def test_queues_have_their_own_sockets():
    flows = [bulk(40_000 + n, 50, 100, 50) for n in range(4)]
    data = capture_of(sorted((s for flow in flows for s in flow), key=lambda s: s.ts_ns))
    asked = {"queues": 2, "steering": "rss", "timing": Timing(), "consumer": "unread"}
    results = package.compare([io.BytesIO(data)], ["5.10/small"], rcvbuf=10_000, **asked)
    queues, whole = results.queues(0, "5.10/small"), results.of(0)["5.10/small"]
    held = [queue.consumed.held_packets for queue in queues]
    assert whole.consumed.held_packets == sum(held) == 4 * 5
    assert whole.consumed.peak_rmem == 5 * 2176
    assert whole.drops.rcvbuf == 4 * 45
    assert whole.consumed.pinned.bytes == sum(q.consumed.pinned.bytes for q in queues)
    assert whole.consumed.pinned.at_ns is whole.consumed.amplification_p99 is None
