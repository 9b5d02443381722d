"""The options that choose packets, as a user gives them."""

import json
import re
import sys

import pytest
from helpers.filter_packets import made_capture
from helpers.filters import kept
from oracles import capture_writer as w

PEER = ("-s", "5.10/small", "--direction", "both")


def report(result):
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


@pytest.fixture
def timed(tmp_path):
    """Write packets of 60 to 64 bytes, a second between them."""
    path = tmp_path / "timed.pcap"
    rows = [w.pcap_record(w.frame(60 + n), time=(1_714_557_600 + n, 0)) for n in range(5)]
    path.write_bytes(w.pcap_header() + b"".join(rows))
    return path


@pytest.mark.parametrize(
    ("options", "lengths"),
    [
        (["--packets", "2:3"], (61, 62)),
        (["--packets", "4:"], (63, 64)),
        (["--packets", ":2"], (60, 61)),
        (["--packets", "5"], (64, 64)),
        (["--start", "2024-05-01T10:00:01", "--end", "2024-05-01T12:00:03+02:00"], (61, 62)),
        (["--start", "1714557603.0"], (63, 64)),
        (["--start", "+1s", "--end", "+2000ms"], (61, 61)),
        (["--packets", "2:", "--end", "+3s"], (61, 62)),
    ],
)
@pytest.mark.parametrize("command", [["replay", *PEER], ["compare", *PEER], ["info"]])
def test_packets_by_number_and_time(rxreplay, timed, command, options, lengths):
    name, *rest = command
    whole = report(rxreplay(name, timed, *rest, *options, "--format", "json"))
    [trace] = whole["traces"]
    assert (trace["wire_len"]["min"], trace["wire_len"]["max"]) == lengths


@pytest.mark.parametrize("link", ["EN10MB", "LINUX_SLL2", "NULL, big-endian"])
@pytest.mark.parametrize("expression", ["tcp", "ip6", "icmp"])
def test_a_filter_counts_what_tcpdump_counts(rxreplay, tmp_path, link, expression):
    pytest.importorskip("cypcap")
    path = tmp_path / "a.pcap"
    path.write_bytes(made_capture(link))
    for command in (["info"], ["replay", *PEER]):
        name, *rest = command
        whole = report(rxreplay(name, path, *rest, "-f", expression, "--format", "json"))
        assert whole["traces"][0]["packets"] == kept()["counts"][link][expression]
        assert whole["config"]["filter"] == expression


def test_the_head_of_a_table_says_what_was_chosen(rxreplay, timed):
    options = ["--packets", "2:", "--start", "+1s", "--end", "+9s", "--linktype", "1"]
    chosen = "chosen: taken for EN10MB, packets 2:, from +1s, before +9s\n"
    for command in (["replay", *PEER], ["compare", *PEER], ["explain", *PEER, "--packet", "2"]):
        name, *rest = command
        result = rxreplay(name, timed, *rest, *options)
        assert chosen in result.stdout, result.stderr
    told = rxreplay("info", timed, *options).stdout
    assert re.search(r"^chosen +taken for EN10MB, packets 2:, from \+1s, before \+9s", told, re.M)
    assert "chosen" not in rxreplay("info", timed).stdout


def test_a_packet_that_was_left_out_is_told_of(rxreplay, timed):
    result = rxreplay("explain", timed, *PEER, "--packet", "5", "--packet", "1", "--end", "+4s")
    assert "packet 1: LLC, 60 bytes: " in result.stdout
    assert "it was left out (--end)" in result.stdout


def test_a_story_is_of_the_frame_that_a_device_would_have_got(rxreplay, tmp_path):
    path = tmp_path / "sll.pcap"
    path.write_bytes(w.pcap([100, 200], network=113))
    whole = report(rxreplay("explain", path, *PEER, "--packet", "2", "--format", "json"))
    assert whole["packets"][0]["length"] == 198


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--packets", "0"], "--packets 0: not A:B"),
        (["--start", "soon"], "time 'soon': write it as"),
        (["--start", "2", "--end", "1"], "--end 1 is not after --start 2"),
        (["--linktype", "token-ring"], "--linktype token-ring: no link type is known by this name"),
        (["--linktype", "65536"], "--linktype 65536: no link type"),
    ],
)
def test_wrong_usage_is_one_line_and_status_2(rxreplay, timed, options, said):
    result = rxreplay("info", timed, *options)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"rxreplay: {said}")
    assert result.stderr.count("\n") == 1


def test_a_filter_without_libpcap_says_what_to_install(rxreplay, timed, monkeypatch):
    monkeypatch.setitem(sys.modules, "cypcap", None)
    result = rxreplay("info", timed, "-f", "tcp")
    assert result.exit_code == 2
    assert "pip install 'rxreplay[filter]'" in result.stderr


def test_a_link_type_of_no_guest_is_refused_but_by_info(rxreplay, tmp_path):
    path = tmp_path / "wlan.pcap"
    path.write_bytes(w.pcap([100], network=127))
    for command in (["replay", *PEER], ["compare", *PEER], ["explain", *PEER, "--packet", "1"]):
        name, *rest = command
        result = rxreplay(name, path, *rest)
        assert (result.exit_code, result.stdout) == (1, "")
        assert "link type IEEE802_11_RADIO cannot be what a guest receives" in result.stderr
        assert rxreplay(name, path, *rest, "--linktype", "EN10MB").exit_code == 0
    told = rxreplay("info", path).stdout
    assert "The link type is IEEE802_11_RADIO, which cannot be what a guest receives" in told
