"""One run, all its forms, each read back by who knows nothing of the reporters: the same numbers.

The exact numbers are those of JSON. What is rounded for people is worked out anew from them, in
fractions; a figure that is swapped, missing, or off by one in its last digit fails.
"""

import csv
import io
import json
import math
import re
from fractions import Fraction
from functools import cache

import pytest
import rxreplay
from helpers import rounded
from helpers.pages import Page
from helpers.samples import SAMPLES
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from pyarrow import parquet
from rxreplay.report import reporter, showing
from rxreplay.report.as_html import write_report
from rxreplay.timing import Timing

STRATEGIES = ["5.10/mergeable", "4.10/small", "mst-2016/mergeable", "7.2/mergeable"]
pytestmark = pytest.mark.usefixtures("few_lengths")
CLOCKS = {
    "no clock": rxreplay.Options(packet_range="1:250"),
    "a clock": rxreplay.Options(packet_range="1:250", timing=Timing(), consumer="delay:2ms"),
}


@cache
def made(clock):
    """Make a page about a bundled capture, and with it the results that all forms write."""
    [mixed] = [str(sample) for sample in SAMPLES if sample.name.startswith("mixed-")]
    return rxreplay.make_report([mixed], STRATEGIES, sizes=[64], options=CLOCKS[clock])


@pytest.fixture(params=CLOCKS)
def report(request):
    return made(request.param)


@pytest.fixture
def written(report, monkeypatch):
    """Write the run in a form; give the text, or the bytes."""
    monkeypatch.setattr(showing, "PLAIN_WIDTH", 400)

    def write(form):
        out = io.BytesIO() if form == "parquet" else io.StringIO()
        reporter(form, "compare")(report.results, out)
        return out.getvalue()

    return write


@pytest.fixture
def exact(written):
    """Give what JSON has: the figures of each strategy."""
    results = json.loads(written("json"))["results"]
    assert [result["strategy"] for result in results] == STRATEGIES
    return {result["strategy"]: result["figures"] for result in results}


def leaves(value, path):
    """Give the numbers and words of JSON by their paths."""
    parts = value.items() if isinstance(value, dict) else enumerate(value)
    for name, part in parts:
        if isinstance(part, dict | list):
            yield from leaves(part, f"{path}.{name}")
        else:
            yield f"{path}.{name}", part


def figures_of(exact):
    """Give the leaves of each strategy, the null ones as well."""
    return {name: dict(leaves(figures, "figures")) for name, figures in exact.items()}


def ratio(part, whole):
    return Fraction(part) / Fraction(whole) if whole and part is not None else None


def each(figures, name):
    return ratio(figures[name], figures["delivered_packets"])


def owner(figures, name):
    buffers = figures["waste"]["buffers"]
    return ratio(buffers[name], buffers["carved"] - buffers["posted"])


def dropped(figures):
    return sum(filter(None, figures["drops"].values()))


def frags(figures):
    return ratio(
        sum(frags * packets for frags, packets in enumerate(figures["nr_frags"])),
        figures["delivered_packets"],
    )


def worst(figures):
    peak = figures["amplification"]["peak"]
    return ratio(peak["held_bytes"], peak["payload_bytes"])


def refused_bytes(figures):
    return figures["frame_bytes"] - figures["delivered_bytes"]


TRUESIZE = ("truesize a packet", rounded.mean_size, lambda f: each(f, "truesize_bytes"))
PEAK, MEAN, POSTED = (
    (label, rounded.size, lambda f, name=name, level=level: f[name][level])
    for label, name, level in (
        ("resident, at most", "resident_bytes", "peak"),
        ("resident, mean", "resident_bytes", "mean"),
        ("posted in the ring, at most", "ring_bytes", "peak"),
    )
)
RELATIVE = {row[0] for row in (TRUESIZE, PEAK, MEAN, POSTED)}
ROWS = (
    ("packets dropped", rounded.count, dropped),
    ("bytes dropped", rounded.share, lambda f: ratio(refused_bytes(f), f["frame_bytes"])),
    TRUESIZE,
    (
        "frame bytes in truesize",
        rounded.share,
        lambda f: ratio(f["delivered_bytes"], f["truesize_bytes"]),
    ),
    PEAK,
    MEAN,
    POSTED,
    ("amplification, worst", rounded.number, worst),
    ("copied a packet", rounded.mean_size, lambda f: each(f, "copied_bytes")),
    ("linear packets", rounded.share, lambda f: each(f, "linear_packets")),
    ("least linear part with frags", rounded.mean_size, lambda f: f["least_linear"]),
    ("frags a packet", rounded.number, frags),
    ("frags coalesced", rounded.count, lambda f: f["coalesced_frags"]),
    ("packets with a frag_list", rounded.count, lambda f: f["frag_list_packets"]),
    ("buffers a packet", rounded.number, lambda f: each(f, "buffers")),
    ("unused in buffers", rounded.share, lambda f: owner(f, "unused")),
    ("holes in buffers", rounded.share, lambda f: owner(f, "hole")),
    ("shared info in buffers", rounded.share, lambda f: owner(f, "shared_info")),
    ("packets that fit a socket", rounded.count, lambda f: f["fit_packets"]),
)


def hold(exact, shown):
    """Hold the cells of a comparison, (text, note) by label and strategy, against JSON."""
    assert list(shown) == [label for label, *_ in ROWS]
    for label, agrees, value in ROWS:
        assert list(shown[label]) == STRATEGIES
        reference = value(exact[STRATEGIES[0]])
        for name, (text, note) in shown[label].items():
            number, figures = value(exact[name]), exact[name]
            if label == "packets that fit a socket":
                everything = 0 < number == figures["delivered_packets"]
                assert text.startswith("all ") == everything
                text = text.removeprefix("all ")
            if number is None:
                assert text == "-", (label, name)
            else:
                agrees(text, number)
            if label in RELATIVE:
                rounded.times(note, ratio(number, reference))
            elif label == "packets dropped" and number:
                rounded.share(note, ratio(number, figures["packets"]))
            else:
                assert note == "", (label, name)


def cells_of(line):
    """Give the texts of a line of a table, and where each ends: those of a column end alike."""
    found = re.finditer(r"[^\s*]+(?: [^\s*]+)*", line)  # a mark has a place of its own
    return [(each[0], each.end()) for each in found]


def text_table(text):
    """Read the table of a comparison: {label: {strategy: (text, note)}}."""
    lines = text.splitlines()
    start = next(n for n, line in enumerate(lines) if line.split() == STRATEGIES)
    names = {end: name for name, end in cells_of(lines[start])}
    rows = {}
    for line in lines[start + 1 :]:
        if line.startswith("* best"):
            return rows
        cells = cells_of(line)
        if not line.startswith(" "):
            label = cells.pop(0)[0]
            rows[label] = {names[end]: (text, "") for text, end in cells}
        else:
            for note, end in cells:
                rows[label][names[end]] = (rows[label][names[end]][0], note)
    raise AssertionError("no legend ends the table")


def test_csv_has_every_number_of_json(written):
    results = json.loads(written("json"))["results"]
    rows = list(csv.DictReader(io.StringIO(written("csv"))))
    assert len(rows) == len(results)
    for row, result in zip(rows, results, strict=True):
        known = {path[1:]: value for path, value in leaves(result, "")}
        assert set(row) >= {path for path, value in known.items() if value is not None}
        for path, text in row.items():
            value = known.get(path)  # an object that is null in JSON has its columns all the same
            expected = row[path] if path == "path" else "" if value is None else str(value)
            assert text == expected, path


def test_json_lines_have_every_line_of_json(written):
    whole = json.loads(written("json"))
    lines = [json.loads(line) for line in written("jsonl").splitlines()]
    for kind in ("trace", "result", "warning"):
        found = [line for line in lines if line["type"] == kind]
        assert found == [{"type": kind} | each for each in whole.pop(f"{kind}s")]
        lines = [line for line in lines if line["type"] != kind]
    assert lines == [{"type": "run"} | whole]


def test_parquet_has_every_number_of_json(written, exact):
    rows = parquet.read_table(io.BytesIO(written("parquet"))).to_pylist()
    assert [row["strategy"] for row in rows] == STRATEGIES
    for row, figures in zip(rows, figures_of(exact).values(), strict=True):
        found = {path: value for path, value in row.items() if path.startswith("figures.")}
        assert {path for path, value in figures.items() if value is not None} <= set(found)
        for path, value in found.items():
            known = figures.get(path)
            assert (value, type(value)) == (known, type(known)), path


def test_openmetrics_has_every_number_of_json(written, exact):
    found = {
        (family.name, sample.labels["strategy"]): sample.value
        for family in text_string_to_metric_families(written("openmetrics"))
        for sample in family.samples
        if family.type == "gauge"
    }
    for name, figures in figures_of(exact).items():
        for path, value in figures.items():
            metric = path.replace("figures.", "rxreplay_").replace(".", "_")
            shown = found.pop((metric, name), math.nan)
            if not isinstance(value, str):
                assert math.isnan(shown) if value is None else shown == value, path
    assert all(map(math.isnan, found.values()))  # what is in an object that is null


def test_the_text_table_has_the_numbers_of_json(written, exact):
    text = written("table")
    hold(exact, text_table(text))
    lines = dict(re.findall(r"^(\S+) +[ ▁▂▃▄▅▆▇█]+? +([\d.,]+ [KMG]iB)$", text, re.MULTILINE))
    timed = exact[STRATEGIES[0]]["mean_over"] == "time"
    assert list(lines) == (STRATEGIES if timed else [])
    for name, most in lines.items():
        rounded.size(most, exact[name]["resident_bytes"]["peak"])


def test_the_headings_have_the_numbers_of_json(report, written):
    trace = json.loads(written("json"))["traces"][0]
    out = io.StringIO()
    write_report(report, out)
    [lead] = [text for text in Page(out.getvalue()).said("p") if "on the wire" in text]
    for text in (written("table").splitlines()[0], lead, written("markdown").splitlines()[0]):
        packets, size, low, high, median = re.search(
            r"([\d,]+) packets, (.*) on the wire.*length (\S+) to (\S+) \(median (\S+)\)", text
        ).groups()
        rounded.count(packets, trace["packets"])
        rounded.size(size, trace["wire_bytes"])
        for shown, name in ((low, "min"), (high, "max"), (median, "median")):
            rounded.count(shown, trace["wire_len"][name])


def test_markdown_has_the_numbers_of_json(written, exact):
    lines = [line for line in written("markdown").splitlines() if line.startswith("| ")]
    head, _, *rows = [[cell.strip(" *") for cell in line.strip("|").split("|")] for line in lines]
    assert head == ["", *STRATEGIES]
    shown = {}
    for label, *cells in rows:
        pairs = [re.fullmatch(r"([\d,]+) (.* %)|(.*)", cell).groups() for cell in cells]
        texts = [(text or whole, note or "") for text, note, whole in pairs]
        shown[label] = dict(zip(STRATEGIES, texts, strict=True))
    for label in RELATIVE:  # Markdown has no row for them
        _, _, value = next(row for row in ROWS if row[0] == label)
        base = value(exact[STRATEGIES[0]])
        for name, (text, _) in shown[label].items():
            shown[label][name] = text, f"×{float(ratio(value(exact[name]), base)):,.2f}"
    hold(exact, shown)


def test_the_page_has_the_numbers_of_json(report, exact):
    write_report(report, out := io.StringIO())
    page = Page(out.getvalue())
    names = [f"{number} · {name}" for number, name in enumerate(STRATEGIES, 1)]
    table, whole = page.table("Strategies side by side"), page.table("All figures")
    assert table.heads[-len(names) :] == whole.heads[-len(names) :] == names
    shown = {}
    for label, cells in table.by_head().items():
        parts = [text.partition("\t") for text, _ in cells]
        texts = [(text.rstrip("*"), note) for text, _, note in parts]
        shown[label] = dict(zip(STRATEGIES, texts, strict=True))
    hold(exact, shown)
    for label, _, value in ROWS:
        for name, (_, behind) in zip(STRATEGIES, table.by_head()[label], strict=True):
            number = refused_bytes(exact[name]) if label == "bytes dropped" else value(exact[name])
            assert behind == (None if number is None else float(number)), label
    known = figures_of(exact)
    for path, cells in whole.by_head().items():
        for name, (text, behind) in zip(STRATEGIES, cells, strict=True):
            value = known[name].pop(f"figures.{path}")
            if isinstance(value, int):
                assert (text, behind) == (f"{value:,}", value), path
            elif isinstance(value, float):
                assert behind == value, path
                assert rounded.Shown.of(text).is_nearest_to(value), path
                assert rounded.Shown.of(text).decimals == 4, path
            else:
                assert text == ("null" if value is None else value), path
    assert not any(value for figures in known.values() for value in figures.values())
