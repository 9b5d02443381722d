"""`rxreplay sockets`: three forms of the same numbers, and a sentence to act on."""

import csv
import io
import json
from functools import partial

import pytest
import rxreplay as package
from rxreplay import socket_bank
from rxreplay.emulator.socket_rows import Limits
from rxreplay.emulator.sockets import Sockets
from rxreplay.report.as_sockets import write_sockets

STREAM = "udp-stream.pcap"
BUSIEST = "UDP 10.77.0.4:50623 > 10.77.0.2:5202"
HERE = ("-s", "5.10/mergeable", "-s", "6.18/mergeable", "-q")


def shown(result):
    assert result.exit_code == 0, result.stderr
    return result.stdout.splitlines()


def text(result):
    return " ".join(" ".join(shown(result)).split())


def whole(result):
    return json.loads("\n".join(shown(result)))


def cells(line):
    return [cell.strip() for cell in line.split("  ") if cell.strip()]


def test_the_table_ends_with_what_to_do(rxreplay, sample):
    lines = shown(rxreplay("sockets", sample(STREAM), *HERE))
    [row] = [line for line in lines if line.startswith("5.10/mergeable  ")]
    assert cells(row)[-2:] == ["105, 51.3 KiB", "29,952 B"]
    flows = [line for line in lines if line.startswith(BUSIEST)]
    assert [cells(line) for line in flows] == [
        [BUSIEST, "626", "93, 112 KiB", "7,424 B"],
        [BUSIEST, "626", "88, 106 KiB", "7,296 B"],
    ]
    end = " ".join(" ".join(lines[-6:]).split())
    assert f"5.10/mergeable: a socket of 212,992 B takes 93 packets of {BUSIEST}" in end
    assert "it needs 7,424 B: the default of 212,992 B is enough." in end
    assert "from 7,296 B (6.18/mergeable) to 7,424 B (5.10/mergeable) for 10.0 ms" in end


def test_a_long_hold_names_both_settings(rxreplay, sample):
    result = rxreplay("sockets", sample(STREAM), *HERE[:2], "-q", "--hold", "3s")
    need = whole(rxreplay("sockets", sample(STREAM), *HERE[:2], "--hold", "3s", "--format", "json"))
    [flow] = [f for f in need["results"][0]["flows"] if f["flow"] == BUSIEST]
    [known] = flow["needs"]
    assert known["so_rcvbuf"] == -(-known["rcvbuf"] // 2)
    asked = f"set net.core.rmem_max to {known['so_rcvbuf']} or more, and SO_RCVBUF to "
    assert asked + f"{known['so_rcvbuf']}, which the kernel doubles." in text(result)


def test_tcp_is_told_apart(rxreplay, sample):
    result = rxreplay("sockets", sample("mixed-ns-snap96.pcap"), "-s", "6.18/mergeable", "-q")
    assert "let the third number of net.ipv4.tcp_rmem be " in text(result)


def test_of_many_strategies_the_flows_of_the_first_are_shown(rxreplay, sample):
    lines = shown(rxreplay("sockets", sample(STREAM), "-q", "--packets", ":500"))
    assert [line for line in lines if line.startswith("A socket for each")] == [
        "A socket for each of the busiest flows, 4.10/small"
    ]
    at = next(n for n, line in enumerate(lines) if line.startswith("4.11/small "))
    assert lines[at + 1].strip() == "5.10/small"  # it does the same


def test_json_has_exact_numbers_and_a_schema(rxreplay, sample):
    options = ("--rcvbuf", "100000", "--hold", "1ms", "--hold", "50us", "--format", "json")
    found = whole(rxreplay("sockets", sample(STREAM), *HERE, *options))
    assert found["schema"] == "rxreplay-sockets/1.2"
    assert found["config"]["rcvbuf"] == [100_000, 212_992]
    assert found["config"]["hold_ns"] == [50_000, 1_000_000]
    assert found["trace"]["packets"] == 1565
    assert (found["warnings"], found["no_flows"]) == ([], None)
    assert [result["strategy"] for result in found["results"]] == list(HERE[1:4:2])
    for result in found["results"]:
        everything, half = result["all_traffic"], result["len_per_truesize"]
        assert (everything["packets"], result["dropped_packets"]) == (1565, 0)
        assert half["below_half_share"] == half["below_half_packets"] / 1565
        assert [fit["rcvbuf"] for fit in everything["fits"]] == [100_000, 212_992]
        assert len(result["flows"]) == 5
        assert result["flows"][0]["flow"] == BUSIEST


def test_csv_has_a_row_a_socket(rxreplay, sample):
    options = (*HERE[:2], "-q", "--format")
    rows = list(csv.DictReader(shown(rxreplay("sockets", sample(STREAM), *options, "csv"))))
    [result] = whole(rxreplay("sockets", sample(STREAM), *options, "json"))["results"]
    assert [row["socket"] for row in rows] == [
        "all traffic",
        *(flow["flow"] for flow in result["flows"]),
    ]
    for row, socket in zip(rows, [result["all_traffic"], *result["flows"]], strict=True):
        assert int(row["truesize_bytes"]) == socket["truesize_bytes"]
        assert int(row["fits.0.accepted_bytes"]) == socket["fits"][0]["accepted_bytes"]
        assert int(row["needs.0.so_rcvbuf"]) == socket["needs"][0]["so_rcvbuf"]
    assert {row["strategy"] for row in rows} == {"5.10/mergeable"}


def test_knobs_ring_and_polls_reach_the_emulator(rxreplay, capture):
    options = ("-s", "mst-2016/mergeable", "--set", "min_avg=1518", "--ring", "16", "--poll", "2")
    lines = shown(rxreplay("sockets", capture(lengths=[60] * 3), *options))
    assert "ring of 16, polls of 2; nobody reads the sockets" in lines
    assert any(line.startswith("mst-2016/mergeable,min_avg=1518 ") for line in lines)


def test_joined_captures_are_one(rxreplay, capture):
    paths = capture(lengths=(60,)), capture("b.pcap", lengths=(60, 61))
    found = whole(rxreplay("sockets", *HERE, "--join", *paths, "--format", "json"))
    assert found["results"][0]["all_traffic"]["packets"] == 3


def test_an_empty_capture_has_nothing_for_a_socket(rxreplay, capture):
    result = rxreplay("sockets", capture(lengths=()), *HERE)
    assert shown(result)[-1] == "No packet comes to a socket."
    found = whole(rxreplay("sockets", capture(lengths=()), *HERE, "--format", "json"))
    assert found["results"][0]["len_per_truesize"]["below_half_share"] is None


def test_all_that_fits_is_said_so(rxreplay, capture):
    said = text(rxreplay("sockets", capture(lengths=[60] * 3), *HERE))
    assert "all 3, 180 B" in said
    assert "takes all 3 packets of this traffic: each is charged 768 B" in said


def test_no_hold_is_no_advice_on_it():
    out = io.StringIO()
    found = package.sockets([60, 60], ["4.11/small", "6.18/small"], hold=[], polls=[1, 2])
    write_sockets(found, out)
    assert "needs" not in out.getvalue()
    assert "polls as given" in out.getvalue()
    assert "Flows are not told apart: lengths have no flows." in out.getvalue()


def test_what_is_needed_is_not_known_without_times():
    out = io.StringIO()
    write_sockets(package.sockets([60, 60], ["4.11/small", "6.18/small"]), out)
    assert "What it needs for 10.0 ms cannot be told: lengths have no times." in out.getvalue()
    assert "Under the strategies" not in out.getvalue()


def test_a_flow_that_was_missed_at_first_is_marked(monkeypatch, rxreplay, sample):
    monkeypatch.setattr(socket_bank, "Sockets", partial(Sockets, limits=Limits(flows=2)))
    lines = shown(rxreplay("sockets", sample(STREAM), *HERE[:2], "-q"))
    assert any("* not followed from its first packet" in line for line in lines)
    assert any(cells(line)[1].endswith("*") for line in lines if line.startswith("UDP "))


def test_what_is_not_established_stands_below_the_heading(rxreplay, capture):
    result = rxreplay("sockets", capture(), "-s", "6.12/mergeable,page_size=64KiB", "-q")
    assert "not established: " in shown(result)[5]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--rcvbuf", "0"], "0 is not in the range"),
        (["--hold", "soon"], "--hold soon: write a time span"),
        (["--hold", "0s"], "--hold 0s: write time spans from 1ns to 24h"),
        (["--queues", "2"], "sockets are filled from one receive queue"),
        (["b.pcap"], "packets of several captures"),
        (["-s", "9.9/none"], "9.9"),
    ],
)
def test_what_cannot_be_is_status_2(rxreplay, capture, arguments, message):
    result = rxreplay("sockets", capture(), *HERE, *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr


def test_rows_without_figures_are_explained(rxreplay, sample):
    said = "a strategy without figures has those of the line above it"
    same = ("-s", "4.10/mergeable", "-s", "4.11/mergeable")
    assert said in shown(rxreplay("sockets", sample(STREAM), *same, "-q"))
    assert said not in shown(rxreplay("sockets", sample(STREAM), *HERE))


def test_one_packet_fits(rxreplay, capture):
    for rcvbuf, lengths, taken in (
        (1, [60, 60], "takes 1 packet of this traffic before it drops"),
        (9999, [60], "takes 1 packet of this traffic: each"),
        (9999, [60, 60], "takes all 2 packets of this traffic: each"),
    ):
        asked = ("-s", "5.10/mergeable", "--rcvbuf", rcvbuf, "-q")
        assert taken in text(rxreplay("sockets", capture(lengths=lengths), *asked))
