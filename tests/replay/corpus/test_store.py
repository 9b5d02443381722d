"""The folder of results: whole or not there, and one run at a time."""

import os

import pytest
from helpers.archives import files
from rxreplay.corpus.store import Store, opened, write_whole
from rxreplay.errors import RxReplayError

KEY, OTHER = "1" * 64, "2" * 64


def test_what_is_kept_is_found_again(tmp_path):
    with opened(tmp_path / "r") as store:
        store.keep(KEY, {"a": 1})
        store.keep_reason(OTHER, {"reason": "bad"})
        assert (store.has(KEY), store.has(OTHER)) == (True, False)
        assert (store.has_failed(KEY), store.has_failed(OTHER)) == (False, True)
    again = Store(tmp_path / "r")
    assert again.document(KEY) == {"a": 1}
    assert again.reason(OTHER) == "bad"
    assert (again.has(KEY), again.has_failed(OTHER)) == (True, True)
    assert (again.path(KEY), again.error_path(OTHER)) == (
        f"units/{KEY}.json",
        f"errors/{OTHER}.json",
    )


def test_a_result_takes_the_place_of_a_failure_and_a_failure_that_of_a_result(tmp_path):
    with opened(tmp_path) as store:
        store.keep_reason(KEY, {"reason": "bad"})
        store.keep(KEY, {"a": 1})
        assert files(tmp_path).keys() == {".lock", f"units/{KEY}.json"}
        store.keep_reason(KEY, {"reason": "bad"})
        assert files(tmp_path).keys() == {".lock", f"errors/{KEY}.json"}


def test_parts_are_there_until_the_whole_is(tmp_path):
    with opened(tmp_path) as store:
        store.keep_part(KEY, "a", {"a": 1})
        store.keep_part(KEY, "b", {"b": 2})
        store.keep_part(OTHER, "c", {"c": 3})
    with opened(tmp_path) as store:
        assert store.parts(KEY) == {"a": {"a": 1}, "b": {"b": 2}}
        store.keep(KEY, {"whole": 1})
        assert (store.parts(KEY), store.parts(OTHER)) == ({}, {"c": {"c": 3}})
    assert sorted(os.listdir(tmp_path / "parts")) == [f"{OTHER}-c.json"]


def test_what_a_killed_run_left_half_is_removed(tmp_path):
    with opened(tmp_path) as store:
        store.keep(KEY, {"a": 1})
    (tmp_path / "units" / f".{OTHER}.json").write_bytes(b'{"a":')
    (tmp_path / "parts" / f"{KEY}-a.json").write_bytes(b"{}")
    (tmp_path / "parts" / f"{OTHER}-a.json").write_bytes(b"{}")
    with opened(tmp_path) as store:
        assert not store.has(OTHER)
    assert files(tmp_path).keys() == {".lock", f"units/{KEY}.json", f"parts/{OTHER}-a.json"}


def test_a_file_is_there_whole_or_as_before(tmp_path):
    write_whole(tmp_path / "x", b"before")
    with pytest.raises(TypeError):
        write_whole(tmp_path / "x", "no bytes")
    assert (tmp_path / "x").read_bytes() == b"before"


def test_two_runs_do_not_write_to_one_folder(tmp_path):
    with (
        opened(tmp_path),
        pytest.raises(RxReplayError, match="another run writes there"),
        opened(tmp_path),
    ):
        pass
    with opened(tmp_path):  # the first one has ended
        pass


def test_a_folder_that_cannot_be_is_one_line(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with (
        pytest.raises(RxReplayError, match="file: Not a directory; name another"),
        opened(str(tmp_path / "file")),
    ):
        pass


def test_a_damaged_result_says_what_to_do(tmp_path):
    with opened(tmp_path) as store:
        store.keep(KEY, {"a": 1})
        (tmp_path / "units" / f"{KEY}.json").write_bytes(b"\0" * 7)
        with pytest.raises(RxReplayError) as caught:
            store.document(KEY)
    assert f"{KEY}.json: no JSON: " in str(caught.value)
    assert str(caught.value).endswith("; remove it and run the corpus again")
