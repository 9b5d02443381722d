"""A Dask cluster of processes of its own on this machine."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path

QUIET = {"DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "5s"}


class Cluster:
    """A scheduler, and workers of one thread each, whose nannies start them again."""

    def __init__(self, folder, workers, environment=None):
        self._log = (folder / "cluster.log").open("wb")
        self._environment = {**os.environ, **QUIET, **(environment or {})}
        self._file = folder / "scheduler.json"
        self.processes = [self.start("scheduler", "--host=127.0.0.1", "--port=0")]
        self._where = f"--local-directory={folder}"
        try:
            self.address = self._come()
            for _ in range(workers):
                self.add_worker()
        except BaseException:
            self.stop()
            raise

    def _come(self):
        """Wait for the scheduler's file, which is there before all of it is; give the address."""
        end = time.monotonic() + 60
        while True:
            with suppress(FileNotFoundError, json.JSONDecodeError):
                return json.loads(self._file.read_text())["address"]
            assert time.monotonic() < end, "no scheduler"
            time.sleep(0.02)

    def add_worker(self):
        self.processes.append(self.start("worker", "--nthreads=1", self._where))

    def start(self, what, *options):
        command = [sys.executable, "-m", "dask", what, f"--scheduler-file={self._file}"]
        return subprocess.Popen(
            [*command, "--no-dashboard", *options],
            env=self._environment,
            stdout=self._log,
            stderr=self._log,
        )

    def kill_scheduler(self):
        self.processes[0].kill()

    def stop(self):
        for process in self.processes:
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._log.close()


@contextmanager
def cluster(folder, workers=2, **environment):
    """Have a cluster until the end of a with statement."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    made = Cluster(Path(folder), workers, environment)
    try:
        yield made
    finally:
        made.stop()
