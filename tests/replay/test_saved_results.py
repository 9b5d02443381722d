"""Results that a plan reads: sound ones, and whatever else a file can hold."""

import copy
import json

import pytest
import rxreplay
from hypothesis import given
from hypothesis import strategies as st
from rxreplay.errors import RxReplayError
from rxreplay.saved_results import is_saved, load_saved, saved

SOUND = json.loads(
    json.dumps(rxreplay.compare([[60] * 9, [1514] * 9], ["5.10/small", "5.10/big"]).as_dict())
)
JUNK = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3)
JUNK = JUNK | st.lists(JUNK, max_size=2) | st.dictionaries(st.text(max_size=3), JUNK, max_size=2)


def paths(value, path=()):
    """Give the paths to everything in a document."""
    yield path
    steps = value if isinstance(value, dict) else range(len(value)) if type(value) is list else ()
    for step in steps:
        yield from paths(value[step], (*path, step))


PATHS = [path for path in paths(SOUND) if path]


def with_junk(path, junk):
    document = copy.deepcopy(SOUND)
    inner = document
    for step in path[:-1]:
        inner = inner[step]
    if junk is KeyError:
        del inner[path[-1]]
    else:
        inner[path[-1]] = junk
    return document


def test_what_is_in_it():
    found = saved(SOUND, "x")
    assert found.holds == "5.10/small, 5.10/big with a ring of 256 and 1 queue"
    assert (found.ring, found.queues, found.traces) == (256, 1, 2)
    assert json.loads(found.rules) == {"lifetime": "drop", "poll": 1, "clock": None}
    figures = SOUND["results"][1]["figures"]
    [first, second] = found.of("5.10/big", 256, 3)
    assert first.nic.resident_peak == 3 * figures["resident_bytes"]["peak"]
    assert (first.packets, first.dropped, second.path) == (27, 0, "lengths")
    assert found.of("5.10/big", 512, 1) is None
    assert found.of("7.2/big", 256, 1) is None


def test_what_was_dropped_is_counted():
    [sample] = saved(rxreplay.replay([60, 1519, 13], "5.10/small").as_dict(), "x").of(
        "5.10/small", 256, 1
    )
    assert (sample.packets, sample.dropped) == (3, 2)


def samples_or_error(document):
    try:
        found = saved(document, "results.json")
    except RxReplayError as error:
        return str(error)
    names = ("5.10/small", "5.10/big")
    return [each for name in names for each in found.of(name, found.ring, 4) or ()]


@given(st.sampled_from(PATHS), JUNK | st.just(KeyError))
def test_any_document_gives_samples_or_one_line(path, junk):
    found = samples_or_error(with_junk(path, junk))
    if isinstance(found, str):
        assert found.startswith("results.json: ")
        assert "\n" not in found
    else:
        assert all(sample.nic.posted >= 0 for sample in found)


@pytest.mark.parametrize(
    ("path", "junk", "told"),
    [
        (("config", "queues"), KeyError, "config.queues is not there"),
        (("config", "ring"), "big", "config.ring is 'big', no count of bytes or packets"),
        (("config", "ring"), True, "config.ring is True, no count"),
        (("results",), {}, "results is no list"),
        (("results", 2, "trace"), 2, "traces.2.path is not there"),
        (
            ("results", 1, "figures", "ring_bytes", "peak"),
            -1,
            "results.1.figures.ring_bytes.peak is -1",
        ),
        (("results", 0, "figures", "resident_bytes", "mean"), float("inf"), "mean is inf"),
        (("results", 0, "figures", "resident_bytes", "peak"), 2**63, "9223372036854775808, no"),
        (("schema",), "rxreplay-ring/1", "'rxreplay ring' writes for programs"),
        (("schema",), "rxreplay/2.0", "is of a newer rxreplay, which reads it, where rxreplay/1.2"),
    ],
)
def test_an_error_says_where(path, junk, told):
    with pytest.raises(RxReplayError) as error:
        saved(with_junk(path, junk), "x.json")
    assert told in str(error.value)


def test_queues_that_are_missing_are_no_queues():
    document = with_junk(("config", "queues"), 10**12)
    with pytest.raises(RxReplayError, match=r"results\.4\.figures"):
        saved(document, "x.json")


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"{", "no JSON"),
        (b"{" + b'"a":[' * 100_000, "no JSON"),
        (b'{"schema": ' + b"9" * 5000 + b"}", "no JSON"),
        (b"{}", "schema is not there"),
        (b' \n{"schema": 1}', "schema 1, where rxreplay/1.2 was expected"),
        (b'{"schema": "\xff"}', "no JSON"),
    ],
)
def test_files_that_hold_no_results(tmp_path, data, told):
    path = tmp_path / "x.json"
    path.write_bytes(data)
    assert is_saved(str(path))
    with pytest.raises(RxReplayError) as error:
        load_saved(path)
    assert told in str(error.value)
    assert str(error.value).startswith(f"{path}: ")


def test_what_is_a_capture(tmp_path, capture):
    assert not is_saved(capture())
    assert not is_saved(tmp_path)
    assert not is_saved("-")
    assert not is_saved([60])
    empty = tmp_path / "empty"
    empty.write_bytes(b"")
    assert not is_saved(empty)
