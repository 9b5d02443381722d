"""Traces in parts: the outcome is that of the whole."""

import pytest
from helpers.archives import NAMES, archive, files, run
from hypothesis import given
from hypothesis import strategies as st
from rxreplay.corpus import parting
from rxreplay.corpus.listing import Input
from rxreplay.corpus.parting import Parts, joined, parted
from rxreplay.corpus.sequential import SequentialEngine
from rxreplay.corpus.unit import Done, Unit, work
from rxreplay.options import Options


def bare(name="a", size=10, names=NAMES):
    return Unit(name, (Input(name, size, ""),), tuple(names), Options(), {"ring": 256})


@given(st.integers(1, 30), st.integers(1, 40))
def test_groups_are_as_equal_as_can_be_and_hold_each_strategy_once(count, parts):
    names = [str(n) for n in range(count)]
    groups = [part.group for part in parted(bare(names=names), parts)]
    assert [name for group in groups for name in group] == names
    assert len(groups) == min(parts, count)
    assert max(map(len, groups)) - min(map(len, groups)) <= 1


@pytest.mark.parametrize(
    ("size", "others", "workers", "parts"),
    [
        (parting.WORTH_PARTING, 0, 2, 2),
        (parting.WORTH_PARTING - 1, 0, 2, 1),
        (parting.WORTH_PARTING, 0, 1, 1),
        (parting.WORTH_PARTING, 0, 9, 3),
        (parting.WORTH_PARTING, 3 * parting.WORTH_PARTING, 2, 1),
        (parting.WORTH_PARTING, 3 * parting.WORTH_PARTING - 1, 2, 2),
    ],
)
def test_what_would_keep_one_worker_alone_busy_is_parted(size, others, workers, parts):
    units = [bare("a", size), bare("b", others)]
    found = [unit for unit in Parts(units, workers).units() if unit.name == "a"]
    assert len(found) == parts


def test_the_largest_come_first():
    units = [bare("a", 1), bare("b", 3), bare("c", 2)]
    assert [unit.name for unit in Parts(units, 1).units()] == ["b", "c", "a"]


class Apart(SequentialEngine):
    """Runs units here, and counts as many workers."""

    workers = 3


@pytest.fixture
def all_is_large(monkeypatch):
    monkeypatch.setattr(parting, "WORTH_PARTING", 0)


@pytest.mark.usefixtures("all_is_large")
def test_a_corpus_in_parts_has_the_bytes_of_one_that_is_not(tmp_path):
    folder = archive(tmp_path / "a", many=4)
    run(folder, tmp_path / "whole")
    run(folder, tmp_path / "parts", Apart())
    assert files(tmp_path / "parts") == files(tmp_path / "whole")


@pytest.mark.usefixtures("all_is_large")
def test_a_bad_capture_fails_once_whatever_its_parts(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.pcap").write_bytes(b"text\n" * 99)
    run(tmp_path / "a", tmp_path / "whole")
    assert len(run(tmp_path / "a", tmp_path / "parts", Apart()).failed) == 1
    assert files(tmp_path / "parts") == files(tmp_path / "whole")


@pytest.mark.usefixtures("all_is_large")
def test_parts_of_a_run_that_was_stopped_are_not_replayed_again(tmp_path):
    folder = archive(tmp_path / "a", many=1)
    run(folder, tmp_path / "whole")

    class Stopped(Apart):
        def run(self, units):
            yield work(units[0])
            raise KeyboardInterrupt

    class Watched(Apart):
        seen = 0

        def run(self, units):
            Watched.seen += len(units)
            return super().run(units)

    with pytest.raises(KeyboardInterrupt):
        run(folder, tmp_path / "r", Stopped())
    assert [name.partition("/")[0] for name in files(tmp_path / "r")] == [".lock", "parts"]
    run(folder, tmp_path / "r", Watched())
    assert Watched.seen == 2
    assert files(tmp_path / "r") == files(tmp_path / "whole")


def test_the_first_reason_is_that_of_the_trace():
    unit = bare()
    parts = [Done("1", {"traces": []}), Done("2", None, "one", "damaged"), Done("3", None, "two")]
    assert joined(unit, parts) == Done(unit.key, None, "one", "damaged")


def test_parts_of_different_packets_are_no_whole():
    unit = bare()
    parts = [Done("1", {"traces": [1]}, None), Done("2", {"traces": [2]}, None)]
    done = joined(unit, parts)
    assert (done.document, "changed while it was read" in done.reason) == (None, True)
    assert done.kind == "unreadable"
