"""`diff` and limits, as a nightly job uses them."""

import csv
import io
import json
from pathlib import Path

import pytest
from rxreplay import lengthwise


@pytest.fixture
def saved(rxreplay, capture, tmp_path):
    """Save results of one capture under two rings."""
    path = capture()
    files = []
    for ring in ("256", "512"):
        files.append(str(tmp_path / f"{ring}.json"))
        shown = ("--format", "json", "-o", files[-1], "-q")
        done = rxreplay(
            "compare", path, "-s", "5.10/small", "-s", "5.10/big", "--ring", ring, *shown
        )
        assert done.exit_code == 0
    return files


def test_all_forms_tell_the_same_differences(rxreplay, saved):
    forms = ("table", "json", "csv", "markdown")
    shown = {form: rxreplay("diff", *saved, "--format", form) for form in forms}
    assert {(each.exit_code, each.stderr) for each in shown.values()} == {(0, "")}
    whole = json.loads(shown["json"].stdout)
    assert whole["schema"] == "rxreplay-diff/1.1"
    changes = [(p["strategy"], c) for p in whole["pairs"] for c in p["changes"]]
    rows = list(csv.DictReader(io.StringIO(shown["csv"].stdout)))
    assert len(rows) == len(changes) > 20
    lines = [line.split() for line in shown["table"].stdout.splitlines()]
    marked = [line.replace("\\", "").split(" | ") for line in shown["markdown"].stdout.splitlines()]
    for (strategy, change), row in zip(changes, rows, strict=True):
        assert (row["strategy"], row["figure"]) == (strategy, change["figure"])
        assert row["difference"] == str(change["difference"])
        if isinstance(change["difference"], int):
            texts = [f"{change['before']:,}", f"{change['after']:,}", f"{change['difference']:+,}"]
            assert any(line[:4] == [change["figure"], *texts] for line in lines)
            assert any(line[:4] == [f"| {change['figure']}", *texts] for line in marked)


def test_the_table_says_what_was_set_differently(rxreplay, saved):
    shown = rxreplay("diff", *saved).stdout
    assert "set differently: ring 256 → 512" in shown
    assert "+100.0 %" in shown
    assert "\nthe same packets\n" in shown
    assert "no figure differs" in rxreplay("diff", saved[0], saved[0]).stdout


def test_sizes_and_lengths_are_in_every_form(rxreplay, capture, tmp_path, monkeypatch):
    monkeypatch.setattr(lengthwise, "FIXED", (60, 1514))  # others take long in plain Python
    results = (("before", "5.10/small", [60] * 3), ("after", "7.2/mergeable", [60, 1514]))
    for name, strategy, frames in results:
        saving = ("-q", "--format", "json", "-o", str(tmp_path / name))
        rxreplay("replay", capture(f"{name}.pcap", frames), "-s", strategy, *saving)
    pair = [str(tmp_path / name) for name, _, _ in results]
    whole = json.loads(rxreplay("diff", *pair, "--format", "json").stdout)
    [sizes], [lengths] = whole["by_size"], [each["moved_lengths"] for each in whole["pairs"]]
    rows = csv.DictReader(io.StringIO(rxreplay("diff", *pair, "--format", "csv").stdout))
    found = {row["figure"]: row["difference"] for row in rows}
    assert found["by_size.to_64.packets"] == "-2"
    assert found["by_size.1024_to_1518.wire_bytes"] == "1514"
    assert {f"by_size.{c['figure']}" for c in sizes["changes"]} <= set(found)
    assert {found[f"truesize_at.{x['length']}"] for x in lengths} == {
        str(x["difference"]) if x["difference"] is not None else "" for x in lengths
    }
    lines = [line.split() for line in rxreplay("diff", *pair).stdout.splitlines()]
    assert ["60", "2,176", "896", "-1,280", "-58.8", "%"] in lines
    text = rxreplay("diff", *pair, "--format", "markdown").stdout
    assert "\n**not the same packets**\n" in text
    assert "\n| to\\_64.packets | 3 | 1 | -2 | -66.7 % |\n" in text
    assert "\n| 60 | 2,176 | 896 | -1,280 | -58.8 % |\n" in text


def test_what_has_no_counterpart_is_named(rxreplay, saved, capture, tmp_path):
    other = str(tmp_path / "other.json")
    names = ("-s", "5.10/small", "-s", "7.2/small")
    rxreplay("compare", capture(), *names, "--format", "json", "-o", other, "-q")
    shown = rxreplay("diff", saved[0], other).stdout
    assert "only before: 5.10/big of " in shown
    assert "same packets" in shown
    assert "only after: 7.2/small of " in shown


@pytest.mark.parametrize(
    ("limit", "status"),
    [("ring_bytes.peak > 99%", 3), ("ring_bytes.peak > 100%", 0), ("packets != 0", 0)],
)
def test_a_limit_on_growth(rxreplay, saved, limit, status):
    done = rxreplay("diff", *saved, "--fail-on", f"5.10/small:{limit}")
    assert done.exit_code == status
    assert done.stderr.count("rxreplay: crossed: 5.10/small") == (status == 3)


@pytest.mark.parametrize("command", [("replay",), ("compare", "-s", "5.10/big")])
def test_a_limit_on_figures_comes_after_the_output(rxreplay, capture, tmp_path, command):
    file = tmp_path / "out.json"
    asked = (*command, capture(), "-s", "5.10/small", "--format", "json", "-o", str(file), "-q")
    done = rxreplay(*asked, "--fail-on", "5.10/small:ring_bytes.peak > 1KiB")
    assert done.exit_code == 3
    assert done.stderr.startswith("rxreplay: crossed: 5.10/small, ")
    assert json.loads(file.read_text())["results"]
    assert rxreplay(*asked, "--force", "--fail-on", "ring_bytes.peak > 1GiB").exit_code == 0


def test_a_crossed_limit_comes_before_a_failed_capture(rxreplay, capture, damaged):
    asked = ("compare", capture(), damaged, "-s", "5.10/small", "-q", "--fail-on")
    assert rxreplay(*asked, "packets > 0").exit_code == 3
    assert rxreplay(*asked, "packets < 0").exit_code == 4


@pytest.mark.parametrize(
    ("limit", "says"),
    [
        ("nonsense", "--fail-on nonsense: write [STRATEGY:]FIGURE > VALUE"),
        ("7.2/big:packets > 1", "7.2/big is not among the strategies: 5.10/small"),
    ],
)
def test_a_wrong_limit_is_wrong_usage(rxreplay, capture, saved, limit, says):
    for command in (("replay", capture(), "-s", "5.10/small"), ("diff", *saved)):
        done = rxreplay(*command, "--fail-on", limit)
        assert (done.exit_code, done.stdout) == (2, "")
        assert says in done.stderr
        assert done.stderr.count("\n") == 1


def test_no_result_is_status_1(rxreplay, saved, capture):
    done = rxreplay("diff", saved[0], capture())
    assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert rxreplay("diff", saved[0], saved[1], "-o", saved[0], "--force").exit_code == 1


def test_the_table_names_what_failed_and_has_words(rxreplay, saved, tmp_path):
    whole = json.loads(Path(saved[1]).read_text())
    whole["failed"] = ["b.pcap: cannot be read"]
    whole["results"][0]["figures"]["lifetime"] = "unread"
    whole["results"][0]["figures"]["ring_bytes"]["mean"] = None
    (tmp_path / "c.json").write_text(json.dumps(whole))
    shown = rxreplay("diff", saved[0], tmp_path / "c.json").stdout
    assert "failed after: b.pcap: cannot be read" in shown
    lines = [line.split() for line in shown.splitlines()]
    assert ["lifetime", "drop", "unread"] in lines
    assert any(line[:1] == ["ring_bytes.mean"] and line[-1] == "-" for line in lines)
