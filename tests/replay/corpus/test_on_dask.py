"""Units on a Dask scheduler in this process; tests/cluster has processes, and kills them."""

import logging
import sys
import threading
from contextlib import closing
from dataclasses import replace
from types import SimpleNamespace

import pytest
from distributed import LocalCluster
from distributed.scheduler import KilledWorker
from helpers.archives import NAMES, archive, files, listed, run
from hypothesis import given
from hypothesis import strategies as st
from rxreplay.corpus import on_dask, parting
from rxreplay.corpus.listing import Input
from rxreplay.corpus.on_dask import DaskEngine, batches, connected
from rxreplay.corpus.unit import Unit, work
from rxreplay.errors import RxReplayError
from rxreplay.options import Options
from rxreplay.settings import resolve

OPTIONS = Options(direction="both")
CONFIG = OPTIONS.as_config(resolve(NAMES[:1]), NAMES[0])


@pytest.fixture(scope="module")
def scheduler():
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": False}
    with LocalCluster(
        **options, dashboard_address="127.0.0.1:0", silence_logs=logging.CRITICAL
    ) as cluster:
        yield cluster.scheduler_address


@pytest.fixture
def units(tmp_path):
    return [
        Unit(entry.name, entry.inputs, NAMES[:1], OPTIONS, CONFIG)
        for entry in listed(archive(tmp_path / "a"))
    ]


def by_key(outcomes):
    found = list(outcomes)
    assert len({done.key for done in found}) == len(found)
    return {done.key: done for done in found}


def test_a_cluster_gives_what_is_given_here(scheduler, units):
    assert DaskEngine(scheduler).workers == 2
    assert by_key(DaskEngine(scheduler).run(units)) == by_key(map(work, units))
    assert list(DaskEngine(scheduler).run([])) == []


def test_a_corpus_has_the_same_bytes_on_a_cluster(scheduler, tmp_path):
    folder = archive(tmp_path / "a", many=40)
    run(folder, tmp_path / "here")
    run(folder, tmp_path / "there", DaskEngine(scheduler))
    assert files(tmp_path / "there") == files(tmp_path / "here")


def test_a_trace_is_shared_by_queue_on_a_cluster_as_well(scheduler, tmp_path, monkeypatch):
    monkeypatch.setattr(parting, "WORTH_PARTING", 0)
    folder, how = archive(tmp_path / "a", many=1), {"names": NAMES[:1], "queues": 5}
    run(folder, tmp_path / "here", **how)
    keys, key_of = [], on_dask.Flight._key
    monkeypatch.setattr(on_dask.Flight, "_key", lambda *of: keys.append(key_of(*of)) or keys[-1])
    run(folder, tmp_path / "there", DaskEngine(scheduler), **how)
    assert files(tmp_path / "there") == files(tmp_path / "here")
    assert [key.partition("000.pcap")[2] for key in keys] == [", queues 2-4", ", queues 0-1"]


def test_few_tasks_are_on_their_way_and_their_names_say_what_is_run(scheduler, units, monkeypatch):
    monkeypatch.setattr(on_dask, "LOOK_EVERY", 0)  # as if it took long
    monkeypatch.setattr(on_dask, "MOST_UNITS", 2)
    units = [*units, *(replace(unit, group=()) for unit in units)] * 5
    with connected(scheduler) as client:
        flight = on_dask.Flight(client, scheduler, units)
        keys, away = [], []
        submit = client.submit

        def noted(*what, key, **how):
            keys.append(key)
            away.append(len(flight._away))
            return submit(*what, key=key, **how)

        client.submit = noted
        assert len(list(flight.outcomes())) == len(units)
    assert max(away) == 5  # and one more makes three for each worker
    assert len(set(keys)) == len(keys) == 30
    assert keys[0].startswith("replay-")
    assert keys[0].endswith(f".1 {units[0].name} and 1 more")
    assert keys[3].startswith("look-")


def test_who_stops_early_leaves_no_client(scheduler, units):
    with closing(DaskEngine(scheduler).run(units)) as outcomes:
        next(outcomes)
    with connected(scheduler) as client:
        assert client.run_on_scheduler(lambda dask_scheduler: len(dask_scheduler.tasks)) == 0


def killed(unit):
    raise KilledWorker(unit.name, SimpleNamespace(address="tcp://there"), 3)


def test_of_a_task_that_kills_its_workers_only_the_unit_that_does_is_given_up(
    scheduler, units, monkeypatch
):
    monkeypatch.setattr(on_dask, "ROUNDS", 1)  # so that tasks have three units
    deadly = units[1]
    monkeypatch.setattr(
        on_dask, "work", lambda unit: killed(unit) if unit.name == deadly.name else work(unit)
    )
    found = by_key(DaskEngine(scheduler).run(units))
    assert found[deadly.key].kind == "worker"
    assert found[deadly.key].reason == (
        f"{deadly.name}: 4 workers died at it; it may need more memory than they have: try larger "
        "ones, with --retry-failed"
    )
    rest = [unit for unit in units if unit != deadly]
    assert {key: done for key, done in found.items() if key != deadly.key} == by_key(
        map(work, rest)
    )


def test_what_was_only_near_when_workers_died_is_done_in_the_end(scheduler, units, monkeypatch):
    seen = set()

    def near(unit):
        if unit.key in seen:
            return work(unit)
        seen.add(unit.key)
        return killed(unit)

    monkeypatch.setattr(on_dask, "work", near)
    assert by_key(DaskEngine(scheduler).run(units)) == by_key(map(work, units))


def test_a_scheduler_that_goes_away_is_one_line(scheduler, units, monkeypatch):
    gone = f"{scheduler}: the scheduler went away. What is done is kept"
    monkeypatch.setattr(on_dask, "MOST_UNITS", 1)
    monkeypatch.setattr(on_dask, "TASKS_A_WORKER", 1)
    with connected(scheduler) as client:
        outcomes = on_dask.Flight(client, scheduler, units).outcomes()
        next(outcomes)
        client.submit = lambda *_, **__: cut()
        with pytest.raises(RxReplayError, match=gone):
            list(outcomes)
    with connected(scheduler) as client:
        flight = on_dask.Flight(client, scheduler, units)
        future = client.submit(abs, -1)
        flight._away[future] = tuple(units)
        future.cancel()
        with pytest.raises(RxReplayError, match=gone):
            list(flight._landed(future))


def cut():
    raise OSError("Timed out trying to connect")


def test_a_worker_with_another_rxreplay_is_refused(scheduler, units, monkeypatch):
    client = threading.get_ident()
    monkeypatch.setattr(on_dask, "sources_sha256", lambda: threading.get_ident() == client)
    with pytest.raises(RxReplayError, match="this worker has another rxreplay than this command"):
        list(DaskEngine(scheduler).run(units))


def test_a_worker_without_a_library_is_named(scheduler, units, monkeypatch):
    def missing(_):
        raise ImportError("No module named 's3fs'")

    monkeypatch.setattr(on_dask, "work", missing)
    with pytest.raises(RxReplayError, match=r"a worker cannot import what it needs \(No module"):
        list(DaskEngine(scheduler).run(units))


def test_a_fault_of_the_program_is_raised(scheduler, units, monkeypatch):
    monkeypatch.setattr(on_dask, "work", lambda _: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        list(DaskEngine(scheduler).run(units))


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "carrier-pigeon://home"])
def test_where_no_scheduler_is_one_line_says_so(monkeypatch, address):
    monkeypatch.setattr(on_dask, "SECONDS", 0.2)
    with pytest.raises(RxReplayError, match=f"^{address}: no scheduler answers there") as caught:
        print(DaskEngine(address).workers)
    assert "\n" not in str(caught.value)


def test_what_is_to_be_installed_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(RxReplayError, match=r"pip install 'rxreplay\[cluster\]'"):
        print(DaskEngine("tcp://127.0.0.1:1").workers)


@pytest.fixture
def deserted():
    """A scheduler without a worker, and its cluster."""
    with LocalCluster(
        n_workers=0,
        threads_per_worker=1,
        processes=False,
        dashboard_address="127.0.0.1:0",
        silence_logs=logging.CRITICAL,
    ) as cluster:
        yield cluster


def test_who_waits_for_a_worker_is_told_once_and_goes_on_when_one_comes(
    deserted, units, monkeypatch
):
    monkeypatch.setattr(on_dask, "PATIENCE", 0.2)
    said = []

    def hear(line):
        said.append(line)
        deserted.scale(1)

    address = deserted.scheduler_address
    assert by_key(DaskEngine(address, hear).run(units)) == by_key(map(work, units))
    assert said == [
        f"{address}: no worker has come yet, and the first one is waited for. Start one by: dask "
        f"worker {address} --nthreads 1"
    ]
    assert by_key(DaskEngine(address, hear).run(units)) == by_key(map(work, units))
    assert len(said) == 1  # there is one now


def test_a_scheduler_that_goes_away_before_a_worker_came_is_one_line(scheduler, units, monkeypatch):
    with connected(scheduler) as client:
        monkeypatch.setattr(client, "wait_for_workers", lambda *_, **__: cut())
        flight = on_dask.Flight(client, scheduler, units)
        with pytest.raises(RxReplayError, match=f"{scheduler}: the scheduler went away"):
            list(flight.outcomes())


def test_without_workers_there_is_room_for_one():
    assert on_dask.threads(SimpleNamespace(nthreads=dict)) == 1
    assert on_dask.threads(SimpleNamespace(nthreads=lambda: {"a": 2, "b": 3})) == 5


SIZES = st.sampled_from([0, 1, 8 << 20, (16 << 20) - 1, 16 << 20, (16 << 20) + 1, 1 << 40])


@given(st.lists(SIZES, max_size=200), st.integers(1, 9))
def test_batches_hold_every_unit_once_in_their_order_and_are_small(sizes, workers):
    whole = [
        Unit(str(number), (Input(str(number), size, ""),), (), OPTIONS, CONFIG)
        for number, size in enumerate(sizes)
    ]
    made = list(batches(whole, workers))
    assert [unit for batch in made for unit in batch] == whole
    for batch in made:
        assert len(batch) == 1 or len(batch) <= min(32, len(whole) // (4 * workers))
        assert len(batch) == 1 or sum(unit.size for unit in batch) <= 16 << 20


@pytest.mark.parametrize(
    ("count", "size", "tasks"),
    [
        (256, 0, 8),  # 32 to a task, no more
        (257, 0, 9),
        (8, 0, 4),  # no worker is to be idle
        (7, 0, 7),
        (64, (16 << 20) // 8, 8),  # bytes are full as well
        (64, (16 << 20) // 8 + 1, 10),
    ],
)
def test_batches_end_where_they_are_full(count, size, tasks):
    whole = [Unit("x", (Input("x", size, ""),), (), OPTIONS, CONFIG)] * count
    assert len(list(batches(whole, 1))) == tasks
