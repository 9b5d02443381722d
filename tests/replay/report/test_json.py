"""The schema, and that nothing of the machine or the file gets into `config` and `results`."""

import getpass
import gzip
import json
import platform
import socket

import pytest
import rxreplay
import zstandard
from oracles import capture_writer as writer
from rxreplay import Options

LENGTHS = [60, 1514, 300, 9014, 129] * 30
STRATEGIES = ["4.11/mergeable", "5.10/small"]
RECORD = ("schema", "config", "run", "not_modelled")
LEVELS = {"peak", "mean", "end"}
COPIED = {"bytes", "packets"}


def results_of(report):
    """Give the part that only the packets decide, as text."""
    return json.dumps({key: report[key] for key in ("config", "results")})


TRACE = """
path format link_type size_bytes packets wire_bytes captured_bytes wire_len first_ns last_ns
duration_ns snaplen truncated_packets above_mtu_packets ts_backwards direction vantage
looked_at queue_packets digest by_size replayed_len
"""
LEVELED = """
ring_bytes skb_truesize_bytes chunk_bytes slab_bytes resident_bytes payload_bytes_in_flight
amplification
"""
COUNTED = """
packets wire_bytes frame_bytes delivered_packets delivered_bytes truesize_bytes buffers
linear_bytes nonlinear_bytes linear_packets frag_list_packets coalesced_frags copied_bytes
fit_packets fit_bytes rcvbuf
"""
OWNERS = """
payload vnet_hdr headroom shared_info alignment hole unused freed_copy dropped dma_record
"""


@pytest.fixture
def report(rxreplay, capture):
    path = capture(lengths=LENGTHS)
    return json.loads(rxreplay("compare", path, "-s", "5.10/mergeable", "--format", "json").stdout)


def test_the_top_and_what_each_part_has(report):
    assert list(report) == [*RECORD, "traces", "results", "warnings", "failed"]
    assert report["schema"] == "rxreplay/1.2"
    assert set(report["config"]) == {
        *(
            "strategies",
            "reference",
            "ring",
            "poll",
            "clock",
            "lifetime",
            "rcvbuf",
            "gro",
            "partial_csum",
        ),
        *(
            "direction",
            "guest_mac",
            "guest_ip",
            "decap",
            "vantage",
            "gro_timeout_ns",
            "mtu",
            "fcs",
            "vlan",
        ),
        *("queues", "steering", "rss_key", "seed"),
        *("filter", "packets", "start", "end", "linktype"),
    }
    assert {"version", "command", "threads", "config_sha256"} <= set(report["run"])
    [result] = report["results"]
    assert list(result) == ["trace", "strategy", "queue", "doubt", "at_peak", "figures"]


def test_a_trace_has_exactly_these_keys(report):
    [trace] = report["traces"]
    assert list(trace) == TRACE.split()
    assert set(trace["wire_len"]) == {"min", "median", "p99", "max"}
    assert trace["packets"] == len(LENGTHS)
    assert trace["wire_bytes"] == sum(LENGTHS)


def test_a_warning_has_exactly_these_keys(rxreplay, capture):
    report = json.loads(
        rxreplay("compare", capture(lengths=()), "-s", "5.10/big", "--format", "json").stdout
    )
    [warning] = report["warnings"]
    assert (set(warning), warning["trace"]) == ({"code", "text", "trace"}, 0)


def test_figures_have_the_names_and_shapes_that_are_defined(report):
    figures = report["results"][0]["figures"]
    for name in LEVELED.split():
        assert set(figures[name]) == LEVELS
    for name in ("copy_small", "copy_header", "copy_xdp"):
        assert set(figures[name]) == COPIED
    assert set(figures["drops"]) == {
        *("device_too_long", "rx_length_errors", "xdp_drops", "backend_full", "rcvbuf")
    }
    assert len(figures["nr_frags"]) == 18
    assert set(figures["waste"]["buffers"]) >= set(OWNERS.split())
    assert {"payload", "headroom", "shared_info", "unused"} < set(figures["waste"]["heads"])
    for name in COUNTED.split():
        assert type(figures[name]) is int
    assert (figures["mean_over"], figures["lifetime"]) == ("packets", "drop")


def test_what_was_not_computed_is_null(report):
    figures = report["results"][0]["figures"]
    for name in ("pull_headers", "headers_linear_packets", "copied_with_pulls", "linearize"):
        assert figures[name] is None
    assert figures["drops"]["rcvbuf"] is figures["drops"]["backend_full"] is None
    assert figures["amplification"]["end"] is None  # nothing is in flight any more


def test_without_packets_means_and_ratios_are_null():
    [result] = rxreplay.replay([], "5.10/small").as_dict()["results"]
    figures = result["figures"]
    assert figures["resident_bytes"]["mean"] is figures["len_per_truesize"] is None
    assert figures["amplification"]["peak"] is None


def test_nothing_of_the_machine_is_in_config_and_results(report, tmp_path):
    text = results_of(report)
    for word in (str(tmp_path), "pcap", platform.node(), socket.gethostname(), getpass.getuser()):
        if len(word) > 4:  # a short name may be part of a word
            assert word not in text


def files(folder):
    """Write the same packets in many ways; give a name and the paths of each."""
    plain = writer.pcap(LENGTHS)
    return {
        "us": [plain],
        "ns": [writer.pcap(LENGTHS, kind="ns")],
        "big": [writer.pcap(LENGTHS, order=">")],
        "modified": [writer.pcap(LENGTHS, kind="modified")],
        "pcapng": [writer.pcapng(LENGTHS)],
        "gzip": [gzip.compress(plain)],
        "zstd": [zstandard.compress(plain)],
        "rotated": [
            writer.pcap(LENGTHS[:71]),
            writer.pcap(LENGTHS[71:72]),
            writer.pcap(LENGTHS[72:]),
        ],
    }[folder]


@pytest.fixture
def reports(tmp_path):
    """Write captures and compare; joined as given where there are several."""

    def compare(contents):
        paths = []
        for number, content in enumerate(contents):
            paths.append(tmp_path / f"{number}.cap")
            paths[-1].write_bytes(content)
        options = Options(join="given" if len(paths) > 1 else None)
        return rxreplay.compare(paths, STRATEGIES, options).as_dict()

    return compare


@pytest.mark.parametrize("form", ["ns", "big", "modified", "pcapng", "gzip", "zstd", "rotated"])
def test_the_same_packets_give_the_same_bytes_from_any_file(reports, form):
    assert results_of(reports(files(form))) == results_of(reports(files("us")))


def test_the_same_packets_give_the_same_bytes_from_a_pipe_and_an_array(process, reports):
    expected = results_of(reports(files("us")))
    options = [part for name in STRATEGIES for part in ("-s", name)]
    done = process("compare", "-", *options, "--format", "json", input=writer.pcap(LENGTHS))
    assert results_of(json.loads(done.stdout)) == expected
    assert results_of(rxreplay.compare([LENGTHS], STRATEGIES).as_dict()) == expected


@pytest.mark.parametrize("cuts", [[], [1], [0, 0, 149], list(range(1, 150)), [74]], ids=len)
def test_the_same_packets_give_the_same_bytes_in_any_blocks(blocks_of, cuts):
    whole = rxreplay.compare([LENGTHS], STRATEGIES, Options(polls=[3, 7, 8]))
    parts = rxreplay.compare([blocks_of(LENGTHS, cuts)], STRATEGIES, Options(polls=[3, 7, 8]))
    assert results_of(parts.as_dict()) == results_of(whole.as_dict())
