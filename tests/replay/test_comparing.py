"""The library functions on files, open traces and arrays, against the emulator fed directly."""

import io

import numpy as np
import pytest
import rxreplay
from oracles import capture_writer as writer
from rxreplay import Options, RxReplayError
from rxreplay.comparing import copies_differ, default_strategies
from rxreplay.emulator import STRATEGIES, Receiver, strategy
from rxreplay.errors import StrategyError, TraceError

LENGTHS = [60, 1514, 9014, 300, 129] * 30
NAMES = [known.name for known in STRATEGIES] + ["mst-2016/mergeable,min_avg=1518"]


def figures_of(name, lengths=LENGTHS, **options):
    receiver = Receiver(strategy(name), **options)
    receiver.receive(np.array(lengths, np.int64))
    return receiver.finish()


@pytest.mark.compiled
@pytest.mark.parametrize(
    "options",
    [{}, {"ring": 32, "polls": 8, "rcvbuf": 9000}, {"polls": [3, 1, 64]}],
    ids=["defaults", "others", "polls"],
)
def test_figures_are_the_emulators_whatever_else_runs(options):
    together = rxreplay.compare([LENGTHS], NAMES, Options(**options)).of(0)
    assert together == {name: figures_of(name, **options) for name in NAMES}
    alone = rxreplay.replay(LENGTHS, NAMES[0], Options(**options))
    assert alone.of(0) == {NAMES[0]: together[NAMES[0]]}


@pytest.mark.parametrize(
    "polls",
    [3, np.int64(3), [3, 1], (3, 1), np.array([3, 1])],
    ids=lambda polls: type(polls).__name__,
)
def test_polls_are_a_number_or_a_row_of_them(polls):
    results = rxreplay.replay(LENGTHS, "5.10/small", Options(polls=polls))
    plain = np.asarray(polls).tolist()
    assert results.of(0)["5.10/small"] == figures_of("5.10/small", polls=plain)
    assert results.config["poll"] == plain


@pytest.mark.parametrize(
    "source",
    [
        LENGTHS,
        tuple(LENGTHS),
        np.array(LENGTHS),
        np.array(LENGTHS, np.uint16),
        np.array([[n, 0] for n in LENGTHS])[:, 0],
    ],
    ids=["list", "tuple", "array", "uint16", "strided"],
)
def test_lengths_need_no_file(source):
    results = rxreplay.compare([source], ["5.10/big"])
    assert results.of(0)["5.10/big"] == figures_of("5.10/big")
    [trace] = results.traces
    assert (trace.path, trace.format, trace.packets) == (None, "lengths", len(LENGTHS))
    assert trace.duration_ns is trace.link_type is trace.size_bytes is trace.snaplen is None


def test_paths_streams_and_open_traces_give_the_same(capture):
    path = capture(lengths=LENGTHS)
    expected = figures_of("5.10/mergeable")
    stream = io.BytesIO(path.read_bytes())
    with rxreplay.open_trace(path) as trace:
        results = rxreplay.compare([path, str(path), trace, stream], ["5.10/mergeable"])
        assert sum(block.ts_ns.size for block in trace.blocks()) == len(LENGTHS)  # still open
    assert [result.figures for result in results.results] == [expected] * 4
    assert [result.trace for result in results.results] == [0, 1, 2, 3]
    assert not stream.closed


@pytest.mark.parametrize("kind", [str, lambda path: path], ids=["str", "Path"])
def test_one_path_may_stand_alone(capture, kind):
    path = capture()
    assert rxreplay.compare(kind(path), ["5.10/small"]).traces[0].packets == 3
    assert rxreplay.info(kind(path)).traces[0].packets == 3


def test_joined_traces_are_one_trace(capture):
    paths = [capture("a.pcap", LENGTHS[:7]), capture("b.pcap", LENGTHS[7:])]
    expected = figures_of("5.10/mergeable")
    with rxreplay.join_traces(paths, order="given") as trace:
        assert rxreplay.replay(trace, "5.10/mergeable").results[0].figures == expected
    results = rxreplay.compare(paths, ["5.10/mergeable"], Options(join="given"))
    assert [result.figures for result in results.results] == [expected]


def test_what_is_open_or_has_no_name_cannot_be_joined(capture):
    with rxreplay.open_trace(capture()) as trace:
        for source in (trace, [60, 70], np.array([60])):
            with pytest.raises(TraceError, match="only captures that are not open yet"):
                rxreplay.compare([capture(), source], ["5.10/small"], Options(join="time"))


@pytest.mark.parametrize(
    ("lengths", "text"),
    [
        ([60, -1], "lengths: packet 1: -1 bytes on the wire"),
        ([60, 2**32], "lengths: packet 1: 4294967296 bytes on the wire"),
        ([1.5], "lengths: not a row of whole numbers"),
        (["x"], "lengths: not a row of whole numbers"),
        ([[60], [70]], "lengths: not a row of whole numbers"),
    ],
)
def test_lengths_that_cannot_be_are_an_error_and_do_no_harm(lengths, text):
    with pytest.raises(TraceError, match=text):
        rxreplay.replay(lengths, "5.10/small")


def test_no_capture_at_all_is_an_error():
    for call in (rxreplay.info, rxreplay.compare):
        with pytest.raises(TraceError, match="no capture was given"):
            call([])


def test_a_strategy_may_be_given_itself():
    chosen = strategy("mst-2016/mergeable").with_settings({"min_avg": 640})
    results = rxreplay.replay([60], chosen)
    assert results.results[0].strategy == "mst-2016/mergeable,min_avg=640"
    assert results.reference == "mst-2016/mergeable,min_avg=640"


def test_a_strategy_named_twice_is_shown_once():
    names = ["5.10/small", "5.10/big", "5.10/small", "mst-2016/mergeable,min_avg=128"]
    results = rxreplay.compare([[60]], names)
    assert list(results.of(0)) == ["5.10/small", "5.10/big", "mst-2016/mergeable"]


def test_unknown_strategies_and_rings_are_errors_of_ours():
    with pytest.raises(StrategyError, match="no strategy 'x'"):
        rxreplay.compare([[60]], ["x"])
    with pytest.raises(StrategyError, match="a ring has"):
        rxreplay.compare([[60]], ["5.10/small"], Options(ring=100))
    with pytest.raises(StrategyError, match="a NAPI poll receives"):
        rxreplay.compare([[60]], ["5.10/small"], Options(polls=[]))
    with pytest.raises(RxReplayError, match="'x' is not a MAC address"):
        rxreplay.compare([[60]], ["5.10/small"], Options(guest_macs=["x"]))


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ({"guest_macs": ["52:54:00:00:00:01"]}, "an address of the guest"),
        ({"guest_ips": ["10.0.0.1"]}, "an address of the guest"),
        ({"direction": "in"}, "--direction"),
        ({"vantage": "wire"}, "--vantage"),
        ({"vlan": "strip"}, "--vlan"),
        ({"decap": ["gre"]}, "--decap"),
        ({"queues": 2}, "--queues"),
    ],
)
def test_lengths_have_no_bytes_to_look_at(asked, named):
    with pytest.raises(TraceError, match=f"lengths: there are no bytes for {named} to look at"):
        rxreplay.compare([[60]], ["5.10/small"], **asked)


def test_the_usual_strategies_begin_with_the_reference():
    names = [each.name for each in default_strategies()]
    assert names[0] == "4.10/small"
    assert len(set(names)) == len(names) == 11
    assert rxreplay.compare([[60]]).reference == "4.10/small"


@pytest.mark.parametrize(
    ("longest", "text"),
    [
        ((65_550, 65_599), None),
        (
            (65_599, 65_600),
            "1 packet is longer than 65,599 bytes on the wire (the longest: 65,600)",
        ),
        ((2**32 - 1, 70_000), "2 packets are longer than 65,599 bytes on the wire (the longest: 4"),
    ],
)
def test_lengths_that_no_device_hands_on_are_warned_about(tmp_path, longest, text):
    records = [writer.pcap_record(bytes(60), wire_len=length) for length in (60, *longest)]
    (tmp_path / "a.pcap").write_bytes(writer.pcap_header() + b"".join(records))
    for call in (rxreplay.info, rxreplay.compare):
        for source in (tmp_path / "a.pcap", [60, *longest]):
            said = [w.text for w in call([source]).warnings if w.code == "oversized"]
            assert len(said) == (text is not None)
            assert not text or text in said[0]


def test_progress_is_told_after_every_block(capture, blocks_of):
    told = []
    rxreplay.replay(
        blocks_of(LENGTHS, [50, 100]), "5.10/small", progress=lambda *steps: told.append(steps)
    )
    assert told == [(50, None), (100, None), (150, None)]
    told.clear()
    rxreplay.info([capture(lengths=[60] * 90)], progress=lambda *steps: told.append(steps))
    [(done, whole)] = told
    assert done == 90
    assert 90 <= whole <= 91  # guessed from the size of the file


@pytest.mark.parametrize("suffix", ["gz", "zst"])
def test_how_many_packets_a_compressed_file_has_is_not_guessed(tmp_path, suffix):
    import gzip

    import zstandard

    pack = {"gz": gzip.compress, "zst": zstandard.compress}[suffix]
    (tmp_path / "a.pcap").write_bytes(pack(writer.pcap((60,))))
    told = []
    rxreplay.info([tmp_path / "a.pcap"], progress=lambda *steps: told.append(steps))
    assert told == [(1, None)]


@pytest.mark.parametrize(
    ("names", "late"),
    [
        (["4.11/mergeable", "5.10/mergeable", "5.10/big"], "5.10/mergeable, 5.10/big"),
        (["4.11/mergeable", "5.10.0/mergeable"], None),
        (["4.11/mergeable", "5.10/small", "mst-2016/mergeable"], None),
        (["5.10/mergeable", "5.10/big"], None),
    ],
)
def test_header_copies_of_two_kinds_are_not_compared_in_silence(names, late):
    warnings = copies_differ([strategy(name) for name in names])
    assert [warning.code for warning in warnings] == (["copies_differ"] if late else [])
    assert not late or warnings[0].text.startswith(f"{late}: of long packets")
    compared = rxreplay.compare([[60]], names).warnings
    assert [warning.code for warning in compared] == [warning.code for warning in warnings]


def test_info_replays_nothing(capture):
    results = rxreplay.info([capture(), [60, 70]])
    assert [trace.packets for trace in results.traces] == [3, 2]
    assert results.results == []
    assert "strategies" not in results.config
    assert [trace.above_mtu_packets for trace in results.traces] == [0, 0]
