"""`ring`: each size as a run of its own, and what is said about it."""

import csv
import io
import json

import numpy as np
import pytest
import rxreplay
from helpers.segment_captures import bulk, capture_of
from oracles import capture_writer as w
from rxreplay.emulator import strategy
from rxreplay.emulator.timed_receiver import TimedReceiver
from rxreplay.errors import OptionError, StrategyError
from rxreplay.timing import Timing

SIZES = [2, 4, 16, 64, 256]
NAMES = ["5.10/small", "5.10/mergeable", "7.2/mergeable", "4.10/big"]
BURSTS = [segment for burst in range(5) for segment in bulk(9, 70, 200 * burst, 300, 10**6 * burst)]


@pytest.mark.parametrize("timing", [Timing(), Timing(backend_queue=3), Timing("scale:50")])
def test_each_size_is_as_a_run_of_its_own(timing):
    found = rxreplay.ring(io.BytesIO(capture_of(BURSTS)), NAMES, SIZES, timing)
    lengths = np.array([segment.frame_len for segment in BURSTS])
    times = np.array([segment.ts_ns for segment in BURSTS])
    if timing.time == "scale:50":
        times = times // 50
    for tried in found.tried:
        alone = TimedReceiver(strategy(tried.strategy), timing.as_service(), ring=tried.ring)
        alone.receive(lengths, times)
        assert tried.figures == alone.finish()
    assert [tried.ring for tried in found.of("5.10/small")] == SIZES


@pytest.mark.parametrize("scale", [1, 4])
@pytest.mark.parametrize("name", NAMES)
def test_a_stall_at_the_worst_moment_loses_from_its_length_on(name, scale):
    data, how = capture_of(BURSTS), {"backend_queue": 3, "service": "1ns"}
    base = rxreplay.ring(io.BytesIO(data), [name], [256], Timing(f"scale:{scale}", **how))
    at, length = base.tried[0].least_stall
    assert 0 < at < length < 5 * 10**6
    # 256 buffers and 3 places: the 260th packet is lost; a nanosecond less and the guest takes
    # the 64 of its poll before the next burst
    for less, lost in ((0, True), (65, False)):
        stall = f"{length - less}ns@+{at * scale}ns"
        timing = Timing(f"scale:{scale}", stall=stall, **how)
        [tried] = rxreplay.ring(io.BytesIO(data), [name], [256], timing).tried
        assert (tried.lost > 0) == lost
        assert tried.least_stall == base.tried[0].least_stall  # that of a guest without stalls


def test_no_stall_is_the_least_where_packets_are_lost_without_one_or_none_could_be():
    found = rxreplay.ring(
        [60] * 70, ["5.10/small"], [64, 128], Timing("rate:1000000000", backend_queue=0)
    )
    assert [tried.least_stall for tried in found.tried] == [None, None]
    assert [tried.lost > 0 for tried in found.tried] == [True, False]


def test_the_smallest_ring_is_the_first_that_loses_nothing():
    found = rxreplay.ring(
        [60] * 100, ["5.10/small"], [128, 32, 64], Timing("rate:1000000000", backend_queue=0)
    )
    assert [tried.lost > 0 for tried in found.of("5.10/small")] == [True, True, False]
    assert found.smallest("5.10/small").ring == 128
    assert (
        rxreplay.ring(
            [60] * 100, ["5.10/small"], [32], Timing("rate:1000000000", backend_queue=0)
        ).smallest("5.10/small")
        is None
    )


def test_packets_before_others_or_without_a_time_are_counted():
    rows = [w.enhanced(w.frame(60), ticks=ticks) for ticks in (5, 9, 7)] + [w.simple(w.frame(60))]
    data = w.section() + w.interface() + b"".join(rows)
    found = rxreplay.ring(io.BytesIO(data), ["5.10/small"], [64])
    texts = [warning.text for warning in found.warnings if warning.code.startswith("clock")]
    assert texts == [
        "<stream>: 1 packets are dated before others: they follow these",
        "<stream>: 1 packets have no time: they follow those before them",
    ]


def test_what_cannot_be():
    with pytest.raises(OptionError, match="rings are tried for one queue"):
        rxreplay.ring([60], queues=2)
    with pytest.raises(StrategyError, match="a ring has 2 to"):
        rxreplay.ring([60], sizes=[100])


@pytest.fixture
def bursts(tmp_path):
    path = tmp_path / "bursts.pcap"
    path.write_bytes(capture_of(BURSTS))
    return path


ASKED = ("-s", "5.10/small", "-s", "6.12/big,page_size=64KiB", "--size", "16", "--size", "256")


def test_the_table_answers(rxreplay, bursts):
    text = " ".join(rxreplay("ring", bursts, *ASKED, "--backend-queue", "0").stdout.split())
    assert "time recorded: a poll 20.0 µs after the device's write, 500 ns a packet, 0" in text
    assert "A ring of 256 loses nothing, without waiting in the host. It posts 480 KiB" in text
    assert "not established: 6.12/big,page_size=65536" in text
    text = " ".join(rxreplay("ring", bursts, *ASKED).stdout.split())
    assert "A ring of 16 loses nothing, where up to 60 packets wait in the host" in text
    stalled = rxreplay("ring", bursts, *ASKED[:2], "--size", "2", "--stall", "900us/1ms")
    assert "stands still for 900 µs in each 1.00 ms" in " ".join(stalled.stdout.split())
    none = rxreplay("ring", bursts, *ASKED[:2], "--size", "2", "--backend-queue", "0").stdout
    assert "None of these rings is enough: 2 buffers lose" in " ".join(none.split())
    assert ". A larger ring, a longer backend queue, a faster guest or several" in " ".join(
        none.split()
    )


def test_beyond_the_largest_ring_no_larger_one_is_advised(rxreplay, tmp_path):
    path = tmp_path / "long.pcap"
    path.write_bytes(capture_of(bulk(9, 5000, 0, 300, 0)))
    how = ("-s", "5.10/big", "--backend-queue", "0", "--irq-delay", "1s")
    for size, said in (("4096", ". A longer backend"), ("2048", ". A larger ring, a longer back")):
        text = " ".join(rxreplay("ring", path, *how, "--size", size).stdout.split())
        assert f"None of these rings is enough: {int(size):,} buffers lose" in text
        assert said in text
        assert "several queues may be." in text


def test_packets_that_no_buffer_holds_are_named(rxreplay, tmp_path):
    path = tmp_path / "long.pcap"
    path.write_bytes(capture_of(bulk(9, 5, 3000)))
    text = " ".join(rxreplay("ring", path, "-s", "5.10/small", "--size", "64").stdout.split())
    assert "5 packets (100.0 %) are longer than its buffers can hold." in text


def test_one_packet_waits(rxreplay, tmp_path):
    for packets, said in ((3, "1 packet waits in"), (4, "2 packets wait in")):
        path = tmp_path / f"{packets}.pcap"
        path.write_bytes(capture_of(bulk(9, packets, 0, 300, 0)))
        text = " ".join(rxreplay("ring", path, "-s", "5.10/big", "--size", "2").stdout.split())
        assert f"where up to {said} the host meanwhile" in text


def test_json_and_csv_have_the_same(rxreplay, bursts):
    whole = json.loads(rxreplay("ring", bursts, *ASKED, "--format", "json").stdout)
    assert whole["schema"] == "rxreplay-ring/1.2"
    assert whole["smallest"] == {"5.10/small": 16, "6.12/big,page_size=65536": 16}
    config = whole["config"]
    assert (config["clock"]["irq_delay_ns"], config["ring"]) == (20_000, [16, 256])
    rows = list(
        csv.DictReader(io.StringIO(rxreplay("ring", bursts, *ASKED, "--format", "csv").stdout))
    )
    assert [row["ring"] for row in rows] == ["16", "256"] * 2
    peaks = [each["figures"]["resident_bytes"]["peak"] for each in whole["rings"]]
    assert [int(row["figures.resident_bytes.peak"]) for row in rows] == peaks
    assert {each["figures"]["mean_over"] for each in whole["rings"]} == {"time"}


def test_several_captures_are_one_only_if_joined(rxreplay, bursts):
    result = rxreplay("ring", bursts, bursts)
    assert result.exit_code == 2
    assert "--join" in result.stderr
    joined = rxreplay("ring", bursts, bursts, *ASKED, "--join=given", "--format", "json")
    assert json.loads(joined.stdout)["trace"]["packets"] == 2 * len(BURSTS)


def test_a_replay_by_the_clock_is_a_ring_of_its_size(rxreplay, bursts):
    options = ("-s", "5.10/mergeable", "--ring", "64", "--time", "scale:2", "--backend-queue", "3")
    replayed = json.loads(rxreplay("replay", bursts, *options, "--format", "json").stdout)
    [result] = replayed["results"]
    assert replayed["config"]["poll"] is None
    asked = ("-s", "5.10/mergeable", "--size", "64", *options[4:])
    ring = json.loads(rxreplay("ring", bursts, *asked, "--format", "json").stdout)
    assert result["figures"] == ring["rings"][0]["figures"]
    assert replayed["config"]["clock"] == ring["config"]["clock"]
    shown = " ".join(rxreplay("compare", bursts, *options).stdout.split())
    assert "ring of 64, time scale:2: a poll 20.0 µs after the device's write, 500 ns" in shown


@pytest.mark.parametrize("command", ["replay", "compare"])
def test_asap_is_whole_budgets(rxreplay, bursts, command):
    asap, polls = (
        json.loads(rxreplay(command, bursts, "-s", "5.10/mergeable", *how, "--format=json").stdout)
        for how in (["--time", "asap"], ["--poll", "64"])
    )
    assert (asap["config"], asap["results"]) == (polls["config"], polls["results"])


def test_a_clocks_options_need_one(rxreplay, bursts):
    result = rxreplay("replay", bursts, "-s", "5.10/small", "--stall", "1ms/2ms")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.endswith("need a clock: --time recorded\n")


def test_each_queue_has_a_guest_of_its_own():
    import rxreplay

    flows = [bulk(40_000 + n, 50, 100, 50) for n in range(4)]
    data = capture_of(sorted((s for flow in flows for s in flow), key=lambda s: s.ts_ns))
    asked = {"queues": 2, "steering": "rss", "ring": 16, "timing": Timing(backend_queue=2)}
    results = rxreplay.compare([io.BytesIO(data)], ["5.10/small", "5.10/mergeable"], **asked)
    for name in ("5.10/small", "5.10/mergeable"):
        queues, whole = results.queues(0, name), results.of(0)[name]
        assert [queue.packets for queue in queues] == results.traces[0].queue_packets
        lost = [queue.drops.backend_full for queue in queues]
        assert whole.drops.backend_full == sum(lost) > 0
    assert results.config["clock"]["backend"] == 2


def test_a_replay_says_where_the_clock_could_not_be_followed():
    import rxreplay

    rows = [w.enhanced(w.frame(60), ticks=ticks) for ticks in (5, 9, 7)] + [w.simple(w.frame(60))]
    data = w.section() + w.interface() + b"".join(rows)
    results = rxreplay.replay(io.BytesIO(data), "5.10/small", timing=Timing())
    assert [each.code for each in results.warnings][1:] == ["clock_backwards", "clock_missing"]


def test_where_posted_bytes_leave_heads_out_it_is_said(rxreplay, bursts):
    said = "heads from the slab are resident, but not in posted bytes"
    both = rxreplay("ring", bursts, "-s", "4.10/small", "-s", "4.11/small", "--size", "256").stdout
    assert both.count(f"4.10/small: {said}") == both.count(said) == 1
