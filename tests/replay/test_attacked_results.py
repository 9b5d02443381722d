"""Whatever is in a result file, `diff` compares it or says in one line what is wrong."""

import io
import json
import os
from contextlib import contextmanager

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from rxreplay import RxReplayError, compare
from rxreplay.changing import diff
from rxreplay.cli import main
from rxreplay.report import DIFF_FORMATS, reporter
from rxreplay.result_file import result_file
from rxreplay.sound_results import fault

SOUND = compare([[64, 1514]], ["5.10/small", "5.10/mergeable"]).as_dict()
HOSTILE = "\x1b[31m\x1b]0;x\x07<script>alert(1)</script>|`*_[x](y)\u202e\ud800\n\r\0\u2028"
ACTS = set("\x1b\x07\u202e\ud800\r\0\u2028")  # what no terminal or reader must be given
NUMBERS = st.sampled_from([-1, 0, 2**63 - 1, 2**63, 10**400, 0.5, 1e308, True, None])
TEXTS = st.sampled_from(["", "x", HOSTILE, "9" * 5000])
JUNK = st.recursive(
    NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXTS, inner, max_size=2),
    max_leaves=4,
)


def paths(value, path=()):
    """Give the paths of all parts of a document, of lists those of the first ones."""
    yield path
    parts = value.items() if isinstance(value, dict) else enumerate(value[:2])
    for key, part in parts:
        if isinstance(part, dict | list):
            yield from paths(part, (*path, key))
        else:
            yield (*path, key)


PATHS = list(paths(SOUND))[1:]


@contextmanager
def file_of(document):
    """Give the name of a file that has a document, and is in memory only."""
    with open(os.memfd_create("result"), "w+b") as file:
        file.write(json.dumps(document).encode())
        file.flush()
        yield f"/proc/self/fd/{file.fileno()}"


def spoiled(path, junk):
    """Give a sound result with something else in one place."""
    document = json.loads(json.dumps(SOUND))
    *way, last = path
    part = document
    for step in way:
        part = part[step]
    part[last] = junk
    return document


@given(st.sampled_from(PATHS), JUNK, st.booleans())
def test_any_document_is_compared_or_refused_in_one_line(path, junk, first):
    document = spoiled(path, junk)
    if wrong := fault(document):
        assert wrong.isprintable()
        assert len(wrong) < 500
        return
    with file_of(document) as spoiled_file, file_of(SOUND) as sound:
        pair = [spoiled_file, sound]
        try:
            found = diff(*(pair if first else pair[::-1]))
        except RxReplayError as error:  # another schema, or nothing in common
            told = str(error)
            found = None
    if found is None:
        assert "schema" in told or "no capture and strategy in common" in told
        return
    for form in DIFF_FORMATS:
        reporter(form, "diff")(found, out := io.StringIO())
        assert not ACTS & set(out.getvalue())
        assert form != "markdown" or "<script" not in out.getvalue()


@pytest.mark.parametrize("form", DIFF_FORMATS)
@pytest.mark.parametrize(
    ("path", "junk"),
    [
        (["traces", 0, "path"], HOSTILE),
        (["results", 0, "strategy"], HOSTILE),
        (["config", "vantage"], HOSTILE),
        (["failed"], [HOSTILE]),
        (["traces", 0, "by_size"], {HOSTILE: 1}),
    ],
    ids=["path", "strategy", "config", "failed", "size"],
)
def test_a_hostile_name_acts_on_nothing(tmp_path, path, junk, form):
    (file := tmp_path / "x.json").write_text(json.dumps(spoiled(path, junk)))
    (sound := tmp_path / "y.json").write_text(json.dumps(SOUND))
    for names in ([sound, file], [file, sound]):
        done = CliRunner().invoke(main, ["diff", *map(str, names), "--format", form, "-q"])
        assert (done.exit_code, done.stderr) == (0, "")
        assert not ACTS & set(done.stdout)
        assert form != "markdown" or "<script" not in done.stdout


@pytest.mark.parametrize(
    "text",
    ["[" * 500 + "]" * 500, '{"a":' * 40 + "1" + "}" * 40, '{"schema": 1e999}', "nul", "{", "\0"],
)
def test_a_file_of_anything_is_one_line_and_status_1(tmp_path, text):
    (file := tmp_path / "x.json").write_text(text)
    done = CliRunner().invoke(main, ["diff", str(file), str(file)])
    assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith(f"rxreplay: {file}: ")
    with pytest.raises(RxReplayError):
        result_file(file)
