"""Workers in processes of their own: what they do, and what becomes of it when they die."""

import multiprocessing
import os
import signal
import socket
from contextlib import closing
from dataclasses import replace

import pytest
from helpers.archives import NAMES, archive, files, listed, run
from rxreplay.corpus import in_processes
from rxreplay.corpus.in_processes import READY, ProcessEngine, Worker, serve
from rxreplay.corpus.unit import Unit, work
from rxreplay.errors import RxReplayError
from rxreplay.options import Options
from rxreplay.settings import resolve

OPTIONS = Options(direction="both")


@pytest.fixture
def units(tmp_path):
    config = OPTIONS.as_config(resolve(NAMES[:1]), NAMES[0])
    return [
        Unit(entry.name, entry.inputs, NAMES[:1], OPTIONS, config)
        for entry in listed(archive(tmp_path / "a"))
    ]


@pytest.fixture
def interrupts():
    before = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, before)


def by_key(outcomes):
    found = list(outcomes)
    assert len({done.key for done in found}) == len(found)
    return {done.key: done for done in found}


def test_processes_give_what_is_given_here(units):
    assert by_key(ProcessEngine(2).run(units)) == by_key(map(work, units))


def test_a_corpus_has_the_same_bytes_with_any_number_of_workers(tmp_path):
    folder = archive(tmp_path / "a", many=9)
    run(folder, tmp_path / "here")
    for workers in (1, 3):
        run(folder, tmp_path / str(workers), ProcessEngine(workers))
        assert files(tmp_path / str(workers)) == files(tmp_path / "here")


def test_there_are_no_more_workers_than_units_and_none_at_the_end(units):
    pool = in_processes.Pool(units[:1], 5)
    assert len(pool.workers) == 1
    pool.stop()
    assert list(ProcessEngine(2).run([])) == []
    assert multiprocessing.active_children() == []


def test_who_stops_early_leaves_no_worker(units):
    with closing(ProcessEngine(2).run(units)) as outcomes:
        next(outcomes)
        assert multiprocessing.active_children()
    assert multiprocessing.active_children() == []


@pytest.mark.usefixtures("interrupts")
def test_a_worker_serves_until_its_client_is_gone(units):
    ours, theirs = multiprocessing.Pipe()
    for unit in units[:3]:
        ours.send(unit)
    ours.send(replace(units[0], options=None))
    with ours:
        with socket.socket(fileno=os.dup(ours.fileno())) as end:
            end.shutdown(socket.SHUT_WR)  # all that was sent is served, then nobody is there
        serve(theirs)
        assert ours.recv() == READY
        assert [ours.recv() for _ in range(3)] == list(map(work, units[:3]))
        fault = ours.recv()
    assert fault.splitlines()[-1] == f"while {units[0].name} was replayed"
    assert "Traceback" in fault


def test_a_fault_of_the_program_ends_the_run_with_its_traceback(units):
    broken = [units[0], replace(units[1], options=None)]
    with pytest.raises(RuntimeError, match=f"while {units[1].name} was replayed"):
        list(ProcessEngine(1).run(broken))
    assert multiprocessing.active_children() == []


class Deadly(Worker):
    """A worker that is killed whenever it is given a certain unit."""

    name = ""

    def __setattr__(self, name, value):
        super().__setattr__(name, value)
        if name == "unit" and value is not None and value.name == self.name:
            self.process.kill()
            self.process.join()


def test_a_unit_at_which_three_workers_died_is_a_failure_and_the_rest_is_done(units, monkeypatch):
    monkeypatch.setattr(Deadly, "name", units[1].name)
    monkeypatch.setattr(in_processes, "Worker", Deadly)
    assert [done.document for done in ProcessEngine(2).run(units[1:2])] == [None]
    done = by_key(ProcessEngine(2).run(units))
    given_up = done.pop(units[1].key)
    assert given_up.kind == "worker"
    assert given_up.reason == (
        f"{units[1].name}: 3 workers died at it, the last one by SIGKILL; it may need more memory "
        "than there is: try fewer --workers, with --retry-failed"
    )
    assert done == by_key(work(unit) for unit in units if unit is not units[1])


@pytest.mark.parametrize("at", [0, -1])
def test_a_unit_at_which_two_workers_died_is_done_by_the_third(units, monkeypatch, at):
    deaths = []

    class Twice(Deadly):
        def __setattr__(self, name, value):
            if len(deaths) == 2:
                object.__setattr__(self, name, value)
                return
            super().__setattr__(name, value)
            if name == "unit" and value is not None and value.name == self.name:
                deaths.append(value)

    monkeypatch.setattr(Deadly, "name", units[at].name)
    monkeypatch.setattr(in_processes, "Worker", Twice)
    assert by_key(ProcessEngine(1).run(units)) == by_key(map(work, units))
    assert len(deaths) == 2


class Stillborn(Worker):
    """A worker that dies before it is ready."""

    most = 3

    def __init__(self, context):
        super().__init__(context)
        if Stillborn.most:
            Stillborn.most -= 1
            self.process.kill()
            self.process.join()


@pytest.mark.parametrize(("most", "dies"), [(2, False), (3, True)])
def test_workers_that_do_not_begin_end_the_run_and_blame_no_trace(units, monkeypatch, most, dies):
    monkeypatch.setattr(Stillborn, "most", most)
    monkeypatch.setattr(in_processes, "Worker", Stillborn)
    if dies:
        with pytest.raises(RxReplayError, match="3 workers died before they could begin"):
            list(ProcessEngine(1).run(units))
    else:
        assert by_key(ProcessEngine(1).run(units)) == by_key(map(work, units))
