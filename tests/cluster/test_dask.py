"""A scheduler and workers in processes of their own: the same bytes, whoever dies."""

import os
import signal
import subprocess
import sys
import time

import pytest
from distributed import Client
from helpers.archives import archive, files
from helpers.dask_cluster import cluster
from helpers.expected_corpus import SAMPLES, corpus, essence, expected
from helpers.shared_data import SHARED


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory):
    with cluster(tmp_path_factory.mktemp("cluster")) as made:
        yield made.address


def test_the_bundled_captures_come_to_what_they_should(scheduler, tmp_path):
    done = corpus(SAMPLES, tmp_path, "--scheduler", scheduler)
    assert (done.returncode, done.stderr) == (0, "")
    assert essence(tmp_path) == expected()


def test_objects_of_a_bucket_are_read_by_the_workers(s3, tmp_path):
    for path in SAMPLES.glob("*.pcap*"):
        s3.put(str(path), f"archive/for-dask/{path.name}")
    with cluster(tmp_path / "cluster") as made:  # its environment says where the server is
        done = corpus("s3://archive/for-dask", tmp_path / "r", "--scheduler", made.address)
    assert (done.returncode, done.stderr) == (0, "")
    assert essence(tmp_path / "r") == expected()


@pytest.mark.skipif(not (SHARED / "corpus").is_dir(), reason="the shared captures are not here")
def test_all_shared_captures_have_the_same_bytes_on_every_engine(scheduler, tmp_path):
    engines = {
        "here": ("--workers", "1"),
        "pool": ("--workers", "2"),
        "dask": ("--scheduler", scheduler),
    }
    for name, how in engines.items():
        assert corpus(SHARED / "corpus", tmp_path / name, *how).returncode == 4, name
    here, pool, dask = (files(tmp_path / name) for name in engines)
    assert here == pool == dask


def begun(source, results, address):
    """Start a run on a cluster; come back when some results are there."""
    command = [sys.executable, "-m", "rxreplay", "corpus", str(source), "-o", str(results)]
    process = subprocess.Popen(
        [*command, "-q", "-s", "5.10/mergeable", "--direction=both", "--scheduler", address],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    end = time.monotonic() + 120
    while not list((results / "units").glob("*.json")):
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < end
        time.sleep(0.005)
    return process


def ended(process):
    _, told = process.communicate(timeout=120)
    return process.returncode, told


def worker_pids(address):
    with Client(address, set_as_default=False) as client:
        return list(client.run(os.getpid).values())


@pytest.fixture
def many(tmp_path):
    return archive(tmp_path / "many", many=400)


def alone(source, tmp_path):
    """Give what the archive comes to without a cluster."""
    how = ("-s", "5.10/mergeable", "--direction=both", "--workers", "1")
    command = [sys.executable, "-m", "rxreplay", "corpus", str(source), "-q"]
    subprocess.run([*command, "-o", str(tmp_path / "alone"), *how], check=False)
    return files(tmp_path / "alone")


def test_a_worker_that_is_killed_costs_nothing(scheduler, many, tmp_path):
    process = begun(many, tmp_path / "r", scheduler)
    os.kill(worker_pids(scheduler)[0], signal.SIGKILL)
    status, _ = ended(process)
    assert status == 4  # one of the captures is none
    assert files(tmp_path / "r") == alone(many, tmp_path)


def test_a_client_that_is_killed_is_resumed(scheduler, many, tmp_path):
    process = begun(many, tmp_path / "r", scheduler)
    process.kill()
    ended(process)
    before = set(files(tmp_path / "r"))
    again = begun(many, tmp_path / "r", scheduler)
    assert ended(again)[0] == 4
    assert files(tmp_path / "r") == alone(many, tmp_path)
    assert {name for name in before if not name.split("/")[-1].startswith(".")} <= set(
        files(tmp_path / "r")
    )


def test_a_scheduler_that_goes_away_is_one_line_and_the_next_one_goes_on(many, tmp_path):
    with cluster(tmp_path / "first") as made:
        process = begun(many, tmp_path / "r", made.address)
        made.kill_scheduler()
        status, told = ended(process)
    assert status == 1
    assert told.count("\n") == 1, told
    line = told
    assert f"{made.address}: the scheduler went away. What is done is kept" in line
    with cluster(tmp_path / "second") as made:
        assert ended(begun(many, tmp_path / "r", made.address))[0] == 4
    assert files(tmp_path / "r") == alone(many, tmp_path)


def test_a_cluster_without_workers_is_waited_for_and_that_is_said(tmp_path):
    source = archive(tmp_path / "a", many=2)
    command = [sys.executable, "-m", "rxreplay", "corpus", str(source), "-o", str(tmp_path / "r")]
    how = ("-s", "5.10/mergeable", "--direction=both", "--scheduler")
    with cluster(tmp_path / "cluster", workers=0) as made:
        process = subprocess.Popen(
            [*command, *how, made.address],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        line = process.stderr.readline()
        assert line.startswith(f"{made.address}: no worker has come yet"), line
        assert f"dask worker {made.address} --nthreads 1" in line
        assert process.poll() is None
        made.add_worker()
        assert ended(process) == (0, "")
    assert files(tmp_path / "r") == alone(source, tmp_path)


DEADLY = """
import os, signal
from rxreplay.corpus import on_dask
from rxreplay.corpus.unit import work


def deadly(unit):
    if unit.name.endswith("/005.pcap"):
        os.kill(os.getpid(), signal.SIGKILL)
    return work(unit)


on_dask.work = deadly
"""


def test_a_unit_that_kills_its_workers_is_an_error_record(tmp_path):
    (tmp_path / "deadly.py").write_text(DEADLY)
    source = archive(tmp_path / "a", many=24)
    environment = {
        "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1",
        "DASK_DISTRIBUTED__WORKER__PRELOAD": str(tmp_path / "deadly.py"),
    }
    with cluster(tmp_path / "cluster", **environment) as made:
        status, told = ended(begun(source, tmp_path / "r", made.address))
    assert status == 4
    assert "005.pcap: 2 workers died at it" in told
    undisturbed = alone(source, tmp_path)
    kept = [name for name in files(tmp_path / "r") if name.startswith("units/")]
    assert len(kept) == len([name for name in undisturbed if name.startswith("units/")]) - 1
