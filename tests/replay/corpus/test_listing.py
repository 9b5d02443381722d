"""What is taken for a capture, and what is passed over."""

import os

import pytest
from rxreplay.corpus.listing import find, under
from rxreplay.errors import RxReplayError


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """Make files by their names; the current folder is above them."""
    monkeypatch.chdir(tmp_path)

    def make(*names):
        for name in names:
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(name.encode())

    return make


def names(listing, folder):
    return [os.path.relpath(each.url, folder) for each in listing.inputs]


@pytest.mark.parametrize(
    ("name", "taken"),
    [
        ("a.pcap", True),
        ("a.PCAPNG", True),
        ("a.ntar", True),
        ("a.cap", True),
        ("a.dmp.gz", True),
        ("a.dump.zst", True),
        ("a.snoop.lz4", True),
        ("a.pcap0", True),
        ("a.pcap12.gz", True),
        (".pcap", False),
        ("a.pcap.bz2", False),
        ("a.pcap.txt", False),
        ("pcap", False),
        ("a.txt", False),
    ],
)
def test_in_a_folder_names_decide(tree, tmp_path, name, taken):
    tree(f"x/{name}", "x/sure.pcap")
    found = find(["x"])
    assert (f"x/{name}" in names(found, tmp_path)) == taken
    assert found.passed_over == (not taken)


def test_folders_are_searched_to_the_bottom_and_sorted_whatever_comes_first(tree, tmp_path):
    tree("b/2.pcap", "b/10.pcap", "b/c/d/1.pcap", "a/9.pcap", "b/README")
    found = find(["b", "a"])
    assert names(found, tmp_path) == ["a/9.pcap", "b/10.pcap", "b/2.pcap", "b/c/d/1.pcap"]
    assert found.passed_over == 1


def test_what_is_named_is_taken_whatever_it_is_called(tree, tmp_path):
    tree("a/x.bin", "a/y.bin", "a/z.bin", "a/deep/w.bin", "a/deep/x.pcap")
    assert names(find(["a/x.bin", "a/[yz].*"]), tmp_path) == ["a/x.bin", "a/y.bin", "a/z.bin"]
    assert names(find(["a/**/w*"]), tmp_path) == ["a/deep/w.bin"]


def test_what_is_taken_by_its_name_is_not_passed_over_in_its_folder(tree, tmp_path):
    tree("a/x.bin", "a/y.bin")
    found = find(["a", "a/x.bin"])
    assert (names(found, tmp_path), found.passed_over) == (["a/x.bin"], 1)


def test_a_name_with_a_bracket_in_it_is_a_name(tree, tmp_path):
    tree("a[1].bin", "a1.bin")
    assert names(find(["a[1].bin"]), tmp_path) == ["a[1].bin"]


def test_the_same_file_counts_once(tree, tmp_path):
    tree("a/1.pcap")
    os.symlink("1.pcap", "a/0.pcap")
    os.link("a/1.pcap", "a/2.pcap")
    assert names(find(["a", "a/1.pcap", "./a/../a/1.pcap"]), tmp_path) == ["a/0.pcap"]


def test_a_link_to_a_folder_is_not_followed(tree, tmp_path):
    tree("a/1.pcap", "b/2.pcap")
    os.symlink(tmp_path / "b", "a/b")
    os.symlink(tmp_path / "gone", "a/gone.pcap")
    assert names(find(["a"]), tmp_path) == ["a/1.pcap"]
    assert names(find(["a/b"]), tmp_path) == ["a/b/2.pcap"]


def test_globs_choose(tree, tmp_path):
    tree("a/1.pcap", "a/2.pcap", "a/2.cap", "b/2.pcap", "b/1.txt")
    both = ["a", "b"]
    assert names(find(both, include=["2.*"]), tmp_path) == ["a/2.cap", "a/2.pcap", "b/2.pcap"]
    assert names(find(both, include=["2.*"], exclude=["*.cap"]), tmp_path) == [
        "a/2.pcap",
        "b/2.pcap",
    ]
    found = find(both, exclude=[str(tmp_path / "a" / "*")])
    assert (names(found, tmp_path), found.passed_over) == (["b/2.pcap"], 4)


def test_what_is_known_of_a_file_changes_with_it(tree, tmp_path):
    tree("1.pcap")
    [before] = find(["1.pcap"]).inputs
    assert (before.url, before.size) == (str(tmp_path / "1.pcap"), 6)
    os.utime("1.pcap", ns=(0, 1_000_000_007))
    [after] = find(["1.pcap"]).inputs
    assert after.version == "mtime_ns:1000000007"
    assert before != after


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("nowhere.pcap", "nowhere.pcap: No such file or directory"),
        ("*.nothing", "*.nothing: no file matches"),
        ("empty", "empty: no capture among 1 files"),
        ("pipe", "pipe: no plain file"),
        ("gopher://host/x.pcap", "gopher://host/x.pcap: "),
    ],
)
def test_what_is_not_there_is_one_line(tree, source, text):
    tree("empty/README", "sure.pcap")
    os.mkfifo("pipe")
    with pytest.raises(RxReplayError) as caught:
        find([source])
    assert text in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_folder_that_is_gone_or_shut_is_an_error(tmp_path):
    with pytest.raises(RxReplayError, match="gone: No such file or directory; let it be read"):
        list(under(str(tmp_path / "gone")))
