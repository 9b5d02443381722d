"""A unit: its key, and what a worker makes of it."""

import hashlib
import json
import os
import pickle
from dataclasses import astuple, replace

import pytest
import rxreplay
from helpers.archives import NAMES, archive, listed
from oracles import capture_writer as writer
from rxreplay.corpus import unit as unit_module
from rxreplay.corpus.listing import Input
from rxreplay.corpus.unit import Unit, work
from rxreplay.emulator.checkpoint import MODEL
from rxreplay.options import Options
from rxreplay.recorded import config_sha256
from rxreplay.schemas import RESULT
from rxreplay.settings import resolve
from rxreplay.timing import Timing


def unit_of(entry, names=NAMES, **options):
    options = Options(**{"direction": "both"} | options)
    config = options.as_config(resolve(names), names[0])
    return Unit(entry.name, entry.inputs, tuple(names), options, config)


@pytest.fixture
def units(tmp_path):
    return [unit_of(entry) for entry in listed(archive(tmp_path / "a"))]


def without_run(results):
    document = results.as_dict()
    del document["run"]["threads"]
    return json.loads(json.dumps(document))


def test_a_worker_gives_what_compare_gives(units):
    compared = rxreplay.compare([units[0].name], NAMES, units[0].options)
    del compared.warnings[-len([w for w in compared.warnings if w.trace is None]) or None :]
    assert json.loads(json.dumps(work(units[0]).document)) == without_run(compared)


def test_a_unit_goes_to_another_process_and_has_the_same_key_there(units):
    again = pickle.loads(pickle.dumps(units[0]))
    assert again == units[0]
    assert again.key == units[0].key
    assert work(again) == work(units[0])


def test_whatever_can_change_a_result_changes_its_key(units, monkeypatch):
    unit = units[0]
    [each] = unit.inputs
    others = [
        replace(unit, inputs=(replace(each, url="/b/000.pcap"),)),
        replace(unit, inputs=(replace(each, size=each.size + 1),)),
        replace(unit, inputs=(replace(each, version="mtime_ns:1"),)),
        replace(unit, inputs=(each, each)),
        replace(unit, group=NAMES[:2]),
        replace(unit, queues=(0,)),
        replace(unit, queues=(0, 1)),
        unit_of(unit, ring=512),
        unit_of(unit, timing=Timing("rate:1000")),
        units[1],
    ]
    keys = {other.key for other in others}
    before = unit.key
    monkeypatch.setattr(unit_module, "MODEL", -1)
    keys.add(unit.key)
    assert len(keys - {before}) == len(others) + 1


def test_a_whole_has_the_key_that_results_of_before_lie_under(units):
    each, config = units[0], config_sha256(units[0].config)
    parts = [[astuple(i) for i in each.inputs], config, each.group, MODEL, str(RESULT)]
    assert each.key == hashlib.sha256(json.dumps(parts).encode()).hexdigest()


@pytest.mark.parametrize(
    ("queues", "label"),
    [((), "a.pcap"), ((3,), "a.pcap, queue 3"), ((3, 4), "a.pcap, queues 3-4")],
)
def test_people_read_which_queues_a_part_has(units, queues, label):
    assert replace(units[0], name="a.pcap", queues=queues).label == label


def test_threads_change_no_key(units):
    assert unit_of(units[0], threads=7).key == units[0].key


def test_what_is_wrong_with_a_trace_is_the_outcome(units):
    done = work(units[2])
    assert done.document is None
    assert done.reason.startswith(f"{units[2].name}: not a capture: it is text")


def test_a_file_that_is_gone_is_an_outcome(units):
    os.unlink(units[0].name)
    assert "cannot be read" in work(units[0]).reason


def test_a_file_that_is_written_anew_meanwhile_is_an_outcome(units):
    os.utime(units[0].name, ns=(0, 0))
    done = work(units[0])
    assert (done.document, done.reason) == (
        None,
        f"{units[0].name}: it changed while it was read; run the command again",
    )


def test_a_fault_of_the_program_names_the_trace(units, monkeypatch):
    def fault(*_arguments):
        raise ZeroDivisionError

    monkeypatch.setattr(unit_module, "collect", fault)
    with pytest.raises(ZeroDivisionError) as caught:
        work(units[0])
    assert caught.value.__notes__ == [f"while {units[0].name} was replayed"]


def test_files_of_a_rotation_are_joined_by_their_times(tmp_path):
    """The second file is the older one: a ring of tcpdump -W has come round."""
    late = writer.pcap_header() + writer.pcap_record(writer.frame(300), time=(9, 0))
    (tmp_path / "x.pcap0").write_bytes(late)
    (tmp_path / "x.pcap1").write_bytes(writer.pcap((1, 2, 5)))
    [entry] = listed(tmp_path)
    document = work(unit_of(entry)).document
    whole = rxreplay.compare(
        [tmp_path / "x.pcap1", tmp_path / "x.pcap0"], NAMES, direction="both", join="given"
    )
    assert document["traces"][0] == without_run(whole)["traces"][0]
    assert document["traces"][0]["ts_backwards"] == 0


def test_a_gap_between_files_is_told(tmp_path):
    (tmp_path / "x.pcap").write_bytes(writer.pcap((1, 2, 3)))
    late = writer.pcap_header() + writer.pcap_record(writer.frame(300), time=(900, 0))
    (tmp_path / "x.pcap1").write_bytes(late)
    [entry] = listed(tmp_path)
    assert [each["code"] for each in work(unit_of(entry)).document["warnings"]] == ["gap"]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"timing": Timing("rate:1000000"), "consumer": "unread"},
        {"gro": "on"},
        {"packet_range": "2:"},
    ],
)
def test_a_look_at_a_trace_finds_the_digest_of_a_replay(units, options):
    whole = unit_of(units[0], **options)
    seen, replayed = (work(each).document for each in (replace(whole, group=()), whole))
    assert seen["results"] == []
    assert seen["traces"][0]["digest"] == replayed["traces"][0]["digest"] is not None


def test_the_size_of_a_unit(units):
    inputs = (Input("a", 3, ""), Input("b", None, ""))
    assert replace(units[0], inputs=inputs).size == 3
