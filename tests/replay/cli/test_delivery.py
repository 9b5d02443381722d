"""Vantage, queues and tunnels, as a user asks for them and reads of them."""

import io
import json

import pytest
from helpers.segment_captures import bulk, capture_of
from oracles import capture_writer as w
from rxreplay import compare, explain, info
from rxreplay.errors import OptionError
from rxreplay.inspecting import meaning
from rxreplay.report.heads import queues_text

FAST = ("-s", "5.10/small", "-s", "5.10/mergeable")


@pytest.fixture
def segments(tmp_path):
    """Write 30 segments of each of six flows."""
    path = tmp_path / "segments.pcap"
    flows = [segment for flow in range(6) for segment in bulk(40_000 + flow, 30, 100 + flow)]
    path.write_bytes(capture_of(flows))
    return path


def shown(result):
    assert result.exit_code == 0, result.stderr
    return " ".join(result.stdout.split())


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ([], "taken for the device's: none above 1,514 bytes, 97 % are TCP that GRO would merge"),
        (["--vantage", "device"], "as captured (--vantage device)"),
        (["--vantage", "wire"], "as the host's GRO merges them (--vantage wire)"),
        (["--vantage", "guest"], "split as before GRO (--vantage guest)"),
    ],
)
def test_where_it_was_captured_is_said(rxreplay, segments, options, text):
    assert text in shown(rxreplay("compare", segments, *FAST, *options))


def test_how_evenly_queues_are_used_is_said(rxreplay, segments):
    queues = ("--queues", "3", "--steering", "rss")
    text = shown(rxreplay("compare", segments, *FAST, *queues))
    assert "of the frames; the busiest has " in text
    assert "3 queues, ring of 256" in text
    whole = json.loads(rxreplay("compare", segments, *FAST, *queues, "--format", "json").stdout)
    assert whole["config"]["steering"] == "rss"
    assert [result["queue"] for result in whole["results"]] == [None, 0, 1, 2] * 2
    assert sum(whole["traces"][0]["queue_packets"]) == 180


def test_a_replay_shows_the_figures_of_each_queue(rxreplay, segments):
    result = rxreplay("replay", segments, "-s", "5.10/mergeable", "--queues", "9")
    text = shown(result)
    assert text.count("truesize a packet") == 2  # in two tables
    assert all(f"queue {number}" in text for number in range(9))
    assert text.count("5.10/mergeable: 9 queues") == 1


def test_queues_beyond_eight_are_not_all_listed():
    assert queues_text([1] * 9).startswith("9 queues: " + "11.1 %, " * 8 + "... of the frames")
    assert queues_text([0, 0]) == "2 queues, without a frame"


def test_a_segment_that_was_merged_is_told_of(rxreplay, segments):
    options = ("-s", "5.10/mergeable", "--vantage", "wire", "--packet", "1", "--packet", "30")
    text = shown(rxreplay("explain", segments, *options))
    assert "the host's GRO has merged it into another frame, or the guest did not get it" in text


def test_stories_are_of_one_queue():
    with pytest.raises(OptionError, match="stories are of a device with one queue"):
        explain([60], [1], "5.10/small", queues=2)


@pytest.mark.parametrize(
    ("frames", "sentence"),
    [
        ([w.frame(60)] * 2, "No flow can be told: neither several queues nor --vantage"),
        ([w.frame(60), None], "The flow of 50.0 % of the packets can be told"),
        ([None, None], "The flow of every packet can be told"),
    ],
)
def test_what_headers_can_tell_is_said(frames, sentence):
    [segment] = bulk(1, 1, payload=10)
    known = capture_of([segment])[24 + 16 :]
    records = [w.pcap_record(frame or known) for frame in frames]
    [trace] = info([io.BytesIO(w.pcap_header() + b"".join(records))]).traces
    assert any(text.startswith(sentence) for text in meaning(trace))


def test_that_nothing_has_a_time_is_said():
    data = w.section() + w.interface() + w.simple(w.frame(60))
    [trace] = info([io.BytesIO(data)]).traces
    assert "No packet has a time: nothing can be told over time." in meaning(trace)


def test_tags_and_an_fcs_are_remarked_on():
    frame = w.frame(12) + bytes.fromhex("81000007 0800") + capture_of(bulk(1, 1))[24 + 16 + 14 :]
    data = w.pcap_header() + w.pcap_record(frame)
    results = compare([io.BytesIO(data)], ["5.10/small"])
    assert [each.code for each in results.warnings] == ["remark"]
    assert "--vlan strip" in results.warnings[0].text
