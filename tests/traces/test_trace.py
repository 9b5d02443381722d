import functools
import io
import mmap
import os

import pytest
from oracles import capture_writer as w
from oracles.walking import packets_of
from rxreplay.errors import TraceError
from rxreplay.traces import open_trace, reading, window

DATA = w.pcap([60, 1514])


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "a.pcap"
    path.write_bytes(DATA)
    return path


@pytest.mark.parametrize("kind", [str, lambda path: path])
def test_a_path_is_given_back_with_its_size(path, kind):
    with open_trace(kind(path)) as trace:
        assert (trace.path, trace.size_bytes, trace.rewindable) == (str(path), len(DATA), True)


def test_a_file_is_walked_as_often_as_asked_and_warnings_do_not_pile_up(path):
    path.write_bytes(w.pcap([60, 1514], network=113)[:-1])
    trace = open_trace(path)
    assert packets_of(trace.blocks()) == packets_of(trace.blocks())
    assert [warning.code for warning in trace.warnings] == ["link_type", "cut"]


def test_two_walks_of_one_file_do_not_disturb_each_other(path):
    trace = open_trace(path)
    pairs = list(zip(trace.blocks(), trace.blocks(), strict=True))
    assert [left.wire_len.tolist() == right.wire_len.tolist() for left, right in pairs] == [True]


def test_a_walk_that_is_given_up_closes_its_file(path):
    blocks = open_trace(path).blocks()
    next(blocks)
    blocks.close()


@pytest.mark.parametrize("addresses", [True, False])
@pytest.mark.parametrize("records", [1, 2, 3, 4])
@pytest.mark.parametrize("make", [w.pcap, w.pcapng, w.snoop])
def test_blocks_of_any_size_hold_the_same(make, records, addresses, path, monkeypatch):
    small = functools.partial(reading.new_columns, records=records)
    monkeypatch.setattr("rxreplay.traces.reading.new_columns", small)
    path.write_bytes(make([60, 61, 62]))
    with open_trace(path) as trace:
        blocks = [block.wire_len.tolist() for block in trace.blocks(addresses=addresses)]
    assert sum(blocks, []) == [60, 61, 62]  # noqa: RUF017
    assert [len(block) for block in blocks[:-1]] == [records] * (len(blocks) - 1)


def test_pages_behind_the_walk_are_given_back(path, monkeypatch):
    monkeypatch.setattr(window, "MAPPED_BYTES", 2 * mmap.PAGESIZE)
    small = functools.partial(reading.new_columns, records=4)
    monkeypatch.setattr("rxreplay.traces.reading.new_columns", small)
    path.write_bytes(w.pcap([1514] * 50))
    with open_trace(path) as trace:
        assert [packet.wire_len for packet in packets_of(trace.blocks())] == [1514] * 50


def test_a_record_longer_than_a_mapped_part_is_read(path, monkeypatch):
    monkeypatch.setattr(window, "MAPPED_BYTES", 1000)
    path.write_bytes(w.pcap([60, 5000, 60]) + w.pcap_record(w.frame(5000))[:-1])
    with open_trace(path) as trace:
        assert [packet.wire_len for packet in packets_of(trace.blocks())] == [60, 5000, 60]
        assert [warning.code for warning in trace.warnings] == ["cut"]


@pytest.mark.parametrize("part", [2 * mmap.PAGESIZE, window.MAPPED_BYTES])
@pytest.mark.parametrize(
    ("left", "read"),
    [(24 + 6 * 1530, 6), (24 + 7 * 1530 - 1, 6), (24 + 4 * 1530, 4), (10, 4), (0, 4)],
)
def test_a_file_that_is_cut_while_it_is_walked(path, monkeypatch, part, left, read):
    monkeypatch.setattr(window, "MAPPED_BYTES", part)
    small = functools.partial(reading.new_columns, records=4)
    monkeypatch.setattr("rxreplay.traces.reading.new_columns", small)
    path.write_bytes(w.pcap([1514] * 50))
    with open_trace(path) as trace:
        blocks = trace.blocks()
        packets = next(blocks).wire_len.size
        os.truncate(path, left)
        packets += sum(block.wire_len.size for block in blocks)
        assert packets == read
        assert [warning.code for warning in trace.warnings] == ["cut"]


def test_a_file_that_grows_while_it_is_walked_ends_where_it_ended(path):
    path.write_bytes(w.pcap([60] * 3))
    with open_trace(path) as trace:
        blocks = trace.blocks()
        with path.open("ab") as file:
            file.write(w.pcap_record(w.frame(60)))
        assert next(blocks).wire_len.size == 4
        with path.open("ab") as file:
            file.write(w.pcap_record(w.frame(60)))
        assert list(blocks) == []
        assert trace.warnings == []


def test_a_traceback_that_holds_the_bytes_does_not_break_the_closing(path):
    with path.open("rb") as file:
        mapped = window.MappedWindow(file)
    held = mapped.data
    mapped.close()
    assert held[0] == DATA[0]


@pytest.mark.parametrize("name", ["missing", "", "nul\0byte"])
def test_a_path_that_is_not_there(tmp_path, name):
    with pytest.raises(TraceError, match="cannot be read"):
        open_trace(f"{tmp_path}/none/{name}")


def test_a_folder_is_no_capture(tmp_path):
    with pytest.raises(TraceError, match=r"cannot be read: Is a directory\. Check the path\."):
        open_trace(tmp_path)


def test_a_file_that_changes_between_head_and_walk(path):
    trace = open_trace(path)
    path.write_bytes(b"")
    with pytest.raises(TraceError, match="cannot be read"):
        list(trace.blocks())
    path.write_bytes(b"something else, and longer than 24 bytes")
    with pytest.raises(TraceError, match="not a capture: it is text"):
        list(trace.blocks())
    path.unlink()
    with pytest.raises(TraceError, match="No such file"):
        list(trace.blocks())


def test_a_closed_stream_is_an_error():
    file = io.BytesIO(DATA)
    trace = open_trace(file)
    file.close()
    with pytest.raises(TraceError, match="closed"):
        list(trace.blocks())


def test_closing_must_be_written_by_whoever_can_be_closed():
    from rxreplay.traces.closing import Closing

    with pytest.raises(NotImplementedError):
        Closing().close()
