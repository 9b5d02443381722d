"""Units in processes of this machine, which may die at any time."""

import multiprocessing
import signal
import traceback
from collections import Counter, deque
from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from typing import Any, Final

from rxreplay.errors import RxReplayError

from .failures import WORKER
from .unit import Done, Unit, work

READY: Final = "ready"
MOST_DEATHS: Final = 3  # of workers at one unit, or before they could begin


class ProcessEngine:
    """Runs units in processes, each with a pipe of its own: who dies takes one unit along.

    Parameters
    ----------
    workers : int
        How many processes.
    """

    def __init__(self, workers: int) -> None:
        """Start nothing yet."""
        self.workers = workers

    def run(self, units: Sequence[Unit]) -> Generator[Done]:
        """Give the outcome of each unit, as they come.

        A unit whose worker dies is given to another one, three times in all.

        Raises
        ------
        RxReplayError
            Workers die before they can begin.
        """
        pool = Pool(units, self.workers)
        try:
            while pool.workers:
                yield from pool.step()
        finally:
            pool.stop()


class Worker:
    """A process, and the pipe to it; `unit` is what it is at, None before it is ready."""

    def __init__(self, context: Any) -> None:  # noqa: ANN401 - as multiprocessing has it
        """Start it."""
        self.unit: Unit | None = None
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=serve, args=(theirs,), daemon=True)
        self.process.start()
        theirs.close()  # so that its death is the end of the pipe

    def stop(self) -> None:
        """End it, whatever it does."""
        self.pipe.close()
        self.process.kill()
        self.process.join()


class Pool:
    """Workers and what they are still to do."""

    def __init__(self, units: Sequence[Unit], workers: int) -> None:
        """Start as many workers as there is work for."""
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload([Unit.__module__])  # it is imported only once
        self._waiting = deque(units)
        self._deaths: Counter[str] = Counter()
        self._stillborn = 0
        self.workers: dict[Connection, Worker] = {}
        for _ in range(min(workers, len(units))):
            self._start()

    def _start(self) -> None:
        worker = Worker(self._context)
        self.workers[worker.pipe] = worker

    def step(self) -> Iterator[Done]:
        """Wait for workers; give what they have done, and them something to do."""
        for pipe in wait(list(self.workers)):
            worker = self.workers[pipe]  # type: ignore[index]
            try:
                answer = worker.pipe.recv()
            except (EOFError, OSError):
                yield from self._died(worker)
                continue
            if isinstance(answer, str) and answer != READY:
                raise RuntimeError(answer)  # a fault of the program, with its traceback
            self._stillborn = 0
            self._next(worker)
            if isinstance(answer, Done):
                yield answer

    def _next(self, worker: Worker) -> None:
        """Give a worker the next unit, or its leave."""
        if not self._waiting:
            del self.workers[worker.pipe]
            worker.stop()
            return
        worker.unit = self._waiting.popleft()
        with suppress(OSError):  # it died meanwhile, which reading from it will tell
            worker.pipe.send(worker.unit)

    def _died(self, worker: Worker) -> Iterator[Done]:
        """Put another worker in the place of one that died; its unit is the next in turn."""
        del self.workers[worker.pipe]
        worker.stop()
        unit = worker.unit
        if unit is None:
            self._stillborn += 1
        else:
            self._deaths[unit.key] += 1
        if self._stillborn == MOST_DEATHS:
            raise RxReplayError(
                f"{MOST_DEATHS} workers died before they could begin, the last one "
                f"{how(worker.process.exitcode)}; try --workers 1"
            )
        if unit and self._deaths[unit.key] == MOST_DEATHS:
            yield Done(unit.key, None, given_up(unit, worker.process.exitcode), WORKER)
        elif unit:
            self._waiting.appendleft(unit)
        if self._waiting:
            self._start()

    def stop(self) -> None:
        """End all workers."""
        for worker in self.workers.values():
            worker.stop()
        self.workers.clear()


def serve(pipe: Connection) -> None:
    """Replay what comes through a pipe until it ends: with the client, however that ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the client decides when to stop
    with pipe, suppress(EOFError, OSError):
        pipe.send(READY)
        while True:
            pipe.send(outcome(pipe.recv()))


def outcome(unit: Unit) -> Done | str:
    """Give the outcome of a unit; the traceback of a fault of the program."""
    try:
        return work(unit)
    except Exception:  # whatever it is, the client raises it
        return traceback.format_exc()


def given_up(unit: Unit, code: int | None) -> str:
    """Say why a unit is not tried again."""
    return (
        f"{unit.name}: {MOST_DEATHS} workers died at it, the last one {how(code)}; it may need "
        "more memory than there is: try fewer --workers, with --retry-failed"
    )


def how(code: int | None) -> str:
    """Say how a process ended.

    Examples
    --------
    >>> how(-9), how(1)
    ('by SIGKILL', 'with status 1')
    """
    if code is not None and code < 0:
        return f"by {signal.Signals(-code).name}"
    return f"with status {code}"
