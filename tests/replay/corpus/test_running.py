"""A run over an archive: what is done stays done, what fails is told, what changed is seen."""

import json
import os

import pytest
import rxreplay
from helpers.archives import NAMES, archive, files, listed, run
from oracles import capture_writer as writer
from rxreplay.corpus.running import How, replay_corpus
from rxreplay.corpus.sequential import SequentialEngine
from rxreplay.corpus.unit import work
from rxreplay.errors import OptionError, RxReplayError, TraceError
from rxreplay.options import Options
from rxreplay.settings import resolve
from rxreplay.timing import Timing


class Watched(SequentialEngine):
    """Remembers what it was asked for."""

    def __init__(self):
        self.names = []

    def run(self, units):
        self.names += [os.path.basename(unit.name) for unit in units]
        return super().run(units)


@pytest.fixture
def folder(tmp_path):
    return archive(tmp_path / "a", many=4)


def names_run(folder, results, **how):
    engine = Watched()
    corpus = run(folder, results, engine, How(**how))
    bad = engine.names.count("002.pcap")
    assert corpus.replayed == len(engine.names) - bad or how.get("verify_content")
    return sorted(engine.names)


def documents(results):
    """Give the documents of traces by the capture's name."""
    found = (json.loads(path.read_text()) for path in (results / "units").iterdir())
    return {os.path.basename(each["traces"][0]["path"]): each for each in found}


def test_a_result_of_a_trace_is_what_compare_writes_of_it(folder, tmp_path):
    run(folder, tmp_path / "r")
    for name, document in documents(tmp_path / "r").items():
        compared = rxreplay.compare([folder / name], NAMES, direction="both").as_dict()
        del compared["run"]["threads"]
        assert document == json.loads(json.dumps(compared))


def test_what_is_done_is_not_read_again(folder, tmp_path):
    assert names_run(folder, tmp_path / "r") == ["000.pcap", "001.pcap", "002.pcap", "003.pcap"]
    before = files(tmp_path / "r")
    assert names_run(folder, tmp_path / "r") == []
    assert files(tmp_path / "r") == before


def test_only_what_is_new_or_written_anew_is_replayed(folder, tmp_path):
    names_run(folder, tmp_path / "r")
    (folder / "000.pcap").write_bytes(writer.pcap((70,)))
    (folder / "new.pcap").write_bytes(writer.pcap((71,)))
    assert names_run(folder, tmp_path / "r") == ["000.pcap", "new.pcap"]
    run(folder, tmp_path / "fresh")
    left = files(tmp_path / "r")
    fresh = files(tmp_path / "fresh")
    assert fresh.items() <= left.items()
    assert len(left.keys() - fresh.keys()) == 1  # what 000.pcap was before


def test_another_configuration_lies_beside_it_and_is_not_added(folder, tmp_path):
    run(folder, tmp_path / "r")
    first = files(tmp_path / "r")
    corpus = run(folder, tmp_path / "r", ring=512)
    assert (corpus.replayed, corpus.document["totals"]["traces"]) == (3, 3)
    assert corpus.document["config"]["ring"] == 512
    run(folder, tmp_path / "r")
    assert first.items() <= files(tmp_path / "r").items()


def test_a_bad_capture_does_not_cost_the_others(folder, tmp_path):
    corpus = run(folder, tmp_path / "r")
    [reason] = corpus.failed
    assert reason.startswith(f"{folder / '002.pcap'}: not a capture: ")
    [failed] = corpus.document["failed"]
    record = json.loads((tmp_path / "r" / failed["result"]).read_text())
    assert record == {name: failed[name] for name in ("name", "inputs", "kind", "reason")}


def test_strict_ends_at_the_first_failure_and_goes_on_without_it(folder, tmp_path):
    for _ in range(2):  # the second time it is known before
        with pytest.raises(TraceError, match=r"002\.pcap: not a capture"):
            run(folder, tmp_path / "r", how=How(strict=True))
    assert "corpus.json" not in files(tmp_path / "r")
    run(folder, tmp_path / "r")
    run(folder, tmp_path / "fresh")
    assert files(tmp_path / "r") == files(tmp_path / "fresh")


def test_what_failed_is_tried_again_only_if_asked(folder, tmp_path):
    names_run(folder, tmp_path / "r")
    assert names_run(folder, tmp_path / "r", retry_failed=True) == ["002.pcap"]


def test_content_is_looked_at_again_if_asked(folder, tmp_path):
    run(folder, tmp_path / "r")
    before = files(tmp_path / "r")
    path = folder / "000.pcap"
    status = os.stat(path)
    content = bytearray(path.read_bytes())
    content[24 + 12] -= 10  # the first packet's length on the wire
    path.write_bytes(bytes(content))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert names_run(folder, tmp_path / "r") == []
    read = names_run(folder, tmp_path / "r", verify_content=True)
    everything = ["000.pcap", "001.pcap", "003.pcap"]
    assert read == sorted([*everything, "000.pcap", "002.pcap"])
    after = files(tmp_path / "r")
    changed = [name for name in after if after[name] != before[name] and "units" in name]
    assert len(changed) == 1
    assert names_run(folder, tmp_path / "r", verify_content=True) == [
        *everything[:2],
        "002.pcap",
        everything[2],
    ]


def test_content_that_is_no_capture_any_more_is_seen(folder, tmp_path):
    run(folder, tmp_path / "r")
    path = folder / "000.pcap"
    status = os.stat(path)
    path.write_bytes(b"x" * status.st_size)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    corpus = run(folder, tmp_path / "r", how=How(verify_content=True))
    assert len(corpus.failed) == 2


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"start": "+10s", "end": "+5s"}, "is not after"),
        ({"filter": "nonsense ("}, "nonsense"),
        ({"timing": Timing("rate:0")}, "rate"),
        ({"ring": 3}, "ring"),
    ],
)
def test_options_that_cannot_be_are_no_failure_of_a_trace(folder, tmp_path, options, text):
    with pytest.raises(RxReplayError, match=text):
        run(folder, tmp_path / "r", **options)
    assert not (tmp_path / "r").exists()


def test_a_run_that_is_interrupted_goes_on(folder, tmp_path):
    class Interrupted(SequentialEngine):
        def run(self, units):
            yield from map(work, units[:2])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(folder, tmp_path / "r", Interrupted())
    assert len(names_run(folder, tmp_path / "r")) == 2
    run(folder, tmp_path / "fresh")
    assert files(tmp_path / "r") == files(tmp_path / "fresh")


def test_how_far_it_is_is_told_in_bytes(folder, tmp_path):
    told = []
    options = Options(direction="both")
    corpus = replay_corpus(
        listed(folder),
        str(tmp_path / "r"),
        resolve(NAMES[:1]),
        options,
        SequentialEngine(),
        told=lambda *how: told.append(how),
    )
    sizes = [path.stat().st_size for path in folder.iterdir()]
    assert told[-1] == (sum(sizes), sum(sizes))
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert corpus.document["config"]["reference"] == NAMES[0]


def test_no_strategy_is_no_run(folder, tmp_path):
    with pytest.raises(OptionError):
        run(folder, tmp_path / "r", names=["5.10/none"])


def test_a_filter_for_other_links_than_ethernet_is_none_that_cannot_be(folder, tmp_path):
    corpus = run(folder, tmp_path / "r", filter="ifindex 1")
    assert (len(corpus.failed), corpus.document["totals"]["traces"]) == (4, 0)
    assert "filter" in corpus.failed[0]
