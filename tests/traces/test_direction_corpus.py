"""The table of docs/direction.md is what is decided; bundled captures are of one way."""

import struct

import pytest
import rxreplay
from helpers.directions_table import cells, table
from helpers.samples import SAMPLES
from helpers.shared_data import CHECKOUT, PLAIN
from oracles.capture_writer import block, frame, interface, option, section

PAGE = CHECKOUT / "docs" / "direction.md"


def rows_of_the_page():
    """Give the cells of each capture in the table."""
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line[:3] == "| `"]
    split = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {row[0].strip("`"): row[1:] for row in split if len(row) == 7}


def test_the_page_has_what_is_decided(shared):
    if PLAIN:
        pytest.skip("decoded in plain Python: the bundled captures are enough")
    found = {name: list(row) for name, row in table(shared / "corpus").items()}
    assert {name: row[:5] for name, row in rows_of_the_page().items()} == found


def test_each_row_of_the_page_was_looked_at():
    rows = rows_of_the_page()
    assert len(rows) > 90
    assert [name for name, row in rows.items() if not row[5]] == []


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
def test_bundled_captures_are_taken_whole(sample):
    if PLAIN and sample.stat().st_size > 520_000:
        pytest.skip("decoded in plain Python: one is enough")
    words, evidence, taken, of, _ = cells(sample)
    assert (words, taken) == ("all packets", of)
    assert evidence == "one way: no Ethernet address both receives and sends"


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
def test_the_short_form_of_a_vantage_is_what_a_replay_says(sample):
    if PLAIN and sample.stat().st_size > 520_000:
        pytest.skip("decoded in plain Python: one is enough")
    said = rxreplay.info([sample]).traces[0].vantage
    taken_for, _, other = cells(sample)[4].partition("; ")
    assert said.decision == taken_for
    assert all(part in said.reason for part in other.split(": "))


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_capture_with_flags_is_taken_by_them(tmp_path, order):
    blocks = [section(order), interface(order=order)]
    for flags, pair in ((1, (1, 2)), (0x2D, (1, 3)), (2, (2, 1))):
        words = struct.pack(order + "IIIII", 0, 0, 0, 60, 60) + frame(60, *pair)
        options = option(1, b"why", order) + option(2, struct.pack(order + "I", flags), order)
        blocks.append(block(6, words + options + option(0, b"", order), order))
    path = tmp_path / "flags.pcapng"
    path.write_bytes(b"".join(blocks))
    evidence = "pcapng flags: 67 % inbound, 33 % outbound"
    assert cells(path) == ("flagged inbound", evidence, "2", "3", "device")


def test_what_is_no_capture_has_no_row(tmp_path):
    (tmp_path / "a.txt").write_text("hello")
    assert table(tmp_path) == {}
