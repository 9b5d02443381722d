"""The commands `corpus` and `merge`, and `plan` with what they wrote."""

import csv
import io
import json
import re

import pytest
from helpers.archives import archive, files
from helpers.shared_data import SHARED
from oracles import capture_writer as writer
from pyarrow import parquet
from rxreplay.corpus import rows as rows_module
from rxreplay.corpus.sequential import SequentialEngine
from rxreplay.errors import OptionError
from rxreplay.flattening import flat
from rxreplay.length_quantiles import length_quantiles

HOW = ("--direction", "both", "--workers", "1")
NAMES = ("-s", "5.10/small", "-s", "5.10/mergeable")


@pytest.fixture
def folder(tmp_path):
    return archive(tmp_path / "a", 4)


@pytest.fixture
def corpus(rxreplay, folder, tmp_path):
    def run(*more, results="r", sources=(folder,)):
        return rxreplay("corpus", *sources, "-o", tmp_path / results, *HOW, *NAMES, *more)

    return run


def test_it_tells_what_was_done_and_ends_with_4_where_a_trace_failed(corpus, folder, tmp_path):
    (folder / "README").write_text("about these")
    done = corpus()
    assert done.exit_code == 4
    heading, progress, lengths, failures, *_ = done.stdout.splitlines()
    assert heading == "3 traces, 11 packets, 46.0 KiB on the wire; 1 failed"
    assert lengths == (
        "replayed lengths: p50 1,514, p90 8,960 to 9,014, p99 9,014, p99.9 9,014, max 9,014"
    )
    assert progress == "3 replayed now, 1 other file passed over"
    assert failures == "1 of 4 traces failed: 1 no capture at all"
    assert done.stderr.splitlines()[-1] == f"rxreplay: {failures}"
    assert f"Results: {tmp_path / 'r' / 'corpus.json'} and rows.parquet" in done.stdout
    assert f"rxreplay: {folder / '002.pcap'}: not a capture" in done.stderr
    again = corpus("-q")
    assert again.stdout.splitlines()[1] == (
        "0 replayed now, 3 done before, 1 other file passed over"
    )
    assert again.exit_code == 4


def test_without_a_failure_the_status_is_0(corpus):
    done = corpus("--exclude", "002.*")
    assert (done.exit_code, done.stdout.splitlines()[0][:8]) == (0, "3 traces")


def test_the_rows_of_the_table_are_the_sums(corpus, folder, rxreplay):
    done = corpus("--include", "000.pcap", "--include", "001.pcap")
    compared = rxreplay("compare", folder / "000.pcap", *NAMES, "--direction", "both")
    assert compared.exit_code == 0
    rows = {line.split()[0]: line.split() for line in done.stdout.splitlines() if "5.10/" in line}
    # 60, 1514, 300, 60 and 61 bytes: each a small buffer of 2176 bytes
    assert rows["5.10/small"][1:6] == ["0", "10.6", "KiB", "2,176", "B"]


def test_json_is_what_is_in_the_folder_and_what_made_it(corpus, tmp_path):
    done = corpus("--format", "json", "-q")
    shown = json.loads(done.stdout)
    kept = json.loads((tmp_path / "r" / "corpus.json").read_text())
    assert shown["run"].pop("command") is not None
    assert shown["run"].pop("python") is not None
    assert shown == kept


def test_csv_has_a_row_for_each_strategy_with_all_but_the_counts_of_lengths(corpus):
    shown = json.loads(corpus("--format", "json", "-q").stdout)
    rows = list(csv.DictReader(io.StringIO(corpus("--format", "csv", "-q").stdout)))
    assert [row["strategy"] for row in rows] == [*NAMES[1::2]]
    del shown["replayed_len"]["counts"]
    of_all = {name: shown[name] for name in ("totals", "by_size", "replayed_len")}
    for row, result in zip(rows, shown["results"], strict=True):
        expected = dict(flat(of_all | result))
        assert {name: text or None for name, text in row.items()} == {
            name: None if value is None else str(value) for name, value in expected.items()
        }


def test_markdown_has_the_cells_of_the_table(corpus):
    table = corpus("-q").stdout.splitlines()
    text = corpus("--format", "markdown", "-q").stdout
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line[:1] == "|"]
    for name in NAMES[1::2]:
        [line] = [line for line in table if line.startswith(name)]
        [row] = [row for row in rows if row[0] == name]
        assert line.split() == " ".join(row).split()
    assert ["p90", "8,960 to 9,014", "at most 0.8 %"] in rows
    assert ["max", "9,014", "exact"] in rows
    assert text.startswith(f"**{table[0]}**\n")


@pytest.mark.parametrize("form", ["table", "markdown", "csv"])
def test_of_nothing_but_failures_no_length_is_told(corpus, tmp_path, form):
    shown = corpus("--include", "002*", "-q", "--format", form).stdout
    assert ("p99.9" in shown, "replayed_len" in shown) == (False, False)
    document = json.loads((tmp_path / "r" / "corpus.json").read_text())
    assert document["replayed_len"] is None


def test_results_from_before_there_were_lengths_are_read_as_before(corpus, rxreplay, tmp_path):
    corpus()
    for path in (tmp_path / "r" / "units").iterdir():
        document = json.loads(path.read_text()) | {"schema": "rxreplay/1.1"}
        del document["traces"][0]["replayed_len"]
        path.write_text(json.dumps(document))
    path = tmp_path / "r" / "corpus.json"
    document = json.loads(path.read_text()) | {"schema": "rxreplay-corpus/1.0"}
    del document["replayed_len"], document["failed"][0]["kind"]
    path.write_text(json.dumps(document))
    page = tmp_path / "page.html"
    assert rxreplay("report", tmp_path / "r", "-o", page).exit_code == 4
    assert "p99.9" not in page.read_text()
    merged = rxreplay("merge", tmp_path / "r", "-o", tmp_path / "m")
    assert (merged.exit_code, "lengths" in merged.stdout) == (4, False)
    now = json.loads((tmp_path / "m" / "corpus.json").read_text())
    assert now["replayed_len"] is None
    assert now["totals"] == document["totals"]
    rows = parquet.read_table(tmp_path / "m" / "rows.parquet")
    assert rows["replayed_len.max"].null_count == rows.num_rows


def test_strict_is_an_error_of_one_line(corpus, folder, tmp_path):
    done = corpus("--strict")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1].startswith(f"rxreplay: {folder / '002.pcap'}: not a cap")
    assert not (tmp_path / "r" / "corpus.json").exists()


def test_knobs_are_set(corpus, tmp_path):
    corpus("-s", "mst-2016/mergeable", "--set", "min_avg=256", "--include", "000*")
    config = json.loads((tmp_path / "r" / "corpus.json").read_text())["config"]
    assert config["strategies"] == [*NAMES[1::2], "mst-2016/mergeable,min_avg=256"]


def test_all_strategies_are_replayed_unless_some_are_named(rxreplay, capture, tmp_path):
    done = rxreplay("corpus", capture(), "-o", tmp_path / "r", *HOW, "--format", "json", "-q")
    assert len(json.loads(done.stdout)["results"]) == 11
    assert json.loads(done.stdout)["config"]["reference"] == "4.10/small"


@pytest.mark.parametrize("workers", [("--workers", "2"), ()])
def test_two_workers_write_the_same_bytes(rxreplay, folder, corpus, tmp_path, workers):
    corpus()
    arguments = ("--direction", "both", *NAMES, *workers)
    done = rxreplay("corpus", folder, "-o", tmp_path / "s", *arguments)
    assert done.exit_code == 4
    assert files(tmp_path / "s") == files(tmp_path / "r")


def test_a_rotation_is_one_trace_unless_told_otherwise(corpus, tmp_path):
    folder = tmp_path / "b"
    folder.mkdir()
    for name, second in (("x.pcap", 0), ("x.pcap1", 1), ("x.pcap2", 900)):
        record = writer.pcap_record(writer.frame(100), time=(second, 0))
        (folder / name).write_bytes(writer.pcap_header() + record)
    joined, apart = corpus(sources=[folder]), corpus("--rotation", "off", sources=[folder])
    assert joined.stdout.startswith("1 trace, 3 packets")
    assert "warning: " in joined.stderr
    assert f"{folder / 'x.pcap2'} starts 899.000000 s after" in joined.stderr
    assert apart.stdout.startswith("3 traces, 3 packets")


def test_rows_are_those_of_compare(corpus, rxreplay, folder, tmp_path):
    corpus("--exclude", "002.*", "--time", "rate:1000000")
    sources = [folder / f"{number}.pcap" for number in ("000", "001", "003")]
    path = tmp_path / "compared.parquet"
    how = (*NAMES, "--direction", "both", "--time", "rate:1000000")
    rxreplay("compare", *sources, *how, "--format", "parquet", "-o", path)
    ours, theirs = (parquet.read_table(each) for each in (tmp_path / "r" / "rows.parquet", path))
    assert ours.select(theirs.column_names).equals(theirs)
    quantiles = [name for name in ours.column_names if name not in theirs.column_names]
    first = {name.removeprefix("replayed_len."): ours[name][0].as_py() for name in quantiles}
    assert first == dict(flat(length_quantiles({"60": 2, "300": 1, "1514": 1}, 1514)))
    config = json.loads((tmp_path / "r" / "corpus.json").read_text())["config"]
    assert json.loads(ours.schema.metadata[b"rxreplay.config"]) == config


def test_many_rows_are_written_piece_by_piece(corpus, monkeypatch, tmp_path):
    corpus()
    whole = parquet.read_table(tmp_path / "r" / "rows.parquet")
    monkeypatch.setattr(rows_module, "AT_ONCE", 4)
    corpus()
    pieces = parquet.ParquetFile(tmp_path / "r" / "rows.parquet")
    assert pieces.num_row_groups == 2
    assert pieces.read().equals(whole)


def test_without_pyarrow_there_is_a_hint(corpus, monkeypatch, tmp_path):
    def absent(*_names):
        raise OptionError("not installed")

    monkeypatch.setattr(rows_module, "needed", absent)
    done = corpus("-q")
    assert "corpus.json; pip install 'rxreplay[arrow]' for rows in Parquet" in done.stdout
    assert "rows.parquet" not in files(tmp_path / "r")


def test_rows_that_cannot_be_finished_leave_those_before(corpus, tmp_path):
    corpus()
    before = files(tmp_path / "r")
    [unit, *_] = (tmp_path / "r" / "units").iterdir()
    content = unit.read_bytes()
    unit.write_bytes(content[:-1])
    done = corpus()
    assert done.exit_code == 1
    assert f"{unit.name}: no JSON: " in done.stderr
    assert "; remove it and run the corpus again" in done.stderr
    unit.unlink()
    assert corpus().exit_code == 4
    assert files(tmp_path / "r") == before


def test_a_fault_of_the_program_is_not_swallowed(corpus, monkeypatch):
    def fault(*_arguments):
        raise ZeroDivisionError

    monkeypatch.setattr(SequentialEngine, "run", fault)
    assert isinstance(corpus().exception, ZeroDivisionError)


def test_parts_are_merged(corpus, rxreplay, tmp_path):
    corpus("--include", "000*", results="one")
    corpus("--exclude", "000*", results="two")
    corpus()
    done = rxreplay("merge", tmp_path / "one", tmp_path / "two", "-o", tmp_path / "m")
    assert done.exit_code == 4
    assert done.stdout.splitlines()[0] == "3 traces, 11 packets, 46.0 KiB on the wire; 1 failed"
    assert done.stdout.splitlines()[3] == ""
    assert files(tmp_path / "m") == files(tmp_path / "r")


def test_results_that_differ_are_not_merged(corpus, rxreplay, tmp_path):
    corpus(results="one")
    corpus("--ring", "512", results="two")
    done = rxreplay("merge", tmp_path / "one", tmp_path / "two", "-o", tmp_path / "m")
    assert (done.exit_code, done.stderr.count("\n")) == (1, 1)
    assert "two: ring not as in " in done.stderr


def test_a_plan_takes_a_folder_of_results_for_the_captures(corpus, rxreplay, folder, tmp_path):
    corpus()
    captures = [folder / f"{number}.pcap" for number in ("000", "001", "003")]
    fleet = ("-s", "5.10/mergeable", "--vms", "3", "--queues", "1", "--format", "json", "-q")
    saved = rxreplay("plan", tmp_path / "r", *fleet)
    replayed = rxreplay("plan", *captures, *fleet, "--direction", "both")
    assert (saved.exit_code, replayed.exit_code) == (0, 0)
    one, two = (json.loads(each.stdout) for each in (saved, replayed))
    assert one["nics"] == two["nics"]


def test_a_plan_of_nothing_but_failures_is_one_line(corpus, rxreplay, tmp_path):
    corpus("--include", "002*")
    done = rxreplay("plan", tmp_path / "r", "-s", "5.10/small", "-q")
    assert (done.exit_code, done.stderr.count("\n")) == (1, 1)
    assert "every trace of it failed" in done.stderr


def cells_of(page):
    """Give the cells of all rows of a page, by what stands first in them."""
    rows = re.findall(r"<tr><th scope=\"row\">(.*?)</th>(.*?)</tr>", page)
    return {head: re.findall(r"<td>(.*?)</td>", cells) for head, cells in rows}


def test_a_report_of_a_corpus_is_a_page_of_its_sums_and_traces(corpus, rxreplay, folder, tmp_path):
    shown = corpus().stdout
    page = tmp_path / "page.html"
    done = rxreplay("report", tmp_path / "r", "-o", page)
    assert done.exit_code == 4
    assert f"Wrote {page}" in done.stderr
    text = page.read_text()
    assert "<h1>3 traces, 11 packets, 46.0 KiB on the wire; 1 failed</h1>" in text
    assert f"Not replayed: {folder / '002.pcap'}: not a capture" in text
    rows = cells_of(text)
    for name in NAMES[1::2]:
        [line] = [line for line in shown.splitlines() if line.startswith(name)]
        assert line.split() == " ".join([name, *rows[name]]).split()
    assert rows["p50"] == ["1,514", "exact"]
    assert rows["p90"] == ["8,960 to 9,014", "at most 0.8 %"]
    assert rows["p99.9"] == ["9,014", "exact"]
    assert rows["from 1519"] == ["5", "45.5 %", "44.0 KiB", "95.6 %"]
    assert rows[str(folder / "000.pcap")][:2] == ["4", "1.89 KiB"]
    assert "src=" not in text


@pytest.mark.parametrize("option", [("--strategy", "5.10/small"), ("--ring", "512")])
def test_a_report_of_a_corpus_takes_no_option_of_a_replay(corpus, rxreplay, tmp_path, option):
    corpus()
    done = rxreplay("report", tmp_path / "r", "-o", tmp_path / "page.html", *option)
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
    assert f"and {option[0]} comes too late" in done.stderr


def test_a_report_does_not_write_over_the_result_nor_of_half_a_one(corpus, rxreplay, tmp_path):
    corpus()
    path = tmp_path / "r" / "corpus.json"
    done = rxreplay("report", tmp_path / "r", "-o", path, "--force")
    assert (done.exit_code, path.read_text()[0]) == (1, "{")
    document = json.loads(path.read_text())
    del document["results"][0]["sums"]["packets"]
    path.write_text(json.dumps(document))
    done = rxreplay("report", tmp_path / "r", "-o", tmp_path / "page.html")
    assert (done.exit_code, done.stderr.count("\n")) == (1, 1)
    assert "corpus.json is not whole" in done.stderr
    assert not (tmp_path / "page.html").exists()


def test_names_of_captures_are_letters_and_no_markup(corpus, rxreplay, tmp_path):
    folder = tmp_path / "b"
    folder.mkdir()
    (folder / "\x1b[31m<b>.pcap").write_bytes(writer.pcap((60,)))
    (folder / "\x1b[31m<b>\n.pcap").write_bytes(b"none")
    done = corpus(sources=[folder])
    page = tmp_path / "page.html"
    rxreplay("report", tmp_path / "r", "-o", page)
    for text in (done.stdout, done.stderr, page.read_text()):
        assert "\x1b" not in text
    assert "<b>" not in page.read_text()


@pytest.mark.compiled
@pytest.mark.skipif(not (SHARED / "corpus").is_dir(), reason="no corpus beside this checkout")
def test_the_corpus_of_captures_of_others_with_one_worker_and_with_two(rxreplay, tmp_path):
    for workers in (1, 2):
        how = ("--workers", workers, *NAMES, "--keep-damaged", "-q")
        done = rxreplay("corpus", SHARED / "corpus", "-o", tmp_path / str(workers), *how)
        assert done.exit_code == 4
    document = json.loads((tmp_path / "1" / "corpus.json").read_text())
    totals = document["totals"]
    captures = [
        path
        for name in ("formats", "malformed", "real-traffic")
        for path in (SHARED / "corpus" / name).iterdir()
    ]
    assert totals["traces"] + totals["failed"] == len(captures)
    assert files(tmp_path / "1") == files(tmp_path / "2")
