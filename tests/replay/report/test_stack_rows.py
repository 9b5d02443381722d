"""What is behind the driver stands beside the driver's figures, where it was followed."""

import csv
import io
import json

import pytest
import rxreplay
from rxreplay.report import as_table, reporter
from rxreplay.report.rows import EVERY_ROW, ROWS
from rxreplay.report.stack_rows import STACK_ROWS

LABELS = [row.label for row in STACK_ROWS]


@pytest.fixture(scope="module")
def results(request):
    samples = request.path.parents[3] / "traces" / "samples"
    asked = {"packet_range": "1:400", "polls": 64, "gro": "on"}
    return rxreplay.compare(
        [samples / "tcp-mtu-ns-snap96.pcap"], ["5.11/mergeable", "5.15/mergeable"], **asked
    )


def written(form, results, command="compare"):
    reporter(form, command)(results, out := io.StringIO())
    return out.getvalue()


def test_tables_have_rows_for_it(results):
    text = written("table", results)
    assert "GRO on, skbs freed" in text
    assert all(f"\n{label}" in text for label in LABELS)
    row = next(line for line in text.splitlines() if line.startswith("merged on a frag_list"))
    chained = [figures.stack.merged_on_frag_list for figures in results.of(0).values()]
    assert row.split()[-2:] == [str(chained[0]), f"{chained[1]}*"]
    assert "stack.merged_on_frag_list" in written("table", results, "replay")


def test_json_and_csv_have_all_of_it(results):
    figures = [each["figures"] for each in json.loads(written("json", results))["results"]]
    rows = list(csv.DictReader(io.StringIO(written("csv", results))))
    for each, row in zip(figures, rows, strict=True):
        assert len(each["stack"]["nr_frags"]) == 18
        assert row["figures.stack.skbs"] == str(each["stack"]["skbs"])
        assert row["figures.pull_headers.bytes"] == str(each["pull_headers"]["bytes"])
        assert row["figures.stack.nr_frags.17"] == str(each["stack"]["nr_frags"][17])


def test_copies_that_are_counted_are_not_warned_about(results):
    assert results.warnings == []


def test_without_it_there_is_nothing(sample, rxreplay):
    path = sample("udp-stream.pcap")
    asked = ("compare", path, "-s", "5.11/mergeable", "-s", "5.15/mergeable", "--direction", "both")
    plain = rxreplay(*asked)
    assert not any(label in plain.stdout for label in LABELS)
    assert "--gro on or off counts these as well" in plain.stderr
    assert "no row of the comparison contains pulls" in rxreplay(*asked, "--row", "pulls").stderr
    off = rxreplay(*asked, "--gro", "off", "--partial-csum", "--row", "pulls")
    assert "GRO off, checksums left to the guest" in off.stdout
    assert "copied with pulls, a packet" in off.stdout
    assert "behind GRO" in rxreplay(*asked, "--gro", "on", "--row", "GRO").stdout


def test_each_queue_has_its_own(sample, rxreplay):
    many = ("--queues", "2", "--direction", "both", "--gro", "on")
    text = rxreplay("replay", sample("udp-stream.pcap"), "-s", "6.1/mergeable", *many).stdout
    assert text.count("\npackets an skb, behind GRO") == 1


def test_nothing_is_divided_by_nothing():
    [result] = rxreplay.replay([], "6.1/mergeable").results
    assert [row.value(result.figures) for row in STACK_ROWS] == [None] * len(STACK_ROWS)
    assert {row.text(result.figures) for row in STACK_ROWS} == {"-"}
    assert EVERY_ROW[: len(ROWS)] == ROWS


def test_no_packet_has_no_mean(capture):
    empty = capture("empty.pcap", lengths=())
    [result] = rxreplay.replay(empty, "6.1/mergeable", gro="on", direction="both").results
    assert result.figures.stack.skbs == 0
    assert result.figures.linearize.bytes == 0
    values = {row.label: row.value(result.figures) for row in STACK_ROWS}
    assert values.pop("merged on a frag_list") == 0
    assert set(values.values()) == {None}
    as_table.write_compare(rxreplay.compare([empty], gro="off", direction="both"), io.StringIO())
