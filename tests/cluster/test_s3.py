"""Objects of an S3 server are replayed as files are, with little memory."""

import subprocess
import sys

import memory
import pytest
import rxreplay
from helpers.expected_corpus import SAMPLES, corpus, essence, expected
from rxreplay.errors import TraceError
from rxreplay.remote import opened

MEGABYTES = 300


@pytest.fixture(scope="module")
def samples(s3):
    for path in SAMPLES.glob("*.pcap*"):
        s3.put(str(path), f"archive/samples/{path.name}")
    return "s3://archive/samples"


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_corpus_in_a_bucket_is_that_of_its_files(samples, tmp_path, workers):
    done = corpus(samples, tmp_path, "--workers", workers)
    assert (done.returncode, done.stderr) == (0, "")
    assert essence(tmp_path) == expected()
    again = corpus(samples, tmp_path, "--workers", workers)
    assert "0 replayed now, 5 done before" in again.stdout


def test_an_object_that_was_written_anew_is_replayed_again(s3, tmp_path):
    first, second = sorted(SAMPLES.glob("*.pcap"))[:2]
    for path in (first, second):
        s3.put(str(path), "archive/anew/a.pcap")
        assert corpus("s3://archive/anew", tmp_path, "--workers", "1").returncode == 0
        found = essence(tmp_path)["digests"]
        assert found == {"a.pcap": expected()["digests"][path.name]}


def test_globs_and_single_objects_are_found(samples, tmp_path):
    assert corpus(f"{samples}/udp*", tmp_path / "glob", "--workers", "1").returncode == 0
    assert corpus(f"{samples}/udp-stream.pcap", tmp_path / "one", "--workers", "1").returncode == 0
    names = {"udp-stream.pcap": expected()["digests"]["udp-stream.pcap"]}
    assert essence(tmp_path / "glob")["digests"] == essence(tmp_path / "one")["digests"] == names


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("s3://archive/samples/none.pcap", "there is no such object"),
        ("s3://nobody-has-this/a.pcap", "there is no such object"),
        ("s3://archive/samples", "is a folder"),
    ],
)
@pytest.mark.usefixtures("samples")
def test_what_is_not_there_is_one_line(url, told):
    with pytest.raises(TraceError, match=f"{url}: {told}") as caught:
        rxreplay.replay(url, "5.10/small")
    assert "\n" not in str(caught.value)


def test_without_credentials_it_is_said_so(samples, monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    command = [sys.executable, "-m", "rxreplay", "replay", "-s", "5.10/small"]
    done = subprocess.run(
        [*command, f"{samples}/udp-stream.pcap"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert "may not be read (NoCredentialsError" in line


def test_an_object_that_changes_while_it_is_read_is_refused(s3):
    data = (SAMPLES / "udp-stream.pcap").read_bytes()
    s3.pipe("archive/changing.pcap", data)
    stream = opened("s3://archive/changing.pcap")
    s3.pipe("archive/changing.pcap", data[:-1])
    with stream, pytest.raises(TraceError, match=r"changing\.pcap: was changed while it was read"):
        stream.read()


def test_a_large_object_needs_no_more_memory_than_a_file(s3):
    with s3.open("archive/large.pcap", "wb") as out:
        out.writelines(memory.parts("imix", MEGABYTES * 1e6, bytes))
    assert s3.size("archive/large.pcap") > 0.99 * MEGABYTES * 1e6
    process = subprocess.Popen(
        [*memory.COMMAND, "s3://archive/large.pcap"], stdout=subprocess.DEVNULL
    )
    seen = memory.watch(process)
    s3.rm("archive/large.pcap")
    assert 0 < seen["RssAnon"] < memory.LIMIT_MIB, seen
