"""What forms hold besides the numbers of a comparison, which test_same_numbers.py reads."""

import csv
import io
import json
import sys

import pytest
import rxreplay
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from pyarrow import parquet
from rxreplay.flattening import flat
from rxreplay.report import reporter
from rxreplay.report.as_openmetrics import labels
from rxreplay.report.as_table import exact
from rxreplay.tabular import column_types, result_rows

STRATEGIES = ["4.10/small", "5.10/mergeable", "5.10/big"]


@pytest.fixture
def results():
    return rxreplay.compare([[60, 300, 1514] * 50, [9014] * 20], STRATEGIES)


def write(results, form, command="compare"):
    reporter(form, command)(results, out := io.StringIO())
    return out.getvalue()


def test_csv_has_the_same_columns_whether_an_object_is_null_or_not():
    full, empty = (
        write(rxreplay.compare([frames], ["5.10/small"]), "csv") for frames in ([60], [])
    )
    assert full.splitlines()[0] == empty.splitlines()[0]
    assert "figures.amplification.peak.ratio" in full.splitlines()[0].split(",")


def test_a_replay_shows_every_figure_of_the_json():
    results = rxreplay.replay([60, 300, 1514] * 50, "5.10/mergeable")
    lines = write(results, "table", "replay").splitlines()
    shown = dict(line.split()[:2] for line in lines[6:])
    figures = json.loads(write(results, "json", "replay"))["results"][0]["figures"]
    for path, value in flat(figures):
        if path.startswith("nr_frags.") and not value:
            assert path not in shown
            continue
        text = shown.pop(path)
        if isinstance(value, str):
            assert text == value
        elif value is None:
            assert text == "null"
        else:
            assert float(text.replace(",", "")) == pytest.approx(value, abs=5e-5)
    assert shown == {}


def test_info_shows_the_counts_of_the_json():
    results = rxreplay.info([[60, 1514, 9014]])
    table = write(results, "table", "info")
    trace = json.loads(write(results, "json", "info"))["traces"][0]
    [row] = csv.DictReader(io.StringIO(write(results, "csv", "info")))
    assert row == {path: "" if v is None else str(v) for path, v in flat(trace)}
    for name in ("packets", "wire_bytes"):
        assert f"  {trace[name]:,}" in table


@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_every_form_can_be_written_without_any_packet(form):
    assert write(rxreplay.compare([[]], STRATEGIES), form)
    assert write(rxreplay.replay([], "5.10/small"), form, "replay")
    assert write(rxreplay.info([[]]), form, "info")


def test_json_lines_begin_with_the_run(results):
    first, *rest = [json.loads(line) for line in write(results, "jsonl").splitlines()]
    whole = json.loads(write(results, "json"))
    named = ("schema", "config", "run", "not_modelled", "failed")
    assert first == {"type": "run"} | {name: whole[name] for name in named}
    assert len(rest) == sum(len(whole[name]) for name in ("traces", "results", "warnings"))


def leaves_of(result):
    """Give the figures of a result by their paths, null ones of objects that are null left out."""
    return {name: value for name, value in flat(result) if name.startswith("figures.")}


def test_arrow_pandas_and_polars_have_the_values_of_the_json(results):
    whole = json.loads(write(results, "json"))["results"]
    tables = [
        results.to_arrow().to_pylist(),
        results.to_pandas().astype(object).where(lambda f: f.notna(), None).to_dict("records"),
        results.to_polars().to_dicts(),
    ]
    for rows in tables:
        assert len(rows) == len(whole)
        for row, result in zip(rows, whole, strict=True):
            known = leaves_of(result)
            assert {name: row[name] for name in known if name in row} == {
                name: value for name, value in known.items() if name in row
            }
            assert all(
                row[n] is None for n in row.keys() - known.keys() if n.startswith("figures.")
            )


def test_parquet_is_read_back_with_what_decided_it(results, tmp_path):
    reporter("parquet", "compare")(results, out := io.BytesIO())
    (tmp_path / "x.parquet").write_bytes(out.getvalue())
    table = parquet.read_table(tmp_path / "x.parquet")
    assert table.equals(results.to_arrow(), check_metadata=True)
    about = {k.decode(): json.loads(v) for k, v in table.schema.metadata.items()}
    whole = json.loads(write(results, "json"))
    assert about == {f"rxreplay.{k}": v for k, v in whole.items() if k != "results"}


def test_each_column_has_the_type_of_its_values(results):
    types = column_types()
    for row in result_rows(results):
        assert row.keys() == types.keys()
        assert [n for n, v in row.items() if v is not None and type(v) is not types[n]] == []


def test_openmetrics_says_what_was_replayed(results):
    whole = json.loads(write(results, "json"))
    families = list(text_string_to_metric_families(write(results, "openmetrics")))
    told = [sample.labels for f in families if f.type == "info" for sample in f.samples]
    assert told == [
        {"sha256": whole["run"]["config_sha256"]},
        *({"trace": str(n), "digest": t["digest"]} for n, t in enumerate(whole["traces"])),
    ]


def test_labels_hold_any_name():
    row = {"path": 'a"\\b\n\x1b', "trace": 0, "strategy": "5.10/small", "queue": 1}
    text = f"# TYPE x gauge\nx{{{labels(row)}}} 1\n# EOF\n"
    [family] = text_string_to_metric_families(text)
    assert family.samples[0].labels == {
        "path": 'a"\\b\\n\\x1b',
        "trace": "0",
        "strategy": "5.10/small",
        "queue": "1",
    }


def test_markdown_of_a_replay_has_every_figure():
    results = rxreplay.replay([60, 1514] * 9, "rhel9.4/small")
    text = write(results, "markdown", "replay")
    rows = dict(line.strip("| ").split(" | ") for line in text.splitlines() if line[:2] == "| ")
    for name, value in flat(results.results[0].figures.as_dict()):
        assert rows[name] == exact(value)
    assert "is assumed" in text


def test_a_notebook_shows_the_comparison(results):
    html = results._repr_html_()
    assert html.count("<table>") == 2
    assert all(f"<th>{name}</th>" in html for name in STRATEGIES)


@pytest.mark.parametrize("module", ["pyarrow", "pandas", "polars"])
def test_a_library_that_is_missing_is_one_line(results, monkeypatch, module):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(rxreplay.RxReplayError, match=f"{module} is not installed here: pip"):
        results.to_arrow() if module == "pyarrow" else getattr(results, f"to_{module}")()
