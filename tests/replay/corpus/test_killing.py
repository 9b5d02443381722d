"""Workers and the client are killed at random moments: nothing is lost, nothing counted twice."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress

import pytest
from helpers.archives import archive, files, run
from helpers.processes import alive, children, grandchildren, results_in, until
from rxreplay.corpus import parting
from rxreplay.corpus.sequential import SequentialEngine

pytestmark = pytest.mark.compiled  # what is killed runs in processes of its own

MANY = 150  # captures
VICTIMS = ["client"] * 3 + ["worker"] * 7
OPTIONS = ("--direction", "both", "-s", "5.10/small", "-s", "5.10/mergeable", "-q", "--workers")


def command(folder, results, workers):
    return [sys.executable, "-m", "rxreplay", "corpus", folder, "-o", results, *OPTIONS, workers]


def start(folder, results):
    return subprocess.Popen(
        command(folder, results, "2"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """An archive, and the results of a run that nobody disturbed."""
    root = tmp_path_factory.mktemp("whole")
    folder = archive(root / "a", MANY)
    done = subprocess.run(command(folder, root / "r", "1"), capture_output=True, check=False)
    assert done.returncode == 4, done.stderr
    return folder, root / "r"


def kill_worker(client, rng):
    if workers := grandchildren(client.pid):
        with suppress(ProcessLookupError):
            os.kill(rng.choice(workers), signal.SIGKILL)


def kill_client(client):
    """Kill the client; all that it has started ends by itself."""
    family = [*children(client.pid), *grandchildren(client.pid)]
    client.kill()
    client.wait()
    until(lambda: not any(map(alive, family)))


def test_a_run_that_is_killed_ten_times_ends_in_the_same_bytes(whole, tmp_path):
    folder, undisturbed = whole
    rng, results = random.Random(20260101), tmp_path / "r"
    moments = sorted(rng.sample(range(1, MANY), len(VICTIMS)))
    victims = rng.sample(VICTIMS, len(VICTIMS))
    client = start(folder, results)
    for moment, victim in zip(moments, victims, strict=True):
        until(lambda at=moment: results_in(results) >= at)
        time.sleep(rng.uniform(0, 0.005))
        if victim == "worker":
            kill_worker(client, rng)
        else:
            kill_client(client)
            client = start(folder, results)
    assert client.wait(timeout=60) == 4
    assert files(results) == files(undisturbed)
    names = [trace["name"] for trace in json.loads((results / "corpus.json").read_text())["traces"]]
    assert len(names) == len(set(names)) == MANY - 1


def test_an_interrupt_ends_with_130_and_what_is_done_is_kept(whole, tmp_path):
    folder, undisturbed = whole
    client = start(folder, tmp_path / "r")
    until(lambda: results_in(tmp_path / "r") >= 5)
    family = [*children(client.pid), *grandchildren(client.pid)]
    os.killpg(client.pid, signal.SIGINT)  # as a terminal does: the workers get it as well
    assert client.wait(timeout=60) == 130
    until(lambda: not any(map(alive, family)))
    assert 5 <= results_in(tmp_path / "r") < MANY
    subprocess.run(command(folder, tmp_path / "r", "2"), capture_output=True, check=False)
    assert files(tmp_path / "r") == files(undisturbed)


BY_QUEUE = """
import os, signal, sys
from helpers.archives import run
from rxreplay.corpus import parting
from rxreplay.corpus.in_processes import ProcessEngine

parting.WORTH_PARTING = 0


class Killed(ProcessEngine):
    def run(self, units):
        for number, done in enumerate(super().run(units)):
            if number == 2:  # two parts are kept by then
                os.kill(os.getpid(), signal.SIGKILL)
            yield done


folder, results = sys.argv[1:]
run(folder, results, Killed(4), names=("5.10/mergeable",), queues=8)
"""


class Counting(SequentialEngine):
    """Runs units here, as many as four workers would have, and counts them."""

    workers, units = 4, 0

    def run(self, units):
        Counting.units += len(units)
        return super().run(units)


def test_parts_by_queue_of_a_run_that_was_killed_are_taken_up_again(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(map(str, sys.path)))
    monkeypatch.setattr(parting, "WORTH_PARTING", 0)
    folder, how = archive(tmp_path / "a", 1), {"names": ("5.10/mergeable",), "queues": 8}
    client = [sys.executable, "-c", BY_QUEUE, folder, tmp_path / "r"]
    ended = subprocess.run(client, capture_output=True, check=False, timeout=60)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    assert len(os.listdir(tmp_path / "r" / "parts")) == 2
    run(folder, tmp_path / "r", Counting(), **how)
    assert Counting.units == 2  # of four
    run(folder, tmp_path / "undisturbed", **how)
    assert files(tmp_path / "r") == files(tmp_path / "undisturbed")
