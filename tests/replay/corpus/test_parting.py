"""Traces in parts: the outcome is that of the whole."""

import pytest
from helpers.archives import NAMES, archive, files, listed, run
from hypothesis import given
from hypothesis import strategies as st
from rxreplay.corpus import parting
from rxreplay.corpus.listing import Input
from rxreplay.corpus.parting import Parts, parted, shares
from rxreplay.corpus.sequential import SequentialEngine
from rxreplay.corpus.store import opened
from rxreplay.corpus.unit import Unit, work
from rxreplay.options import Options
from rxreplay.settings import resolve


def bare(name="a", size=10, names=NAMES, queues=1):
    options = Options(queues=queues)
    return Unit(name, (Input(name, size, ""),), tuple(names), options, {"ring": 256})


COUNTS = st.sampled_from([1, 2, 3, 8]) | st.integers(1, 40)


@given(COUNTS, COUNTS, COUNTS)
def test_each_strategy_has_each_queue_once(count, queues, workers):
    names = [str(n) for n in range(count)]
    parts = parted(bare(names=names, queues=queues), workers)
    pairs = [(n, q) for part in parts for n in part.group for q in part.queues or range(queues)]
    assert sorted(pairs) == sorted((name, queue) for name in names for queue in range(queues))
    assert len({part.key for part in parts}) == len(parts) <= workers
    whole = {part.group for part in parts if not part.queues}
    assert len(whole) in (0, len(parts))  # all by queue, or none
    assert not (len(whole) == 0 and count >= workers)


@given(COUNTS, COUNTS, COUNTS)
def test_where_strategies_are_few_no_other_way_has_a_smaller_largest_part(count, queues, workers):
    groups, slices = shares(count, queues, workers)
    ways = [
        -(-count // g) * -(-queues // s)
        for g in range(1, count + 1)
        for s in range(1, queues + 1)
        if g * s <= workers
    ]
    if count < workers:
        assert -(-count // groups) * -(-queues // slices) == min(ways)
    else:
        assert (groups, slices) == (workers, 1)


@pytest.mark.parametrize("queues", [1, 8])
@pytest.mark.parametrize(
    ("size", "others", "workers", "parts"),
    [
        (parting.WORTH_PARTING, 0, 2, 2),
        (parting.WORTH_PARTING - 1, 0, 2, 1),
        (parting.WORTH_PARTING, 0, 1, 1),
        (parting.WORTH_PARTING, 0, 3, 3),
        (parting.WORTH_PARTING, 3 * parting.WORTH_PARTING, 2, 1),
        (parting.WORTH_PARTING, 3 * parting.WORTH_PARTING - 1, 2, 2),
    ],
)
def test_what_would_keep_one_worker_alone_busy_is_parted(size, others, workers, parts, queues):
    units = [bare("a", size, queues=queues), bare("b", others, queues=queues)]
    found = [unit for unit in Parts(units, workers).units() if unit.name == "a"]
    assert len(found) == parts
    assert not any(unit.queues for unit in found)


@pytest.mark.parametrize(
    ("size", "queues", "workers", "parts"),
    [
        (parting.WORTH_PARTING, 8, 2, [(0, 1, 2, 3), (4, 5, 6, 7)]),
        (parting.WORTH_PARTING, 3, 2, [(0,), (1, 2)]),
        (parting.WORTH_PARTING, 2, 3, [(0,), (1,)]),
        (parting.WORTH_PARTING, 1, 2, [()]),
        (parting.WORTH_PARTING, 8, 1, [()]),
        (parting.WORTH_PARTING - 1, 8, 2, [()]),
    ],
)
def test_one_strategy_is_parted_by_queue(size, queues, workers, parts):
    units = Parts([bare("a", size, NAMES[:1], queues)], workers).units()
    assert sorted(unit.queues for unit in units) == parts


def test_the_largest_come_first():
    units = [bare("a", 1), bare("b", 3), bare("c", 2)]
    assert [unit.name for unit in Parts(units, 1).units()] == ["b", "c", "a"]


def test_of_parts_of_a_trace_those_with_most_queues_come_first():
    units = Parts([bare("a", parting.WORTH_PARTING, NAMES[:1], 5)], 3).units()
    assert [len(unit.queues) for unit in units] == [2, 2, 1]


class Apart(SequentialEngine):
    """Runs units here, and counts as many workers."""

    workers = 3


@pytest.fixture
def all_is_large(monkeypatch):
    monkeypatch.setattr(parting, "WORTH_PARTING", 0)


@pytest.mark.usefixtures("all_is_large")
@pytest.mark.parametrize("names", [NAMES, NAMES[1:2]], ids=["by strategy", "by queue"])
def test_a_corpus_in_parts_has_the_bytes_of_one_that_is_not(tmp_path, names):
    folder = archive(tmp_path / "a", many=4)
    how = {"names": names, "queues": 4, "polls": [2, 5]}
    run(folder, tmp_path / "whole", **how)
    run(folder, tmp_path / "parts", Apart(), **how)
    assert files(tmp_path / "parts") == files(tmp_path / "whole")


@pytest.mark.usefixtures("all_is_large")
def test_a_bad_capture_fails_once_whatever_its_parts(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.pcap").write_bytes(b"text\n" * 99)
    run(tmp_path / "a", tmp_path / "whole")
    assert len(run(tmp_path / "a", tmp_path / "parts", Apart()).failed) == 1
    assert files(tmp_path / "parts") == files(tmp_path / "whole")


@pytest.mark.usefixtures("all_is_large")
@pytest.mark.parametrize("names", [NAMES, NAMES[1:2]], ids=["by strategy", "by queue"])
def test_parts_of_a_run_that_was_stopped_are_not_replayed_again(tmp_path, names):
    folder = archive(tmp_path / "a", many=1)
    how = {"names": names, "queues": 3}
    run(folder, tmp_path / "whole", **how)

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
        run(folder, tmp_path / "r", Stopped(), **how)
    assert [name.partition("/")[0] for name in files(tmp_path / "r")] == [".lock", "parts"]
    run(folder, tmp_path / "r", Watched(), **how)
    assert Watched.seen == 2
    assert files(tmp_path / "r") == files(tmp_path / "whole")


@pytest.mark.usefixtures("all_is_large")
def test_parts_that_are_all_there_become_the_whole(tmp_path):
    """Killed runs with different numbers of workers can have left just these."""
    [entry] = listed(archive(tmp_path / "a", many=1))
    options = Options(direction="both", queues=3)
    config = options.as_config(resolve(NAMES[:1]), NAMES[0])
    unit = Unit(entry.name, entry.inputs, NAMES[:1], options, config)
    with opened(str(tmp_path / "r")) as store:
        for part in parted(unit, Apart.workers):
            store.keep_part(unit.key, part.key, work(part).document)
    for results, engine in (("r", Apart()), ("whole", None)):
        run(tmp_path / "a", tmp_path / results, engine, names=NAMES[:1], queues=3)
    assert files(tmp_path / "r") == files(tmp_path / "whole")


def test_where_all_parts_were_kept_one_is_left_to_do():
    unit = bare("a", parting.WORTH_PARTING, NAMES[:1], 8)
    keys = [part.key for part in parted(unit, 2)]
    parts = Parts([unit], 2)
    parts.resume(lambda _: {key: {} for key in keys[1:]})
    assert [part.key for part in parts.units()] == keys[:1]
    parts = Parts([unit], 2)
    parts.resume(lambda _: {key: {} for key in keys})
    assert [part.key for part in parts.units()] == keys[1:]
