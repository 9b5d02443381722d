import csv
import io
import json

import pytest
from oracles import capture_writer as writer


def test_a_capture_is_described_and_judged(rxreplay, capture):
    path = capture(lengths=(60, 1514, 9014))
    result = rxreplay("info", path)
    assert result.exit_code == 0
    facts = dict(
        line.rstrip().split("  ", 1) for line in result.stdout.splitlines() if "  " in line
    )
    facts = {label: text.strip() for label, text in facts.items()}
    assert facts["packets"] == "3"
    assert facts["bytes on the wire"] == "10,588 (10.3 KiB)"
    assert facts["length"] == "min 60, median 1,514, p99 9,014, max 9,014"
    assert facts["link type"] == "EN10MB, snaplen 262,144"
    assert facts["above 1,514 bytes"] == "1 (33.3 %)"
    assert "small buffers cannot hold them" in result.stdout


def test_json_holds_traces_and_no_results(rxreplay, capture):
    path = capture()
    report = json.loads(rxreplay("info", path, "--format", "json").stdout)
    assert report["results"] == []
    assert [(trace["path"], trace["packets"]) for trace in report["traces"]] == [(str(path), 3)]


def test_csv_has_a_row_a_trace(rxreplay, capture):
    paths = [capture("a.pcap", lengths=(60,)), capture("b.pcap", lengths=(70, 80))]
    rows = list(csv.DictReader(io.StringIO(rxreplay("info", *paths, "--format", "csv").stdout)))
    assert [(row["path"], row["packets"], row["wire_len.max"]) for row in rows] == [
        (str(paths[0]), "1", "60"),
        (str(paths[1]), "2", "80"),
    ]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (writer.pcap((60,)), "It can be replayed as it is."),
        (writer.pcap(()), "There is no packet to replay."),
        (writer.pcap((60,), network=113), "The link type is LINUX_SLL"),
        (
            writer.pcap_header() + writer.pcap_record(bytes(60), wire_len=1514) * 2,
            "The snaplen cut 100.0 % of the packets: a replay uses their length on the wire",
        ),
        (
            writer.pcap_header()
            + writer.pcap_record(bytes(60), time=(2, 0))
            + writer.pcap_record(bytes(60), time=(1, 0)),
            "Time runs backwards 1 times",
        ),
        (
            writer.pcap_header()
            + writer.pcap_record(writer.frame(60, dst=0x525400000001, src=0x525400000002))
            + writer.pcap_record(writer.frame(60, dst=0x525400000002, src=0x525400000001)),
            "Before a replay: which address is the guest's is not clear",
        ),
    ],
)
def test_what_a_capture_means_for_a_replay_is_said(rxreplay, tmp_path, content, sentence):
    (tmp_path / "a.pcap").write_bytes(content)
    result = rxreplay("info", tmp_path / "a.pcap")
    assert result.exit_code == 0
    assert sentence in result.stdout


def test_a_pcapng_without_times_has_no_span(rxreplay, tmp_path):
    packets = writer.simple(writer.frame(60))
    (tmp_path / "a.pcapng").write_bytes(writer.section() + writer.interface() + packets)
    result = rxreplay("info", tmp_path / "a.pcapng", "--format", "json")
    trace = json.loads(result.stdout)["traces"][0]
    assert (trace["packets"], trace["first_ns"], trace["duration_ns"]) == (1, None, None)


def test_every_sample_is_described(rxreplay, sample):
    paths = sorted(p for p in sample("").iterdir() if "pcap" in p.suffix)
    result = rxreplay("info", *paths)
    assert result.exit_code == 0
    assert result.stdout.count("packets  ") == len(paths) == 5
    assert max(map(len, result.stdout.splitlines())) <= 100


@pytest.mark.parametrize(
    ("content", "direction"),
    [
        (writer.pcap((60,)), "all packets: one way: no Ethernet address both receives and sends"),
        (
            writer.pcap_header()
            + writer.pcap_record(writer.frame(60, dst=0x525400000001, src=0x525400000002))
            + writer.pcap_record(writer.frame(60, dst=0x525400000002, src=0x525400000001)),
            "not clear",
        ),
        (writer.pcap((60,), network=113), "not clear"),
        (writer.pcap(()), "all packets: there is none"),
    ],
)
def test_directions_are_told(rxreplay, tmp_path, monkeypatch, content, direction):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.pcap").write_bytes(content)
    told = " ".join(rxreplay("info", "a.pcap").stdout.split())
    assert f" direction {direction}" in told
