"""Units on a Dask cluster that is there already; its scheduler decides who does what."""

import logging
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final
from uuid import uuid4

from rxreplay.errors import RxReplayError

from .alike import sources_sha256
from .failures import WORKER
from .unit import Done, Unit, work

MOST_UNITS: Final = 32  # of one task: small ones would cost the scheduler more than a worker
MOST_BYTES: Final = 16 << 20
TASKS_A_WORKER: Final = 3  # on their way: one is run, one waits for it, one comes back
ROUNDS: Final = 4  # tasks that each worker is to have at least, so that none is idle at the end
SECONDS: Final = 10  # to wait for an answer of the scheduler
LOOK_EVERY: Final = 1.0  # seconds, at how many workers there are
PATIENCE: Final = 5.0  # seconds without a worker, after which it is said what is waited for

Opaque = Any  # distributed has no types for these
Batch = tuple[Unit, ...]
Say = Callable[[str], None]


def say_nothing(_line: str) -> None:
    """Keep a line from who does not want to read."""


class DaskEngine:
    """Runs units on the workers of a scheduler, also on those that come later.

    Parameters
    ----------
    address : str
        Of the scheduler, as `tcp://10.0.0.1:8786`.
    say : callable
        Called with a line that people should read while they wait.
    """

    def __init__(self, address: str, say: Say = say_nothing) -> None:
        """Ask for nothing yet."""
        self.address, self._say = address, say

    @property
    def workers(self) -> int:
        """How many units it runs at once, as things are now."""
        with connected(self.address) as client:
            return threads(client)

    def run(self, units: Sequence[Unit]) -> Iterator[Done]:
        """Give the outcome of each unit, as they come.

        Raises
        ------
        RxReplayError
            There is no scheduler, it goes away, or a worker has another rxreplay.
        """
        if units:
            with connected(self.address) as client:
                yield from Flight(client, self.address, units, self._say).outcomes()


@contextmanager
def connected(address: str) -> Iterator[Opaque]:
    """Have a client of the scheduler at an address.

    Raises
    ------
    RxReplayError
        Nobody answers there, or distributed is not installed.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise RxReplayError(
            f"--scheduler needs dask.distributed ({error}): pip install 'rxreplay[cluster]'"
        ) from error
    for name in ("distributed", "distributed.client"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what matters is said here
    try:
        client = Client(address, timeout=SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        text = " ".join(str(error).split())
        raise RxReplayError(
            f"{address}: no scheduler answers there ({text}). Start one by: dask scheduler"
        ) from error
    with client:
        yield client


def threads(client: Opaque) -> int:
    """Count the threads of all workers; one where there is none yet."""
    found: int = sum(client.nthreads().values())
    return max(1, found)


class Flight:
    """Units on their way; not all at once, for a scheduler keeps each of them in memory."""

    def __init__(
        self, client: Opaque, address: str, units: Sequence[Unit], say: Say = say_nothing
    ) -> None:
        """Send nothing yet."""
        self._client, self._address, self._say = client, address, say
        self._room, self._looked = TASKS_A_WORKER * threads(client), time.monotonic()
        self._waiting = deque(batches(units, threads(client)))
        self._away: dict[Opaque, Batch] = {}
        self._suspects: deque[Unit] = deque()  # were about when workers died
        self._alone = False  # whether what is on its way has the cluster for itself
        self._run, self._sent = uuid4().hex[:6], 0

    def outcomes(self) -> Iterator[Done]:
        """Give the outcome of each unit."""
        from distributed import as_completed

        coming = as_completed(loop=self._client.loop, raise_errors=False)
        self._send(coming)
        self._wait_for_a_worker()
        for future in coming:
            yield from self._landed(future)
            try:
                self._send(coming)
            except (OSError, RuntimeError) as error:  # the client has closed itself by then
                raise self._gone() from error

    def _wait_for_a_worker(self) -> None:
        """Wait for the first worker, but not long in silence; it may come at any later time."""
        try:
            self._client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError:
            self._say(
                f"{self._address}: no worker has come yet, and the first one is waited for. Start "
                f"one by: dask worker {self._address} --nthreads 1"
            )
        except (OSError, RuntimeError) as error:
            raise self._gone() from error

    def _gone(self) -> RxReplayError:
        return RxReplayError(
            f"{self._address}: the scheduler went away. What is done is kept: start it again "
            "and give the same command, which goes on from there"
        )

    def _send(self, coming: Opaque) -> None:
        """Send tasks as long as there is room for them."""
        if time.monotonic() - self._looked > LOOK_EVERY:
            self._room, self._looked = TASKS_A_WORKER * threads(self._client), time.monotonic()
        while self._waiting and len(self._away) < self._room:
            self._send_one(coming, self._waiting.popleft())
        if self._suspects and not self._away:
            self._alone = True
            self._send_one(coming, (self._suspects.popleft(),))

    def _send_one(self, coming: Opaque, batch: Batch) -> None:
        self._sent += 1
        future = self._client.submit(
            replay_batch, sources_sha256(), batch, key=self._key(batch), pure=False
        )
        self._away[future] = batch
        coming.add(future)

    def _key(self, batch: Batch) -> str:
        """Name a task for the dashboard, which puts those together that begin alike."""
        verb = "replay" if batch[0].group else "look"
        more = f" and {len(batch) - 1} more" if len(batch) > 1 else ""
        return f"{verb}-{self._run}.{self._sent} {batch[0].label}{more}"

    def _landed(self, future: Opaque) -> Iterator[Done]:
        """Give what a task has come to; what was about when workers died is sent again."""
        from distributed.scheduler import KilledWorker

        batch = self._away.pop(future)
        if future.cancelled():
            raise self._gone()
        error = future.exception()
        if error is None:
            yield from future.result()
        elif isinstance(error, KilledWorker):
            yield from self._killed(batch, error)
        elif isinstance(error, ImportError):
            raise RxReplayError(
                f"{self._address}: a worker cannot import what it needs ({error}). Install the "
                "same rxreplay with the same extras on all of them"
            )
        else:
            raise error

    def _killed(self, batch: Batch, error: Opaque) -> Iterator[Done]:
        """Give up a unit that was alone; else try each again, alone and after all others.

        The scheduler blames all that was with a worker when it died, whether it had begun or not.
        """
        if not self._alone:
            self._suspects.extend(batch)
            return
        deaths = error.allowed_failures + 1
        reason = (
            f"{batch[0].name}: {deaths} workers died at it; it may need more memory than they "
            "have: try larger ones, with --retry-failed"
        )
        yield Done(batch[0].key, None, reason, WORKER)


def batches(units: Sequence[Unit], workers: int) -> Iterator[Batch]:
    """Put small units together, in their order; each worker is to have several tasks.

    Parameters
    ----------
    units : sequence of Unit
    workers : int
    """
    most = min(MOST_UNITS, max(1, len(units) // (ROUNDS * workers)))
    batch: list[Unit] = []
    for unit in units:
        full = len(batch) == most or sum(each.size for each in batch) + unit.size > MOST_BYTES
        if batch and full:
            yield tuple(batch)
            batch = []
        batch.append(unit)
    if batch:
        yield tuple(batch)


def replay_batch(expected: str, units: Batch) -> list[Done]:
    """Replay units on a worker.

    Raises
    ------
    RxReplayError
        The worker has another rxreplay than who asks, and might come to other figures.
    """
    if sources_sha256() != expected:
        from distributed import get_worker

        raise RxReplayError(
            f"{get_worker().address}: this worker has another rxreplay than this command. "
            "Install the same one on all of them, and start them again"
        )
    return [work(unit) for unit in units]
