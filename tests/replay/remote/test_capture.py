"""Captures by URL: what they are read from makes no difference."""

import gzip
import io
import json
import subprocess
import sys
from types import SimpleNamespace

import fsspec
import pytest
import rxreplay
from far_server import serving_bytes
from helpers.shared_data import CHECKOUT
from rxreplay.errors import RxReplayError, TraceError
from rxreplay.remote import capture, captured, opened, read_ahead
from rxreplay.remote.in_order import InOrder

SAMPLE = CHECKOUT / "traces" / "samples" / "udp-stream.pcap"
BYTES = SAMPLE.read_bytes()
LARGE = BYTES[:400_000]  # longer than what a look at the head fetches
URL = "memory://night/a.pcap"


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    monkeypatch.setattr(read_ahead, "BLOCK", 128 * 1024)
    monkeypatch.setattr(capture, "BLOCK", 128 * 1024)
    monkeypatch.setattr(capture, "HEAD", 96 * 1024)


@pytest.fixture
def memory():
    files = fsspec.filesystem("memory")
    yield files
    files.rm("/", recursive=True)


def document(*sources, **options):
    """Give the document of a replay without what tells where the packets were read."""
    results = rxreplay.compare(list(sources), ["5.10/mergeable"], **options)
    results.run.clear()
    found, path = json.dumps(results.as_dict()), results.traces[0].path
    for source in dict.fromkeys(sources):
        found = found.replace(source, "...")
    return found, path


def as_file(tmp_path, data):
    path = tmp_path / "a.pcap"
    path.write_bytes(data)
    return str(path)


def test_a_url_is_replayed_as_its_file(memory, tmp_path):
    for data in (BYTES[:50_000], LARGE, gzip.compress(LARGE, 1)):
        memory.pipe("/night/a.pcap", data)
        assert document(URL) == (document(as_file(tmp_path, data))[0], URL)


@pytest.mark.parametrize("ranges", [True, False])
@pytest.mark.parametrize("data", [BYTES[:50_000], LARGE], ids=["short", "long"])
def test_a_server_is_read_by_ranges_or_from_end_to_end(tmp_path, data, ranges):
    with serving_bytes(data, ranges=ranges) as server:
        assert document(server.url) == (document(as_file(tmp_path, data))[0], server.url)


def test_short_captures_are_fetched_once():
    with serving_bytes(BYTES[:50_000]) as server:
        document(server.url)
    assert server.requests == [("HEAD", 0, 50_000), ("GET", 0, 50_000)]


def test_long_captures_are_fetched_in_blocks(monkeypatch):
    monkeypatch.setattr(read_ahead, "IN_FLIGHT", 0)
    with serving_bytes(LARGE) as server:
        document(server.url)
    (head, probe, look, *blocks) = server.requests
    assert (head[0], probe, look) == ("HEAD", ("GET", 1, 2), ("GET", 0, 96 * 1024))
    block, size = 128 * 1024, len(LARGE)
    assert blocks == [("GET", at, min(at + block, size)) for at in range(0, size, block)]


def test_urls_and_files_are_joined_in_the_order_of_time(memory, tmp_path):
    memory.pipe("/night/a.pcap", BYTES)
    path = as_file(tmp_path, BYTES)
    found, paths = document(URL, path, join="given")
    assert paths == f"{URL}+{path}"
    assert found == document(path, path, join="given")[0]


def test_what_is_opened_is_read_from_its_first_byte(memory):
    memory.pipe("/night/a.pcap", LARGE)
    assert captured(URL).size_bytes == len(LARGE)
    with opened(URL) as stream:
        assert stream.read() == LARGE


def test_a_capture_in_an_archive_has_no_size_and_is_read_in_order(tmp_path):
    import zipfile

    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.pcap", LARGE)
    url = f"zip://a.pcap::file://{tmp_path}/a.zip"
    with opened(url) as stream:
        assert stream.read() == LARGE


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("memory://night/none.pcap", "memory://night/none.pcap: there is no such object. "),
        ("memory://night", "memory://night: there is no such object. "),
        ("what://a", "what://a: cannot be opened .*Protocol not known: what.*. Check the URL."),
        ("http://127.0.0.1:1/a.pcap", "http://127.0.0.1:1/a.pcap: cannot be fetched .*onnect.*"),
    ],
)
def test_what_is_not_there_is_one_line(memory, url, told):
    memory.pipe("/night/a.pcap", BYTES)
    with pytest.raises(TraceError, match=told) as caught:
        document(url)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("cut", [0, 50_000, 200_000])
@pytest.mark.parametrize("ranges", [True, False])
def test_a_transfer_that_is_cut_is_one_line(cut, ranges):
    with (
        serving_bytes(LARGE, cut=cut, ranges=ranges) as server,
        pytest.raises(TraceError, match=f"{server.url}: (cannot be fetched|cut at byte) .*again"),
    ):
        document(server.url)


def test_the_command_says_it_and_keeps_secrets():
    with serving_bytes(BYTES) as server:
        missing = server.url.replace("//", "//me:secret@") + "?X-Amz-Signature=12&x"
        server.size = server.cut = 0
        command = [sys.executable, "-m", "rxreplay", "replay", "-s", "5.10/small", missing]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "secret" not in done.stderr
    assert "Signature" not in done.stderr
    (line,) = done.stderr.splitlines()
    assert server.url in line


@pytest.mark.parametrize(
    ("url", "extra"), [("s3://b/a", "remote"), ("gs://b/a", "gs"), ("gcs://b/a", "gs")]
)
def test_what_is_missing_is_named_with_how_to_install_it(monkeypatch, url, extra):
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    told = rf"{url}: what opens it is not installed .*pip install 'rxreplay\[{extra}\]'"
    with pytest.raises(RxReplayError, match=told):
        document(url)


def test_a_library_of_one_store_that_is_missing_is_named(monkeypatch):
    from fsspec.registry import known_implementations

    known = {"class": "nowhere.Files", "err": "Install nowhere to open it"}
    monkeypatch.setitem(known_implementations, "nowhere", known)
    told = r"nowhere://a: what opens it is not installed \(.*Install nowhere to open it\)"
    with pytest.raises(RxReplayError, match=told):
        document("nowhere://a")


def test_what_the_user_has_configured_for_a_server_stays(monkeypatch):
    from fsspec.config import conf

    monkeypatch.setitem(conf, "http", {"client_kwargs": {"headers": {"X-Asked": "yes"}}})
    with serving_bytes(BYTES) as server:
        files, _ = capture.file_system(server.url)
        document(server.url)
    assert files.client_kwargs["headers"] == {"X-Asked": "yes"}
    assert files.client_kwargs["timeout"].total is None


def test_a_prefix_of_a_bucket_is_a_folder(monkeypatch):
    prefix = SimpleNamespace(details={"type": "directory"})
    files = SimpleNamespace(protocol=("s3",), open=lambda *_, **__: prefix)
    monkeypatch.setattr(capture, "file_system", lambda url: (files, url))
    with pytest.raises(TraceError, match="s3://b/day: is a folder"):
        document("s3://b/day")


def test_what_has_ended_is_not_read_again():
    stream = io.BytesIO(b"abc")
    blocks = InOrder("x", lambda: stream)
    assert [blocks(0, 2), blocks(2, 4)] == [b"ab", b"c"]
    stream.write(b"more")
    stream.seek(3)
    assert blocks(4, 6) == b""


def test_what_was_never_read_is_never_opened():
    opened_now = []
    in_order = InOrder("x://a", lambda: opened_now.append(1) or io.BytesIO(b"abc"))
    in_order.close()
    assert opened_now == []
    assert in_order(0, 2) + in_order(2, 9) == b"abc"
    assert opened_now == [1]
    in_order.close()
