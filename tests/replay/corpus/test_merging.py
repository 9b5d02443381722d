"""What a corpus comes to, against sums made the long way; and parts against the whole."""

import json
import math
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import rxreplay
from helpers.archives import NAMES, archive, files, listed, run
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import capture_writer as writer
from rxreplay.corpus.adding import PEAKS, added_figures
from rxreplay.corpus.merge import merge
from rxreplay.corpus.over_traces import quantiles
from rxreplay.corpus.running import replay_corpus
from rxreplay.corpus.saved import is_corpus, load_corpus
from rxreplay.corpus.sequential import SequentialEngine
from rxreplay.errors import RxReplayError
from rxreplay.flattening import flat
from rxreplay.options import Options
from rxreplay.settings import resolve
from rxreplay.timing import Timing

OPTIONS = Options(direction="both")
MANY = 6


def oracle(folder, **options):
    """Replay each capture by itself; give the flat figures by strategy, and the traces."""
    sources = [path for path in sorted(folder.iterdir()) if path.name != "002.pcap"]
    results = rxreplay.compare(sources, NAMES, direction="both", **options).as_dict()
    of = {name: [] for name in NAMES}
    for result in results["results"]:
        if result["queue"] is None:
            of[result["strategy"]].append(dict(flat(result["figures"])))
    return of, results["traces"]


@pytest.mark.parametrize(
    "options",
    [{}, {"timing": Timing("rate:1000000"), "consumer": "unread"}, {"queues": 2}, {"gro": "on"}],
)
def test_sums_and_peaks_are_those_of_the_traces(tmp_path, options):
    folder = archive(tmp_path / "a", MANY)
    document = run(folder, tmp_path / "r", **options).document
    of, traces = oracle(folder, **options)
    for result in document["results"]:
        figures = of[result["strategy"]]
        for name, total in result["sums"].items():
            known = [each[name] for each in figures if each.get(name) is not None]
            assert total == (sum(known) if known else None), name
        for name, largest in result["largest"].items():
            known = [each[name] for each in figures if each.get(name) is not None]
            assert (largest and largest["value"]) == max(known, default=None), name
            if largest:
                at = [trace["path"] for trace in traces].index(largest["trace"])
                assert figures[at][name] == largest["value"]
                assert all(each[name] < largest["value"] for each in figures[:at])
    totals = document["totals"]
    assert totals["packets"] == sum(trace["packets"] for trace in traces)
    assert totals["size_bytes"] == sum(trace["size_bytes"] for trace in traces)
    assert (totals["traces"], totals["failed"]) == (MANY - 1, 1)
    assert totals["first_ns"] == min(trace["first_ns"] for trace in traces)
    assert totals["last_ns"] == max(trace["last_ns"] for trace in traces)
    for name, counted in document["by_size"].items():
        assert counted["packets"] == sum(trace["by_size"][name]["packets"] for trace in traces)
    assert [trace["name"] for trace in document["traces"]] == [trace["path"] for trace in traces]


def test_quantiles_are_of_the_traces(tmp_path):
    folder = archive(tmp_path / "a", MANY)
    document = run(folder, tmp_path / "r").document
    of, _ = oracle(folder)
    for result in document["results"]:
        per_packet = sorted(
            each["resident_bytes.peak"] / each["packets"] for each in of[result["strategy"]]
        )
        found = result["quantiles"]["resident_peak_per_packet"]
        assert found == {"p50": per_packet[2], "p95": per_packet[4], "p99": per_packet[4]}


@given(st.lists(st.integers(0, 9), max_size=120))
def test_a_quantile_is_the_least_value_that_so_many_do_not_exceed(values):
    for name, found in quantiles(values).items():
        share = int(name[1:]) / 100
        if not values:
            assert found is None
            continue
        enough = [
            v
            for v in values
            if sum(w <= v for w in values) >= math.floor(share * len(values) * 1000) / 1000
        ]
        assert found == min(enough)


def test_a_corpus_of_which_all_failed_has_a_result(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.pcap").write_bytes(b"text, no more\n")
    document = run(tmp_path / "a", tmp_path / "r").document
    assert document["totals"] == {
        "traces": 0,
        "failed": 1,
        "packets": 0,
        "wire_bytes": 0,
        "size_bytes": 0,
        "first_ns": None,
        "last_ns": None,
    }
    assert set(document["results"][0]["sums"].values()) == {None}
    assert set(document["results"][0]["largest"].values()) == {None}


def test_a_capture_of_no_packets_and_one_that_delivers_none_have_no_part_in_quantiles(tmp_path):
    (tmp_path / "a").mkdir()
    for name, lengths in {"none": (), "dropped": (9014,), "one": (60,)}.items():
        (tmp_path / "a" / f"{name}.pcap").write_bytes(writer.pcap(lengths))
    document = run(tmp_path / "a", tmp_path / "r", names=["5.10/small"]).document
    [result] = document["results"]
    assert document["totals"]["traces"] == 3
    assert result["sums"]["packets"] == 2
    assert result["quantiles"]["truesize_per_packet"] == {"p50": 2176, "p95": 2176, "p99": 2176}
    assert result["quantiles"]["len_per_truesize"]["p50"] == 60 / 2176


def test_every_figure_is_added_compared_or_left_out_on_purpose():
    from rxreplay.corpus.adding import NO_SUMS
    from rxreplay.emulator import Figures
    from rxreplay.flattening import leaf_types

    whole = {path[1:] for path, kind in leaf_types(Figures, "") if kind is int}
    left = whole - set(added_figures()) - set(PEAKS)
    assert {name.split(".")[-1] for name in left} >= {"end"}
    assert all(any(name.startswith(no) for no in NO_SUMS) for name in left)
    assert "packets" in set(added_figures())


@pytest.fixture(scope="module")
def whole():
    """An archive, and its results, and those of each capture by itself."""
    with TemporaryDirectory() as folder:
        root = Path(folder)
        archive(root / "a", MANY)
        run(root / "a", root / "whole", names=NAMES[:2])
        yield root


@settings(max_examples=8)
@given(st.lists(st.sets(st.integers(0, MANY - 1), min_size=1), min_size=1, max_size=4))
def test_parts_that_are_merged_are_the_whole(whole, parts):
    """Parts may have captures in common, and need not be in order."""
    parts.append(set(range(MANY)) - set().union(*parts) or {0})
    traces = listed(whole / "a")
    try:
        for number, part in enumerate(parts):
            chosen = [traces[at] for at in sorted(part)]
            engine = SequentialEngine()
            where = str(whole / f"part{number}")
            replay_corpus(chosen, where, resolve(NAMES[:2]), OPTIONS, engine)
        merge([whole / f"part{number}" for number in range(len(parts))], str(whole / "merged"))
        assert files(whole / "merged") == files(whole / "whole")
    finally:
        for left in [*whole.glob("part*"), whole / "merged"]:
            shutil.rmtree(left)


def test_a_corpus_is_merged_by_its_file_too_and_again(tmp_path):
    folder = archive(tmp_path / "a", 3)
    run(folder, tmp_path / "r")
    merge([tmp_path / "r" / "corpus.json"], str(tmp_path / "m"))
    assert files(tmp_path / "m") == files(tmp_path / "r")
    merge([tmp_path / "r"], str(tmp_path / "m"))
    assert files(tmp_path / "m") == files(tmp_path / "r")


def test_only_what_was_replayed_in_the_same_way_is_merged(tmp_path):
    folder = archive(tmp_path / "a", 1)
    run(folder, tmp_path / "r")
    run(folder, tmp_path / "s", ring=512, mtu=9000)
    with pytest.raises(RxReplayError, match=r"s: mtu, ring not as in .*r; only results of one"):
        merge([tmp_path / "r", tmp_path / "s"], str(tmp_path / "m"))
    assert not (tmp_path / "m").exists()


def test_a_folder_without_results_is_one_line(tmp_path):
    run(archive(tmp_path / "a", 1), tmp_path / "r")
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "corpus.json").write_bytes((tmp_path / "r" / "corpus.json").read_bytes())
    with pytest.raises(RxReplayError, match=r"s/errors/.*\.json: No such file or directory"):
        merge([tmp_path / "s"], str(tmp_path / "m"))


def test_two_captures_of_one_name_are_not_merged(tmp_path):
    folder = archive(tmp_path / "a", 2)
    run(folder, tmp_path / "r")
    (folder / "001.pcap").write_bytes((folder / "000.pcap").read_bytes())
    run(folder, tmp_path / "s")
    with pytest.raises(RxReplayError, match=r"s: .*001\.pcap is another file there"):
        merge([tmp_path / "r", tmp_path / "s"], str(tmp_path / "m"))


def spoiled(**changes):
    def spoil(document):
        document.update(changes)

    return spoil


@pytest.mark.parametrize(
    ("spoil", "text"),
    [
        (spoiled(schema="rxreplay/1.1"), "schema 'rxreplay/1.1', where rxreplay-corpus/1.1 was"),
        (spoiled(traces=None), "not whole"),
        (spoiled(traces=[{}]), "not whole"),
        (spoiled(failed=[{"name": "a", "inputs": [], "result": "../../etc"}]), "not whole"),
        (spoiled(config=None), "not whole"),
        (spoiled(model=99), "another model of the emulator"),
    ],
)
def test_what_is_no_result_of_a_corpus_is_one_line(tmp_path, spoil, text):
    folder = archive(tmp_path / "a", 1)
    run(folder, tmp_path / "r")
    path = tmp_path / "r" / "corpus.json"
    document = json.loads(path.read_text())
    spoil(document)
    path.write_text(json.dumps(document))
    with pytest.raises(RxReplayError, match=text):
        merge([tmp_path / "r"], str(tmp_path / "m"))


def test_a_folder_of_results_is_told_from_other_sources(tmp_path):
    run(archive(tmp_path / "a", 1), tmp_path / "r")
    asked = (tmp_path / "r", str(tmp_path / "r"), tmp_path / "a", [60, 70], "nowhere")
    assert [is_corpus(each) for each in asked] == [True, True, False, False, False]


@pytest.mark.parametrize("content", [b"[]", b"{", b"7"])
def test_a_file_that_is_anything_is_one_line(tmp_path, content):
    (tmp_path / "corpus.json").write_bytes(content)
    with pytest.raises(RxReplayError, match=r"corpus\.json"):
        load_corpus(tmp_path)
