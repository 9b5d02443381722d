"""What lies under URLs: each object once, with what changes when it is written anew."""

import json
from datetime import UTC, datetime
from types import SimpleNamespace

import fsspec
import pytest
from far_server import serving_bytes
from helpers.shared_data import CHECKOUT
from rxreplay.corpus.listing import find
from rxreplay.corpus.rotation import entries
from rxreplay.corpus.running import replay_corpus
from rxreplay.corpus.sequential import SequentialEngine
from rxreplay.emulator import strategy
from rxreplay.errors import RxReplayError
from rxreplay.options import Options
from rxreplay.remote import listed
from rxreplay.remote import listing as module

SAMPLE = CHECKOUT / "traces" / "samples" / "udp-stream.pcap"
BYTES = SAMPLE.read_bytes()


@pytest.fixture
def memory():
    files = fsspec.filesystem("memory")
    for name in ("b.pcap", "a.pcap", "deep/c.pcap.gz", "deep/notes.txt"):
        files.pipe(f"/night/{name}", name.encode())
    yield files
    files.rm("/", recursive=True)


def names(*sources, **how):
    found = find(list(sources), **how)
    return [each.url.rpartition("night/")[2] for each in found.inputs], found.passed_over


@pytest.mark.usefixtures("memory")
@pytest.mark.parametrize(
    ("sources", "taken", "passed_over"),
    [
        (["memory://night"], ["a.pcap", "b.pcap", "deep/c.pcap.gz"], 1),
        (["memory://night/"], ["a.pcap", "b.pcap", "deep/c.pcap.gz"], 1),
        (["memory://night/*.pcap"], ["a.pcap", "b.pcap"], 0),
        (["memory://night/deep/*"], ["deep/c.pcap.gz", "deep/notes.txt"], 0),
        (["memory://night/deep/notes.txt"], ["deep/notes.txt"], 0),
        (["memory://night/*.pcap", "memory://night/a*"], ["a.pcap", "b.pcap"], 0),
    ],
)
def test_folders_globs_and_names_are_listed(sources, taken, passed_over):
    assert names(*sources) == (taken, passed_over)


@pytest.mark.usefixtures("memory")
def test_what_is_not_wanted_is_passed_over():
    assert names("memory://night", exclude=["a.*"]) == (["b.pcap", "deep/c.pcap.gz"], 2)


@pytest.mark.usefixtures("memory")
def test_an_object_is_the_same_however_it_is_found():
    (glob,) = listed("memory://night/a*")
    assert listed(glob.url) == [glob]
    assert (glob.size, glob.version.partition(":")[0]) == (6, "created")


def test_an_object_that_is_written_anew_has_another_version(memory):
    before = listed("memory://night/a.pcap")
    memory.pipe("/night/a.pcap", b"a.pcap")
    assert listed("memory://night/a.pcap") != before


@pytest.mark.usefixtures("memory")
@pytest.mark.parametrize("url", ["memory://night/none", "memory://none/*", "memory://night/x*"])
def test_nothing_there_is_one_line(url):
    with pytest.raises(RxReplayError) as caught:
        listed(url)
    assert str(caught.value) == f"{url}: there is no such object. Check the URL."


def test_secrets_never_get_as_far_as_results():
    with pytest.raises(RxReplayError, match=r"^https://h/a\.pcap: this URL has a secret in it"):
        listed("https://me:secret@h/a.pcap?sig=1")


@pytest.mark.parametrize(
    ("about", "version"),
    [
        ({"ETag": '"9f"', "LastModified": 7}, 'ETag:"9f"'),
        ({"etag": "", "generation": 3}, "generation:3"),
        ({"mtime": datetime(1970, 1, 2, tzinfo=UTC)}, "mtime:86400.0"),
        ({"mtime": 86400.0}, "mtime:86400.0"),
        ({}, ""),
    ],
)
def test_versions_are_what_a_store_gives(monkeypatch, about, version):
    files = SimpleNamespace(
        invalidate_cache=lambda: None,
        protocol="mem",
        info=lambda _: {"type": "file", "size": None, **about},
    )
    monkeypatch.setattr(module, "file_system", lambda url: (files, url))
    (found,) = listed("mem://a")
    assert (found.version, found.size) == (version, None)


PAGE = b'<a href="b.pcap">b</a> <a href="a.pcap">a</a> <a href="old.txt">old</a>'


@pytest.mark.parametrize("pattern", ["", "[ab].pcap"])
def test_a_folder_of_http_is_what_its_page_links_to(pattern):
    with serving_bytes(BYTES, page=PAGE) as server:
        folder = server.url.removesuffix("a.pcap")
        found = find([folder + pattern]).inputs
        (one,) = find([f"{folder}a.pcap"]).inputs
    assert [each.url for each in found] == [f"{folder}a.pcap", f"{folder}b.pcap"]
    assert found[0] == one
    assert one.size == len(BYTES)


def test_a_corpus_of_urls_has_the_results_of_its_files(memory, tmp_path):
    (tmp_path / "files").mkdir()
    for name, data in (("a.pcap", BYTES), ("b.pcap", BYTES[:50_000]), ("c.pcap", b"no capture")):
        (tmp_path / "files" / name).write_bytes(data)
        memory.pipe(f"/day/{name}", data)
    far, near = (
        replay_corpus(
            entries(find([source]).inputs),
            str(tmp_path / folder),
            [strategy("5.10/mergeable")],
            Options(),
            SequentialEngine(),
        ).document
        for folder, source in (("far", "memory://day"), ("near", str(tmp_path / "files")))
    )
    results = json.dumps(far["results"]).replace("memory:///day", str(tmp_path / "files"))
    assert json.loads(results) == near["results"]
    assert [each["digest"] for each in far["traces"]] == [each["digest"] for each in near["traces"]]
    assert [len(each["failed"]) for each in (far, near)] == [1, 1]
